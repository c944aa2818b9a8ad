//! The figures of a design as findings and tables.

use serde_json::{Map, Value, json};

use super::facts::{AtSizes, DesignFacts};
use super::goal::Goal;
use crate::answer::{Answer, Cell, Finding, Interval, Number, Table, Unit};
use crate::format::{in_sentence, multiple as times_word, percent, percent_signed, sentence, usd};

/// Words the figures; `command` asks for them again.
pub fn report(facts: &DesignFacts, command: &str) -> Answer {
    let template = Finding::template(
        Unit::Change,
        facts.method.clone(),
        vec![facts.source.clone()],
        facts.caveats.clone(),
        command.to_owned(),
    );
    let mut findings = vec![best(facts, &template)];
    findings.extend(outcome(facts, &template));
    findings.extend(sensitivity(facts, &template));
    let mut tables = vec![levers_table(facts)];
    if !facts.sets.is_empty() {
        tables.push(sets_table(facts));
    }
    tables.push(theta_table(facts));
    Answer {
        command: command.to_owned(),
        title: sentence(&format!(
            "how {} reaches {} at the least cost",
            in_sentence(&facts.names[0]),
            goal_words(facts)
        )),
        findings,
        tables,
        charts: Vec::new(),
        headline: None,
        named: named(facts),
    }
}

fn named(facts: &DesignFacts) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("reached".into(), json!(facts.best.is_some()));
    out.insert("sizes".into(), facts.levers.iter().map(|l| json!({"lever": l.title, "size": l.size})).collect());
    out.insert("cost".into(), json!(facts.best.map(|b| -b.gains[0])));
    out.insert("solves".into(), json!(facts.solves));
    out
}

fn goal_words(facts: &DesignFacts) -> String {
    match &facts.goal {
        Goal::Turnover(times) => {
            format!("times {} in trade with {}", times_word(*times), in_sentence(&facts.names[1]))
        }
        Goal::Welfare { country, change } => {
            format!("a change of {country}'s real income by {}", percent_signed(*change))
        }
    }
}

fn reached_words(facts: &DesignFacts, at: &AtSizes) -> String {
    match &facts.goal {
        Goal::Turnover(_) => format!("trade times {}", times_word(at.goal)),
        Goal::Welfare { country, .. } => format!("{country}'s real income {}", percent_signed(at.goal)),
    }
}

/// `costs the United States 0.02 % of its real income (3.1 billion US dollars a year)`, or what it gains.
fn cost_words(facts: &DesignFacts, at: &AtSizes) -> String {
    let gain = at.gains[0];
    let money = facts.income_usd.map_or_else(String::new, |i| format!(" ({} a year)", usd((gain * i).abs())));
    let name = in_sentence(&facts.names[0]);
    if gain < 0.0 {
        format!("costs {name} {} of its real income{money}", percent(-gain))
    } else {
        format!("gives {name} {} of its real income{money}", percent(gain))
    }
}

fn best(facts: &DesignFacts, template: &Finding) -> Finding {
    let definition = "sizes of the levers that reach the goal within the limits at the least loss of real income of the \
                      one who pulls: every set of levers, sizes cut back and traded off against each other";
    match &facts.best {
        Some(at) => {
            let words: Vec<String> = facts
                .levers
                .iter()
                .filter(|l| l.size > 0.0)
                .map(|l| if l.size < 1.0 { format!("{} at {}", l.title, percent(l.size)) } else { l.title.clone() })
                .collect();
            Finding {
                id: "design.best".into(),
                title: "The least costly way".into(),
                statement: sentence(&format!(
                    "the least costly way to reach {} {}: {}",
                    goal_words(facts),
                    cost_words(facts, at),
                    words.join("; ")
                )),
                value: Number::Value(-at.gains[0]),
                unit: Unit::Share,
                definition: definition.into(),
                ..template.clone()
            }
        }
        None => {
            let (at, set) = &facts.nearest;
            let titles: Vec<&str> = set.iter().map(|l| facts.levers[*l].title.as_str()).collect();
            let what = if titles.is_empty() { "no lever".to_owned() } else { titles.join("; ") };
            Finding {
                id: "design.nearest".into(),
                title: "Out of reach".into(),
                statement: sentence(&format!(
                    "{} is out of reach of these levers within the limits; nearest come {what}: {}, which {}",
                    goal_words(facts),
                    reached_words(facts, at),
                    cost_words(facts, at)
                )),
                value: Number::Value(at.goal),
                unit: if matches!(facts.goal, Goal::Turnover(_)) { Unit::Multiple } else { Unit::Change },
                definition: definition.into(),
                ..template.clone()
            }
        }
    }
}

fn outcome(facts: &DesignFacts, template: &Finding) -> Option<Finding> {
    let at = facts.best.as_ref()?;
    Some(Finding {
        id: "design.outcome".into(),
        title: "What it does".into(),
        statement: format!(
            "It brings {}; real income of {} changes by {}, and the third country that loses most by {}",
            reached_words(facts, at),
            in_sentence(&facts.names[1]),
            percent_signed(at.gains[1]),
            percent_signed(at.third)
        ),
        value: Number::Value(at.goal),
        unit: if matches!(facts.goal, Goal::Turnover(_)) { Unit::Multiple } else { Unit::Change },
        definition: facts.welfare_definition.into(),
        ..template.clone()
    })
}

fn sensitivity(facts: &DesignFacts, template: &Finding) -> Option<Finding> {
    facts.best?;
    let found: Vec<AtSizes> = facts.by_theta.iter().filter_map(|t| t.1).collect();
    let range = |of: &dyn Fn(&AtSizes) -> f64| {
        let all = || found.iter().map(of);
        Interval { low: all().fold(f64::INFINITY, f64::min), high: all().fold(f64::NEG_INFINITY, f64::max) }
    };
    if found.is_empty() {
        return None;
    }
    let (goal, own) = (range(&|a| a.goal), range(&|a| a.gains[0]));
    let show = |x: f64| match facts.goal {
        Goal::Turnover(_) => format!("times {}", times_word(x)),
        Goal::Welfare { .. } => percent_signed(x),
    };
    Some(Finding {
        id: "design.sensitivity".into(),
        title: "With other elasticities".into(),
        statement: format!(
            "With {} other sets of elasticities the same levers bring {} to {}, and real income of {} changes by {} to {}",
            found.len(),
            show(goal.low),
            show(goal.high),
            in_sentence(&facts.names[0]),
            percent_signed(own.low),
            percent_signed(own.high)
        ),
        value: Number::Unknown,
        interval: Some(goal),
        definition:
            "the goal's figure at the same sizes with half and twice each elasticity and with other published sets"
                .into(),
        ..template.clone()
    })
}

fn levers_table(facts: &DesignFacts) -> Table {
    let mut table = Table::new(
        "design.levers",
        "The levers and their sizes",
        &[
            ("lever", "Lever", Unit::Text),
            ("size", "Size", Unit::Share),
            ("kind", "Kind", Unit::Text),
            ("price", "Cost of 1 % of the goal", Unit::Share),
            ("touches", "What it touches", Unit::Text),
        ],
    );
    for l in &facts.levers {
        table.rows.push(vec![
            l.title.clone().into(),
            l.size.into(),
            if l.whole { "whole".into() } else { "any size".into() },
            Cell::from(l.price),
            if l.touches.is_empty() { Cell::Missing } else { l.touches.clone().into() },
        ]);
    }
    table
}

fn columns(facts: &DesignFacts) -> [(&'static str, String, Unit); 4] {
    let goal = match facts.goal {
        Goal::Turnover(_) => ("goal", "Trade".to_owned(), Unit::Multiple),
        Goal::Welfare { .. } => ("goal", "Goal".to_owned(), Unit::Change),
    };
    let [a, b] = &facts.codes;
    [
        goal,
        ("gain_a", format!("Gain of {a}"), Unit::Change),
        ("gain_b", format!("Gain of {b}"), Unit::Change),
        ("third", "Worst third country".to_owned(), Unit::Change),
    ]
}

fn cells(at: Option<&AtSizes>) -> Vec<Cell> {
    let each: [Option<f64>; 4] = match at {
        Some(a) => [a.goal, a.gains[0], a.gains[1], a.third].map(Some),
        None => [None; 4],
    };
    each.map(Cell::from).to_vec()
}

fn sets_table(facts: &DesignFacts) -> Table {
    let own = columns(facts);
    let mut all = vec![("set", "Levers", Unit::Text)];
    all.extend(own.iter().map(|(id, title, unit)| (*id, title.as_str(), *unit)));
    let mut table = Table::new("design.sets", "Whole levers that reach the goal, the cheapest first", &all);
    for (set, at) in &facts.sets {
        let titles: Vec<&str> = set.iter().map(|l| facts.levers[*l].title.as_str()).collect();
        table.rows.push(std::iter::once(Cell::from(titles.join("; "))).chain(cells(Some(at))).collect());
    }
    table
}

fn theta_table(facts: &DesignFacts) -> Table {
    let own = columns(facts);
    let mut all = vec![("theta", "Elasticities", Unit::Text)];
    all.extend(own.iter().map(|(id, title, unit)| (*id, title.as_str(), *unit)));
    let mut table = Table::new("design.elasticities", "The same sizes with other elasticities", &all);
    for (name, at) in &facts.by_theta {
        table.rows.push(std::iter::once(Cell::from(name.clone())).chain(cells(at.as_ref())).collect());
    }
    table
}
