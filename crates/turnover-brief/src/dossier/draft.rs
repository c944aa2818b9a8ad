//! From the statements of a text to a draft of a dossier, and to the text with verdicts beside it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use toml::{Table, Value};
use turnover_analysis::{Answer, Cell, Pair, Table as AnswerTable, Unit};
use turnover_data::Iso3;
use turnover_statements::{Bound, Check, CheckType, Confidence, Facts, Flow, Interval, Kind, Statement};

use super::judge::{Checked, Judged};
use super::moment::Moment;
use super::verdict::Verdict;
use super::{Dossier, DossierError};
use crate::document::{Document, Note, Passage};

/// A text that was read, with its statements.
#[derive(Debug, Clone)]
pub struct Article {
    /// The text.
    pub text: String,
    /// What it is called in the dossier: the file's name, or "text".
    pub name: String,
    /// The day of the text.
    pub date: Date,
    /// The pair of the dossier, where it is given.
    pub pair: Option<Pair>,
    /// What was found.
    pub statements: Vec<Statement>,
}

/// How far off a figure may be, by how it was said: a figure is as exact as its digits.
const ABOUT: f64 = 10.0;
const PLAIN: f64 = 5.0;

impl Article {
    /// The pair that most statements are about.
    pub fn main_pair(&self) -> Option<Pair> {
        let mut count: BTreeMap<(Iso3, Iso3), (usize, Pair)> = BTreeMap::new();
        for pair in self.statements.iter().filter_map(|s| s.check.as_ref()).filter_map(pair_of) {
            let key = if pair.a < pair.b { (pair.a, pair.b) } else { (pair.b, pair.a) };
            count.entry(key).or_insert((0, pair)).0 += 1;
        }
        self.pair.or_else(|| count.into_values().max_by_key(|(n, _)| *n).map(|(_, pair)| pair))
    }

    /// The draft as TOML; none where no statement was found, or no pair of countries that a dossier needs.
    pub fn toml(&self) -> Option<String> {
        let pair = self.main_pair().filter(|_| !self.statements.is_empty())?;
        let mut root = Table::new();
        root.insert("schema".into(), Value::Integer(1));
        root.insert("id".into(), slug(&self.name).into());
        root.insert("title".into(), title(&self.text, &self.name).into());
        root.insert("pair".into(), Value::Array(vec![pair.a.to_string().into(), pair.b.to_string().into()]));
        root.insert("as_of".into(), self.date.to_string().into());
        let statements =
            self.statements.iter().enumerate().map(|(i, s)| Value::Table(self.entry(i, s, pair))).collect();
        root.insert("statement".into(), Value::Array(statements));
        toml::to_string(&root).ok()
    }

    /// The draft as a dossier.
    ///
    /// # Errors
    /// Where the draft is not one: never, unless a text holds what TOML cannot.
    pub fn dossier(&self) -> Result<Option<Dossier>, DossierError> {
        self.toml().map(|text| Dossier::parse(&format!("the draft of {}", self.name), &text)).transpose()
    }

    fn entry(&self, at: usize, s: &Statement, pair: Pair) -> Table {
        let mut t = Table::new();
        t.insert("id".into(), format!("s{:02}", at + 1).into());
        t.insert("date".into(), s.date.clone().unwrap_or_else(|| self.date.to_string()).into());
        let (speaker, role) = speaker(s);
        t.insert("speaker".into(), speaker.into());
        t.insert("role".into(), role.into());
        t.insert("kind".into(), s.kind.word().into());
        t.insert("topic".into(), topic(s).into());
        t.insert("said".into(), said(&s.span).into());
        if matches!(s.kind, Kind::Offer | Kind::Promise) {
            t.insert("status".into(), "open".into());
            t.insert("status_date".into(), self.date.to_string().into());
        }
        t.insert("source".into(), format!("{}, {}", self.name, self.date).into());
        let Some(check) = &s.check else { return t };
        if let Some(own) = pair_of(check).filter(|p| (p.a, p.b) != (pair.a, pair.b)) {
            t.insert("pair".into(), Value::Array(vec![own.a.to_string().into(), own.b.to_string().into()]));
        }
        // What was said earlier is judged by the figures and measures of its day.
        let day = s.date.as_deref().and_then(Moment::parse).map_or(self.date, Moment::last);
        match checks(check, day) {
            Ok(list) => {
                t.insert("checks".into(), Value::Array(list.into_iter().map(Value::Table).collect()));
            }
            Err(why) => {
                t.insert("undecided".into(), why.into());
            }
        }
        t
    }

    /// What was read, with verdicts where a dossier was checked.
    pub fn document(&self, checked: Option<&Checked>, command: &str, explain: bool) -> Document {
        let judged: Vec<Option<&Judged>> =
            (0..self.statements.len()).map(|i| checked.and_then(|c| c.results.get(i))).collect();
        let mut answer = checked.map_or_else(
            || Answer {
                headline: None,
                command: command.to_owned(),
                title: String::new(),
                findings: Vec::new(),
                tables: Vec::new(),
                charts: Vec::new(),
                named: serde_json::Map::new(),
            },
            Checked::answer,
        );
        answer.command = command.to_owned();
        answer.title = format!("What {} says, and whether it is so", self.name);
        // The proposals stand for the table of what was said.
        answer.tables.retain(|t| t.id != "check.statements");
        answer.tables.insert(0, self.table(&judged, explain));
        let proposals = serde_json::to_value(&self.statements).unwrap_or_default();
        answer.named.insert("proposals".into(), proposals);
        let notes = self.statements.iter().zip(&judged).map(|(s, j)| note(s, *j)).collect();
        let mut document = Document::from(answer);
        document.passage = Some(Passage { text: self.text.clone(), notes });
        document.dossier = self.toml();
        document
    }

    fn table(&self, judged: &[Option<&Judged>], explain: bool) -> AnswerTable {
        let mut columns = vec![
            ("said", "What was said", Unit::Text),
            ("speaker", "Who", Unit::Text),
            ("kind", "Kind", Unit::Text),
            ("check", "In figures", Unit::Text),
            ("verdict", "It", Unit::Text),
            ("confidence", "Proposal", Unit::Text),
        ];
        if explain {
            columns.push(("rule", "Rule", Unit::Text));
        }
        let mut table = AnswerTable::new("read.statements", "Statements found, to accept or reject", &columns);
        for (s, judged) in self.statements.iter().zip(judged) {
            let figures = s.check.as_ref().map_or_else(String::new, in_words);
            let mut row: Vec<Cell> = vec![
                said(&s.span).into(),
                speaker(s).0.into(),
                s.kind.word().into(),
                if figures.is_empty() { Cell::Missing } else { figures.into() },
                verdict(s, *judged).0.into(),
                confidence(s.confidence).into(),
            ];
            if explain {
                row.push(s.rule.into());
            }
            table.rows.push(row);
        }
        table
    }
}

/// Two countries; none for groups and for all partners.
fn pair_of(check: &Check) -> Option<Pair> {
    let [Some(a), Some(b)] = check.pair else { return None };
    Pair::resolve(a, b).ok()
}

fn slug(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(s, _)| s);
    let kept: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let short: String = kept.trim_matches('-').chars().take(60).collect();
    if short.is_empty() { "text".to_owned() } else { short.trim_matches('-').to_owned() }
}

/// The first line where it is a headline, else the name.
fn title(text: &str, name: &str) -> String {
    let first = text.trim_start().lines().next().unwrap_or_default().trim();
    let headline = !first.is_empty() && first.chars().count() <= 120 && !first.ends_with('.');
    if headline { plain(first) } else { name.to_owned() }
}

/// What was said, as a sentence: quotation marks in pairs, a full stop at the end.
fn said(span: &str) -> String {
    let mut text = plain(span);
    let (opened, closed) = (text.matches('“').count(), text.matches('”').count());
    if opened > closed {
        text.push('”');
    } else if closed > opened {
        text.insert(0, '“');
    }
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect()
}

/// Text on one line, without control characters.
fn plain(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn speaker(s: &Statement) -> (String, String) {
    let Some(speaker) = &s.speaker else { return ("The text".to_owned(), String::new()) };
    let role = speaker.role.as_deref().map(plain).unwrap_or_default();
    // "ambassador to Russia" is a role and a country.
    let role = [" to", " of", " for", " in"].iter().find_map(|w| role.strip_suffix(w)).unwrap_or(&role).to_owned();
    if let Some(name) = &speaker.name {
        let of =
            speaker.country.and_then(|c| Iso3::parse(c).ok()).map_or_else(String::new, |c| format!(", {}", c.name()));
        return (plain(name), format!("{role}{of}"));
    }
    let mut shown: String = role.chars().take(1).flat_map(char::to_uppercase).chain(role.chars().skip(1)).collect();
    if let Some(country) = speaker.country.and_then(|c| Iso3::parse(c).ok())
        && !role.is_empty()
    {
        shown = format!("{shown} ({})", country.name());
    }
    if shown.is_empty() { ("The text".to_owned(), role) } else { (shown, role) }
}

fn confidence(c: Confidence) -> &'static str {
    match c {
        Confidence::Certain => "certain form",
        Confidence::Likely => "likely",
        Confidence::Possible => "possible",
    }
}

fn topic(s: &Statement) -> String {
    serde_json::to_value(s.topic).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The verdict in words and its class.
fn verdict(s: &Statement, judged: Option<&Judged>) -> (String, &'static str) {
    match (s.kind, judged.map(|j| j.verdict)) {
        (Kind::Offer | Kind::Promise, _) => ("open".to_owned(), "open"),
        (_, Some(v @ Verdict::Holds)) => (v.words().to_owned(), "holds"),
        (_, Some(v @ Verdict::Fails)) => (v.words().to_owned(), "fails"),
        (_, Some(v @ (Verdict::Depends | Verdict::Undecided))) => (v.words().to_owned(), "depends"),
        _ => (Verdict::Unchecked.words().to_owned(), "unknown"),
    }
}

fn note(s: &Statement, judged: Option<&Judged>) -> Note {
    let (verdict, class) = verdict(s, judged);
    let mut lines = vec![format!("{}; {}", speaker(s).0, s.kind.word())];
    if let Some(check) = &s.check {
        lines.push(in_words(check));
    }
    match judged {
        Some(j) if j.claims.is_empty() => lines.push(j.why.clone()),
        Some(j) => lines.extend(j.claims.iter().map(|c| c.why.clone())),
        None => {}
    }
    for reading in &s.readings {
        lines.push(format!("It may also mean: {}", in_words(reading)));
    }
    lines.retain(|l| !l.is_empty());
    Note { span: s.bytes.clone(), verdict, class, lines }
}

/// A check as a line: `change, UKR to RUS, exports, 2014: -33.3 %`.
fn in_words(check: &Check) -> String {
    let side = |c: Option<&'static str>| c.unwrap_or("not named");
    let [a, b] = check.pair;
    let flow = match check.flow {
        Flow::Exports => format!("{} to {}", side(a), side(b)),
        Flow::Imports => format!("{} from {}", side(a), side(b)),
        Flow::Turnover => format!("{} and {}", side(a), side(b)),
        Flow::Balance => format!("{} with {}", side(a), side(b)),
    };
    let Ok(serde_json::Value::Object(facts)) = serde_json::to_value(&check.facts) else { return flow };
    let words: Vec<String> = facts
        .iter()
        .map(|(k, v)| match v {
            serde_json::Value::String(s) => format!("{} {s}", k.replace('_', " ")),
            serde_json::Value::Number(n) => {
                format!("{} {}", k.replace('_', " "), short(n.as_f64().unwrap_or_default()))
            }
            serde_json::Value::Bool(_) => k.clone(),
            other => format!("{} {other}", k.replace('_', " ")),
        })
        .collect();
    let kind = serde_json::to_value(check.kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    format!("{kind}, {flow}: {}", words.join(", "))
}

fn short(x: f64) -> String {
    match x.abs() {
        v if v >= 1e9 => format!("{} bn", (x / 1e7).round() / 100.0),
        v if v >= 1e6 => format!("{} m", (x / 1e4).round() / 100.0),
        _ => ((x * 100.0).round() / 100.0).to_string(),
    }
}

/// The dossier's checks of a statement, or what keeps it from being checked and what would decide it.
fn checks(check: &Check, date: Date) -> Result<Vec<Table>, String> {
    let f = &check.facts;
    let groups = check.pair.iter().flatten().any(|c| Iso3::parse(c).is_err());
    if groups || check.pair.iter().any(Option::is_none) {
        return Err(
            "it is not about two countries; figures of the group, or the partner's name, would decide it".to_owned()
        );
    }
    if let Some(product) = &f.product {
        return Err(format!(
            "it is about {product} alone; trade by product (--data FILE with HS codes) would decide it"
        ));
    }
    if f.negated {
        return Err("it denies a figure; the figure that it denies can be entered as a claim of its own".to_owned());
    }
    if let Some(unit) = f.unit.filter(|u| *u != "USD") {
        return Err(format!("its figure is in {unit}; figures in {unit}, or the rate of the period, would decide it"));
    }
    match check.kind {
        CheckType::Level | CheckType::Balance => level(check, f).map(|t| vec![t]),
        CheckType::Change => change(check, f, date),
        CheckType::Share => share(check, f, date).map(|t| vec![t]),
        CheckType::Rank => {
            let mut t = question("rank");
            t.insert("year".into(), Value::Integer(year(f.period).unwrap_or_else(|| last_year(date))));
            t.insert("flow".into(), flow(check.flow).into());
            t.insert("rank".into(), Value::Integer(i64::from(f.rank.unwrap_or(1))));
            Ok(vec![t])
        }
        CheckType::Forecast => forecast(f, date).map(|t| vec![t]),
        CheckType::Effect => Err("it names a cause; turnover effect estimates what a measure cost".to_owned()),
    }
}

fn question(name: &str) -> Table {
    let mut t = Table::new();
    t.insert("question".into(), name.into());
    t
}

fn flow(flow: Flow) -> &'static str {
    match flow {
        Flow::Exports => "exports",
        Flow::Imports => "imports",
        Flow::Turnover => "turnover",
        Flow::Balance => "balance",
    }
}

fn year(period: Option<Interval>) -> Option<i64> {
    period.and_then(Interval::as_year).map(i64::from)
}

fn last_year(date: Date) -> i64 {
    i64::from(date.year()) - 1
}

fn whole_year(period: Option<Interval>, what: &str) -> Result<i64, String> {
    match (year(period), period) {
        (Some(y), _) => Ok(y),
        (None, Some(p)) => Err(format!("{what} is {p}; monthly figures of the pair (--data FILE) would decide it")),
        (None, None) => Err(format!("{what} is not said; the year would decide it")),
    }
}

fn bounded(t: &mut Table, bound: Option<Bound>) {
    match bound {
        Some(Bound::Above) => t.insert("bound".into(), "above".into()),
        Some(Bound::Below) => t.insert("bound".into(), "below".into()),
        _ => None,
    };
}

fn tolerance(bound: Option<Bound>) -> Value {
    Value::Float(if bound == Some(Bound::Approx) { ABOUT } else { PLAIN })
}

fn level(check: &Check, f: &Facts) -> Result<Table, String> {
    let mut t = question("turnover");
    t.insert("flow".into(), flow(check.flow).into());
    t.insert("year".into(), Value::Integer(whole_year(f.period, "its period")?));
    let sign = if f.sign == Some("deficit") { -1.0 } else { 1.0 };
    let value = f.value.filter(|_| f.unit.is_some()).ok_or("its currency is not said; the currency would decide it")?;
    if value == 0.0 {
        return Err("it says that nothing was traded; the pair's own figures show whether anything was".to_owned());
    }
    t.insert("billion_usd".into(), Value::Float(sign * value / 1e9));
    t.insert("tolerance_percent".into(), tolerance(f.bound));
    bounded(&mut t, f.bound);
    Ok(t)
}

fn change(check: &Check, f: &Facts, date: Date) -> Result<Vec<Table>, String> {
    if f.of.is_some() {
        return Err("it is about the change of a share; the share of each year can be checked by itself".to_owned());
    }
    let to = match (f.period, f.base) {
        (None, Some(base)) if base.as_year().is_some() => last_year(date),
        _ => whole_year(f.period, "its period")?,
    };
    let from = if f.base.is_some() { whole_year(f.base, "what it is measured from")? } else { to - 1 };
    if from >= to {
        return Err(format!("it is measured from {from} to {to}; an earlier and a later year would decide it"));
    }
    let between = |t: &mut Table| {
        t.insert("flow".into(), flow(check.flow).into());
        t.insert("from_year".into(), Value::Integer(from));
        t.insert("to_year".into(), Value::Integer(to));
    };
    let mut out = Vec::new();
    if let Some(percent) = f.percent.or(f.factor.map(|k| 100.0 * (k - 1.0))) {
        let mut t = question("turnover");
        t.insert("claim".into(), format!("It changed by {} %.", (percent * 10.0).round() / 10.0).into());
        between(&mut t);
        t.insert("change_percent".into(), Value::Float((percent * 100.0).round() / 100.0));
        let wide = (percent.abs() * 0.1).clamp(if f.bound.is_some() { 5.0 } else { 3.0 }, 100.0);
        t.insert("tolerance_points".into(), Value::Float((wide * 10.0).round() / 10.0));
        out.push(t);
    }
    if let (Some(first), Some(last), Some(_)) = (f.from_value, f.to_value, f.unit) {
        let mut t = question("turnover");
        t.insert("claim".into(), format!("It went from {} to {}.", short(first), short(last)).into());
        between(&mut t);
        t.insert("from_billion_usd".into(), Value::Float(first / 1e9));
        t.insert("to_billion_usd".into(), Value::Float(last / 1e9));
        t.insert("tolerance_percent".into(), Value::Float(PLAIN));
        out.push(t);
    } else if let (Some(last), Some(_)) = (f.to_value, f.unit) {
        let mut t = question("turnover");
        t.insert("claim".into(), format!("It came to {}.", short(last)).into());
        t.insert("flow".into(), flow(check.flow).into());
        t.insert("year".into(), Value::Integer(to));
        t.insert("billion_usd".into(), Value::Float(last / 1e9));
        t.insert("tolerance_percent".into(), Value::Float(PLAIN));
        out.push(t);
    }
    if out.is_empty() {
        return Err("it gives a direction or a difference without a level; a figure would decide it".to_owned());
    }
    Ok(out)
}

fn share(check: &Check, f: &Facts, date: Date) -> Result<Table, String> {
    let percent = f.percent.ok_or("it has no figure")?;
    match f.part {
        Some("partner") => {
            let mut t = question("share");
            t.insert("year".into(), Value::Integer(year(f.period).unwrap_or_else(|| last_year(date))));
            t.insert("flow".into(), flow(check.flow).into());
            t.insert("percent".into(), Value::Float((percent * 100.0).round() / 100.0));
            t.insert("tolerance_points".into(), Value::Float(if f.bound == Some(Bound::Approx) { 3.0 } else { 1.0 }));
            bounded(&mut t, f.bound);
            Ok(t)
        }
        Some(part @ ("affected" | "not_affected")) if check.flow == Flow::Turnover => {
            let mut t = question("coverage");
            let free = if part == "affected" { 100.0 - percent } else { percent };
            t.insert("not_affected_percent".into(), Value::Float(free));
            t.insert("date".into(), f.period.map_or(date, |p| p.to).to_string().into());
            Ok(t)
        }
        Some("currency") => {
            Err("it is about currencies of settlement; central banks publish them, trade statistics do not".to_owned())
        }
        _ => {
            Err("it is about a part of the flow; trade by product (--data FILE with HS codes) would decide it"
                .to_owned())
        }
    }
}

fn forecast(f: &Facts, date: Date) -> Result<Table, String> {
    let times = f.factor.or(f.percent.map(|p| 1.0 + p / 100.0)).or(match (f.from_value, f.to_value) {
        (Some(a), Some(b)) if a > 0.0 => Some(b / a),
        _ => None,
    });
    let years = f.period.map_or(8, |p| i64::from(p.to.year()) - i64::from(date.year())).max(1);
    let times = match (times, f.vague) {
        (Some(k), _) if k > 0.0 => k,
        // "Several times" is three at least; the reach of other multiples is asked with turnover reach.
        (None, true) => 3.0,
        _ => return Err("it is about the future; it can be checked when its year is over".to_owned()),
    };
    let mut t = question("reach");
    t.insert("times".into(), Value::Float(times));
    t.insert("years".into(), Value::Integer(years));
    Ok(t)
}
