//! The figures of a goal-seek as findings, tables and charts.

use serde_json::{Map, Value, json};

use super::Ways;
use super::facts::{CountryFacts, ReachFacts};
use crate::answer::{
    Answer, Bar, Chart, ChartKind, Figure, Finding, Headline, Interval, Line, Number, Reservation, Table, Unit,
};
use crate::closure;
use crate::error::limit_words;
use crate::format::{
    in_sentence, multiple as times_word, part, percent, percent_range, percent_signed, sentence, significant_digits,
    usd,
};

/// Words the figures; `command` asks for them again.
pub fn report(facts: &ReachFacts, command: &str) -> Answer {
    let template = Finding::template(
        Unit::Share,
        format!("{}; Newton to a residual of {:.0e}", facts.method, facts.residual.max(1e-16)),
        vec![facts.source.clone()],
        caveats(facts),
        command.to_owned(),
    );
    let (by_rule, driven) = closure::report("reach", &facts.rules, &template);
    let mut findings = vec![cost_finding(facts, &template), log_points_finding(facts, &template)];
    findings.push(tariff_finding(facts, &template));
    findings.extend(partial_finding(facts, &template));
    findings.extend(known_finding(facts, &template));
    findings.push(world_finding(facts, &template));
    let of_pair = [facts.pair.a, facts.pair.b].map(|c| facts.country(c));
    findings.extend(of_pair.into_iter().flatten().map(|c| welfare_finding(c, &template)));
    findings.extend(third_finding(facts, &template));
    findings.extend(limit_finding(facts, &template));
    findings.extend(driven);
    let (a, b) = (in_sentence(facts.pair.a.name()), in_sentence(facts.pair.b.name()));
    Answer {
        title: format!("What it takes to multiply the trade of {a} and {b} by {}", times_word(facts.times)),
        command: command.to_owned(),
        findings,
        tables: vec![theta_table(facts), curve_table(facts), countries_table(facts), by_rule],
        charts: std::iter::once(curve_chart(facts)).chain(third_chart(facts)).collect(),
        named: named(facts),
        headline: Some(headline(facts)),
    }
}

/// The cut in the words that people use, with a known one beside it.
fn headline(facts: &ReachFacts) -> Headline {
    let (cut, range) = (facts.cost_cut(), facts.cost_cut_range());
    let known = facts.known.map_or_else(String::new, |k| {
        format!(
            "; a duty of {} on everything, abolished, would give times {}",
            percent(k.tariff).replace(".0 %", " %"),
            significant_digits(k.multiple, 2)
        )
    });
    let sentence = format!(
        "In {}, {} must {} by {} to multiply the trade by {}{known}",
        facts.world.words,
        whose(facts),
        if cut >= 0.0 { "fall" } else { "rise" },
        about_part(cut, range),
        times_word(facts.times)
    );
    let spread = (range.high - range.low).abs() / cut.abs().max(f64::MIN_POSITIVE);
    Headline {
        sentence,
        figure: Figure::CostCut(cut),
        reservation: Some(Reservation {
            sentence: format!(
                "What the multiple takes hangs on how trade answers to costs: {} of costs at an elasticity of {}, {} at {}.",
                percent(range.low.abs().max(range.high.abs())),
                times_word(facts.by_theta.first().map_or(facts.theta, |t| t.theta)),
                percent(range.low.abs().min(range.high.abs())),
                times_word(facts.by_theta.last().map_or(facts.theta, |t| t.theta)),
            ),
            weight: spread.min(1.0) * 0.5,
        }),
    }
}

/// `about a quarter (an eighth to two fifths)`.
fn about_part(cut: f64, range: Interval) -> String {
    let (small, large) = (range.low.abs().min(range.high.abs()), range.low.abs().max(range.high.abs()));
    let (small, large) = (part(small), part(large));
    if small == large {
        format!("about {}", part(cut.abs()))
    } else {
        format!("about {} ({small} to {large})", part(cut.abs()))
    }
}

/// Whose costs change.
fn whose(facts: &ReachFacts) -> String {
    let (a, b) = (facts.pair.a, facts.pair.b);
    match facts.ways {
        Ways::Both => "trade costs both ways".to_owned(),
        Ways::Forward => format!("the cost of goods from {a} to {b}"),
        Ways::Backward => format!("the cost of goods from {b} to {a}"),
    }
}

/// What counts against the figures, a balance on the wrong side first.
fn caveats(facts: &ReachFacts) -> Vec<String> {
    let wrong_side = facts.world.balance_differs().then(|| {
        format!(
            "The pair's balance has the other sign in this world than in customs data; ‹world_year {}› starts from \
             customs data instead.",
            facts.world.customs.map_or(facts.world.year, |c| c.year)
        )
    });
    wrong_side.into_iter().chain(facts.caveats.iter().cloned()).collect()
}

fn named(facts: &ReachFacts) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("log_points".into(), json!(facts.log_points));
    out.insert("cost_cut".into(), json!(facts.cost_cut()));
    out.insert("tariff_equivalent".into(), json!(facts.tariff_equivalent()));
    out.insert("multiple".into(), json!(facts.multiple));
    out.insert("attainable_maximum".into(), json!(facts.limit.multiple));
    out.insert("theta".into(), json!(facts.theta));
    out.insert("world_year".into(), json!(facts.world.year));
    out.insert("residual".into(), json!(facts.residual));
    out.insert("solves".into(), json!(facts.solves));
    out
}

/// `fall by 24.2 %` or `rise by 3.1 %`.
fn cost_words(cut: f64) -> String {
    if cut >= 0.0 { format!("fall by {}", percent(cut)) } else { format!("rise by {}", percent(-cut)) }
}

/// The ends of a range of cuts, worded by [`cost_words`]: the smaller size first.
fn cost_range(cut: f64, range: Interval) -> String {
    if cut >= 0.0 { percent_range(range.low, range.high) } else { percent_range(-range.high, -range.low) }
}

/// `theta from 2 to 8; out of reach at theta 1.5`.
fn theta_words(facts: &ReachFacts) -> String {
    let solved = facts.by_theta.iter().filter(|t| t.log_points.is_some()).map(|t| t.theta);
    let (least, most) = solved.fold((facts.theta, facts.theta), |(l, m), t| (l.min(t), m.max(t)));
    let mut words = if least < most {
        format!("theta from {} to {}", times_word(least), times_word(most))
    } else {
        format!("theta {}", times_word(facts.theta))
    };
    let beyond: Vec<String> =
        facts.by_theta.iter().filter(|t| t.log_points.is_none()).map(|t| times_word(t.theta)).collect();
    if !beyond.is_empty() {
        words.push_str(&format!("; out of reach at theta {}", beyond.join(", ")));
    }
    words
}

fn cost_finding(facts: &ReachFacts, template: &Finding) -> Finding {
    let (cut, range) = (facts.cost_cut(), facts.cost_cut_range());
    Finding {
        id: "reach.cost_cut".into(),
        title: format!("Cost change for times {}", times_word(facts.times)),
        statement: format!(
            "In {}, {} must {} by {} to multiply the trade by {}: {}, and {} over {}",
            facts.world.words,
            whose(facts),
            if cut >= 0.0 { "fall" } else { "rise" },
            about_part(cut, range),
            times_word(facts.times),
            percent(cut.abs()),
            cost_range(cut, range),
            theta_words(facts)
        ),
        value: Number::Value(cut),
        interval: Some(range),
        definition:
            "fall of the ad valorem (iceberg) trade cost, negative for a rise, 1 - exp(-b / theta), with b such \
                     that the pair's flows together are k times today's in equilibrium"
                .into(),
        ..template.clone()
    }
}

fn log_points_finding(facts: &ReachFacts, template: &Finding) -> Finding {
    Finding {
        id: "reach.log_points".into(),
        title: "The same as a partial effect".into(),
        statement: format!(
            "That is a partial effect of {:.4} log points on each flow, as a gravity equation would estimate it",
            facts.log_points
        ),
        value: Number::Value(facts.log_points),
        unit: Unit::LogPoints,
        definition: "b: the direct effect on log trade at given incomes and price indices".into(),
        ..template.clone()
    }
}

fn tariff_finding(facts: &ReachFacts, template: &Finding) -> Finding {
    let (tariff, cut) = (facts.tariff_equivalent(), facts.cost_cut());
    let (statement, value, definition) = if tariff >= 0.0 {
        (
            format!("It is as much as abolishing a tariff of {} on everything the two trade", percent(tariff)),
            tariff,
            "exp(b / theta) - 1: the ad valorem tariff whose removal has the same partial effect",
        )
    } else {
        (
            format!("It is as much as a new tariff of {} on everything the two trade", percent(-cut)),
            -cut,
            "exp(-b / theta) - 1: the ad valorem tariff whose introduction has the same partial effect",
        )
    };
    Finding {
        id: "reach.tariff_equivalent".into(),
        title: "The same as a tariff".into(),
        statement,
        value: Number::Value(value),
        unit: Unit::Share,
        definition: definition.into(),
        ..template.clone()
    }
}

fn partial_finding(facts: &ReachFacts, template: &Finding) -> Option<Finding> {
    let partial = facts.partial_cost_cut();
    (facts.ways == Ways::Both).then(|| Finding {
        id: "reach.partial".into(),
        title: "In partial equilibrium".into(),
        statement: format!(
            "Arithmetic alone, with incomes and prices fixed, says {} (1 - k^(-1/theta)); what the rest of the world \
             does changes that by {} percentage points",
            cost_words(partial),
            significant_digits(100.0 * (facts.cost_cut() - partial), 1)
        ),
        value: Number::Value(partial),
        definition: "1 - k^(-1 / theta)".into(),
        ..template.clone()
    })
}

/// What a known cut does, beside what the multiple takes.
fn known_finding(facts: &ReachFacts, template: &Finding) -> Option<Finding> {
    let known = facts.known?;
    Some(Finding {
        id: "reach.known_cut".into(),
        title: "For comparison".into(),
        statement: format!(
            "For comparison: a duty of {} on everything, abolished, multiplies the trade by {}",
            percent(known.tariff).replace(".0 %", " %"),
            significant_digits(known.multiple, 2)
        ),
        value: Number::Value(known.multiple),
        unit: Unit::Multiple,
        definition: format!(
            "the multiple of the pair's flows in equilibrium when their costs fall as by the end of a tariff of {}",
            percent(known.tariff)
        ),
        ..template.clone()
    })
}

/// What the world has of the pair's trade, beside customs data.
fn world_finding(facts: &ReachFacts, template: &Finding) -> Finding {
    let (a, b) = (in_sentence(facts.pair.a.name()), in_sentence(facts.pair.b.name()));
    let [forward, backward] = facts.world.usd;
    let beside = facts.world.customs.filter(|c| c.year != facts.world.year).map_or_else(String::new, |c| {
        let words = |value: Option<f64>| value.map_or_else(|| "not reported".to_owned(), usd);
        let [x, y] = c.usd.map(words);
        format!("; importers' customs in {}: {x} and {y}", c.year)
    });
    Finding {
        id: "reach.world".into(),
        title: "The world it starts from".into(),
        statement: format!(
            "{} has {} from {a} to {b} and {} back{beside}",
            sentence(&facts.world.words),
            usd(forward),
            usd(backward)
        ),
        value: Number::Value(forward + backward),
        unit: Unit::Usd,
        definition: "the pair's flows in the world, both directions, in the year of the world".into(),
        ..template.clone()
    }
}

fn welfare_finding(facts: &CountryFacts, template: &Finding) -> Finding {
    let name = in_sentence(facts.country.name());
    Finding {
        id: format!("reach.welfare.{}", facts.country),
        title: format!("Welfare of {name}"),
        statement: format!(
            "Real spending of {name} would {} by {}, what lower costs themselves cost not counted",
            if facts.welfare < 0.0 { "fall" } else { "rise" },
            percent(facts.welfare.abs())
        ),
        value: Number::Value(facts.welfare),
        unit: Unit::Change,
        definition: "(E'/E) / P - 1: real expenditure, world output the numeraire".into(),
        ..template.clone()
    }
}

/// Limits below this multiple are shown.
const MOST_TELLING: f64 = 100.0;
/// Changes of third countries' welfare from this size on are shown in the text; all stand in the table.
const LEAST_TELLING: f64 = 5e-4;

/// The third countries that gain and lose most, where that is enough to speak of.
fn third_finding(facts: &ReachFacts, template: &Finding) -> Option<Finding> {
    let (most, least) = (facts.third().next()?, facts.third().next_back()?);
    if most.welfare.abs().max(least.welfare.abs()) < LEAST_TELLING {
        return None;
    }
    let words = |c: &CountryFacts| format!("{} ({})", in_sentence(c.country.name()), percent_signed(c.welfare));
    Some(Finding {
        id: "reach.third_countries".into(),
        title: "Third countries".into(),
        statement: format!("Of third countries {} would do best and {} worst", words(most), words(least)),
        value: Number::Unknown,
        unit: Unit::Change,
        interval: Some(Interval { low: least.welfare, high: most.welfare }),
        definition: "range of (E'/E) / P - 1 over all countries but the pair".into(),
        ..template.clone()
    })
}

fn limit_finding(facts: &ReachFacts, template: &Finding) -> Option<Finding> {
    // Thousands of times today's trade are a property of the model, not of the world.
    (facts.limit.multiple < MOST_TELLING).then(|| Finding {
        id: "reach.maximum".into(),
        title: "The limit".into(),
        statement: format!(
            "The most that falling costs between the two can do is to multiply their trade by {}: {}",
            limit_words(facts.limit.multiple),
            facts.limit.why
        ),
        value: Number::Value(facts.limit.multiple),
        unit: Unit::Multiple,
        definition: "the supremum of the multiple as the cost falls toward nothing".into(),
        ..template.clone()
    })
}

fn theta_table(facts: &ReachFacts) -> Table {
    let mut table = Table::new(
        "reach.by_theta",
        &format!("What times {} takes, by trade elasticity", times_word(facts.times)),
        &[
            ("theta", "Theta", Unit::Elasticity),
            ("log_points", "Log points", Unit::LogPoints),
            ("cost_cut", "Cost cut", Unit::Share),
            ("tariff_equivalent", "Tariff equivalent", Unit::Share),
        ],
    );
    for t in &facts.by_theta {
        table.rows.push(vec![t.theta.into(), t.log_points.into(), t.cost_cut().into(), t.tariff_equivalent().into()]);
    }
    table
}

/// What whole multiples take.
fn curve_table(facts: &ReachFacts) -> Table {
    let mut table = Table::new(
        "reach.by_multiple",
        &format!("What each multiple takes, theta {}", times_word(facts.theta)),
        &[
            ("times", "Times", Unit::Multiple),
            ("log_points", "Log points", Unit::LogPoints),
            ("cost_cut", "Cost cut", Unit::Share),
            ("cost_cut_partial", "Partial equilibrium", Unit::Share),
            ("tariff_equivalent", "Tariff equivalent", Unit::Share),
            ("welfare_a", &format!("Welfare {}", facts.pair.a), Unit::Change),
            ("welfare_b", &format!("Welfare {}", facts.pair.b), Unit::Change),
        ],
    );
    for p in facts.curve.iter().filter(|p| p.times.fract() == 0.0) {
        let cells =
            [p.times, p.log_points, p.cost_cut, p.partial_cost_cut, p.tariff_equivalent, p.welfare_a, p.welfare_b];
        table.rows.push(cells.map(Into::into).to_vec());
    }
    table
}

fn curve_chart(facts: &ReachFacts) -> Chart {
    let cut = facts.cost_cut();
    let points = |of: fn(&super::CurvePoint) -> f64| facts.curve.iter().map(|p| (p.times, of(p))).collect();
    let name = format!("General equilibrium, theta {}", times_word(facts.theta));
    let mut lines = vec![Line { name, points: points(|p| p.cost_cut) }];
    if facts.ways == Ways::Both {
        lines.push(Line { name: "Incomes and prices fixed".to_owned(), points: points(|p| p.partial_cost_cut) });
    }
    Chart {
        id: "reach.curve".to_owned(),
        title: format!(
            "Times {} takes a cost that is {} {}",
            times_word(facts.times),
            percent(cut.abs()),
            if cut >= 0.0 { "lower" } else { "higher" }
        ),
        unit: Unit::Share,
        kind: ChartKind::Lines {
            lines,
            marks: Vec::new(),
            picked: (1.0..=10.0).contains(&facts.times).then_some((facts.times, cut)),
            x_unit: Unit::Multiple,
            x_title: "Multiple of today's trade".to_owned(),
        },
        source: format!("{}; own calculation, {} economies", facts.source.name, facts.countries.len()),
        supposition: None,
    }
}

fn countries_table(facts: &ReachFacts) -> Table {
    let mut table = Table::new(
        "reach.countries",
        "Gains and losses by country",
        &[
            ("country", "Country", Unit::Text),
            ("name", "Name", Unit::Text),
            ("welfare", "Welfare", Unit::Change),
            ("exports", "Exports", Unit::Change),
            ("exports_to_a", &format!("Exports to {}", facts.pair.a), Unit::Change),
            ("exports_to_b", &format!("Exports to {}", facts.pair.b), Unit::Change),
        ],
    );
    for c in &facts.countries {
        table.rows.push(vec![
            c.country.to_string().into(),
            c.country.name().into(),
            c.welfare.into(),
            c.exports.into(),
            c.exports_to_a.into(),
            c.exports_to_b.into(),
        ]);
    }
    table
}

/// Who else gains and loses: the ends.
fn third_chart(facts: &ReachFacts) -> Option<Chart> {
    if facts.third().all(|c| c.welfare.abs() < LEAST_TELLING) {
        return None;
    }
    let third: Vec<&CountryFacts> = facts.third().collect();
    let n = third.len();
    let ends: Vec<&CountryFacts> =
        if n > 12 { third[..6].iter().chain(&third[n - 6..]).copied().collect() } else { third.clone() };
    let bar = |c: &&CountryFacts| Bar {
        label: c.country.name().to_owned(),
        value: c.welfare,
        marked_low: 0.0,
        marked_high: 0.0,
    };
    let losers = third.iter().filter(|c| c.welfare < 0.0).count();
    let title = match third.last() {
        None => "There is no third country in this world".to_owned(),
        Some(worst) => sentence(&format!(
            "{losers} of {n} third countries lose; {} has the worst of it, {}",
            in_sentence(worst.country.name()),
            percent_signed(worst.welfare)
        )),
    };
    Some(Chart {
        id: "reach.third_countries".to_owned(),
        title,
        unit: Unit::Change,
        kind: ChartKind::Bars { bars: ends.iter().map(bar).collect(), marked: None },
        source: format!("{}; own calculation, change in welfare", facts.source.name),
        supposition: None,
    })
}
