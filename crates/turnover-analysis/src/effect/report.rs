//! The findings, tables and charts of an effect.

use serde_json::{Map, json};
use turnover_data::{HsCode, Iso3};
use turnover_gravity::Coefficient;
use turnover_measures::Direction;

use super::{EffectFacts, Later};
use crate::answer::{Answer, Bar, Chart, ChartKind, Finding, Interval, Line, Mark, Number, Table, Unit};
use crate::format::{about, in_sentence, percent, sentence, usd, usd_short};

/// Words the facts.
pub fn report(facts: &EffectFacts) -> Answer {
    let (panel, effect) = (&facts.panel, &facts.effect);
    let template = Finding::template(
        Unit::LogPoints,
        format!(
            "PPML difference-in-differences with effects of partner-year, product-year and partner-product, {} observations, \
             errors clustered by partner-product; {} left out",
            facts.nobs,
            panel.start_year()
        ),
        vec![facts.source.clone()],
        caveats(facts),
        facts.question.command.clone(),
    );
    let mut findings = vec![effect_finding(facts, &template), prevented(facts, None, &template)];
    if let Some(at) = facts.partner {
        findings.push(prevented(facts, Some(at), &template));
        findings.push(share(facts, at, &template));
    }
    findings.extend(range(facts, &template));
    findings.extend(pre_trend(facts, &template));
    let mut named = Map::new();
    named.insert(
        "coefficients".into(),
        json!([{
            "name": "effect", "estimate": effect.estimate, "std_error": effect.std_error, "statistic": effect.statistic,
            "p_value": effect.p_value, "low": effect.low, "high": effect.high,
        }]),
    );
    named.insert("covariance".into(), json!([[effect.std_error.powi(2)]]));
    named.insert("nobs".into(), json!(facts.nobs));
    named.insert("prevented_usd_per_year".into(), json!(facts.losses.total(None)));
    named.insert("signs_differ".into(), json!(facts.signs_differ()));
    let mut charts = vec![study_chart(facts), losses_chart(facts)];
    charts.extend(specification_chart(facts));
    Answer {
        title: format!("What it cost: {}", panel.measure.title),
        command: facts.question.command.clone(),
        findings,
        tables: tables(facts),
        charts,
        named,
        headline: None,
    }
}

fn caveats(facts: &EffectFacts) -> Vec<String> {
    let panel = &facts.panel;
    let mut out = Vec::new();
    if facts.signs_differ() {
        out.push(format!(
            "The covered trade itself changed from {} to {} a year, the other way than the estimate says: the comparison \
             moved more than the countries that the measure names, so look at who is in it.",
            usd_short(facts.raw[0]),
            usd_short(facts.raw[1])
        ));
    }
    if !facts.gainers.is_empty() {
        let names: Vec<&str> = facts.gainers.iter().map(Iso3::as_str).collect();
        out.push(format!(
            "Third countries in the comparison took over trade ({}), which makes the effect look larger than it is.",
            names.join(", ")
        ));
    }
    let capped: Vec<&str> =
        facts.losses.partners.iter().filter(|p| p.is_capped).map(|p| panel.partners[p.partner].as_str()).collect();
    if !capped.is_empty() {
        out.push(format!(
            "For {} more is expected without the measure than was ever traded in a year of the data; it is cut to the highest \
             year, since no measure can have prevented more than the market took.",
            capped.join(", ")
        ));
    }
    let hidden = panel.hidden_words();
    if !hidden.is_empty() {
        out.push(format!(
            "More than half of the trade of {} stands in chapter 99: these years are missing, not zero.",
            hidden.join(", ")
        ));
    }
    let part: Vec<&str> = panel
        .products
        .iter()
        .zip(&panel.covered)
        .filter(|(p, c)| **c && p.level() == 2)
        .map(|(p, _)| p.as_str())
        .collect();
    if !part.is_empty() && facts.question.products.is_none() {
        out.push(format!(
            "The data is by chapter: {} count as covered whole, since the measure names a third or more of their headings; \
             chapters of which it names fewer count as not covered.",
            part.join(", ")
        ));
    }
    let names: Vec<&str> = (0..panel.partners.len())
        .filter(|p| !facts.first[*p] && (0..panel.years.len()).any(|y| panel.touched(*p, y)))
        .map(|p| panel.partners[p].as_str())
        .collect();
    if !names.is_empty() {
        out.push(format!(
            "{} {} reached only later and {}.",
            names.join(", "),
            if names.len() == 1 { "was" } else { "were" },
            match facts.question.later {
                Later::Drop => "left out from then on",
                Later::Control => "kept among the untouched",
                Later::Treat => "counted as touched from then on",
            }
        ));
    }
    out.extend(facts.caveats.iter().cloned());
    out
}

/// `cut Russia's imports of the covered products from the countries that it names by 97 %`.
fn effect_finding(facts: &EffectFacts, template: &Finding) -> Finding {
    let (panel, e) = (&facts.panel, &facts.effect);
    let [value, low, high] = [e.estimate, e.low, e.high].map(f64::exp_m1);
    let home = panel.home.name();
    let whose = if home.ends_with('s') { format!("{home}'") } else { format!("{home}'s") };
    let flow = if panel.measure.direction == Direction::Export { "exports" } else { "imports" };
    let change = if value < 0.0 {
        format!("by {} (95 % interval {} to {})", about(-value), about(-high).trim_end_matches(" %"), about(-low))
    } else {
        format!("by {} (95 % interval {} to {})", about(value), about(low).trim_end_matches(" %"), about(high))
    };
    let raw = if facts.signs_differ() {
        format!(
            "; the trade itself went from {} to {} a year, the other way",
            usd_short(facts.raw[0]),
            usd_short(facts.raw[1])
        )
    } else {
        String::new()
    };
    Finding {
        id: "effect.log_points".into(),
        title: "The effect".into(),
        statement: format!(
            "{} {} {whose} {flow} of the covered products {} the countries that it names {change}{raw}",
            sentence(&panel.measure.title),
            if value < 0.0 { "cut" } else { "raised" },
            if panel.exports { "to" } else { "from" },
        ),
        value: Number::Value(e.estimate),
        interval: Some(Interval { low: e.low, high: e.high }),
        definition: format!(
            "log points against the same partners' other products, other partners' covered products ({}) and the years \
             before {}",
            panel.covered_words(),
            panel.start_year()
        ),
        ..template.clone()
    }
}

/// Over which years averages since the measure are taken: ` on average over 2015 to 2020`.
fn years_since(facts: &EffectFacts) -> String {
    let panel = &facts.panel;
    let mut after = panel.years.iter().filter(|y| **y > panel.start_year());
    match (after.next(), after.next_back()) {
        (Some(first), Some(last)) => format!(" on average over {first} to {last}"),
        (Some(only), None) => format!(", by {only} alone"),
        _ => String::new(),
    }
}

fn prevented(facts: &EffectFacts, partner: Option<usize>, template: &Finding) -> Finding {
    let panel = &facts.panel;
    let lost = facts.losses.total(partner);
    let whom = partner.map_or_else(String::new, |p| format!(" with {}", in_sentence(panel.partners[p].name())));
    let (id, title) = match partner {
        None => ("effect.prevented".to_owned(), "Trade prevented".to_owned()),
        Some(p) => (format!("effect.prevented.{}", panel.partners[p]), format!("Prevented{whom}")),
    };
    let capped = partner.and_then(|p| facts.losses.of(p)).filter(|l| l.is_capped).map_or_else(String::new, |l| {
        format!("; the estimate alone would say more, but no year of the data has more than {}", usd_short(l.highest))
    });
    Finding {
        id,
        title,
        statement: format!(
            "It {} trade{whom} worth {} a year{}{capped}",
            if lost < 0.0 { "added" } else { "prevented" },
            usd(lost.abs()),
            years_since(facts)
        ),
        value: Number::Value(lost),
        unit: Unit::Usd,
        definition:
            "covered trade that the estimate expects without the measure, at most that of the highest year in the \
                     data, less what it expects with it; yearly average since"
                .into(),
        ..template.clone()
    }
}

/// The counterfactual coverage share of a partner.
fn share(facts: &EffectFacts, partner: usize, template: &Finding) -> Finding {
    let panel = &facts.panel;
    let (after, lost) = facts.losses.of(partner).map_or((0.0, 0.0), |p| (p.after, p.lost.max(0.0)));
    let all = facts.losses.after_all[partner];
    let share = (after + lost) / (all + lost);
    let name = in_sentence(panel.partners[partner].name());
    let mut chapters: Vec<&str> = (0..panel.products.len())
        .filter(|c| (0..panel.years.len()).any(|y| panel.value(partner, *c, y) > 0.0))
        .map(|c| &panel.products[c].as_str()[..2])
        .collect();
    chapters.dedup();
    let of = match (chapters.first(), chapters.last(), chapters.len()) {
        (_, _, n) if n >= 80 => format!("the trade with {name}"),
        (Some(first), Some(last), _) => {
            format!("the trade with {name} in chapters {first} to {last}, the only ones here,")
        }
        _ => format!("the trade with {name}"),
    };
    Finding {
        id: format!("effect.counterfactual_share.{}", panel.partners[partner]),
        title: "Share of what trade would be".into(),
        statement: format!(
            "Without it {} of {of} would be in the covered products; of what is left they are {}",
            about(share),
            about(after / all)
        ),
        value: Number::Value(share),
        unit: Unit::Share,
        definition:
            "covered trade with what was prevented added, over all trade in the table with what was prevented added; \
                     yearly averages since the measure"
                .into(),
        ..template.clone()
    }
}

/// The range of other choices.
fn range(facts: &EffectFacts, template: &Finding) -> Option<Finding> {
    let range = facts.prevented_range()?;
    let whom =
        facts.partner.map_or_else(String::new, |p| format!(" with {}", in_sentence(facts.panel.partners[p].name())));
    Some(Finding {
        id: "effect.range".into(),
        title: "By other choices".into(),
        statement: format!(
            "By {} other choices of years, products and comparison it prevented {} to {} a year{whom}",
            facts.specifications.len() - 1,
            usd_short(range.low),
            usd(range.high)
        ),
        value: Number::Unknown,
        interval: Some(range),
        unit: Unit::Usd,
        definition: "lowest and highest trade prevented a year over the specifications of the table, point estimates"
            .into(),
        ..template.clone()
    })
}

fn pre_trend(facts: &EffectFacts, template: &Finding) -> Option<Finding> {
    let p = facts.pre_trend?;
    let reference = facts.reference;
    let word = if p < 0.001 { "below 0.001".to_owned() } else { format!("{p:.3}") };
    let statement = if p < 0.05 {
        format!(
            "Before it the covered flows did not move with the others: the years before {reference} differ (p {word}), so part \
             of the effect may be older than the measure"
        )
    } else {
        format!(
            "Before it the covered flows moved with the others: that the years before {reference} are alike is not rejected \
             (p {word})"
        )
    };
    Some(Finding {
        id: "effect.pre_trend".into(),
        title: "Before the measure".into(),
        statement,
        value: Number::Value(p),
        unit: Unit::Probability,
        definition: format!("Wald test that all coefficients of years before {reference} are 0"),
        ..template.clone()
    })
}

fn coefficients(
    id: &str,
    title: &str,
    first: &[(&str, &str)],
    list: &[Coefficient],
    name: &dyn Fn(&str) -> String,
) -> Table {
    let mut columns: Vec<(&str, &str, Unit)> = first.iter().map(|(n, t)| (*n, *t, Unit::Text)).collect();
    columns.extend([
        ("change", "Change", Unit::Change),
        ("log_points", "Log points", Unit::Plain),
        ("std_error", "Std. error", Unit::Plain),
        ("low", "2.5 %", Unit::Change),
        ("high", "97.5 %", Unit::Change),
    ]);
    let mut table = Table::new(id, title, &columns);
    for c in list {
        let mut cells = vec![c.name.clone().into()];
        if first.len() > 1 {
            cells.push(name(&c.name).into());
        }
        cells.extend([
            c.estimate.exp_m1().into(),
            c.estimate.into(),
            c.std_error.into(),
            c.low.exp_m1().into(),
            c.high.exp_m1().into(),
        ]);
        table.rows.push(cells);
    }
    table
}

fn tables(facts: &EffectFacts) -> Vec<Table> {
    let country = |code: &str| Iso3::parse(code).map_or_else(|_| code.to_owned(), |c| c.name().to_owned());
    let product = |code: &str| HsCode::parse(code).map_or_else(|_| code.to_owned(), |c| c.chapter_name().to_owned());
    let none = |_: &str| String::new();
    let mut out = vec![coefficients("effect.by_year", "Year by year", &[("code", "Year")], &facts.by_year, &none)];
    if let Some(list) = &facts.by_product {
        out.push(coefficients("effect.by_product", "By product", &[("code", "HS"), ("name", "Name")], list, &product));
    }
    if let Some(list) = &facts.by_partner {
        out.push(coefficients(
            "effect.by_partner",
            "By partner",
            &[("code", "Partner"), ("name", "Name")],
            list,
            &country,
        ));
    }
    out.push(losses(facts));
    out.push(specifications(facts));
    out
}

fn losses(facts: &EffectFacts) -> Table {
    let mut table = Table::new(
        "effect.prevented",
        "Trade in the covered products a year, by partner",
        &[
            ("partner", "Partner", Unit::Text),
            ("name", "Name", Unit::Text),
            ("before_usd", "Before", Unit::Usd),
            ("after_usd", "Since", Unit::Usd),
            ("prevented_usd", "Prevented", Unit::Usd),
            ("capped", "Cut to the highest year", Unit::Text),
        ],
    );
    for p in &facts.losses.partners {
        let code = facts.panel.partners[p.partner];
        table.rows.push(vec![
            code.to_string().into(),
            code.name().into(),
            p.before.into(),
            p.after.into(),
            p.lost.into(),
            if p.is_capped { "yes" } else { "" }.into(),
        ]);
    }
    table
}

fn specifications(facts: &EffectFacts) -> Table {
    let mut table = Table::new(
        "effect.specifications",
        "The effect by other choices",
        &[
            ("what", "Choice", Unit::Text),
            ("change", "Change", Unit::Change),
            ("low", "2.5 %", Unit::Change),
            ("high", "97.5 %", Unit::Change),
            ("prevented_usd", "Prevented a year", Unit::Usd),
            ("nobs", "Observations", Unit::Count),
        ],
    );
    for s in &facts.specifications {
        table.rows.push(vec![
            s.what.clone().into(),
            s.effect.exp_m1().into(),
            s.interval.low.exp_m1().into(),
            s.interval.high.exp_m1().into(),
            s.prevented.into(),
            (s.nobs as f64).into(),
        ]);
    }
    table
}

fn losses_chart(facts: &EffectFacts) -> Chart {
    let panel = &facts.panel;
    let name = |p: usize| panel.partners[p].name().to_owned();
    let bars = facts
        .losses
        .partners
        .iter()
        .take(12)
        .map(|p| Bar { label: name(p.partner), value: p.lost, marked_low: 0.0, marked_high: 0.0 })
        .collect();
    let worst = facts.losses.partners.first().map_or_else(String::new, |p| name(p.partner));
    Chart {
        id: "effect.prevented".to_owned(),
        title: sentence(&format!(
            "{} lost most, of {} a year in all{}",
            in_sentence(&worst),
            usd(facts.losses.total(None)),
            years_since(facts)
        )),
        unit: Unit::Usd,
        kind: ChartKind::Bars { bars, marked: None },
        source: format!("{}; own estimate, trade prevented a year{}", facts.source.name, years_since(facts)),
        supposition: None,
    }
}

/// Trade prevented by each specification.
fn specification_chart(facts: &EffectFacts) -> Option<Chart> {
    let range = facts.prevented_range()?;
    let bars = facts
        .specifications
        .iter()
        .map(|s| Bar { label: s.what.clone(), value: s.prevented, marked_low: 0.0, marked_high: 0.0 })
        .collect();
    Some(Chart {
        id: "effect.specifications".to_owned(),
        title: format!("By other choices it prevented {} to {} a year", usd_short(range.low), usd_short(range.high)),
        unit: Unit::Usd,
        kind: ChartKind::Bars { bars, marked: None },
        source: format!("{}; own estimates, trade prevented a year{}", facts.source.name, years_since(facts)),
        supposition: None,
    })
}

fn study_chart(facts: &EffectFacts) -> Chart {
    let panel = &facts.panel;
    let mut points: Vec<(f64, [f64; 3])> = facts
        .by_year
        .iter()
        .filter_map(|c| Some((c.name.parse::<f64>().ok()?, [c.estimate, c.low, c.high])))
        .chain([(f64::from(facts.reference), [0.0; 3])])
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let line = |name: &str, k: usize| Line {
        name: name.to_owned(),
        points: points.iter().map(|(x, y)| (*x, y[k].exp_m1())).collect(),
    };
    Chart {
        id: "effect.by_year".to_owned(),
        title: format!(
            "Covered trade {} by {} after {}",
            if facts.effect.estimate < 0.0 { "fell" } else { "rose" },
            percent(facts.effect.estimate.exp_m1().abs()),
            panel.start
        ),
        unit: Unit::Change,
        kind: ChartKind::Lines {
            lines: vec![line(&format!("Against {}", facts.reference), 0), line("2.5 %", 1), line("97.5 %", 2)],
            marks: vec![Mark { x: f64::from(panel.start_year()), label: panel.measure.title.clone() }],
            picked: None,
            x_unit: Unit::Year,
            x_title: "Year".to_owned(),
        },
        source: format!("{}; own estimate, event study", facts.source.name),
        supposition: None,
    }
}
