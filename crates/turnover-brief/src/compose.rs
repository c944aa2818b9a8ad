//! Composes the answers to all questions about a pair into one page.

use jiff::civil::Date;
use miette::Diagnostic;
use turnover_analysis::format::{in_sentence, multiple, percent, sentence, usd, usd_range};
use turnover_analysis::{
    AnalysisError, Answer, ChartKind, Mark, NamedWorld, Number, Pair, Watch, coverage, diversion, effect, history,
    potential, reach, turnover,
};
use turnover_data::{Fault, FlowSource, Flows, Iso3, PairPanel};
use turnover_measures::{Catalogue, Direction, Instrument, Measure};

use crate::document::{Document, Section};
use crate::dossier::{Dossier, Evidence};

/// The questions that a brief answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// How much is it now?
    Turnover,
    /// How much of it do measures touch?
    Coverage,
    /// What did they cost?
    Effect,
    /// What would the multiple take?
    Reach,
    /// Where is the room?
    Potential,
    /// How often has it happened?
    History,
    /// Where did the trade go?
    Diversion,
    /// Was what they said true?
    Check,
}

impl Question {
    /// All of them, in the page's order.
    pub const ALL: [Question; 8] = [
        Question::Turnover,
        Question::Coverage,
        Question::Effect,
        Question::Reach,
        Question::Potential,
        Question::History,
        Question::Diversion,
        Question::Check,
    ];
}

/// What the brief is about.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Whose trade.
    pub pair: Pair,
    /// The multiple that is promised or wished for.
    pub times: f64,
    /// The year of the flows; the latest if `None`.
    pub year: Option<i32>,
    /// The day of the measures; the end of the year if `None`.
    pub date: Option<Date>,
    /// The coverage question's further settings.
    pub coverage: coverage::Question,
    /// The goal-seek's further settings.
    pub reach: reach::Question,
    /// What the figures are, for the subtitle.
    pub figures: String,
    /// The command that makes the brief again.
    pub command: String,
    /// Words to append to the commands of flow questions.
    pub data_words: String,
    /// The questions to answer; the level is always told.
    pub questions: Vec<Question>,
    /// Words to append to the commands of effect and diversion.
    pub partner_words: String,
}

/// What the brief rests on beside the pair's flows.
pub struct Ground<'a> {
    /// How much it is, where that does not come from the flows but from the built-in world.
    pub level: Option<Answer>,
    /// The world.
    pub world: Result<NamedWorld, AnalysisError>,
    /// The measures.
    pub catalogue: &'a Catalogue,
    /// Histories of pairs.
    pub panel: &'a PairPanel,
    /// The trade of one of the two with many partners by product: what effects are estimated on.
    pub partners: &'a Flows,
    /// The trade of all countries, where there is more than the pair's: what potential is told from.
    pub all: FlowSource<'a>,
    /// What was said, if it is about this pair.
    pub dossier: Option<Dossier>,
    /// What the multiple would take after levers are pulled, where some are; it replaces the answer without
    /// them.
    pub pulled: Option<Result<Answer, AnalysisError>>,
}

impl Ask {
    /// The words that ask for the same brief again, without those of the data.
    pub fn words(&self) -> String {
        let (coverage, reach) = (&self.coverage, &self.reach);
        let mut out = format!("{} --times {}", self.pair.words(), multiple(self.times));
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                out.push_str(&format!(" --{name} {value}"));
            }
        };
        add("year", self.year.map(|y| y.to_string()));
        add("date", self.date.map(|d| d.to_string()));
        add("base-year", coverage.base_year.map(|y| y.to_string()));
        let claim = 100.0 * coverage.claim;
        add("claim", ((claim - 90.0).abs() > 1e-9).then(|| multiple(claim)));
        let usual = reach::Question::new(self.pair, self.times);
        add("theta", (reach.theta != usual.theta).then(|| multiple(reach.theta)));
        add("imbalance", (reach.imbalance != usual.imbalance).then(|| "multiplicative".to_owned()));
        out + &coverage.supposed()
    }
}

/// Answers all questions. A pair without flows has no brief; a later question that cannot be
/// answered is named with its reason, and the others stand.
pub fn brief(flows: &Flows, mut ground: Ground, ask: &Ask, watch: Watch<'_>) -> Result<Document, AnalysisError> {
    let pair = ask.pair;
    let catalogue = ground.catalogue;
    let asked = |q: Question| ask.questions.contains(&q);
    let mut level = match ground.level.take() {
        Some(level) => level,
        None => {
            turnover::answer(flows, &turnover::Question { pair, year: ask.year, data_words: ask.data_words.clone() })?
        }
    };
    let measure = main_measure(ground.partners, catalogue, pair, on(ask));
    let pulled = ground.pulled.take();
    // The estimates take longest, and are made side by side: on the threads of the pool that this runs in, which
    // may be another than the global one.
    let (mut cost_found, mut went_found) = (None, None);
    let (touched, reached) = rayon::scope(|scope| {
        if asked(Question::Effect) {
            scope.spawn(|_| cost_found = Some(Fault::catch(|| cost(&ground, &measure, ask, watch))));
        }
        if asked(Question::Diversion) {
            scope.spawn(|_| went_found = Some(Fault::catch(|| went(&ground, &measure, ask, watch))));
        }
        let question = coverage::Question {
            date: ask.date,
            year: ask.year,
            data_words: ask.data_words.clone(),
            ..ask.coverage.clone()
        };
        let touched = coverage::answer(flows, Some(ground.partners), catalogue, &question);
        let reached = match (pulled, &ground.world) {
            (Some(pulled), _) => pulled,
            (None, Ok(world)) => reach::answer(world, &ask.reach),
            (None, Err(e)) => Err(AnalysisError::Unsolved { what: e.to_string() }),
        };
        (touched, reached)
    });
    let (cost, went) = (cost_found.map(joined), went_found.map(joined));
    if [&cost, &went].iter().any(|a| matches!(a, Some(Err(AnalysisError::Stopped)))) {
        return Err(AnalysisError::Stopped);
    }
    let happened = history::answer(
        ground.panel,
        &history::Question { pair, times: ask.times, years: HORIZON, least_share: None, data_words: String::new() },
    );
    mark_measures(&mut level, catalogue, pair, ask.date);
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    let of = |q: Question, answer: &Result<Answer, AnalysisError>| answer.as_ref().ok().filter(|_| asked(q)).cloned();
    let lead = lead(
        &level,
        of(Question::Coverage, &touched).as_ref(),
        of(Question::Reach, &reached).as_ref(),
        of(Question::History, &happened).as_ref(),
        ask,
    );
    // What is supposed stands above all else.
    let supposed: Vec<&str> = [&touched, &reached]
        .into_iter()
        .filter_map(|a| a.as_ref().ok()?.findings.first()?.supposition.as_deref())
        .collect();
    let mut document = Document {
        title: sentence(&format!("{a} and {b}: what times {} takes", multiple(ask.times))),
        subtitle: [ask.figures.as_str()].into_iter().chain(supposed).collect::<Vec<_>>().join(". "),
        lead,
        sections: vec![Section { heading: "How much is it now?".to_owned(), answer: level }],
        unanswered: Vec::new(),
        command: ask.command.clone(),
    };
    let mut add = |heading: &str, answer: Result<Answer, AnalysisError>| match answer {
        Ok(answer) => document.sections.push(Section { heading: heading.to_owned(), answer }),
        Err(e) => {
            let help = e.help().map_or_else(String::new, |h| format!("; {h}"));
            document.unanswered.push((heading.to_owned(), format!("{e}{help}")));
        }
    };
    if asked(Question::Coverage) {
        add("How much of it do measures touch?", touched);
    }
    if let Some(cost) = cost {
        add("What did a measure cost?", cost);
    }
    if asked(Question::Reach) {
        add(&format!("What would it take to multiply it by {}?", multiple(ask.times)), reached);
    }
    if asked(Question::Potential) {
        let question = potential::Question {
            pair,
            year: ask.year,
            date: ask.date,
            lift: ask.coverage.lift.clone(),
            bring: ask.coverage.bring.clone(),
            data_words: ask.coverage.data_words.clone(),
        };
        add("Where is the room?", potential::answer(ground.all, catalogue, &question));
    }
    if asked(Question::History) {
        add("How often has that happened?", happened);
    }
    if let Some(went) = went {
        add("Where did the trade go?", went);
    }
    if let (true, Some(dossier)) = (asked(Question::Check), &ground.dossier) {
        let evidence = Evidence {
            flows,
            partners: ground.partners,
            world: ground.world,
            catalogue,
            panel: ground.panel,
            data_words: ask.data_words.clone(),
        };
        add("Was what they said true?", Ok(dossier.check(&evidence, "turnover check").answer()));
    }
    Ok(document)
}

/// What was caught of an estimate; its fault is that of the brief.
fn joined<T>(caught: Result<T, Fault>) -> T {
    caught.unwrap_or_else(|fault| fault.pass_on())
}

type Named = Result<String, AnalysisError>;

fn cost(ground: &Ground, measure: &Named, ask: &Ask, watch: Watch<'_>) -> Result<Answer, AnalysisError> {
    let id = measure.as_deref().map_err(again)?;
    let partner = if ground.catalogue.sender(id) == Some(ask.pair.a) { ask.pair.b } else { ask.pair.a };
    let question = effect::Question {
        measure: id.to_owned(),
        partner: Some(partner),
        products: None,
        later: effect::Later::Drop,
        command: format!("turnover effect {id} --with {partner}{}", ask.partner_words),
    };
    effect::answer(ground.partners, ground.catalogue, &question, watch)
}

fn went(ground: &Ground, measure: &Named, ask: &Ask, watch: Watch<'_>) -> Result<Answer, AnalysisError> {
    let id = measure.as_deref().map_err(again)?;
    let question = diversion::Question {
        measure: id.to_owned(),
        products: None,
        watch_list: None,
        command: format!("turnover diversion {id}{}", ask.partner_words),
    };
    diversion::answer(ground.partners, ground.catalogue, &question, watch)
}

/// Years within which the base rate is counted.
const HORIZON: i32 = 8;

/// The day of the measures.
fn on(ask: &Ask) -> Date {
    ask.date.unwrap_or_else(|| ask.year.map_or(Date::MAX, |y| Date::new(y as i16, 12, 31).unwrap_or(Date::MAX)))
}

/// The measure on imports between the two in force on a day that names most codes and whose sender's trade
/// with many partners is at hand: the one whose effect can be estimated.
pub fn main_measure(partners: &Flows, catalogue: &Catalogue, pair: Pair, on: Date) -> Result<String, AnalysisError> {
    let (a, b) = (pair.a, pair.b);
    let names = format!("{} and {}", in_sentence(a.name()), in_sentence(b.name()));
    let refuse = |what: String, help: &str| Err(AnalysisError::Change { what, help: help.to_owned() });
    if !catalogue.knows(a, b) {
        return refuse(
            format!(
                "the catalogue has no measure between {names}, so what one cost cannot be answered: that is a gap of the \
                 catalogue, not a sign that there is none"
            ),
            "give a catalogue that has them with --catalogue",
        );
    }
    let mut between: Vec<&Measure> = catalogue
        .between(a, b, on)
        .filter(|m| m.direction == Direction::Import && !m.products.is_empty())
        .filter(|m| catalogue.sender(&m.id).is_some_and(|s| s == a || s == b))
        .collect();
    if between.is_empty() {
        return refuse(
            format!(
                "the catalogue has no measure of {names} on imports of named products that is in force on {on}, so what one \
                 cost cannot be answered from it"
            ),
            "name a measure and a file: turnover effect MEASURE --data FILE",
        );
    }
    // Bans before duties, whose lists are longer and whose effects are smaller.
    let codes = |m: &&Measure| m.products.iter().map(|p| p.codes.len()).sum::<usize>();
    between.sort_by_key(|m| std::cmp::Reverse((m.instrument == Instrument::Ban, codes(m))));
    let at_hand = |c: Iso3| {
        let mut others: Vec<Iso3> = partners.iter().filter(|f| f.importer == c).map(|f| f.exporter).collect();
        others.sort_unstable();
        others.dedup();
        others.len() > 2
    };
    let found = between.iter().find(|m| catalogue.sender(&m.id).is_some_and(at_hand));
    match found {
        Some(m) => Ok(m.id.clone()),
        None => refuse(
            format!(
                "what {} cost cannot be estimated from these figures, which lack its sender's imports from many countries",
                listed(&between.iter().map(|m| format!("{} ({})", m.title, m.id)).collect::<Vec<_>>())
            ),
            "turnover effect MEASURE --data FILE estimates it from flows by partner, product and year",
        ),
    }
}

/// `a or b`, the first few of a longer list.
fn listed(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [one, two] => format!("{one} or {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} or {} others", rest.len()),
        [] => String::new(),
    }
}

/// The same error for a second question.
fn again(error: &AnalysisError) -> AnalysisError {
    AnalysisError::Change { what: error.to_string(), help: error.help().map_or_else(String::new, |h| h.to_string()) }
}

/// The answer in three sentences.
fn lead(
    level: &Answer,
    touched: Option<&Answer>,
    reached: Option<&Answer>,
    happened: Option<&Answer>,
    ask: &Ask,
) -> Vec<String> {
    let mut out = Vec::new();
    let value = |answer: &Answer, id: &str| {
        answer.finding(id).and_then(|f| if let Number::Value(x) = f.value { Some(x) } else { None })
    };
    if let Some(f) = level.finding("turnover.level") {
        let times = match (value(level, "turnover.level"), f.interval) {
            (Some(now), _) => format!("; times {} would be {}", multiple(ask.times), usd(now * ask.times)),
            (None, Some(i)) => {
                let [low, high] = [i.low, i.high].map(|x| x * ask.times);
                format!("; times {} would be {}", multiple(ask.times), usd_range(low, high))
            }
            (None, None) => String::new(),
        };
        out.push(format!("{}{times}.", f.statement));
    }
    if let Some(f) = touched.and_then(|t| t.finding("coverage.claim")) {
        out.push(format!("{}.", f.sentence()));
    }
    // Without levers the cut of costs; with levers what is left, or that nothing is.
    let main = ["reach.cost_cut", "levers.rest", "levers.limit", "levers.fewest", "levers.all"];
    if let Some(f) = reached.and_then(|r| main.iter().find_map(|id| r.finding(id))) {
        out.push(format!("{}.", f.sentence()));
    }
    let rate = |id: &str| happened.and_then(|h| value(h, id));
    if let (Some(dollars), Some(share)) = (rate("history.base_rate"), rate("history.relative")) {
        out.push(format!(
            "Of the starts by pairs of that size, {} reached times {} within {HORIZON} years in current dollars, {} as a share \
             of all trade.",
            percent(dollars),
            multiple(ask.times),
            percent(share)
        ));
    }
    out
}

/// Marks on the trend when measures between the pair began, by year.
pub fn mark_measures(level: &mut Answer, catalogue: &Catalogue, pair: Pair, date: Option<Date>) {
    let until = date.unwrap_or(Date::MAX);
    let mut years: std::collections::BTreeMap<i16, Vec<&Measure>> = std::collections::BTreeMap::new();
    for m in &catalogue.measures {
        let first = m
            .targets
            .iter()
            .map(|t| t.from)
            .filter(|from| *from <= until && (m.concerns(pair.a, pair.b, *from) || m.concerns(pair.b, pair.a, *from)))
            .min();
        if let Some(day) = first {
            years.entry(day.year()).or_default().push(m);
        }
    }
    for chart in level.charts.iter_mut().filter(|c| c.id == "turnover.trend") {
        if let ChartKind::Lines { marks, .. } = &mut chart.kind {
            marks.extend(years.iter().map(|(year, measures)| Mark {
                x: f64::from(*year),
                label: match measures[..] {
                    [one] => one.title.clone(),
                    _ => format!("{} measures", measures.len()),
                },
            }));
        }
    }
}
