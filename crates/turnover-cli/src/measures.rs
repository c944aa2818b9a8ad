//! `measures list`, `show`, `check` and `data describe`: what stands in files, in words.

use std::path::Path;

use serde_json::{Value, json};
use turnover_analysis::format::usd_short;
use turnover_analysis::{Cell, Table, Unit};
use turnover_brief::terminal_table;
use turnover_data::{Description, Editions, HsCode};
use turnover_measures::{Catalogue, Measure, Party, Scope, Severity, WatchList, check};

use crate::args::Measures;
use crate::errors::CliError;
use crate::output::Output;

pub(crate) fn run(command: &Measures, output: &Output) -> Result<(), CliError> {
    match command {
        Measures::List(wanted) => {
            let all = open(wanted.catalogue.catalogue.as_deref())?;
            list(&wanted.of(&all)?, &all, output)
        }
        Measures::Show { id, catalogue } => {
            let all = open(catalogue.catalogue.as_deref())?;
            show(id, &all, output)
        }
        Measures::Check { path } => {
            let all = match path {
                Some(path) => Catalogue::read_unchecked(path)?,
                None => Catalogue::embedded()?,
            };
            run_check(&all, output)
        }
        Measures::Regimes { pair, date } => crate::regimes::list(pair, *date, output),
        Measures::Import(words) => crate::regimes::import(words, output),
    }
}

fn open(path: Option<&str>) -> Result<Catalogue, CliError> {
    Ok(match path {
        Some(path) => Catalogue::read(Path::new(path))?,
        None => Catalogue::embedded()?,
    })
}

fn list(measures: &[&Measure], all: &Catalogue, output: &Output) -> Result<(), CliError> {
    let mut table = Table::new(
        "measures",
        "Measures",
        &[
            ("id", "Id", Unit::Text),
            ("sender", "Sender", Unit::Text),
            ("targets", "Targets", Unit::Text),
            ("direction", "Direction", Unit::Text),
            ("instrument", "Instrument", Unit::Text),
            ("from", "From", Unit::Text),
            ("codes", "Codes", Unit::Count),
            ("title", "Title", Unit::Text),
        ],
    );
    for m in measures {
        let targets: Vec<String> = m.targets.iter().map(|t| t.party.code()).collect();
        let codes: usize = m.products.iter().map(|p| p.codes.len()).sum();
        table.rows.push(vec![
            m.id.clone().into(),
            m.sender.code().into(),
            if targets.len() > 3 { format!("{} parties", targets.len()).into() } else { targets.join(" ").into() },
            m.direction.word().into(),
            m.instrument.word().into(),
            m.first_day().map_or(Cell::Missing, |d| d.to_string().into()),
            if m.scope == Scope::Goods { (codes as f64).into() } else { Cell::Missing },
            m.title.clone().into(),
        ]);
    }
    let json = json!({
        "command": "turnover measures list",
        "version": env!("CARGO_PKG_VERSION"),
        "measures": measures,
        "watch_lists": all.watch_lists,
        "complete": all.complete,
        "status": "answered",
    });
    output.plain(&json, || {
        let watch: Vec<String> = all.watch_lists.iter().map(|w| format!("{} ({})", w.title, w.id)).collect();
        format!("{}\n\nWatch lists: {}\n", terminal_table(&table, output.style(true)), watch.join(", "))
    })
}

fn show(id: &str, all: &Catalogue, output: &Output) -> Result<(), CliError> {
    let measure = all.measures.iter().find(|m| m.id == id);
    let watch = all.watch_lists.iter().find(|w| w.id == id);
    let (json, text) = match (measure, watch) {
        (Some(m), _) => (json!(m), measure_text(m)),
        (None, Some(w)) => (json!(w), watch_text(w)),
        (None, None) => {
            let ids = all.measures.iter().map(|m| m.id.as_str()).chain(all.watch_lists.iter().map(|w| w.id.as_str()));
            let help = turnover_data::nearest(id, ids)
                .map_or("turnover measures list shows all".to_owned(), |n| format!("did you mean {n}?"));
            return Err(CliError::Call(format!("there is no measure `{id}`"), help));
        }
    };
    output.plain(&json, || text)
}

fn measure_text(m: &Measure) -> String {
    let mut out = format!("{}: {}\n", m.id, m.title);
    let mut line = |name: &str, value: &str| out.push_str(&format!("  {name:<11} {value}\n"));
    line("sender", m.sender.name());
    line("direction", &format!("{} (seen from the sender)", m.direction.word()));
    line("instrument", m.instrument.word());
    line("purpose", m.purpose.word());
    if let Some(rate) = m.ad_valorem {
        line("rate", &turnover_analysis::format::percent(rate));
    }
    line("scope", m.scope.word());
    line("edition", &format!("{:?}", m.edition));
    line("legal", &m.legal);
    if let Some(note) = &m.note {
        line("note", note);
    }
    for t in &m.targets {
        let until = t.until.map_or(String::new(), |u| format!(" until {u}"));
        line("target", &format!("{} from {}{until}", t.party.name(), t.from));
    }
    for p in &m.products {
        let from = p.from.map_or(String::new(), |d| format!(", from {d}"));
        let until = p.until.map_or(String::new(), |d| format!(", until {d}"));
        let rate = p.ad_valorem.map_or(String::new(), |r| format!(", {}", turnover_analysis::format::percent(r)));
        let note = p.note.as_ref().map_or(String::new(), |n| format!(" ({n})"));
        line("products", &format!("{}{rate}{note}; mapping {}{from}{until}", p.what, p.mapping.word()));
        line("", &codes(&p.codes));
    }
    for e in &m.exceptions {
        line("except", e);
    }
    line("file", &m.file);
    out
}

fn watch_text(w: &WatchList) -> String {
    let makers: Vec<&str> = w.makers.iter().map(Party::name).collect();
    let mut out = format!("{}: {}\n  makers      {}\n  version     {}\n", w.id, w.title, makers.join(", "), w.legal);
    for p in &w.products {
        out.push_str(&format!("  {:<11} {}\n", p.what, codes(&p.codes)));
    }
    out
}

fn codes(codes: &[HsCode]) -> String {
    codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn run_check(all: &Catalogue, output: &Output) -> Result<(), CliError> {
    let problems = check(all);
    let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
    let json = json!({
        "command": "turnover measures check",
        "version": env!("CARGO_PKG_VERSION"),
        "problems": problems,
        "status": if errors == 0 { "answered" } else { "not_answered" },
    });
    output.plain(&json, || {
        let mut text = String::new();
        for p in &problems {
            let word = if p.severity == Severity::Error { "error" } else { "warning" };
            text.push_str(&format!("{word}: {p}\n"));
        }
        text.push_str(&format!(
            "{} measures, {} watch lists: {errors} errors, {} warnings\n",
            all.measures.len(),
            all.watch_lists.len(),
            problems.len() - errors
        ));
        text
    })?;
    if errors > 0 {
        return Err(CliError::Failed(
            format!("{} has {errors} error{}", all.origin, if errors == 1 { "" } else { "s" }),
            "mend them; docs/catalogue.md describes the schema".to_owned(),
        ));
    }
    Ok(())
}

pub(crate) fn describe(d: &Description, output: &Output) -> Result<(), CliError> {
    let json: Value = json!({
        "command": format!("turnover data describe {}", d.path),
        "version": env!("CARGO_PKG_VERSION"),
        "description": d,
        "status": "answered",
    });
    output.plain(&json, || {
        let products: Vec<String> = d
            .products
            .iter()
            .map(
                |(level, n)| {
                    if *level == 0 { "all goods".to_owned() } else { format!("{n} HS codes of {level} digits") }
                },
            )
            .collect();
        let mut out = format!("{}\n  SHA-256     {}\n", d.path, d.sha256);
        let mut line = |name: &str, value: String| out.push_str(&format!("  {name:<11} {value}\n"));
        line("read as", if d.unit.is_empty() { d.format.clone() } else { format!("{}, in {}", d.format, d.unit) });
        let flows = if d.rows_read == d.rows { String::new() } else { format!(", which hold {} flows", d.rows) };
        line("rows", format!("{}{flows}", d.rows_read));
        line("exporters", d.exporters.len().to_string());
        line("importers", d.importers.len().to_string());
        line("reporters", if d.reporters.is_empty() { "not given".to_owned() } else { d.reporters.len().to_string() });
        line("products", products.join(", "));
        if let Some(text) = edition(&d.edition) {
            line("edition", text);
        }
        line("own trade", format!("{} rows whose exporter is the importer", d.own_trade));
        let first = d.first_duplicate.as_ref().map_or(String::new(), |f| format!("; the first is {f}"));
        line("duplicates", format!("{}{first}", d.duplicates));
        for note in &d.notes {
            line("note", note.clone());
        }
        if !d.missing_years.is_empty() {
            let years: Vec<String> = d.missing_years.iter().map(ToString::to_string).collect();
            line("gaps", format!("no rows for {}", years.join(", ")));
        }
        let mut table = Table::new(
            "years",
            "By year",
            &[
                ("year", "Year", Unit::Year),
                ("rows", "Rows", Unit::Count),
                ("total", "Total", Unit::Text),
                ("importers", "Importers report", Unit::Text),
                ("exporters", "Exporters report", Unit::Text),
                ("zeros", "Zeros", Unit::Count),
                ("absent", "Countries absent", Unit::Text),
            ],
        );
        for (year, y) in &d.years {
            let some: Vec<String> = y.absent.iter().take(8).map(ToString::to_string).collect();
            let more = if y.absent.len() > 8 { format!(" and {} more", y.absent.len() - 8) } else { String::new() };
            table.rows.push(vec![
                f64::from(*year).into(),
                (y.rows as f64).into(),
                format!("{} USD", usd_short(y.total_usd)).into(),
                reported(y.by_importers_usd),
                reported(y.by_exporters_usd),
                (y.zeros as f64).into(),
                format!("{}{more}", some.join(" ")).into(),
            ]);
        }
        out.push_str(&terminal_table(&table, output.style(true)));
        out.push('\n');
        out
    })
}

/// What one side reports, as a cell of the table.
fn reported(value: Option<f64>) -> Cell {
    value.map_or(Cell::Missing, |v| format!("{} USD", usd_short(v)).into())
}

/// `data formats`: the files that are read, by source.
pub(crate) fn formats(output: &Output) -> Result<(), CliError> {
    let all = turnover_data::file_formats();
    let json: Value = json!({
        "command": "turnover data formats",
        "version": env!("CARGO_PKG_VERSION"),
        "formats": all,
        "status": "answered",
    });
    output.plain(&json, || {
        let one = |f: &turnover_data::FileFormat| {
            format!("{}\n  files     {}\n  known by  {}\n  unit      {}\n", f.name, f.files, f.known_by, f.unit)
        };
        let packed = "Files are known by their content, not their name: CSV of any delimiter, JSON, Parquet, Stata .dta \
                      and spreadsheets, plain, gzipped or alone in a zip archive.\n";
        format!("{}\n{packed}", all.iter().map(one).collect::<Vec<_>>().join("\n"))
    })
}

/// Which edition of the Harmonized System a file's codes are from; `None` where they are chapters.
fn edition(e: &Editions) -> Option<String> {
    let some = |codes: &[HsCode]| codes.iter().take(4).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Some(match (&e.fit[..], e.only_2017.is_empty(), e.only_2022.is_empty(), e.neither.is_empty()) {
        ([], true, true, true) => return None,
        ([one], ..) => format!("{} by its codes", one.name()),
        ([_, _], ..) => "HS 2017 or HS 2022: the codes are in both".to_owned(),
        (_, _, _, false) => format!(
            "an older one than HS 2017, or several: {} of its codes are in neither HS 2017 nor HS 2022, such as {}",
            e.neither.len(),
            some(&e.neither)
        ),
        _ => format!("HS 2017 and HS 2022 mixed: {} against {}", some(&e.only_2017), some(&e.only_2022)),
    })
}
