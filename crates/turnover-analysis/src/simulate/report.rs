//! The figures of a simulation as findings, tables and a chart.

use serde_json::{Map, Value, json};

use super::facts::{Changed, DecompositionFacts, RegionFacts, SimulateFacts, Terms};
use super::sectors::{FlowFacts, amount, in_unit, money};
use super::{burden, resistance, sectors};
use crate::answer::{Answer, Bar, Cell, Chart, ChartKind, Finding, Number, Table, Unit};
use crate::closure;
use crate::engine::Model;
use crate::format::{in_sentence, multiple as times_word, percent, percent_signed, sentence};
use crate::pull::{Pull, What};
use crate::uncertain::DrawsRun;

/// Words the figures; `command` asks for them again.
pub fn report(facts: &SimulateFacts, command: &str) -> Answer {
    let steps = facts.iterations.map_or_else(String::new, |n| format!(" after {n} Newton steps"));
    let template = Finding::template(
        Unit::Change,
        format!("{}; residual {:.0e}{steps}", facts.method, facts.residual.max(1e-16)),
        vec![facts.source.clone()],
        facts.caveats.clone(),
        command.to_owned(),
    );
    let mut findings = flow_findings(facts, &template);
    findings.extend(facts.named.iter().map(|r| welfare_finding(facts, r, &template)));
    let (by_rule, driven) = closure::report("simulate", &facts.rules, &template);
    findings.extend(driven);
    findings.extend(facts.burden.as_ref().map(|b| burden::finding(b, &template)));
    let mut tables = vec![changes_table(facts), regions_table("simulate.countries", &facts.regions)];
    tables.extend(facts.decomposition.iter().flat_map(|d| decomposition_tables(d)));
    tables.extend(facts.resistances.as_ref().map(resistance::table));
    tables.push(flows_table(&facts.flows, false, facts.in_usd));
    tables.extend(facts.sector_flows.as_ref().map(|f| flows_table(f, true, facts.in_usd)));
    tables.extend(facts.by_sector.as_ref().map(|o| sectors::outcomes_table(o, facts.in_usd)));
    tables.push(sectors::diversion_table(&facts.diversion, facts.in_usd));
    tables.extend(facts.burden.as_ref().map(burden::table));
    tables.extend(facts.matrix.as_ref().map(|m| sectors::matrix_table(m, facts.in_usd)));
    tables.push(by_rule);
    let mut named = Map::new();
    named.insert("multiple".into(), json!(facts.changed.multiple));
    named.insert("residual".into(), json!(facts.residual));
    named.extend(facts.iterations.map(|n| ("iterations".to_owned(), json!(n))));
    named.extend(facts.draws.map(|d| ("draws".to_owned(), draws_json(d))));
    let title = match &facts.title[..] {
        "" => "What changed trade costs would do".to_owned(),
        title => title.to_owned(),
    };
    let source = format!("{}; own calculation, change in welfare", facts.source.name);
    let chart = welfare_chart("simulate.welfare", &facts.regions, source);
    Answer { command: command.to_owned(), title, findings, tables, charts: vec![chart], named, headline: None }
}

fn flow_findings(facts: &SimulateFacts, template: &Finding) -> Vec<Finding> {
    let statement = |what: String, c: &Changed| {
        format!(
            "{what} would be {} times today's: {} instead of {}",
            ratio_word(c.multiple),
            amount(facts.in_usd, c.multiple * c.before_usd),
            amount(facts.in_usd, c.before_usd)
        )
    };
    let of = facts.sectors.as_ref().map_or_else(String::new, |s| format!(" (of {})", s.join(", ")));
    let mut out = Vec::new();
    if facts.changed.before_usd > 0.0 {
        out.push(Finding {
            id: "simulate.multiple".into(),
            title: "Flows whose cost changes".into(),
            statement: statement(format!("The flows whose cost changes{of}"), &facts.changed),
            value: Number::Value(facts.changed.multiple),
            unit: Unit::Multiple,
            interval: facts.changed.interval,
            definition:
                "sum of the flows named by the changes, after over before, tariffs left out; world output the numeraire"
                    .into(),
            ..template.clone()
        });
    }
    // Where sectors are named, all goods between the same countries are another figure.
    if let Some(all) = &facts.all_goods {
        out.push(Finding {
            id: "simulate.all_sectors".into(),
            title: "All goods between the same countries".into(),
            statement: statement("Goods of all sectors between the same countries".to_owned(), all),
            value: Number::Value(all.multiple),
            unit: Unit::Multiple,
            definition: "sum over all sectors of the flows between the exporters and importers of the changes, after \
                         over before, tariffs left out"
                .into(),
            ..template.clone()
        });
    }
    out
}

fn welfare_finding(facts: &SimulateFacts, region: &RegionFacts, template: &Finding) -> Finding {
    let name = in_sentence(&region.name);
    let parts = facts.decomposition.iter().flatten().find(|d| d.code == region.code);
    let first_order = parts.map_or_else(String::new, |p| {
        format!("; to first order, as Caliendo and Parro (2015) count it, by {:+.2} %", 100.0 * p.welfare)
    });
    let range = region.interval.map_or_else(String::new, |i| {
        format!(" (95 % of draws from {} to {})", percent_signed(i.low), percent_signed(i.high))
    });
    Finding {
        id: format!("simulate.welfare.{}", region.code),
        title: format!("Welfare of {name}"),
        statement: format!("Welfare of {name} would change by {}{first_order}{range}", percent_signed(region.welfare)),
        value: Number::Value(region.welfare),
        interval: region.interval,
        definition: facts.welfare_definition.into(),
        ..template.clone()
    }
}

/// What welfare is in a model.
pub(crate) fn welfare_definition(model: &Model) -> &'static str {
    match model {
        Model::One { .. } => "(E'/E) / P - 1: real expenditure, world output the numeraire",
        Model::Many { .. } => "(I'/I) / P - 1: real income from wages, tariffs and deficits",
    }
}

pub(crate) fn draws_json(draws: DrawsRun) -> Value {
    json!({"count": draws.asked.count, "seed": draws.asked.seed, "failed": draws.failed})
}

/// A multiple that may be next to nothing.
fn ratio_word(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 1e-4 { "under 0.0001".to_owned() } else { times_word(ratio) }
}

/// The size of a change in words.
pub(crate) fn size_words(pull: &Pull) -> String {
    match &pull.what {
        What::Cost(c) => format!("cost {}", percent_signed(*c)),
        What::LogPoints(b) if pull.std_error > 0.0 => format!("{b:+.3} log points ({:.3})", pull.std_error),
        What::LogPoints(b) => format!("{b:+.3} log points"),
        What::Tariff(t) => format!("tariff {}", percent(*t)),
        What::Schedule { file, among } if among.is_empty() => format!("tariffs of {file}"),
        What::Schedule { file, among } => format!("tariffs of {file} among {}", among.join(", ")),
        What::Rates { .. } => "a schedule of tariffs".to_owned(),
        What::Lift => "lifted".to_owned(),
        What::Sized(cells) => {
            match (cells.iter().any(|c| c.log_points != 0.0), cells.iter().any(|c| c.tariff != 0.0)) {
                (false, true) => format!("tariffs of {} sectors", cells.len()),
                _ => format!("effects on {} sectors", cells.len()),
            }
        }
    }
}

fn changes_table(facts: &SimulateFacts) -> Table {
    let mut table = Table::new(
        "simulate.changes",
        "What changes",
        &[
            ("change", "Change", Unit::Text),
            ("exporter", "Exporter", Unit::Text),
            ("importer", "Importer", Unit::Text),
            ("sector", "Sector", Unit::Text),
            ("size", "Size", Unit::Text),
            ("measure", "Measure", Unit::Text),
        ],
    );
    for change in &facts.changes {
        let pull = &change.pull;
        let all = |name: &Option<String>| name.clone().unwrap_or_else(|| "all".to_owned());
        let importer = all(&pull.importer);
        table.rows.push(vec![
            pull.title.clone().into(),
            all(&pull.exporter).into(),
            if pull.both { format!("{importer}, both ways") } else { importer }.into(),
            all(&pull.sector).into(),
            size_words(pull).into(),
            change.measure.clone().map_or(Cell::Missing, Cell::from),
        ]);
    }
    table
}

/// Outcomes by region, in the order given; wages and prices of one sector, intervals where there are draws.
pub(crate) fn regions_table(id: &str, regions: &[RegionFacts]) -> Table {
    let mut columns =
        vec![("country", "Country", Unit::Text), ("name", "Name", Unit::Text), ("welfare", "Welfare", Unit::Change)];
    let one_sector = regions.iter().any(|r| r.wage.is_some());
    if one_sector {
        columns.extend([("wage", "Wage", Unit::Change), ("price", "Price index", Unit::Change)]);
    }
    columns.extend([("exports", "Exports", Unit::Change), ("imports", "Imports", Unit::Change)]);
    let drawn = regions.iter().any(|r| r.interval.is_some());
    if drawn {
        columns.push(("welfare_low", "Welfare, 2.5 %", Unit::Change));
        columns.push(("welfare_high", "Welfare, 97.5 %", Unit::Change));
    }
    let mut table = Table::new(id, "Outcomes by country", &columns);
    for r in regions {
        let mut row: Vec<Cell> = vec![r.code.clone().into(), r.name.clone().into(), r.welfare.into()];
        if one_sector {
            row.extend([Cell::from(r.wage), Cell::from(r.price)]);
        }
        row.extend([Cell::from(r.exports), Cell::from(r.imports)]);
        if drawn {
            row.extend([Cell::from(r.interval.map(|i| i.low)), Cell::from(r.interval.map(|i| i.high))]);
        }
        table.rows.push(row);
    }
    table
}

/// Where welfare changes come from: by region, by partner, by sector.
fn decomposition_tables(facts: &[DecompositionFacts]) -> [Table; 3] {
    let mut regions = Table::new(
        "simulate.decomposition",
        "Where welfare changes come from (Caliendo and Parro 2015, to first order)",
        &[
            ("country", "Country", Unit::Text),
            ("welfare", "Welfare", Unit::Change),
            ("terms_of_trade", "Terms of trade", Unit::Change),
            ("volume_of_trade", "Volume of trade", Unit::Change),
            ("real_wage", "Real wage", Unit::Change),
        ],
    );
    for d in facts {
        regions.rows.push(vec![
            d.code.clone().into(),
            d.welfare.into(),
            d.terms.into(),
            d.volume.into(),
            d.real_wage.into(),
        ]);
    }
    let detail = |id: &str, title: &str, label: &str, of: fn(&DecompositionFacts) -> &[Terms]| {
        let mut table = Table::new(
            id,
            title,
            &[
                ("country", "Country", Unit::Text),
                ("of", label, Unit::Text),
                ("terms_of_trade", "Terms of trade", Unit::Change),
                ("volume_of_trade", "Volume of trade", Unit::Change),
            ],
        );
        let mut rows: Vec<(&str, &Terms)> = facts.iter().flat_map(|d| of(d).iter().map(|t| (&d.code[..], t))).collect();
        let size = |t: &Terms| (t.terms + t.volume).abs();
        rows.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)));
        for (code, t) in rows {
            table.rows.push(vec![code.into(), t.of.clone().into(), t.terms.into(), t.volume.into()]);
        }
        table
    };
    [
        regions,
        detail("simulate.by_partner", "By partner, the largest first", "Partner", |d| &d.by_partner),
        detail("simulate.by_sector", "By sector, the largest first", "Sector", |d| &d.by_sector),
    ]
}

fn change(flow: &FlowFacts) -> Cell {
    (flow.before_usd > 0.0).then(|| flow.after_usd / flow.before_usd - 1.0).into()
}

/// Values of flows before and after their costs change; with their sectors in a world of many.
fn flows_table(flows: &[FlowFacts], by_sector: bool, in_usd: bool) -> Table {
    let (id, title) = match by_sector {
        false => ("simulate.flows", "Flows whose cost changes"),
        true => ("simulate.sector_flows", "Flows whose cost changes, by sector"),
    };
    let sector: &[_] = if by_sector { &[("sector", "Sector", Unit::Text)] } else { &[] };
    let places = [("exporter", "Exporter", Unit::Text), ("importer", "Importer", Unit::Text)];
    let unit = money(in_usd);
    let names = if in_usd { ["before_usd", "after_usd"] } else { ["before", "after"] };
    let values = [(names[0], "Before", unit), (names[1], "After", unit), ("change", "Change", Unit::Change)];
    let title = format!("{title}{}", in_unit(in_usd));
    let mut table = Table::new(id, &title, &[&places[..], sector, &values].concat());
    for f in flows {
        let mut row: Vec<Cell> = vec![f.exporter.clone().into(), f.importer.clone().into()];
        if by_sector {
            row.push(f.sector.clone().unwrap_or_default().into());
        }
        row.extend([f.before_usd.into(), f.after_usd.into(), change(f)]);
        table.rows.push(row);
    }
    table
}

/// The regions that gain and lose most; `regions` stand in that order.
pub(crate) fn welfare_chart(id: &str, regions: &[RegionFacts], source: String) -> Chart {
    let n = regions.len();
    let ends: Vec<&RegionFacts> =
        if n > 12 { regions[..6].iter().chain(&regions[n - 6..]).collect() } else { regions.iter().collect() };
    let bars = ends
        .iter()
        .map(|r| Bar { label: r.name.clone(), value: r.welfare, marked_low: 0.0, marked_high: 0.0 })
        .collect();
    let gainers = regions.iter().filter(|r| r.welfare > 0.0).count();
    Chart {
        id: id.to_owned(),
        title: sentence(&format!("{gainers} of {n} economies gain")),
        unit: Unit::Change,
        kind: ChartKind::Bars { bars, marked: None },
        source,
        supposition: None,
    }
}
