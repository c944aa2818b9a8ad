//! The figures of levers as findings, tables and charts.

use serde_json::{Map, Value, json};

use super::facts::{LeversFacts, Rest, RestDraws};
use crate::answer::{Answer, Bar, Cell, Chart, ChartKind, Figure, Finding, Headline, Interval, Number, Table, Unit};
use crate::closure;
use crate::format::{in_sentence, multiple as times_word, percent, percent_signed, sentence};
use crate::simulate::{RegionFacts, draws_json, regions_table, size_words, welfare_chart};

/// Words the figures; `command` asks for them again.
pub fn report(facts: &LeversFacts, command: &str) -> Answer {
    let mut caveats = facts.caveats.clone();
    // An interval of what is left holds the draws in which it can be had.
    if let (Some(d), Rest::Cut(_)) = (&facts.draws, &facts.rest)
        && d.out_of_reach > 0
    {
        caveats.push(format!(
            "In {} of {} draws times {} is out of reach; the interval of what is left holds the others.",
            d.out_of_reach,
            d.run.asked.count,
            times_word(facts.times)
        ));
    }
    let template = Finding::template(
        Unit::Multiple,
        format!("{}; residual {:.0e}", facts.method, facts.residual.max(1e-16)),
        vec![facts.source.clone()],
        caveats,
        command.to_owned(),
    );
    let (by_rule, driven) = closure::report("levers", &facts.rules, &template);
    let mut findings = findings(facts, &template);
    let main = enough(facts, &template).or_else(|| findings.first().cloned());
    let headline =
        main.map(|f| Headline { sentence: f.statement, figure: Figure::Levers(facts.all), reservation: None });
    findings.extend(driven);
    let source = format!("{}; own calculation, change in welfare", facts.source.name);
    let [a, b] = facts.names.each_ref().map(|n| in_sentence(n));
    Answer {
        command: command.to_owned(),
        title: format!("Which levers multiply the trade of {a} and {b} by {}", times_word(facts.times)),
        findings,
        tables: vec![levers_table(facts), regions_table("levers.countries", &facts.regions), by_rule],
        charts: vec![order_chart(facts), welfare_chart("levers.welfare", &facts.regions, source)],
        named: named(facts),
        headline,
    }
}

/// ` (95 % of draws from 1.2 to 1.5)`.
fn range(interval: Option<Interval>, show: impl Fn(f64) -> String) -> String {
    interval.map_or_else(String::new, |i| format!(" (95 % of draws from {} to {})", show(i.low), show(i.high)))
}

fn times(multiple: f64) -> String {
    format!("{multiple:.3}")
}

const DEFINITION: &str = "the pair's flows together in equilibrium over today's, tariffs left out";

fn findings(facts: &LeversFacts, template: &Finding) -> Vec<Finding> {
    let count = facts.levers.len();
    let which = if count == 1 { "The one lever".to_owned() } else { format!("All {count} levers together") };
    let mut out = vec![Finding {
        id: "levers.all".into(),
        title: "All levers together".into(),
        statement: format!(
            "{which} would multiply the trade by {}{}",
            times(facts.all),
            range(facts.all_interval, times)
        ),
        value: Number::Value(facts.all),
        interval: facts.all_interval,
        definition: DEFINITION.into(),
        ..template.clone()
    }];
    if let [best, _, ..] = &facts.levers[..] {
        out.push(Finding {
            id: "levers.best".into(),
            title: "The strongest lever".into(),
            statement: format!(
                "Alone, {} does most: it multiplies the trade by {}{}",
                best.pull.title,
                times(best.together),
                range(best.alone_interval, times)
            ),
            value: Number::Value(best.together),
            interval: best.alone_interval,
            definition: DEFINITION.into(),
            ..template.clone()
        });
    }
    out.extend(enough(facts, template));
    out.extend(facts.draws.as_ref().map(|d| probability(facts, d, template)));
    out.extend(facts.codes.iter().filter_map(|c| facts.region(c)).map(|r| welfare(facts, r, template)));
    out.extend(third_countries(facts, template));
    out
}

/// The fewest levers that are enough, or what is left after all.
fn enough(facts: &LeversFacts, template: &Finding) -> Option<Finding> {
    let wanted = times_word(facts.times);
    Some(match (&facts.fewest, &facts.rest) {
        (Some((set, multiple)), _) => Finding {
            id: "levers.fewest".into(),
            title: "The fewest that are enough".into(),
            statement: format!(
                "{} of {} {} enough for times {wanted}: {} (times {})",
                set.len(),
                facts.levers.len(),
                if set.len() == 1 { "is" } else { "are" },
                set.iter().map(|l| facts.levers[*l].pull.title.as_str()).collect::<Vec<_>>().join("; "),
                times(*multiple)
            ),
            value: Number::Value(set.len() as f64),
            unit: Unit::Count,
            definition: "levers in the smallest set that reaches the multiple; of sets of that size the one that gets \
                         farthest"
                .into(),
            ..template.clone()
        },
        (None, Rest::Cut(cut)) => rest(facts, *cut, template),
        (None, Rest::OutOfReach { limit, why }) => Finding {
            id: "levers.limit".into(),
            title: "Out of reach".into(),
            statement: format!(
                "Times {wanted} is out of reach: with all levers the {} is times {}; {why}",
                if facts.times < facts.all { "least" } else { "most" },
                times(*limit)
            ),
            value: Number::Value(*limit),
            definition: "the multiple with all levers and the lowest costs between the two that are allowed".into(),
            ..template.clone()
        },
        (None, Rest::Nothing) => return None,
    })
}

fn rest(facts: &LeversFacts, cut: f64, template: &Finding) -> Finding {
    let interval = facts.draws.and_then(|d| d.cut);
    // A rise is a negative cut everywhere, and only the sentence turns it around.
    let falls = cut >= 0.0;
    let words = if falls {
        range(interval, percent)
    } else {
        range(interval.map(|i| Interval { low: -i.high, high: -i.low }), percent)
    };
    Finding {
        id: "levers.rest".into(),
        title: "What is left".into(),
        statement: format!(
            "For times {} trade costs both ways would also have to {} by {}{words}",
            times_word(facts.times),
            if falls { "fall" } else { "rise" },
            percent(cut.abs())
        ),
        value: Number::Value(cut),
        unit: Unit::Share,
        interval,
        definition: "further fall of the ad valorem cost of all the pair's goods, all levers pulled, negative for a \
                     rise; 0 in draws where the levers are enough"
            .into(),
        ..template.clone()
    }
}

fn probability(facts: &LeversFacts, draws: &RestDraws, template: &Finding) -> Finding {
    Finding {
        id: "levers.probability".into(),
        title: "How sure it is".into(),
        statement: format!(
            "In {} of {} draws the levers alone are enough for times {}",
            percent(draws.enough),
            draws.run.asked.count,
            times_word(facts.times)
        ),
        value: Number::Value(draws.enough),
        unit: Unit::Share,
        definition: "share of draws of effects and elasticity in which all levers reach the multiple".into(),
        ..template.clone()
    }
}

fn welfare(facts: &LeversFacts, region: &RegionFacts, template: &Finding) -> Finding {
    let name = in_sentence(&region.name);
    Finding {
        id: format!("levers.welfare.{}", region.code),
        title: format!("Welfare of {name}"),
        statement: format!(
            "Welfare of {name} would then change by {}{}",
            percent_signed(region.welfare),
            range(region.interval, percent_signed)
        ),
        value: Number::Value(region.welfare),
        unit: Unit::Change,
        interval: region.interval,
        definition: facts.welfare_definition.into(),
        ..template.clone()
    }
}

fn third_countries(facts: &LeversFacts, template: &Finding) -> Option<Finding> {
    let (most, least) = (facts.third().next()?, facts.third().last()?);
    let words = |r: &RegionFacts| format!("{} ({})", in_sentence(&r.name), percent_signed(r.welfare));
    Some(Finding {
        id: "levers.third_countries".into(),
        title: "Third countries".into(),
        statement: sentence(&format!("of third countries {} would do best and {} worst", words(most), words(least))),
        value: Number::Unknown,
        unit: Unit::Change,
        interval: Some(Interval { low: least.welfare, high: most.welfare }),
        definition: format!("range over all but the pair of {}", facts.welfare_definition),
        ..template.clone()
    })
}

fn levers_table(facts: &LeversFacts) -> Table {
    let mut columns = vec![
        ("lever", "Lever", Unit::Text),
        ("size", "Size", Unit::Text),
        ("alone", "Alone", Unit::Multiple),
        ("place", "Place", Unit::Count),
        ("together", "With those before", Unit::Multiple),
        ("measure", "Measure", Unit::Text),
    ];
    if facts.draws.is_some() {
        columns.insert(3, ("alone_low", "2.5 %", Unit::Multiple));
        columns.insert(4, ("alone_high", "97.5 %", Unit::Multiple));
    }
    let mut table = Table::new("levers.levers", "The levers, each next one the one that adds most", &columns);
    for (place, lever) in facts.levers.iter().enumerate() {
        let mut row: Vec<Cell> =
            vec![lever.pull.title.clone().into(), size_words(&lever.pull).into(), lever.alone.into()];
        if facts.draws.is_some() {
            let i = lever.alone_interval;
            row.extend([Cell::from(i.map(|i| i.low)), Cell::from(i.map(|i| i.high))]);
        }
        row.extend([
            Cell::from((place + 1) as f64),
            lever.together.into(),
            lever.measure.clone().map_or(Cell::Missing, Cell::from),
        ]);
        table.rows.push(row);
    }
    table
}

fn order_chart(facts: &LeversFacts) -> Chart {
    let bar = |l: &super::LeverFacts| Bar {
        label: format!("+ {}", l.pull.title),
        value: l.together,
        marked_low: 0.0,
        marked_high: 0.0,
    };
    let wanted = times_word(facts.times);
    let title = match &facts.fewest {
        Some((set, _)) => format!("{} of {} levers are enough for times {wanted}", set.len(), facts.levers.len()),
        None => format!("All levers together give times {:.2} of times {wanted}", facts.all),
    };
    Chart {
        id: "levers.order".to_owned(),
        title,
        unit: Unit::Multiple,
        kind: ChartKind::Bars { bars: facts.levers.iter().map(bar).collect(), marked: None },
        source: format!("{}; own calculation, multiple of today's trade as levers are added", facts.source.name),
        supposition: None,
    }
}

fn named(facts: &LeversFacts) -> Map<String, Value> {
    let mut out = Map::new();
    let titles = |set: &[usize]| set.iter().map(|l| facts.levers[*l].pull.title.clone()).collect::<Vec<_>>();
    out.insert("multiple_all_levers".into(), json!(facts.all));
    out.insert("fewest".into(), json!(facts.fewest.as_ref().map(|s| titles(&s.0))));
    out.insert("exhaustive".into(), json!(facts.exhaustive));
    match &facts.rest {
        Rest::Cut(cut) => out.insert("cost_cut".into(), json!(cut)),
        Rest::Nothing => out.insert("cost_cut".into(), json!(0.0)),
        Rest::OutOfReach { limit, .. } => out.insert("attainable_maximum".into(), json!(limit)),
    };
    if let Some(d) = &facts.draws {
        out.insert("draws".into(), draws_json(d.run));
        out.insert("cost_cut_interval".into(), json!(d.cut));
    }
    out.insert("residual".into(), json!(facts.residual));
    out
}
