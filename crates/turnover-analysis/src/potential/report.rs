//! The figures of a pair's potential as findings, tables and charts.

use serde_json::{Map, json};
use turnover_data::Iso3;
use turnover_measures::Extent;

use super::facts::{DirectionFacts, PotentialFacts};
use super::product::ProductFacts;
use crate::answer::{Answer, Bar, Cell, Chart, ChartKind, Figure, Finding, Headline, Interval, Number, Table, Unit};
use crate::format::{in_sentence, percent, percent_range, sentence, usd, usd_short};

/// Products of the chart.
const SHOWN: usize = 12;

/// Words the figures; `command` asks for them again.
pub fn report(facts: &PotentialFacts, command: &str) -> Answer {
    let mut caveats = facts.caveats.clone();
    caveats.push(
        "Components of the indicator that are here: supply share, demand, ease of trade. Not here: expected growth, tariff \
         margins, distance advantages, re-exports."
            .to_owned(),
    );
    if !facts.known {
        caveats.push(
            "The catalogue has no measure between the two, which is a gap of the catalogue and not a sign that there is \
             none: how much of the room is free of measures is not known."
                .to_owned(),
        );
    }
    let template = Finding::template(
        Unit::Usd,
        "static export potential indicator (Decreux and Spies 2016)".to_owned(),
        vec![facts.source.clone(), facts.measures.clone()],
        caveats,
        command.to_owned(),
    );
    let ways = &facts.directions;
    let mut named = Map::new();
    for way in ways {
        named.insert(format!("unrealised_{}_{}", way.from, way.to), json!(way.unrealised_usd(|_| true)));
    }
    let (a, b) = (in_sentence(facts.pair.a.name()), in_sentence(facts.pair.b.name()));
    let answer = Answer {
        title: format!("Where the trade of {a} and {b} has room, {}", facts.year),
        command: command.to_owned(),
        findings: ways
            .iter()
            .flat_map(|way| direction(facts, way, &template))
            .chain(facts.missing.iter().map(|lack| missing(facts, lack, &template)))
            .collect(),
        tables: ways.iter().map(table).collect(),
        charts: ways.iter().map(|way| chart(facts, way)).collect(),
        named,
        headline: Some(headline(facts)),
    };
    match &facts.supposition {
        Some(supposition) => answer.supposing(supposition),
        None => answer,
    }
}

/// Where the room is, in one sentence.
fn headline(facts: &PotentialFacts) -> Headline {
    let way = |d: &DirectionFacts| {
        let most = d.products.first().filter(|p| p.unrealised_usd() > 0.0);
        let place =
            most.map_or_else(String::new, |p| format!(", most of it in {}", p.product.chapter_name().to_lowercase()));
        format!(
            "from {} to {} {} beside the {} of {}{place}",
            in_sentence(d.from.name()),
            in_sentence(d.to.name()),
            usd_short(d.unrealised_usd(|_| true)),
            usd_short(d.actual_usd()),
            facts.year
        )
    };
    let mut ways: Vec<String> = facts.directions.iter().map(way).collect();
    ways.extend(
        facts
            .missing
            .iter()
            .map(|(from, to, _)| format!("from {} to {} not known", in_sentence(from.name()), in_sentence(to.name()))),
    );
    Headline {
        sentence: format!("Room for more at today's ease of trade: {}", ways.join("; ")),
        figure: Figure::Room(facts.directions.iter().map(|d| d.unrealised_usd(|_| true)).sum()),
        reservation: None,
    }
}

/// A direction that the figures cannot answer.
fn missing(facts: &PotentialFacts, (from, to, why): &(Iso3, Iso3, String), template: &Finding) -> Finding {
    let (a, b) = (in_sentence(from.name()), in_sentence(to.name()));
    Finding {
        id: format!("potential.missing.{from}.{to}"),
        title: format!("Room from {from} to {to}"),
        statement: format!("What {a} could sell to {b} is not known: the figures of {} lack {why}", facts.year),
        value: Number::Unknown,
        definition: "needs the exporter's sales to five markets or more and the importer's purchases from as many \
                     suppliers, by product"
            .into(),
        ..template.clone()
    }
}

/// Products whose zero is not believed.
fn suspect(way: &DirectionFacts, template: &Finding) -> Option<Finding> {
    let zeros = way.suspect_zeros();
    let first = zeros.first()?;
    let sum: f64 = zeros.iter().map(|p| p.potential_usd).sum();
    let (from, to) = (way.from, way.to);
    Some(Finding {
        id: format!("potential.suspect_zeros.{from}.{to}"),
        title: "Zeros that are not believed".into(),
        statement: format!(
            "Not counted as room: {} product{} of which nothing is reported where {} would be expected, such as {} ({}); \
             such zeros are mostly kept secret or were never reported",
            zeros.len(),
            if zeros.len() == 1 { "" } else { "s" },
            usd(sum),
            first.product.chapter_name().to_lowercase(),
            first.product
        ),
        value: Number::Value(sum),
        definition: "potential of products without any report, not barred whole by a measure, of which 1 % or more of \
                     the direction's trade would be expected"
            .into(),
        ..template.clone()
    })
}

fn direction(facts: &PotentialFacts, way: &DirectionFacts, template: &Finding) -> Vec<Finding> {
    let (from, to) = (way.from, way.to);
    let (all, actual) = (way.unrealised_usd(|_| true), way.actual_usd());
    let (a, b) = (in_sentence(from.name()), in_sentence(to.name()));
    let mut out = vec![Finding {
        id: format!("potential.unrealised.{from}.{to}"),
        title: format!("Room from {from} to {to}"),
        statement: sentence(&format!(
            "{a} could sell goods worth {} more to {b} at the ease with which the two traded in {}, beside {} then",
            usd(all),
            facts.year,
            usd(actual)
        )),
        value: Number::Value(all),
        definition: "sum over products of potential less actual exports where that is above 0".into(),
        ..template.clone()
    }];
    if let (true, Some((low, high))) = (facts.known, way.free_share()) {
        out.push(Finding {
            id: format!("potential.free_share.{from}.{to}"),
            title: "Of it free of measures".into(),
            statement: format!(
                "Of that room {} lies in products that no measure touches on {}",
                percent_range(low, high),
                facts.on
            ),
            value: if low == high { Number::Value(low) } else { Number::Unknown },
            unit: Unit::Share,
            interval: (low != high).then_some(Interval { low, high }),
            definition:
                "unrealised potential in products without measures over all of it; products touched in part count \
                         either way"
                    .into(),
            ..template.clone()
        });
    }
    if let Some(first) = way.products.first().filter(|r| r.unrealised_usd() > 0.0) {
        out.push(Finding {
            id: format!("potential.first.{from}.{to}"),
            title: "Most room".into(),
            statement: sentence(&format!(
                "most of it is in {} ({}): {}",
                first.product.chapter_name().to_lowercase(),
                first.product,
                reason(first, from, to)
            )),
            value: Number::Value(first.unrealised_usd()),
            definition: "the product with the largest unrealised potential".into(),
            ..template.clone()
        });
    }
    out.extend(suspect(way, template));
    out.push(Finding {
        id: format!("potential.complementarity.{from}.{to}"),
        title: "Complementarity".into(),
        statement: format!(
            "What {a} sells to the world matches what {b} buys from it to {}",
            percent(way.complementarity)
        ),
        value: Number::Value(way.complementarity),
        unit: Unit::Share,
        definition:
            "1 less half the sum over products of the distance between export and import shares (Michaely 1996)".into(),
        ..template.clone()
    });
    out
}

fn reason(r: &ProductFacts, from: Iso3, to: Iso3) -> String {
    format!(
        "{to} buys {} of it and {from} supplies {} of the world's, so that {} would be expected where there are {}",
        usd_short(r.demand_usd),
        percent(r.supply_share),
        usd_short(r.potential_usd),
        usd_short(r.actual_usd)
    )
}

fn table(way: &DirectionFacts) -> Table {
    let (from, to) = (way.from, way.to);
    let mut table = Table::new(
        &format!("potential.{from}_{to}"),
        &format!("From {from} to {to}, the most room first"),
        &[
            ("product", "HS", Unit::Text),
            ("name", "Product", Unit::Text),
            ("actual_usd", "Actual", Unit::Usd),
            ("potential_usd", "Potential", Unit::Usd),
            ("unrealised_usd", "Unrealised", Unit::Usd),
            ("advantage", "Advantage", Unit::Plain),
            ("density", "Density", Unit::Share),
            ("measures", "Measures", Unit::Text),
            ("why", "Why", Unit::Text),
        ],
    );
    for r in way.products.iter().filter(|r| r.potential_usd > 0.0 || r.actual_usd > 0.0) {
        let measures = match r.extent {
            Extent::None => "none",
            Extent::Part => "in part",
            Extent::Whole => "whole",
        };
        let why = if r.is_suspect_zero {
            Cell::from("nothing is reported, which is not believed".to_owned())
        } else if r.unrealised_usd() > 0.0 {
            Cell::from(format!(
                "{to} buys {}, {from} has {} of supply",
                usd_short(r.demand_usd),
                percent(r.supply_share)
            ))
        } else {
            Cell::Missing
        };
        table.rows.push(vec![
            r.product.to_string().into(),
            r.product.chapter_name().into(),
            r.actual_usd.into(),
            r.potential_usd.into(),
            r.unrealised_usd().into(),
            r.advantage.into(),
            r.density.into(),
            measures.into(),
            why,
        ]);
    }
    table
}

fn chart(facts: &PotentialFacts, way: &DirectionFacts) -> Chart {
    let (from, to) = (way.from, way.to);
    let bars = way
        .products
        .iter()
        .filter(|r| r.unrealised_usd() > 0.0)
        .take(SHOWN)
        .map(|r| Bar {
            label: format!("{} {}", r.product, r.product.chapter_name()),
            value: r.unrealised_usd(),
            marked_low: if r.extent == Extent::Whole { r.unrealised_usd() } else { 0.0 },
            marked_high: if r.extent == Extent::None { 0.0 } else { r.unrealised_usd() },
        })
        .collect();
    let all = way.unrealised_usd(|_| true);
    Chart {
        id: format!("potential.{from}_{to}"),
        title: sentence(&format!(
            "{} has room for {} more in {}",
            in_sentence(from.name()),
            usd(all),
            in_sentence(to.name())
        )),
        unit: Unit::Usd,
        kind: ChartKind::Bars { bars, marked: Some("touched by measures".to_owned()) },
        source: format!("{}; own calculation, unrealised export potential", facts.source.name),
        supposition: None,
    }
}
