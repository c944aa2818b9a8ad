//! The trade of groups of countries, in findings and tables.

use serde_json::Map;

use super::blocs::{BlocBooks, BlocYear, Side, Sum};
use super::books::range;
use crate::answer::{Answer, Cell, Chart, ChartKind, Finding, Interval, Line, Number, Table, Unit};
use crate::format::{percent, sentence, usd, usd_range, usd_short};

/// The answer: what the members of each side report, added up over the pairs that they report of.
pub fn report_blocs(books: &BlocBooks, command: &str) -> Answer {
    let now = &books.years[&books.year];
    let mut findings = vec![level(books, now, command)];
    for (forward, id) in [(true, "forward"), (false, "backward")] {
        findings.push(direction(books, now, forward, id, command));
    }
    findings.extend(change(books, now, command));
    findings.extend(silent(books, command));
    Answer {
        title: format!("Trade of {} and {}, {}", books.sides[0].name, books.sides[1].name, books.year),
        command: command.to_owned(),
        findings,
        tables: vec![by_member(books), by_year(books)],
        charts: vec![chart(books)],
        named: Map::new(),
        headline: None,
    }
}

/// Who reports, in a sentence.
fn reporter(books: &BlocBooks, side: Side) -> String {
    match side {
        Side::First => books.sides[0].name.clone(),
        Side::Second => books.sides[1].name.clone(),
        Side::Other => "the editors of the data".to_owned(),
    }
}

/// A verb for one country or for members.
fn reports(books: &BlocBooks, side: Side) -> String {
    let members = match side {
        Side::First => books.sides[0].members.len(),
        Side::Second => books.sides[1].members.len(),
        Side::Other => 2,
    };
    match (side, members) {
        (_, 1) => format!("{} reports", reporter(books, side)),
        (Side::Other, _) => format!("{} have it", reporter(books, side)),
        _ => format!("members of {} report", reporter(books, side)),
    }
}

/// "262 bn as members of the EU report", with how many pairs it covers where some are missing.
fn by_side(books: &BlocBooks, side: Side, sum: Sum) -> String {
    let pairs = books.pairs_in_all();
    let covered = if sum.reports < pairs { format!(" (of {} of {pairs} pairs)", sum.reports) } else { String::new() };
    format!("{} as {}{covered}", usd_short(sum.value_usd), reports(books, side))
}

const SIDES: [Side; 3] = [Side::First, Side::Second, Side::Other];

fn finding(books: &BlocBooks, id: &str, title: &str, command: &str) -> Finding {
    let mut caveats = vec![format!(
        "Trade among the members of one side is not in it; {} has the members of the end of {}.",
        books.sides.iter().filter(|s| s.members.len() > 1).map(|s| s.name.clone()).collect::<Vec<_>>().join(" and "),
        books.year
    )];
    caveats.extend(books.sources.iter().flat_map(|s| s.1.iter().cloned()));
    let sources = books.sources.iter().map(|s| s.0.clone()).collect();
    let method = "sum of reported flows over pairs of members".to_owned();
    Finding {
        id: format!("turnover.{id}"),
        title: title.to_owned(),
        ..Finding::template(Unit::Usd, method, sources, caveats, command.to_owned())
    }
}

/// The range of what the most complete sides report, and whether all pairs are in it.
fn level(books: &BlocBooks, now: &BlocYear, command: &str) -> Finding {
    let [a, b] = &books.sides;
    let known: Vec<(Side, Sum)> = SIDES.iter().filter_map(|s| Some((*s, now.turnover(*s)?))).collect();
    let most = known.iter().map(|k| k.1.reports).max().unwrap_or(0);
    let fullest: Vec<&(Side, Sum)> = known.iter().filter(|k| k.1.reports == most).collect();
    let between = range(fullest.iter().map(|k| k.1.value_usd));
    let each: Vec<String> = known.iter().map(|(side, sum)| by_side(books, *side, *sum)).collect();
    let at_least = if most < books.pairs_in_all() { "at least " } else { "" };
    let statement = match between {
        Some(r) => format!(
            "{} and {} traded goods worth {at_least}{} in {}: {}",
            a.name,
            b.name,
            usd_range(r.low, r.high),
            books.year,
            each.join(", ")
        ),
        None => format!(
            "The turnover of {} and {} is not known for {}: no side reports both directions",
            a.name, b.name, books.year
        ),
    };
    Finding {
        statement: sentence(&statement),
        value: Number::of_range(between),
        interval: between.filter(|r| r.low < r.high),
        definition: format!(
            "goods exports plus imports between members of the two sides in {}, current US dollars; the range of the sides \
             that report of the most pairs",
            books.year
        ),
        ..finding(books, "level", "Turnover", command)
    }
}

fn direction(books: &BlocBooks, now: &BlocYear, forward: bool, id: &str, command: &str) -> Finding {
    let (from, to) = if forward { (0, 1) } else { (1, 0) };
    let (from, to) = (&books.sides[from], &books.sides[to]);
    let known: Vec<(Side, Sum)> = SIDES.iter().filter_map(|s| Some((*s, now.get(forward, *s)?))).collect();
    let each: Vec<String> = known
        .iter()
        .map(|(side, sum)| {
            let valuation = books.valuations.get(&(forward, *side)).copied().flatten();
            let valuation = valuation.map_or_else(String::new, |v| format!(", {}", v.label()));
            format!("{}{valuation}", by_side(books, *side, *sum))
        })
        .collect();
    let most = known.iter().map(|k| k.1.reports).max().unwrap_or(0);
    let between = range(known.iter().filter(|k| k.1.reports == most).map(|k| k.1.value_usd));
    let statement = match each.is_empty() {
        true => format!("what {} sold to {} is not reported for {}", from.name, to.name, books.year),
        false => format!("{} to {}: {}", from.name, to.name, each.join("; ")),
    };
    Finding {
        statement: sentence(&statement),
        value: Number::of_range(between),
        interval: between.filter(|r| r.low < r.high),
        definition: format!("goods from {} to {} in {}, by each side's reports", from.code, to.code, books.year),
        ..finding(books, id, &format!("{} to {}", from.code, to.code), command)
    }
}

/// The change on the year before as one side reports it, where it reports of the same pairs.
fn change(books: &BlocBooks, now: &BlocYear, command: &str) -> Option<Finding> {
    let before = books.years.get(&(books.year - 1))?;
    let (side, x, y) = SIDES.iter().find_map(|s| {
        let (x, y) = (now.turnover(*s)?, before.turnover(*s)?);
        (x.reports == y.reports && y.value_usd > 0.0).then_some((*s, x, y))
    })?;
    let change = x.value_usd / y.value_usd - 1.0;
    let verb = if change < 0.0 { "less" } else { "more" };
    Some(Finding {
        statement: sentence(&format!(
            "as {}, that is {} {verb} than in {}",
            reports(books, side),
            percent(change.abs()),
            books.year - 1
        )),
        value: Number::Value(change),
        unit: Unit::Change,
        definition: format!("turnover of {} over that of {}, less one, by one side", books.year, books.year - 1),
        ..finding(books, "change", "On the year before", command)
    })
}

/// The pairs that nobody reports: their trade is not known, which is not nought.
fn silent(books: &BlocBooks, command: &str) -> Option<Finding> {
    let all = books.pairs_in_all();
    let missing = all - books.pairs.len();
    (missing > 0).then(|| Finding {
        statement: format!(
            "Of {missing} of the {all} pairs of members there is no report of {}: their trade is not in the sums",
            books.year
        ),
        value: Number::Value(missing as f64),
        unit: Unit::Count,
        definition: "pairs of a member of each side without any report in the year".to_owned(),
        ..finding(books, "silent", "Not reported", command)
    })
}

/// Columns of both directions by each side.
const COLUMNS: [(bool, Side, &str); 4] = [
    (true, Side::First, "forward_by_first_usd"),
    (true, Side::Second, "forward_by_second_usd"),
    (false, Side::First, "backward_by_first_usd"),
    (false, Side::Second, "backward_by_second_usd"),
];

fn with_columns(books: &BlocBooks, id: &str, title: &str, first: (&str, &str, Unit)) -> Table {
    let [a, b] = [&books.sides[0].code, &books.sides[1].code];
    let heading = |forward: bool, side: Side| {
        let (from, to) = if forward { (a, b) } else { (b, a) };
        format!("{from} to {to}, as {} reports", if side == Side::First { a } else { b })
    };
    let titles: Vec<String> = COLUMNS.iter().map(|(forward, side, _)| heading(*forward, *side)).collect();
    let mut columns = vec![first];
    columns.extend(COLUMNS.iter().zip(&titles).map(|((_, _, name), title)| (*name, title.as_str(), Unit::Usd)));
    let other = [format!("{a} to {b}, by editors"), format!("{b} to {a}, by editors")];
    columns.push(("forward_by_other_usd", &other[0], Unit::Usd));
    columns.push(("backward_by_other_usd", &other[1], Unit::Usd));
    columns.push(("reports", "Pairs reported", Unit::Count));
    Table::new(id, title, &columns)
}

fn cells(year: &BlocYear) -> Vec<Cell> {
    let value = |forward, side| Cell::from(year.get(forward, side).map(|s| s.value_usd));
    let mut out: Vec<Cell> = COLUMNS.iter().map(|(forward, side, _)| value(*forward, *side)).collect();
    out.extend([true, false].map(|forward| value(forward, Side::Other)));
    let most = SIDES.iter().flat_map(|s| [true, false].map(|f| year.get(f, *s))).flatten().map(|s| s.reports).max();
    out.push(Cell::from(most.map(|n| n as f64)));
    out
}

/// Without columns that no row fills.
fn filled(mut table: Table) -> Table {
    let empty = |at: usize| table.rows.iter().all(|r| matches!(r[at], Cell::Missing));
    let keep: Vec<bool> = (0..table.columns.len()).map(|at| !empty(at)).collect();
    let kept = |at: &mut usize| {
        *at += 1;
        keep[*at - 1]
    };
    let mut at = 0;
    table.columns.retain(|_| kept(&mut at));
    for row in &mut table.rows {
        let mut at = 0;
        row.retain(|_| kept(&mut at));
    }
    table
}

fn by_member(books: &BlocBooks) -> Table {
    let title = format!("By member, {}", books.year);
    let mut table = with_columns(books, "turnover.by_member", &title, ("member", "Member", Unit::Text));
    for (member, year) in books.by_member() {
        let mut row = vec![Cell::from(member.name().to_owned())];
        row.extend(cells(&year));
        table.rows.push(row);
    }
    filled(table)
}

fn by_year(books: &BlocBooks) -> Table {
    let title = format!("By year, the members of the end of {}", books.year);
    let mut table = with_columns(books, "turnover.by_year", &title, ("year", "Year", Unit::Year));
    for (year, sums) in books.years.iter().rev() {
        let mut row = vec![Cell::from(f64::from(*year))];
        row.extend(cells(sums));
        table.rows.push(row);
    }
    filled(table)
}

/// A line for each side, of the years in which it reports of as many pairs as in the year looked at, or more.
fn chart(books: &BlocBooks) -> Chart {
    let now = &books.years[&books.year];
    let lines: Vec<Line> = SIDES
        .iter()
        .filter_map(|side| {
            let least = now.turnover(*side)?.reports;
            let of = |y: &BlocYear| y.turnover(*side).filter(|s| s.reports >= least).map(|s| s.value_usd);
            let points: Vec<(f64, f64)> =
                books.years.iter().filter_map(|(year, y)| Some((f64::from(*year), of(y)?))).collect();
            (points.len() > 1).then(|| Line { name: reporter(books, *side), points })
        })
        .collect();
    let picked = SIDES.iter().find_map(|s| now.turnover(*s)).map(|s| (f64::from(books.year), s.value_usd));
    let between = range(SIDES.iter().filter_map(|s| now.turnover(*s)).map(|s| s.value_usd));
    let title = match between {
        Some(Interval { low, high }) if low < high => {
            format!("Turnover in {}: {} to {} by side", books.year, usd_short(low), usd_short(high))
        }
        Some(r) => format!("Turnover in {}: {}", books.year, usd(r.low)),
        None => "Turnover by year, as reported".to_owned(),
    };
    Chart {
        id: "turnover.trend".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Lines { lines, marks: Vec::new(), picked, x_unit: Unit::Year, x_title: String::new() },
        source: books.sources.iter().map(|s| s.0.name.clone()).collect::<Vec<_>>().join("; "),
        supposition: None,
    }
}
