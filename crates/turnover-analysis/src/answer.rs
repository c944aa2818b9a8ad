//! What the questions return and the faces show: findings, tables, charts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use turnover_data::Source;

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// US dollars.
    Usd,
    /// A fraction of one.
    Share,
    /// A change relative to the old value: 0.1 is 10 % more.
    Change,
    /// A ratio of new to old.
    Multiple,
    /// Natural-log points of a partial effect.
    LogPoints,
    /// Whole things.
    Count,
    /// A calendar year.
    Year,
    /// A trade elasticity.
    Elasticity,
    /// A plain number with six significant digits.
    Plain,
    /// A probability.
    Probability,
    /// Words.
    Text,
}

/// A range within which the value lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The value of a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// A number.
    Value(f64),
    /// A word, such as a verdict.
    Word(String),
    /// None: only the interval is known.
    Unknown,
}

impl Number {
    /// The value of a range that is one point.
    pub(crate) fn of_range(range: Option<Interval>) -> Self {
        range.filter(|r| r.low == r.high).map_or(Number::Unknown, |r| Number::Value(r.low))
    }
}

/// The one thing that is shown to a user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable name, such as `turnover.level`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The finding as one sentence.
    pub statement: String,
    /// The value.
    pub value: Number,
    /// Its unit.
    pub unit: Unit,
    /// The range, where the data gives no point or the method an uncertainty.
    pub interval: Option<Interval>,
    /// How it was worked out.
    pub method: String,
    /// What exactly the value is.
    pub definition: String,
    /// Where the figures come from.
    pub sources: Vec<Source>,
    /// What a reader must know before quoting it.
    pub caveats: Vec<String>,
    /// The command that gives it again.
    pub reproduce: String,
    /// What it supposes that is not so, as `Supposing that Food embargo (rus-2014-food) is lifted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supposition: Option<String>,
}

impl Finding {
    /// What the findings of one answer share; each fills in what is its own.
    pub(crate) fn template(
        unit: Unit,
        method: String,
        sources: Vec<Source>,
        caveats: Vec<String>,
        reproduce: String,
    ) -> Self {
        Finding {
            id: String::new(),
            title: String::new(),
            statement: String::new(),
            value: Number::Unknown,
            unit,
            interval: None,
            method,
            definition: String::new(),
            sources,
            caveats,
            reproduce,
            supposition: None,
        }
    }
}

impl Finding {
    /// The sentence with what it supposes before it, for wherever it stands by itself.
    pub fn sentence(&self) -> String {
        match &self.supposition {
            Some(supposed) => format!("{supposed}: {}", self.statement),
            None => self.statement.clone(),
        }
    }
}

/// A table's column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Stable name for files.
    pub name: String,
    /// Heading for people.
    pub title: String,
    /// Unit of its cells.
    pub unit: Unit,
}

/// A table's cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number in the column's unit.
    Number(f64),
    /// Nothing known.
    Missing,
}

impl From<f64> for Cell {
    fn from(x: f64) -> Self {
        if x.is_finite() { Cell::Number(x) } else { Cell::Missing }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<Option<f64>> for Cell {
    fn from(x: Option<f64>) -> Self {
        x.map_or(Cell::Missing, Cell::from)
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Stable name, such as `turnover.by_year`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each as long as the columns.
    pub rows: Vec<Vec<Cell>>,
    /// What it supposes that is not so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supposition: Option<String>,
}

impl Table {
    /// An empty table with columns (name, title, unit).
    pub fn new(id: &str, title: &str, columns: &[(&str, &str, Unit)]) -> Self {
        Table {
            id: id.to_owned(),
            title: title.to_owned(),
            columns: columns
                .iter()
                .map(|(name, title, unit)| Column { name: (*name).to_owned(), title: (*title).to_owned(), unit: *unit })
                .collect(),
            rows: Vec::new(),
            supposition: None,
        }
    }

    /// The title with what the table supposes.
    pub fn heading(&self) -> String {
        match &self.supposition {
            Some(supposed) => format!("{supposed}: {}", self.title),
            None => self.title.clone(),
        }
    }
}

/// A named line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Points (x, y) in ascending x.
    pub points: Vec<(f64, f64)>,
}

/// A labelled place on the x axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Where.
    pub x: f64,
    /// What happened there.
    pub label: String,
}

/// A bar of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// The part of the length, from zero, that is certainly marked.
    pub marked_low: f64,
    /// The part that is at most marked.
    pub marked_high: f64,
}

/// What a chart draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChartKind {
    /// Lines over a numeric axis, with marks on it and one point picked out.
    Lines {
        /// The lines.
        lines: Vec<Line>,
        /// Dated events.
        marks: Vec<Mark>,
        /// A point to pick out.
        picked: Option<(f64, f64)>,
        /// Unit of x.
        x_unit: Unit,
        /// Name of the x axis.
        x_title: String,
    },
    /// Horizontal bars, to either side of zero, each with a marked part.
    Bars {
        /// The bars from top to bottom.
        bars: Vec<Bar>,
        /// What the certain and the possible part mean; `None` where no part is marked.
        marked: Option<String>,
    },
}

/// A chart as data. Its title states the finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// Stable name, such as `turnover.trend`.
    pub id: String,
    /// The finding that it shows.
    pub title: String,
    /// Unit of y, or of the bars.
    pub unit: Unit,
    /// The drawing.
    #[serde(flatten)]
    pub kind: ChartKind,
    /// Source and date, one line.
    pub source: String,
    /// What it supposes that is not so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supposition: Option<String>,
}

/// One answer in the lead of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    /// The sentence, without a full stop.
    pub sentence: String,
    /// The figure behind it.
    pub figure: Figure,
    /// What weighs most against it, as a whole sentence.
    pub reservation: Option<Reservation>,
}

/// The figure of a headline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// The pair's turnover a year, US dollars.
    Turnover(Interval),
    /// Whether a claim that trade is not affected is true; `None` where that is undecided or cannot be judged.
    Claim(Option<bool>),
    /// The fall of trade costs that the multiple takes.
    CostCut(f64),
    /// What levers make of the trade together, as a multiple.
    Levers(f64),
    /// How many of the starts reached the multiple: of the share of world trade, and in current dollars.
    BaseRate {
        /// Of the share of world trade.
        relative: f64,
        /// In current dollars.
        dollars: f64,
    },
    /// Unrealised potential both ways, as far as it is known, US dollars.
    Room(f64),
}

/// What weighs against a headline.
#[derive(Debug, Clone, PartialEq)]
pub struct Reservation {
    /// A whole sentence.
    pub sentence: String,
    /// How much it weighs: the share of the figure that it puts in doubt, 0 to 1.
    pub weight: f64,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The command that asked, as `turnover reach USA RUS --times 3`.
    pub command: String,
    /// What was asked, in words.
    pub title: String,
    /// The findings, most important first.
    pub findings: Vec<Finding>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The charts.
    pub charts: Vec<Chart>,
    /// Values that a command promises by name in its JSON, beside the findings.
    pub named: Map<String, Value>,
    /// What it says in the lead of a page.
    pub headline: Option<Headline>,
}

impl Answer {
    /// The JSON document of the command line's contract.
    pub fn to_json(&self) -> Value {
        let mut out = Map::new();
        out.insert("command".into(), self.command.clone().into());
        out.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        out.insert("title".into(), self.title.clone().into());
        out.extend(self.named.clone());
        let json = |x: Result<Value, serde_json::Error>| x.unwrap_or(Value::Null);
        out.insert("findings".into(), json(serde_json::to_value(&self.findings)));
        out.insert("tables".into(), json(serde_json::to_value(&self.tables)));
        out.insert("charts".into(), json(serde_json::to_value(&self.charts)));
        out.insert("status".into(), "answered".into());
        Value::Object(out)
    }

    /// The answer with every finding, table and chart marked as resting on a supposition.
    #[must_use]
    pub fn supposing(mut self, supposition: &str) -> Self {
        let mark = || Some(supposition.to_owned());
        self.findings.iter_mut().for_each(|f| f.supposition = mark());
        self.tables.iter_mut().for_each(|t| t.supposition = mark());
        self.charts.iter_mut().for_each(|c| c.supposition = mark());
        self.headline.iter_mut().for_each(|h| h.sentence = format!("{supposition}: {}", h.sentence));
        self
    }

    /// A finding by its name.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|f| f.id == id)
    }
}
