//! `measures regimes` and `measures import`: what is on record without codes, and lists that become catalogues.

use jiff::civil::Date;
use serde_json::json;
use turnover_analysis::{Table, Unit};
use turnover_brief::terminal_table;
use turnover_data::{Edition, Iso3, RawTable};
use turnover_measures::{
    Direction, Heading, Instrument, Listed, Party, Purpose, Regime, Regimes, code_list, dated_rates,
    global_trade_alert, to_toml,
};

use turnover_query::options::PairOptions;

use crate::args::{ListArg, MeasuresImport};
use crate::errors::CliError;
use crate::output::Output;

/// The trade sanctions on record between two countries.
pub(crate) fn list(pair: &PairOptions, date: Option<Date>, output: &Output) -> Result<(), CliError> {
    let pair = pair.pair()?;
    let regimes = Regimes::embedded()?;
    let mut found: Vec<&Regime> = match date {
        Some(day) => regimes.between(pair.a, pair.b, day.year()).iter().map(|s| s.regime).collect(),
        None => (1945..=regimes.last_year).flat_map(|y| regimes.between(pair.a, pair.b, y)).map(|s| s.regime).collect(),
    };
    found.sort_by_key(|r| (r.begin, r.case));
    found.dedup_by_key(|r| r.case);
    let mut table = Table::new(
        "regimes",
        "Trade sanctions on record",
        &[
            ("case", "Case", Unit::Count),
            ("sender", "Sender", Unit::Text),
            ("target", "Target", Unit::Text),
            ("begin", "From", Unit::Year),
            ("end", "To", Unit::Year),
            ("reach", "Reach", Unit::Text),
        ],
    );
    for r in &found {
        table.rows.push(vec![
            f64::from(r.case).into(),
            r.sender_names().into(),
            r.target_names().into(),
            f64::from(r.begin).into(),
            f64::from(r.end).into(),
            r.reach_words().into(),
        ]);
    }
    let json = json!({
        "command": format!("turnover measures regimes {}{}", pair.words(), date.map_or(String::new(), |d| format!(" --date {d}"))),
        "version": env!("CARGO_PKG_VERSION"),
        "regimes": found.iter().map(|r| json!({
            "case": r.case, "sender": r.sender_names(), "target": r.target_names(), "begin": r.begin, "end": r.end,
            "exports": r.exports, "imports": r.imports,
        })).collect::<Vec<_>>(),
        "source": regimes.source,
        "last_year": regimes.last_year,
        "status": "answered",
    });
    output.plain(&json, || {
        let source = format!("{}; {}", regimes.source.name, regimes.source.vintage);
        if found.is_empty() {
            let when = date.map_or_else(|| "since 1949".to_owned(), |d| format!("in {}", d.year()));
            return format!(
                "No trade sanction between the two is on record {when}, to {}.\n{source}\n",
                regimes.last_year
            );
        }
        format!("{}\n\n{source}\n", terminal_table(&table, output.style(true)))
    })
}

/// A published list as a catalogue file.
pub(crate) fn import(words: &MeasuresImport, output: &Output) -> Result<(), CliError> {
    let table = RawTable::read(&words.list)?;
    let found = match words.kind {
        ListArg::Gsdb => {
            let regimes = Regimes::from_gsdb(&table)?;
            let json = json!({"regimes": regimes.list.len(), "csv": regimes.to_csv(), "status": "answered"});
            return output.plain(&json, || regimes.to_csv());
        }
        ListArg::Gta => global_trade_alert(&table)?,
        ListArg::Codes => {
            let lines = words.lines.as_deref().map(RawTable::read).transpose()?;
            code_list(&table, lines.as_ref(), &heading(words)?)?
        }
        ListArg::Rates => dated_rates(&table, &heading(words)?)?,
    };
    let Listed { measures, dropped } = found;
    let toml = to_toml(&measures);
    let json = json!({
        "measures": measures, "toml": toml, "dropped": dropped,
        "status": if measures.is_empty() { "not_answered" } else { "answered" },
    });
    output.plain(&json, || {
        let notes: String = dropped.iter().map(|d| format!("# dropped: {d}\n")).collect();
        format!("{toml}{notes}")
    })
}

fn heading(words: &MeasuresImport) -> Result<Heading, CliError> {
    let need = |value: &Option<String>, flag: &str, example: &str| {
        value.clone().ok_or_else(|| {
            CliError::Call(format!("a list of codes needs --{flag}"), format!("such as --{flag} {example}"))
        })
    };
    let edition = [
        (1992, Edition::HS1992),
        (1996, Edition::HS1996),
        (2002, Edition::HS2002),
        (2007, Edition::HS2007),
        (2012, Edition::HS2012),
        (2017, Edition::HS2017),
        (2022, Edition::HS2022),
    ];
    let edition = edition.iter().find(|(y, _)| *y == words.edition).map(|(_, e)| *e).ok_or_else(|| {
        CliError::Call(
            format!("there is no edition of the Harmonized System of {}", words.edition),
            "1992, 1996, 2002, 2007, 2012, 2017 and 2022 are editions".to_owned(),
        )
    })?;
    Ok(Heading {
        id: need(&words.id, "id", "usa-2018-section-301")?,
        title: need(&words.title, "title", "'Section 301 duties'")?,
        sender: party(&need(&words.sender, "sender", "USA")?)?,
        target: party(&need(&words.target, "target", "CHN")?)?,
        direction: value(Direction::ALL, "direction", &words.direction)?,
        instrument: value(Instrument::ALL, "instrument", &words.instrument)?,
        purpose: value(Purpose::ALL, "purpose", &words.purpose)?,
        edition,
        legal: words.legal.clone(),
        from: words.from,
        until: words.until,
    })
}

fn party(text: &str) -> Result<Party, CliError> {
    if text.eq_ignore_ascii_case("EU") {
        return Ok(Party::EuropeanUnion);
    }
    Ok(Iso3::resolve(text).map(Party::Country)?)
}

fn value<T: Copy>(all: &[(T, &'static str)], flag: &str, text: &str) -> Result<T, CliError> {
    all.iter().find(|(_, w)| *w == text).map(|(v, _)| *v).ok_or_else(|| {
        let list: Vec<&str> = all.iter().map(|(_, w)| *w).collect();
        CliError::Call(format!("--{flag} is `{text}`"), format!("one of {} was expected", list.join(", ")))
    })
}
