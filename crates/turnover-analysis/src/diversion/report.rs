//! Where trade went, as findings, tables and charts.

use serde_json::{Map, json};
use turnover_measures::Direction;

use super::comparison::Excess;
use super::facts::{DiversionFacts, LostFlow};
use super::placebo::Placebo;
use super::{BEFORE, LEVEL, Route};
use crate::answer::{Answer, Bar, Chart, ChartKind, Finding, Line, Mark, Number, Table, Unit};
use crate::format::{in_sentence, percent, sentence, usd, usd_short};
use crate::panel::Panel;

/// Words the facts.
pub fn report(facts: &DiversionFacts) -> Answer {
    let panel = &facts.panel;
    let whose = match facts.question.route {
        Route::Arrivals => "its deliveries".to_owned(),
        Route::Departures => format!("what {} delivered to it", panel.home.name()),
    };
    let template = Finding::template(
        Unit::Usd,
        format!(
            "for each third country PPML of {whose} on product and year effects and covered products since {}, {} years \
             before; errors clustered by product",
            panel.start_year() + 1,
            facts.years_before
        ),
        vec![facts.source.clone()],
        caveats(facts),
        facts.question.command.clone(),
    );
    let mut findings = findings(facts, &template);
    findings.extend(facts.mirror.as_ref().and_then(|m| m.finding(panel, &template)));
    let mut tables =
        vec![excess_table(panel, &facts.found), lost_table(panel, &facts.lost), placebo_table(&facts.placebo)];
    tables.extend(facts.mirror.as_ref().map(|m| m.table(panel)));
    let mut named = Map::new();
    let clear: Vec<String> = facts.clear().map(|(code, _)| code.to_string()).collect();
    named.insert("third_countries".into(), json!(clear));
    named.insert("false_positive_rate".into(), json!(facts.placebo.rate()));
    Answer {
        title: format!("Where the trade went: {}", panel.measure.title),
        command: facts.question.command.clone(),
        findings,
        tables,
        charts: vec![timeline(facts), excess_chart(facts)],
        named,
        headline: None,
    }
}

fn caveats(facts: &DiversionFacts) -> Vec<String> {
    let (panel, placebo) = (&facts.panel, &facts.placebo);
    let mut out = facts.caveats.clone();
    let hidden = panel.hidden_words();
    if !hidden.is_empty() {
        out.push(format!(
            "More than half of the trade of {} stands in chapter 99: these years are missing, not zero.",
            hidden.join(", ")
        ));
    }
    out.push(
        "An excess is measured against the country's own other products: it holds new customers' trade as well as goods \
         sent around the measure, and statistics alone cannot tell them apart."
            .to_owned(),
    );
    if placebo.tests > 0 && placebo.rate() > 2.0 * LEVEL {
        out.push(format!(
            "The same search finds an excess in {} of comparisons where there is none: with few products errors come out \
             too small, so look for excesses far above 0.",
            percent(placebo.rate())
        ));
    }
    if let Some(list) = facts.list {
        out.push(format!(
            "The covered products are those of the {} ({}), by {}; the list restricts nothing by itself.",
            list.title,
            list.legal,
            list.edition.name()
        ));
    }
    if panel.measure.direction == Direction::Export && facts.question.route == Route::Arrivals {
        out.push(format!(
            "The measure stops exports, so what {} imports from everyone is looked at.",
            panel.home.name()
        ));
    }
    out
}

fn findings(facts: &DiversionFacts, template: &Finding) -> Vec<Finding> {
    let (panel, found, placebo) = (&facts.panel, &facts.found, &facts.placebo);
    let mut out = Vec::new();
    for (code, e) in facts.clear().take(5) {
        out.push(Finding {
            id: format!("diversion.excess.{code}"),
            title: code.name().to_owned(),
            statement: sentence(&format!(
                "{} {} a year more of the covered products than its other products suggest (95 % interval {} to \
                 {}): {} instead of {} before",
                match facts.question.route {
                    Route::Arrivals => format!("{} delivered", in_sentence(code.name())),
                    Route::Departures => format!("{} got from {}", in_sentence(code.name()), panel.home.name()),
                },
                usd(e.excess),
                usd_short(e.interval.low),
                usd_short(e.interval.high),
                usd_short(e.since),
                usd_short(e.before)
            )),
            value: Number::Value(e.excess),
            interval: Some(e.interval),
            definition:
                "deliveries of covered products since the measure, less what they would have been had they grown like \
                         the country's other products; yearly average"
                    .into(),
            ..template.clone()
        });
    }
    let clear = facts.clear().count();
    out.push(Finding {
        id: "diversion.count".into(),
        title: "Third countries with an excess".into(),
        statement: format!(
            "{clear} of {} third countries have a statistically significant excess; the same search where there is nothing to \
             find has one in {} of {} tries",
            found.len(),
            percent(placebo.rate()),
            placebo.tests
        ),
        value: Number::Value(clear as f64),
        unit: Unit::Count,
        definition:
            "third countries whose coefficient is above 0 with p below 0.05; tries are dates before the measure and \
                     sets of products that it does not cover"
                .into(),
        ..template.clone()
    });
    if let Some(LostFlow { partner, product, before, since }) = facts.lost.first() {
        out.push(Finding {
            id: "diversion.lost".into(),
            title: "What was lost".into(),
            statement: sentence(&format!(
                "{} lost most in one chapter: {} ({}) fell from {} to {} a year",
                in_sentence(panel.partners[*partner].name()),
                panel.products[*product].chapter_name().to_lowercase(),
                panel.products[*product],
                usd_short(*before),
                usd_short(*since)
            )),
            value: Number::Value(before - since),
            definition: "yearly average of up to four years before the measure less that of the years since".into(),
            ..template.clone()
        });
    }
    out
}

fn excess_table(panel: &Panel, found: &[Excess]) -> Table {
    let mut table = Table::new(
        "diversion.third_countries",
        "Third countries by excess a year",
        &[
            ("country", "Country", Unit::Text),
            ("name", "Name", Unit::Text),
            ("before_usd", "Before", Unit::Usd),
            ("since_usd", "Since", Unit::Usd),
            ("excess_usd", "Excess", Unit::Usd),
            ("low_usd", "2.5 %", Unit::Usd),
            ("high_usd", "97.5 %", Unit::Usd),
            ("change", "Against others", Unit::Change),
            ("p_value", "p", Unit::Probability),
        ],
    );
    for e in found {
        table.rows.push(vec![
            panel.partners[e.partner].to_string().into(),
            panel.partners[e.partner].name().into(),
            e.before.into(),
            e.since.into(),
            e.excess.into(),
            e.interval.low.into(),
            e.interval.high.into(),
            e.coefficient.estimate.exp_m1().into(),
            e.coefficient.p_value.into(),
        ]);
    }
    table
}

fn lost_table(panel: &Panel, lost: &[LostFlow]) -> Table {
    let mut table = Table::new(
        "diversion.lost",
        "What the countries that it names lost a year, the largest first",
        &[
            ("country", "Country", Unit::Text),
            ("product", "HS", Unit::Text),
            ("name", "Product", Unit::Text),
            ("before_usd", "Before", Unit::Usd),
            ("since_usd", "Since", Unit::Usd),
            ("change", "Change", Unit::Change),
        ],
    );
    for LostFlow { partner, product, before, since } in lost {
        table.rows.push(vec![
            panel.partners[*partner].name().into(),
            panel.products[*product].to_string().into(),
            panel.products[*product].chapter_name().into(),
            (*before).into(),
            (*since).into(),
            (since / before - 1.0).into(),
        ]);
    }
    table
}

fn placebo_table(placebo: &Placebo) -> Table {
    let mut table = Table::new(
        "diversion.placebo",
        "The same search where there is nothing to find",
        &[
            ("what", "Tried", Unit::Text),
            ("tests", "Comparisons", Unit::Count),
            ("hits", "With an excess", Unit::Count),
            ("rate", "Share", Unit::Share),
        ],
    );
    for (what, tests, hits) in &placebo.rows {
        let (tests, hits) = (*tests as f64, *hits as f64);
        table.rows.push(vec![what.clone().into(), tests.into(), hits.into(), (hits / tests).into()]);
    }
    table
}

/// Covered deliveries by year: of the touched, and of the three with the largest excess.
fn timeline(facts: &DiversionFacts) -> Chart {
    let (panel, found) = (&facts.panel, &facts.found);
    let from = panel.start_year() - BEFORE;
    let covered = |p: usize, t: usize| -> f64 {
        (0..panel.products.len()).filter(|c| panel.covered[*c]).map(|c| panel.value(p, c, t)).sum()
    };
    let line = |name: String, of: &[usize]| Line {
        name,
        points: (0..panel.years.len())
            .filter(|t| panel.years[*t] >= from)
            .map(|t| (f64::from(panel.years[t]), of.iter().map(|p| covered(*p, t)).sum()))
            .collect(),
    };
    let touched: Vec<usize> = (0..panel.partners.len()).filter(|p| panel.first(*p)).collect();
    let mut lines = vec![line("Countries that it names".to_owned(), &touched)];
    for e in found.iter().take(3) {
        lines.push(line(panel.partners[e.partner].name().to_owned(), &[e.partner]));
    }
    let title = found.first().map_or_else(String::new, |e| {
        let name = sentence(&in_sentence(panel.partners[e.partner].name()));
        let verb = if facts.question.route == Route::Departures { "gets" } else { "delivers" };
        format!("{name} {verb} {} a year instead of {}", usd_short(e.since), usd_short(e.before))
    });
    Chart {
        id: "diversion.timeline".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Lines {
            lines,
            marks: vec![Mark { x: f64::from(panel.start_year()), label: panel.measure.title.clone() }],
            picked: None,
            x_unit: Unit::Year,
            x_title: "Year".to_owned(),
        },
        source: format!("{}; deliveries of the covered products", facts.source.name),
        supposition: None,
    }
}

fn excess_chart(facts: &DiversionFacts) -> Chart {
    let (panel, found) = (&facts.panel, &facts.found);
    let bars = found
        .iter()
        .take(12)
        .map(|e| Bar {
            label: panel.partners[e.partner].name().to_owned(),
            value: e.excess,
            marked_low: 0.0,
            marked_high: 0.0,
        })
        .collect();
    let title = found.first().map_or_else(String::new, |e| {
        sentence(&format!(
            "{} has the largest excess, {} a year",
            in_sentence(panel.partners[e.partner].name()),
            usd(e.excess)
        ))
    });
    Chart {
        id: "diversion.excess".to_owned(),
        title,
        unit: Unit::Usd,
        kind: ChartKind::Bars { bars, marked: None },
        source: format!("{}; own estimate, excess a year", facts.source.name),
        supposition: None,
    }
}
