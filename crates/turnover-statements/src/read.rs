//! A text into statements.

use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

use crate::assemble::{Own, assemble};
use crate::attribution::{Said, Speaker, Utterance, Voice, utterances};
use crate::check::{Check, CheckType, Code};
use crate::clause::clauses;
use crate::context::Context;
use crate::ellipsis::ellipsis;
use crate::kind::{Kind, Topic, is_idle, kind, topic};
use crate::lexicon::{PlaceForm, english};
use crate::marked::Marked;
use crate::parties::{Head, is_noun, parties};
use crate::rules::{self, Clause, Draft};
use crate::token::{Sentence, bytes_of, sentences, tokens};

/// How a text is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day of the text, from which "last year" counts.
    pub date: Date,
    /// The pair that a text speaks of where it names none.
    pub pair: Option<(Code, Code)>,
}

impl Options {
    /// A text of a day.
    pub fn on(date: Date) -> Self {
        Options { date, pair: None }
    }
}

impl Default for Options {
    /// A text of the last day of 2020, where no day is known.
    fn default() -> Self {
        Options::on(jiff::civil::date(2020, 12, 31))
    }
}

/// How sure a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The clause names both sides, the flow and the figure.
    Certain,
    /// Something comes from the text before it.
    Likely,
    /// A statement without figures, or one that readers may take otherwise.
    Possible,
}

/// A statement that is proposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statement {
    /// The words of the text.
    pub span: String,
    /// Where they begin, in code points.
    pub start: usize,
    /// Where they end, in code points.
    pub end: usize,
    /// Where they stand, in bytes.
    #[serde(skip)]
    pub bytes: Range<usize>,
    /// Who said it; none for the author.
    pub speaker: Option<Speaker>,
    /// When it was said, if the text says so: a day or a month.
    pub date: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// What it is about.
    pub topic: Topic,
    /// What it asserts in figures.
    pub check: Option<Check>,
    /// Other readings of the figures that a careful reader might prefer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Check>,
    /// How sure the proposal is.
    pub confidence: Confidence,
    /// Whether it is hedged.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hedged: bool,
    /// The rule that found it.
    pub rule: &'static str,
}

/// The rules by name, each with examples of its form.
pub fn rules() -> Vec<(&'static str, &'static [&'static str])> {
    rules::all().into_iter().map(|r| (r.name(), r.examples())).collect()
}

/// The statements of a text, in its order.
pub fn read(text: &str, options: &Options) -> Vec<Statement> {
    let mut reader = Reader {
        text,
        options,
        context: Context { pair: options.pair, age: 9, ..Context::default() },
        out: Vec::new(),
        place: (0, 0),
    };
    for sentence in sentences(text, tokens(text)) {
        reader.sentence(sentence);
    }
    reader.out
}

/// The first day that a text names with its year: the day of the text where none is given.
pub fn date_of(text: &str) -> Option<Date> {
    sentences(text, tokens(text)).into_iter().take(200).find_map(|s| {
        crate::period::mentions(english(), &s.tokens, Date::MAX).into_iter().find_map(|m| match m.time {
            crate::period::Time::Day(d) if d.year() < 9000 => Some(d),
            _ => None,
        })
    })
}

struct Reader<'t> {
    text: &'t str,
    options: &'t Options,
    context: Context,
    out: Vec<Statement>,
    /// A byte and the code points before it, so that offsets are counted once.
    place: (usize, usize),
}

/// What a clause is read with.
struct Scene<'s> {
    codes: &'s [Code],
    speaker: Option<Speaker>,
    utterance: &'s Utterance,
    /// The check of the clause before, in the same sentence.
    previous: Option<Check>,
    previous_kind: Option<Kind>,
}

impl Reader<'_> {
    fn sentence(&mut self, sentence: Sentence<'_>) {
        let m = Marked::new(english(), sentence, self.options.date);
        let codes = scene(&m);
        self.context.age += 1;
        let (mut previous, mut previous_kind) = (None, None);
        for utterance in utterances(&m) {
            let speaker = match &utterance.voice {
                Some(Voice::Named(s)) => Some(s.clone()),
                Some(Voice::Again) => self.context.speaker.clone(),
                None => None,
            };
            if speaker.is_some() {
                self.context.speaker.clone_from(&speaker);
                self.context.said = utterance.said;
            }
            for range in clauses(&m, utterance.content.clone()) {
                let scene = Scene {
                    codes: &codes,
                    speaker: speaker.clone(),
                    utterance: &utterance,
                    previous: previous.clone(),
                    previous_kind,
                };
                if let Some((statement, check)) = self.statement(&m, &range, &scene) {
                    if let Some(check) = check {
                        self.context.note(&check);
                        previous = Some(check);
                        previous_kind = Some(statement.kind);
                    }
                    self.out.push(statement);
                }
            }
        }
        codes.iter().for_each(|c| self.context.name(c));
    }

    fn statement(
        &mut self,
        m: &Marked<'_>,
        range: &Range<usize>,
        scene: &Scene<'_>,
    ) -> Option<(Statement, Option<Check>)> {
        let (mut kind, hedged) = kind(m, range, scene.utterance.verb);
        if kind != Kind::Status && is_idle(m, range) && m.quantities_in(range).is_empty() || m.word(range.end) == "?" {
            return None;
        }
        // A verb of trade without any country is no flow: "it is to reach two billion".
        let parties = parties(m, range).filter(|p| {
            !matches!(p.kind, Head::Sell | Head::Buy | Head::Move)
                || !m.places_in(range).is_empty()
                || m.has(range.clone(), "flow.own")
        });
        let target = m.periods_in(range).iter().any(|p| p.role == crate::period::Role::Target);
        if parties.is_none() && target && scene.previous.as_ref().is_some_and(|c| c.kind == CheckType::Forecast) {
            kind = scene.previous_kind.unwrap_or(kind);
        }
        let clause = Clause { m, range: range.clone(), parties, kind, date: self.options.date };
        if let Some((check, own, rule)) = self.trade(&clause, scene) {
            let confidence = match (own.pair && own.flow, hedged || check.facts.direction.is_some()) {
                (_, true) => Confidence::Possible,
                (true, false) => Confidence::Certain,
                (false, false) => Confidence::Likely,
            };
            let kind = if matches!(kind, Kind::Status) { Kind::Claim } else { kind };
            let readings = readings(&check);
            let made = self.made(m, range, scene, (kind, hedged), Topic::Trade);
            return Some((Statement { check: Some(check.clone()), readings, confidence, rule, ..made }, Some(check)));
        }
        let topic = other(m, range, kind, scene)?;
        if topic == Topic::Relations && kind == Kind::Claim {
            kind = Kind::Assessment;
        }
        Some((self.made(m, range, scene, (kind, hedged), topic), None))
    }

    fn made(
        &mut self,
        m: &Marked<'_>,
        range: &Range<usize>,
        scene: &Scene<'_>,
        (kind, hedged): (Kind, bool),
        topic: Topic,
    ) -> Statement {
        let bytes = bytes_of(&m.tokens, without_comparison(m, range));
        let (start, end) = (self.code_points(bytes.start), self.code_points(bytes.end));
        let said = scene.utterance.said.map(|s| match s {
            Said::Day(d) => d.to_string(),
            Said::Month(y, month) => format!("{y:04}-{month:02}"),
        });
        Statement {
            span: self.text[bytes.clone()].to_owned(),
            start,
            end,
            bytes,
            speaker: scene.speaker.clone(),
            date: said,
            kind,
            topic,
            check: None,
            readings: Vec::new(),
            confidence: Confidence::Possible,
            hedged,
            rule: "topic",
        }
    }

    fn code_points(&mut self, byte: usize) -> usize {
        let (from, count) = if self.place.0 <= byte { self.place } else { (0, 0) };
        self.place = (byte, count + self.text[from..byte].chars().count());
        self.place.1
    }

    /// The check of a clause about trade, and the rule that made it.
    fn trade(&self, clause: &Clause<'_, '_>, scene: &Scene<'_>) -> Option<(Check, Own, &'static str)> {
        if is_blocked(clause) {
            return None;
        }
        let home = scene.speaker.as_ref().and_then(|s| s.country);
        let mut codes: Vec<Code> = scene.codes.to_vec();
        codes.extend(scene.utterance.aside.iter());
        if let Some(check) = ellipsis(clause, scene.previous.as_ref()) {
            return Some((check, Own { pair: false, flow: false }, "ellipsis"));
        }
        if clause.parties.is_none()
            && !self.goes_on(clause, scene)
            && !clause.has("rank.best")
            && !has_balance(clause)
            && !is_rank(clause)
            && !touched_trade(clause)
            && !self.explains(clause)
            && !self.pays(clause)
        {
            return None;
        }
        for rule in rules::all() {
            let Some(draft) = rule.draft(clause) else { continue };
            if !self.stands(clause, &draft, scene) {
                continue;
            }
            if let Some((check, own)) = assemble(clause, draft, &self.context, &codes, home, scene.previous.as_ref())
                && is_named(clause, &check, own)
            {
                return Some((check, own, rule.name()));
            }
        }
        None
    }

    /// Whether a clause without a flow of its own goes on with the one before.
    fn goes_on(&self, clause: &Clause<'_, '_>, scene: &Scene<'_>) -> bool {
        let first = clause.m.word(clause.range.start);
        let pronoun = matches!(first, "it" | "they" | "this" | "that" | "these" | "those")
            || clause.m.has_word(
                clause.range.start..clause.range.end.min(clause.range.start + 6),
                &["figure", "total", "sum", "number", "amount"],
            ) && first != "a";
        scene.previous.is_some()
            || pronoun && self.context.last.is_some() && self.context.age <= 1
            || clause.has("flow.reverse") && self.context.last.is_some()
    }

    /// "Three quarters of payments were made in national currencies", of the trade that the text speaks of.
    fn pays(&self, clause: &Clause<'_, '_>) -> bool {
        self.context.last.is_some()
            && clause.has("rank.settled")
            && clause.m.has_word(
                clause.range.clone(),
                &["currencies", "currency", "roubles", "rubles", "dollars", "euros", "yuan", "rupees"],
            )
    }

    /// "The duties explain two thirds of the fall": an effect on the flow that the text speaks of.
    fn explains(&self, clause: &Clause<'_, '_>) -> bool {
        let measure = clause.range.clone().any(|i| english().measures.longest(&clause.m.tokens, i, true).is_some());
        measure && clause.has("cause.explains") && self.context.last.is_some()
    }

    /// Whether a draft has enough to be about trade between countries.
    fn stands(&self, clause: &Clause<'_, '_>, draft: &Draft, scene: &Scene<'_>) -> bool {
        let places = clause.m.places_in(&clause.range).len();
        let known = draft.a.is_some() || draft.b.is_some();
        let carried = self.context.last.is_some() && self.context.age <= 4 || self.context.sides().is_some();
        let shared = clause.has("flow.both") || clause.has("flow.own") || scene.codes.len() >= 2 || carried;
        match draft.head.as_ref().map(|(h, _)| *h) {
            Some(Head::Sell | Head::Buy | Head::Move) => {
                (places > 0 && known || clause.has("flow.own")) && (draft.a.is_some() && draft.b.is_some() || shared)
            }
            Some(_) => known || shared,
            None => scene.previous.is_some() || known || carried,
        }
    }
}

/// The places of a sentence, each once; towns behind countries.
fn scene(m: &Marked<'_>) -> Vec<Code> {
    let mut out: Vec<Code> = Vec::new();
    for town in [false, true] {
        for p in m.places.iter().filter(|p| (p.form == PlaceForm::Town) == town) {
            if !out.contains(&p.code) {
                out.push(p.code);
            }
        }
    }
    out
}

/// Words of other things that are counted: prices, investment, results of companies.
fn is_blocked(clause: &Clause<'_, '_>) -> bool {
    let (m, r) = (clause.m, &clause.range);
    let flow = |at: &Range<usize>| {
        ["flow.exports", "flow.imports", "flow.turnover"]
            .iter()
            .any(|c| m.every(r.clone(), c).iter().any(|f| f.start <= at.start && at.end <= f.end && is_noun(m, f)))
            || (r.start..=at.start)
                .any(|i| english().measures.longest(&m.tokens, i, true).is_some_and(|(n, _)| i + n >= at.end && n > 1))
    };
    m.every(r.clone(), "topic.blocked").iter().any(|at| !flow(at))
}

fn has_balance(clause: &Clause<'_, '_>) -> bool {
    clause.has("balance.deficit") || clause.has("balance.surplus")
}

fn is_rank(clause: &Clause<'_, '_>) -> bool {
    clause.has("flow.market") || clause.has("flow.partner") || clause.has("flow.supplier")
}

/// "What Americans and Russians trade falls under the restrictions".
fn touched_trade(clause: &Clause<'_, '_>) -> bool {
    clause.has("flow.trade_verb") && (clause.has("rank.affected") || clause.has("rank.unaffected"))
}

/// A check has two sides, or one and a word that can only mean trade.
fn is_named(clause: &Clause<'_, '_>, check: &Check, own: Own) -> bool {
    let both = check.pair.iter().all(Option::is_some);
    let plain = clause
        .m
        .has_word(clause.range.clone(), &["exports", "imports", "export", "import", "trade", "exported", "imported"]);
    both || plain && own.flow && check.facts.direction.is_none() && check.kind != CheckType::Rank
}

/// A statement on another topic than the figures of trade.
fn other(m: &Marked<'_>, r: &Range<usize>, kind: Kind, scene: &Scene<'_>) -> Option<Topic> {
    if is_idle(m, r) && kind != Kind::Status || r.len() < 2 {
        return None;
    }
    let topic = topic(m, r);
    let trade = r.clone().any(|i| english().is_product(&m.tokens[i]))
        || m.has(r.clone(), "flow.turnover")
        || m.has(r.clone(), "flow.exports");
    let attributed = scene.speaker.is_some();
    let verb = scene.utterance.verb.is_some();
    match kind {
        Kind::Offer if verb || attributed => topic.or(trade.then_some(Topic::Trade)),
        Kind::Promise if attributed => topic,
        Kind::Status => topic.filter(|_| attributed || !m.has(r.clone(), "topic.blocked")),
        Kind::Assessment if attributed => {
            let feared = scene.utterance.verb.is_some_and(|v| m.is(v, "kind.assess").is_some());
            topic.filter(|t| {
                *t == Topic::Relations || m.has(r.clone(), "kind.praise") || feared && *t != Topic::Institutions
            })
        }
        Kind::Claim if attributed => {
            let judged = topic == Some(Topic::Relations) && m.has(r.clone(), "kind.praise");
            topic.filter(|t| judged || !matches!(t, Topic::Relations | Topic::Institutions))
        }
        _ => None,
    }
}

/// A clause without "Compared with the same months of 2020," before it.
fn without_comparison(m: &Marked<'_>, r: &Range<usize>) -> Range<usize> {
    let of_whole = m.word(r.start) == "of" && m.word(r.start + 1) == "the";
    if !of_whole && !matches!(m.word(r.start), "compared" | "against" | "relative") {
        return r.clone();
    }
    let comma = r.clone().find(|i| m.word(*i) == ",");
    comma.map_or(r.clone(), |c| c + 1..r.end)
}

/// What else the figures may mean.
fn readings(check: &Check) -> Vec<Check> {
    let mut out = Vec::new();
    if check.kind == CheckType::Change
        && check.facts.factor.is_some_and(|f| f >= 2.0 && f.fract() == 0.0)
        && check.facts.base.is_some()
    {
        // "Three times more" is three times as much to some and four to others; only what follows says which.
        let mut other = check.clone();
        other.facts.factor = check.facts.factor.map(|f| f + 1.0);
        out.push(other);
    }
    if check.pair.contains(&Some("KOR")) && check.pair.contains(&Some("PRK")) {
        out.clear();
    }
    out
}
