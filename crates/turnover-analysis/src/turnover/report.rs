//! What both sides report, in findings.

use serde_json::Map;
use turnover_data::builtin::Table as Stock;
use turnover_data::{DataError, Iso3, Source};

use crate::answer::{Answer, Figure, Finding, Headline, Interval, Number, Reservation, Unit};
use crate::error::AnalysisError;
use crate::format::{in_sentence, percent, sentence, usd, usd_range, usd_short, usd_short_range};

use super::beside::{reconciled, suspects};
use super::books::{Book, Books, Entry, range};
use super::series::{by_month, by_year, chart, reports, series};

/// The answer from the built-in world: every series beside the others, none preferred to a range.
pub fn report(books: &Books, command: &str) -> Result<Answer, AnalysisError> {
    let (a, b) = (in_sentence(books.pair.a.name()), in_sentence(books.pair.b.name()));
    let mut findings = vec![level(books, command)?];
    let headline = headline(books, &findings[0]);
    for reporter in [books.pair.a, books.pair.b].into_iter().filter(|r| books.covers(*r, books.year)) {
        findings.push(by_reporter(books, reporter, command)?);
    }
    for forward in [true, false] {
        findings.push(direction(books, forward, command)?);
    }
    for reporter in [books.pair.a, books.pair.b] {
        findings.extend(change(books, reporter, command)?);
        findings.extend(peak(books, reporter, command)?);
    }
    let mut tables = vec![reports(books)?, by_year(books), series(books)?];
    if let Some((finding, table)) = reconciled(books, command)? {
        findings.insert(1, finding);
        tables.insert(1, table);
    }
    let (standing_out, table) = suspects(books, command)?;
    findings.extend(standing_out);
    tables.extend(table);
    if !books.months.is_empty() {
        tables.push(by_month(books)?);
    }
    if let Some(c) = &books.chapters {
        let name = c.table.facts()?.short_name.clone();
        tables.extend(super::composition_of(&c.values, books.pair, c.year, &name));
    }
    Ok(Answer {
        title: format!("Trade of {a} and {b}, {}", books.year),
        command: command.to_owned(),
        findings,
        tables,
        charts: vec![chart(books)?],
        named: Map::new(),
        headline,
    })
}

/// How much it is, and how far the two books are apart.
fn headline(books: &Books, level: &Finding) -> Option<Headline> {
    let figure = match (&level.value, level.interval) {
        (_, Some(range)) => range,
        (Number::Value(x), None) => Interval { low: *x, high: *x },
        _ => return None,
    };
    let gap = |forward: bool| {
        let of = |c: Iso3| books.direction(Some(c), books.year, forward).map(|(_, e)| e.value_usd).filter(|v| *v > 0.0);
        let (x, y) = (of(books.pair.a)?, of(books.pair.b)?);
        Some((forward, x.max(y) / x.min(y) - 1.0))
    };
    let widest = [true, false].into_iter().filter_map(gap).max_by(|x, y| x.1.total_cmp(&y.1));
    let reservation = match widest {
        Some((forward, gap)) if gap > 0.1 => {
            let (from, to) = if forward { (books.pair.a, books.pair.b) } else { (books.pair.b, books.pair.a) };
            Some(Reservation {
                sentence: format!(
                    "The two countries' books are up to {} apart (goods from {} to {}), by origin against consignment, \
                     freight and timing: compare only figures of one reporter.",
                    percent(gap),
                    in_sentence(from.name()),
                    in_sentence(to.name())
                ),
                weight: gap.min(1.0),
            })
        }
        Some(_) => None,
        None => Some(Reservation {
            sentence: "Only one side's report of each direction is at hand: there is nothing to check it against."
                .to_owned(),
            weight: 0.3,
        }),
    };
    Some(Headline { sentence: level.statement.clone(), figure: Figure::Turnover(figure), reservation })
}

/// A finding's sources and caveats: those of the tables that it rests on.
fn resting_on(tables: &[Stock]) -> Result<(Vec<Source>, Vec<String>), DataError> {
    let mut tables = tables.to_vec();
    tables.sort_unstable();
    tables.dedup();
    let mut caveats = Vec::new();
    for t in &tables {
        caveats.extend(t.facts()?.caveats.iter().cloned());
    }
    Ok((tables.iter().map(|t| t.source()).collect::<Result<_, _>>()?, caveats))
}

struct Words<'a> {
    id: String,
    title: String,
    statement: String,
    definition: String,
    command: &'a str,
}

fn finding(words: Words, value: Number, interval: Option<Interval>, tables: &[Stock]) -> Result<Finding, DataError> {
    let (sources, caveats) = resting_on(tables)?;
    let template = Finding::template(
        Unit::Usd,
        "figures as reported, not added up or adjusted".to_owned(),
        sources,
        caveats,
        words.command.to_owned(),
    );
    Ok(Finding {
        id: format!("turnover.{}", words.id),
        title: words.title,
        statement: sentence(&words.statement),
        value,
        interval: interval.filter(|r| r.low < r.high),
        definition: words.definition,
        ..template
    })
}

/// The pair's turnover: one figure where one side reports it, a range where several do.
fn level(books: &Books, command: &str) -> Result<Finding, AnalysisError> {
    let (pair, year) = (books.pair, books.year);
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    let sides = [pair.a, pair.b].map(|c| books.turnover_of(c, year).map(|t| (c, t)));
    let known: Vec<_> = sides.iter().flatten().collect();
    let mut tables: Vec<Stock> = books.books.iter().filter(|b| b.years.contains_key(&year)).map(|b| b.table).collect();
    let (statement, value, interval) = match known[..] {
        [] => {
            let (statement, value, interval, used) = pieced_together(books)?;
            tables = used;
            (statement, value, interval)
        }
        [(c, (_, _, r))] => {
            let silent = if *c == pair.a { pair.b } else { pair.a };
            let why = if books.covers(silent, year) {
                "does not report both directions"
            } else {
                "is not in the tables of that year"
            };
            (
                format!(
                    "{a} and {b} traded goods worth {} in {year} as {} reports; {} {why}",
                    usd_range(r.low, r.high),
                    in_sentence(c.name()),
                    in_sentence(silent.name())
                ),
                Number::of_range(Some(*r)),
                Some(*r),
            )
        }
        _ => {
            let all = range(known.iter().flat_map(|k| [k.1.2.low, k.1.2.high]));
            let each: Vec<String> = known
                .iter()
                .map(|(c, (_, _, r))| {
                    format!("{} as {} reports", usd_short_range(r.low, r.high), in_sentence(c.name()))
                })
                .collect();
            (
                format!(
                    "{a} and {b} traded goods worth {} in {year}: {}",
                    all.map_or_else(String::new, |r| usd_range(r.low, r.high)),
                    each.join(", ")
                ),
                Number::Unknown,
                all,
            )
        }
    };
    Ok(finding(
        Words {
            id: "level".into(),
            title: "Turnover".into(),
            statement,
            definition: format!(
                "goods exports plus imports of the pair in {year}, current US dollars; the range of all series in which one \
                 country reports both directions"
            ),
            command,
        },
        value,
        interval,
        &tables,
    )?)
}

type Pieced = (String, Number, Option<Interval>, Vec<Stock>);

/// Where no side reports both directions: each direction by whoever reports it, or the editor's figure.
fn pieced_together(books: &Books) -> Result<Pieced, DataError> {
    let (pair, year) = (books.pair, books.year);
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    let all = |forward| -> Vec<(&Book, Entry)> {
        books.books.iter().filter_map(|b| Some((b, b.years.get(&year)?.get(forward)?))).collect()
    };
    let (there, back) = (all(true), all(false));
    let tables: Vec<Stock> = there.iter().chain(&back).map(|x| x.0.table).collect();
    let mut sources: Vec<&str> = Vec::new();
    for table in &tables {
        let name = table.facts()?.short_name.as_str();
        if !sources.contains(&name) {
            sources.push(name);
        }
    }
    let ranges = [&there, &back].map(|side| range(side.iter().map(|x| x.1.value_usd)));
    Ok(match ranges {
        [Some(x), Some(y)] => {
            let sum = Interval { low: x.low + y.low, high: x.high + y.high };
            let text = format!(
                "{a} and {b} traded goods worth {} in {year}: no report of either country has both directions here, so each is \
                 taken from {}",
                usd_range(sum.low, sum.high),
                sources.join(" and ")
            );
            (text, Number::of_range(Some(sum)), Some(sum), tables)
        }
        [x, y] => {
            let (from, to, known) = if x.is_some() { (&b, &a, x) } else { (&a, &b, y) };
            let known = known.map_or_else(String::new, |r| usd_range(r.low, r.high));
            let text = format!(
                "Turnover is not known for {year}: what {from} sold to {to} is not reported; the other direction was {known}"
            );
            (text, Number::Unknown, None, tables)
        }
    })
}

/// What one side reports of both directions, by its own office where it is built in.
fn by_reporter(books: &Books, reporter: Iso3, command: &str) -> Result<Finding, AnalysisError> {
    let (pair, year) = (books.pair, books.year);
    let name = in_sentence(reporter.name());
    let other = if reporter == pair.a { pair.b } else { pair.a };
    let own = |exports: bool| books.direction(Some(reporter), year, (reporter == pair.a) == exports);
    let (sold, bought) = (own(true), own(false));
    let tables: Vec<Stock> = [sold, bought].iter().flatten().map(|x| x.0.table).collect();
    let from = tables.first().map(|t| t.facts().map(|f| f.short_name.clone())).transpose()?;
    let turnover = books.turnover_of(reporter, year);
    let statement = match from {
        None => format!("{name} does not report its trade with {} for {year}", in_sentence(other.name())),
        Some(from) => {
            let one = |what: &str, entry: Option<Entry>| match entry {
                Some(e) => format!("{what} of {} ({})", usd_short(e.value_usd), e.valuation.label()),
                None => format!("{what} not reported"),
            };
            let (sold, bought) = (one("exports", sold.map(|x| x.1)), one("imports", bought.map(|x| x.1)));
            format!("{name} reports {sold}, {bought}; by {from}")
        }
    };
    Ok(finding(
        Words {
            id: format!("reported_by_{reporter}"),
            title: format!("As {name} reports"),
            statement,
            definition: format!("exports plus imports as {name} reports them; the range is that of all its series"),
            command,
        },
        turnover.map_or(Number::Unknown, |t| Number::Value(t.1)),
        turnover.map(|t| t.2),
        &tables,
    )?)
}

/// One direction by both sides.
fn direction(books: &Books, forward: bool, command: &str) -> Result<Finding, AnalysisError> {
    let (pair, year) = (books.pair, books.year);
    let (from, to) = if forward { (pair.a, pair.b) } else { (pair.b, pair.a) };
    let sides = [from, to].map(|c| books.direction(Some(c), year, forward));
    let tables: Vec<Stock> = sides.iter().flatten().map(|x| x.0.table).collect();
    let editor = books.direction(None, year, forward);
    let all = range(sides.iter().chain([&editor]).flatten().map(|x| x.1.value_usd));
    let word = |c: Iso3, side: &Option<(&Book, Entry)>| match side {
        Some((_, e)) => {
            format!("{} as {} reports ({})", usd_short(e.value_usd), in_sentence(c.name()), e.valuation.label())
        }
        None if books.covers(c, year) => format!("not reported by {}", in_sentence(c.name())),
        None => format!("no report of {} here for {year}", in_sentence(c.name())),
    };
    let tables: Vec<Stock> = tables.into_iter().chain(editor.map(|e| e.0.table)).collect();
    let edited = match editor {
        Some((book, e)) => {
            format!("; {} by {} ({})", usd_short(e.value_usd), book.table.facts()?.short_name, e.status.word())
        }
        None => String::new(),
    };
    let ratio = match &sides {
        [Some((_, x)), Some((_, m))] if x.value_usd > 0.0 => {
            let gap = m.value_usd / x.value_usd - 1.0;
            let more = if gap < 0.0 { "less" } else { "more" };
            format!(", {} {more}", percent(gap.abs()))
        }
        _ => String::new(),
    };
    Ok(finding(
        Words {
            id: if forward { "forward" } else { "backward" }.into(),
            title: format!("{from} to {to}"),
            statement: format!(
                "{} to {}: {}, {}{ratio}{edited}",
                in_sentence(from.name()),
                in_sentence(to.name()),
                word(from, &sides[0]),
                word(to, &sides[1])
            ),
            definition: format!("goods from {from} to {to} in {year}, by the exporter's and by the importer's report"),
            command,
        },
        Number::of_range(all),
        all,
        &tables,
    )?)
}

/// A side's change on the year before, within one series.
fn change(books: &Books, reporter: Iso3, command: &str) -> Result<Option<Finding>, AnalysisError> {
    let year = books.year;
    let found = books.of(Some(reporter)).find_map(|b| {
        let of = |y: i32| b.years.get(&y)?.turnover().filter(|v| *v > 0.0);
        Some((b, of(year)?, of(year - 1)?))
    });
    let Some((book, now, before)) = found else { return Ok(None) };
    let change = now / before - 1.0;
    let verb = if change < 0.0 { "less" } else { "more" };
    let name = in_sentence(reporter.name());
    let mut f = finding(
        Words {
            id: format!("change_by_{reporter}"),
            title: "On the year before".into(),
            statement: format!("As {name} reports, that is {} {verb} than in {}", percent(change.abs()), year - 1),
            definition: format!("turnover of {year} over that of {}, less one, within one series", year - 1),
            command,
        },
        Number::Value(change),
        None,
        &[book.table],
    )?;
    f.unit = Unit::Change;
    Ok(Some(f))
}

/// The highest year of a side's longest series, and the distance from it.
fn peak(books: &Books, reporter: Iso3, command: &str) -> Result<Option<Finding>, AnalysisError> {
    let year = books.year;
    let Some((book, now, _)) = books.turnover_of(reporter, year) else { return Ok(None) };
    let highest = book
        .years
        .iter()
        .filter_map(|(y, d)| Some((*y, d.turnover()?)))
        .max_by(|x, y| x.1.total_cmp(&y.1))
        .filter(|p| p.0 != year);
    let Some((when, top)) = highest else { return Ok(None) };
    let name = in_sentence(reporter.name());
    let mut f = finding(
        Words {
            id: format!("peak_by_{reporter}"),
            title: "Against the highest year".into(),
            statement: format!(
                "As {name} reports, the highest year is {when}, with {}; {year} lies {} below it",
                usd(top),
                percent(1.0 - now / top)
            ),
            definition: format!("turnover of {year} over that of {when}, less one, within one series"),
            command,
        },
        Number::Value(now / top - 1.0),
        None,
        &[book.table],
    )?;
    f.unit = Unit::Change;
    Ok(Some(f))
}
