//! What stands beside the reports: the reconciled value, and years that stand out.

use turnover_data::DataError;
use turnover_data::builtin::{Against, Distances, Side, SuspectYear, Table as Stock};
use turnover_data::reconcile::{Estimate, SuspectScan};

use crate::answer::{Finding, Interval, Number, Table, Unit};
use crate::format::{in_sentence, percent, sentence, usd, usd_range};

use super::books::Books;

/// Both directions together: half widths of independent intervals add as squares.
fn both(x: Estimate, y: Estimate) -> Estimate {
    let value_usd = x.value_usd + y.value_usd;
    let half = |a: f64, b: f64| (a * a + b * b).sqrt();
    Estimate {
        value_usd,
        low_usd: value_usd - half(x.value_usd - x.low_usd, y.value_usd - y.low_usd),
        high_usd: value_usd + half(x.high_usd - x.value_usd, y.high_usd - y.value_usd),
    }
}

/// The reconciled turnover of the year, and by year.
pub(super) fn reconciled(books: &Books, command: &str) -> Result<Option<(Finding, Table)>, DataError> {
    let Some(years) = &books.reconciled else { return Ok(None) };
    let (pair, year) = (books.pair, books.year);
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    let sum = years.get(&year).and_then(|[x, y]| Some(both((*x)?, (*y)?)));
    let mut finding = Finding::template(
        Unit::Usd,
        "posterior of both reports: corrected for what each reporter habitually adds and for freight by distance, \
         weighted by how little its reports scatter; 90 % interval"
            .to_owned(),
        vec![Stock::DirectionOfTrade.source()?, Distances::source()],
        Stock::DirectionOfTrade.facts()?.caveats.clone(),
        command.to_owned(),
    );
    finding.id = "turnover.reconciled".to_owned();
    finding.title = "Reconciled".to_owned();
    finding.definition = format!("goods exports plus imports of the pair in {year}, FOB, current US dollars");
    match sum {
        Some(e) => {
            finding.statement = sentence(&format!(
                "{a} and {b} traded goods worth {} in {year} (90 % interval {}), reconciled from both reports to the IMF",
                usd(e.value_usd),
                usd_range(e.low_usd, e.high_usd)
            ));
            finding.value = Number::Value(e.value_usd);
            finding.interval = Some(Interval { low: e.low_usd, high: e.high_usd });
        }
        None => {
            finding.statement = format!(
                "There is no reconciled value for {year}: a direction is reported to the IMF by neither side in it"
            );
        }
    }
    let mut table = Table::new(
        "turnover.reconciled_by_year",
        "Reconciled trade by year, FOB, with 90 % intervals",
        &[
            ("year", "Year", Unit::Year),
            ("forward_usd", &format!("{} to {}", pair.a, pair.b), Unit::Usd),
            ("forward_low_usd", "from", Unit::Usd),
            ("forward_high_usd", "to", Unit::Usd),
            ("backward_usd", &format!("{} to {}", pair.b, pair.a), Unit::Usd),
            ("backward_low_usd", "from", Unit::Usd),
            ("backward_high_usd", "to", Unit::Usd),
            ("turnover_usd", "Turnover", Unit::Usd),
        ],
    );
    for (year, [x, y]) in years.iter().rev() {
        let three = |e: &Option<Estimate>| [e.map(|e| e.value_usd), e.map(|e| e.low_usd), e.map(|e| e.high_usd)];
        let turnover = x.zip(*y).map(|(x, y)| x.value_usd + y.value_usd);
        let cells = three(x).into_iter().chain(three(y)).chain([turnover]).map(Into::into);
        table.rows.push(std::iter::once(f64::from(*year).into()).chain(cells).collect());
    }
    Ok(Some((finding, table)))
}

/// `UN Comtrade, Russia: imports of 2016 stand 11 % above ...`
fn named(s: &SuspectYear) -> Result<String, DataError> {
    let book = if s.side == Side::Exports { "exports" } else { "imports" };
    let off = percent((s.factor - 1.0).abs());
    let where_to = if s.factor > 1.0 { "above" } else { "below" };
    let against = match s.against {
        Against::Mirror => "its partners' reports",
        Against::Own => "its own reports to the IMF",
    };
    let (name, reporter) = (&s.table.facts()?.short_name, in_sentence(s.reporter.name()));
    Ok(format!(
        "{reporter}'s {book} of {} ({name}) stand {off} {where_to} what the years around and {against} let expect",
        s.year
    ))
}

/// The series of the year that stand out, one finding each; and a table of all such years of the pair's series.
pub(super) fn suspects(books: &Books, command: &str) -> Result<(Vec<Finding>, Option<Table>), DataError> {
    let mut findings: Vec<Finding> = Vec::new();
    for s in books.suspects.iter().filter(|s| s.year == books.year) {
        let side = if s.side == Side::Exports { "exports" } else { "imports" };
        let id = format!("turnover.suspect_{}_{}_{side}", s.table.id(), s.reporter);
        if findings.iter().any(|f| f.id == id) {
            continue;
        }
        let mut finding = Finding::template(
            Unit::Multiple,
            "median over partners of the deviation from the medians of three years before and three after, over its \
             error"
                .to_owned(),
            vec![s.table.source()?],
            Vec::new(),
            command.to_owned(),
        );
        finding.id = id;
        finding.title = "A year that stands out".to_owned();
        finding.statement = sentence(&named(s)?);
        finding.value = Number::Value(s.factor);
        finding.definition = format!(
            "total over {} partners as a multiple of what is expected; of faultless years at most {} are named, of the {} \
             judged here about {:.1}",
            s.partners,
            percent(SuspectScan::FALSE_ALARMS),
            s.judged,
            SuspectScan::FALSE_ALARMS * s.judged as f64
        );
        findings.push(finding);
    }
    if books.suspects.is_empty() {
        return Ok((findings, None));
    }
    let mut table = Table::new(
        "turnover.suspects",
        "Years of these series that stand out",
        &[
            ("year", "Year", Unit::Year),
            ("source", "Source", Unit::Text),
            ("reporter", "Reporter", Unit::Text),
            ("book", "Book", Unit::Text),
            ("factor", "Times what is expected", Unit::Multiple),
            ("partners", "Partners", Unit::Count),
        ],
    );
    for s in &books.suspects {
        table.rows.push(vec![
            f64::from(s.year).into(),
            s.table.facts()?.short_name.clone().into(),
            s.reporter.to_string().into(),
            if s.side == Side::Exports { "exports" } else { "imports" }.into(),
            s.factor.into(),
            (s.partners as f64).into(),
        ]);
    }
    Ok((findings, Some(table)))
}
