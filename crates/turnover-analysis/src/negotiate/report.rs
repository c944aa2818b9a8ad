//! The figures of a negotiation as findings, tables and charts.

use serde_json::{Map, Value, json};

use super::facts::{DealFacts, NegotiateFacts};
use crate::answer::{Answer, Cell, Chart, ChartKind, Finding, Interval, Line, Number, Table, Unit};
use crate::format::{in_sentence, multiple as times_word, percent, percent_signed, sentence, usd};

/// Words the figures; `command` asks for them again.
pub fn report(facts: &NegotiateFacts, command: &str) -> Answer {
    let template = Finding::template(
        Unit::Change,
        facts.method.clone(),
        vec![facts.source.clone()],
        facts.caveats.clone(),
        command.to_owned(),
    );
    let mut findings = vec![solution(facts, &template)];
    findings.extend(kalai_smorodinsky(facts, &template));
    findings.push(all(facts, &template));
    findings.push(goal(facts, &template));
    findings.extend(war(facts, &template));
    findings.extend(without_size(facts, &template));
    let [a, b] = facts.names.each_ref().map(|n| in_sentence(n));
    let mut tables = vec![frontier_table(facts), levers_table(facts)];
    if let Some(every) = &facts.every {
        tables.push(deals_table(facts, "negotiate.payoffs", "What every combination is worth to both", every));
    }
    if !facts.without_size.is_empty() {
        let mut table = Table::new(
            "negotiate.without_size",
            "Measures in force that are no lever here",
            &[("measure", "Measure", Unit::Text), ("why", "Why", Unit::Text)],
        );
        table.rows = facts.without_size.iter().map(|(m, why)| vec![m.clone().into(), why.clone().into()]).collect();
        tables.push(table);
    }
    Answer {
        command: command.to_owned(),
        title: sentence(&format!("what {a} and {b} could give each other")),
        findings,
        tables,
        charts: vec![frontier_chart(facts)],
        named: named(facts),
        headline: None,
    }
}

fn named(facts: &NegotiateFacts) -> Map<String, Value> {
    let deal = |d: &DealFacts| {
        json!({
            "levers": d.levers.iter().map(|l| facts.levers[*l].title.clone()).collect::<Vec<_>>(),
            "gains": d.gains,
            "multiple": d.multiple,
        })
    };
    let mut out = Map::new();
    out.insert("frontier".into(), facts.frontier.iter().map(deal).collect());
    out.insert("nash".into(), json!(facts.nash.as_ref().map(deal)));
    out.insert("kalai_smorodinsky".into(), json!(facts.kalai_smorodinsky.as_ref().map(deal)));
    out.insert("war".into(), json!(facts.war.as_ref().map(|w| json!({"tariffs": w.tariffs, "gains": w.gains}))));
    out.insert("solved".into(), json!(facts.solved.0));
    out
}

/// `the United States +0.012 %, Russia +0.3 % (2.1 and 5.4 billion US dollars a year)`.
fn gains_words(facts: &NegotiateFacts, gains: [f64; 2]) -> String {
    let words: Vec<String> =
        (0..2).map(|side| format!("{} {}", in_sentence(&facts.names[side]), percent_signed(gains[side]))).collect();
    let money = facts.incomes_usd.map_or_else(String::new, |incomes| {
        let each = [0, 1].map(|side| {
            let value = gains[side] * incomes[side];
            format!("{}{}", if value < 0.0 { "-" } else { "+" }, usd(value.abs()))
        });
        format!(" ({} and {} a year)", each[0], each[1])
    });
    format!("{}{money}", words.join(", "))
}

/// What each side gives in a combination.
fn deal_words(facts: &NegotiateFacts, deal: &DealFacts) -> String {
    let of = |side: usize| -> Vec<&str> {
        deal.levers.iter().map(|l| &facts.levers[*l]).filter(|l| l.side == side).map(|l| l.title.as_str()).collect()
    };
    let words = |side: usize| {
        let titles = of(side);
        let what = if titles.is_empty() { "nothing".to_owned() } else { titles.join("; ") };
        format!("{}: {what}", facts.codes[side])
    };
    format!("{}. {}", words(0), words(1))
}

fn trade_words(deal: &DealFacts) -> String {
    deal.multiple.map_or_else(String::new, |m| format!("; trade would be {} times today's", times_word(m)))
}

fn solution(facts: &NegotiateFacts, template: &Finding) -> Finding {
    let (statement, value) = match &facts.nash {
        Some(deal) => (
            format!(
                "The Nash solution gives {}{}. {}",
                gains_words(facts, deal.gains),
                trade_words(deal),
                deal_words(facts, deal)
            ),
            deal.multiple.map_or(Number::Unknown, Number::Value),
        ),
        None => ("No combination of these levers leaves both sides better off".to_owned(), Number::Value(1.0)),
    };
    Finding {
        id: "negotiate.nash".into(),
        title: "A deal both gain from".into(),
        statement,
        value,
        unit: Unit::Multiple,
        definition:
            "the pair's trade over today's in the combination with the largest product of both sides' gains of \
                     real income against the status quo (Nash 1950)"
                .into(),
        ..template.clone()
    }
}

fn kalai_smorodinsky(facts: &NegotiateFacts, template: &Finding) -> Option<Finding> {
    let deal = facts.kalai_smorodinsky.as_ref()?;
    let same = facts.nash.as_ref() == Some(deal);
    let statement = if same {
        "The Kalai-Smorodinsky solution is the same deal".to_owned()
    } else {
        format!(
            "The Kalai-Smorodinsky solution gives {}{}. {}",
            gains_words(facts, deal.gains),
            trade_words(deal),
            deal_words(facts, deal)
        )
    };
    Some(Finding {
        id: "negotiate.kalai_smorodinsky".into(),
        title: "Equal shares of what each could gain".into(),
        statement,
        value: Number::Unknown,
        interval: None,
        definition:
            "the combination on the frontier in which the smaller of the two shares of the most that each could \
                     gain is largest (Kalai and Smorodinsky 1975)"
                .into(),
        ..template.clone()
    })
}

fn all(facts: &NegotiateFacts, template: &Finding) -> Finding {
    Finding {
        id: "negotiate.all".into(),
        title: "All levers together".into(),
        statement: format!(
            "With all {} levers: {}{}",
            facts.levers.len(),
            gains_words(facts, facts.all.gains),
            trade_words(&facts.all)
        ),
        value: facts.all.multiple.map_or(Number::Unknown, Number::Value),
        unit: Unit::Multiple,
        definition: "the pair's trade over that of the status quo, tariffs left out".into(),
        ..template.clone()
    }
}

/// Whether the multiple is among the deals, and what is left to it.
fn goal(facts: &NegotiateFacts, template: &Finding) -> Finding {
    let wanted = times_word(facts.times);
    let most = facts.most_trade.as_ref().and_then(|d| d.multiple).unwrap_or(1.0);
    let reached = facts.most_trade.as_ref().filter(|d| d.multiple.is_some_and(|m| m >= facts.times));
    let after = if facts.nash.is_some() { "the Nash solution" } else { "all levers" };
    let statement = match (reached, facts.rest.cost_cut, facts.rest.gains) {
        (Some(deal), ..) => format!(
            "Both could gain and trade be multiplied by {wanted}: {}. {}",
            gains_words(facts, deal.gains),
            deal_words(facts, deal)
        ),
        (None, Some(cut), Some(gains)) => format!(
            "Of the deals that leave neither side worse off, the one with the most trade multiplies it by {}; for times \
             {wanted} trade costs would have to fall by a further {} after {after}, with {}",
            times_word(most),
            percent(cut),
            gains_words(facts, gains)
        ),
        _ => format!(
            "Of the deals that leave neither side worse off, the one with the most trade multiplies it by {}; times \
             {wanted} is out of reach with lower costs too",
            times_word(most)
        ),
    };
    Finding {
        id: "negotiate.times".into(),
        title: format!("Times {wanted}"),
        statement,
        value: Number::Value(most),
        unit: Unit::Multiple,
        definition:
            "the largest multiple of the pair's trade on the frontier; the rest is a fall of the ad valorem cost \
                     of all trade between the two"
                .into(),
        ..template.clone()
    }
}

fn war(facts: &NegotiateFacts, template: &Finding) -> Option<Finding> {
    let war = facts.war.as_ref()?;
    let [a, b] = &facts.codes;
    let end = if war.settled { "" } else { "; it had not come to rest" };
    Some(Finding {
        id: "negotiate.war".into(),
        title: "A war of tariffs".into(),
        statement: format!(
            "In a war of tariffs {a} would set {} and {b} {} on all the other's goods: {}; trade would be {} times \
             today's{end}",
            percent(war.tariffs[0]),
            percent(war.tariffs[1]),
            gains_words(facts, war.gains),
            times_word(war.multiple)
        ),
        value: Number::Unknown,
        interval: Some(Interval { low: war.gains[0].min(war.gains[1]), high: war.gains[0].max(war.gains[1]) }),
        definition:
            "each side's uniform tariff on the other's goods that is best for its real income given the other's, \
                     answered until neither moves; the measures of the status quo stand"
                .into(),
        ..template.clone()
    })
}

fn without_size(facts: &NegotiateFacts, template: &Finding) -> Option<Finding> {
    let n = facts.without_size.len();
    (n > 0).then(|| Finding {
        id: "negotiate.without_size".into(),
        title: "Measures that are no lever here".into(),
        statement: format!(
            "{n} measure{} in force {} no size in trade and {} left out: {}",
            if n == 1 { "" } else { "s" },
            if n == 1 { "has" } else { "have" },
            if n == 1 { "is" } else { "are" },
            facts.without_size.iter().map(|(m, _)| m.as_str()).collect::<Vec<_>>().join("; ")
        ),
        value: Number::Value(n as f64),
        unit: Unit::Count,
        definition: "measures of the catalogue in force between the two whose effect on trade neither their codes nor \
                     their rates give; a file of levers can name one with a size of its own"
            .into(),
        ..template.clone()
    })
}

fn levers_table(facts: &NegotiateFacts) -> Table {
    let [a, b] = &facts.codes;
    let mut table = Table::new(
        "negotiate.levers",
        "The levers, each alone",
        &[
            ("lever", "Lever", Unit::Text),
            ("side", "Side", Unit::Text),
            ("size", "What it touches", Unit::Text),
            ("gain_a", &format!("Gain of {a}"), Unit::Change),
            ("gain_b", &format!("Gain of {b}"), Unit::Change),
            ("multiple", "Trade", Unit::Multiple),
        ],
    );
    for lever in &facts.levers {
        table.rows.push(vec![
            lever.title.clone().into(),
            facts.codes[lever.side].clone().into(),
            lever.size.clone().into(),
            lever.alone.gains[0].into(),
            lever.alone.gains[1].into(),
            lever.alone.multiple.into(),
        ]);
    }
    table
}

fn frontier_table(facts: &NegotiateFacts) -> Table {
    let title = "Deals that leave neither side worse off and that no other betters for both";
    deals_table(facts, "negotiate.frontier", title, &facts.frontier)
}

fn deals_table(facts: &NegotiateFacts, id: &str, title: &str, deals: &[DealFacts]) -> Table {
    let [a, b] = &facts.codes;
    let mut table = Table::new(
        id,
        title,
        &[
            ("deal", "Deal", Unit::Text),
            ("gain_a", &format!("Gain of {a}"), Unit::Change),
            ("gain_b", &format!("Gain of {b}"), Unit::Change),
            ("multiple", "Trade", Unit::Multiple),
            ("solution", "Solution", Unit::Text),
        ],
    );
    for deal in deals {
        let is = |other: &Option<DealFacts>| other.as_ref().is_some_and(|o| o.levers == deal.levers);
        let mut which = Vec::new();
        if deal.levers.is_empty() {
            which.push("status quo");
        }
        if is(&facts.nash) {
            which.push("Nash");
        }
        if is(&facts.kalai_smorodinsky) {
            which.push("Kalai-Smorodinsky");
        }
        let titles: Vec<&str> = deal.levers.iter().map(|l| facts.levers[*l].title.as_str()).collect();
        table.rows.push(vec![
            if titles.is_empty() { "Nothing".into() } else { titles.join("; ").into() },
            deal.gains[0].into(),
            deal.gains[1].into(),
            Cell::from(deal.multiple),
            if which.is_empty() { Cell::Missing } else { which.join(", ").into() },
        ]);
    }
    table
}

fn frontier_chart(facts: &NegotiateFacts) -> Chart {
    let [a, b] = facts.names.each_ref().map(|n| in_sentence(n));
    let points = facts.frontier.iter().map(|d| (d.gains[0], d.gains[1])).collect();
    let picked = facts.nash.as_ref().map(|d| (d.gains[0], d.gains[1]));
    let title = match &facts.nash {
        Some(deal) => format!(
            "Both could gain: {} {} and {} {}",
            facts.codes[0],
            percent_signed(deal.gains[0]),
            facts.codes[1],
            percent_signed(deal.gains[1])
        ),
        None => "No deal leaves both better off".to_owned(),
    };
    Chart {
        id: "negotiate.frontier".to_owned(),
        title,
        unit: Unit::Change,
        kind: ChartKind::Lines {
            lines: vec![Line { name: sentence(&format!("real income of {b}, best deals")), points }],
            marks: Vec::new(),
            picked,
            x_unit: Unit::Change,
            x_title: sentence(&format!("real income of {a}")),
        },
        source: format!("{}; own calculation", facts.source.name),
        supposition: None,
    }
}
