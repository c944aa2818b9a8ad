//! Transfers within a coalition that equalise what a scenario costs its members, after Chowdhry, Hinz, Kamin and Wanner
//! (2024): found in equilibrium, where a transfer is a change of the member's deficit.

use super::sectors::{amount, money};
use crate::answer::{Finding, Interval, Table, Unit};
use crate::engine::{Model, Shock};
use crate::error::AnalysisError;
use crate::format::percent_signed;

/// Rounds of transfers at most.
const ROUNDS: usize = 60;
/// Within what real incomes are equal.
const EQUAL: f64 = 1e-9;

/// A member of the coalition.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its code.
    pub code: String,
    /// Change of its real income without transfers.
    pub without: f64,
    /// What it receives, in the unit of the data; below 0 it pays.
    pub transfer: f64,
    /// Change of its real income with them.
    pub with: f64,
}

/// What equal burdens take.
#[derive(Debug, Clone, PartialEq)]
pub struct BurdenFacts {
    /// The members, from the one that pays most to the one that receives most.
    pub members: Vec<Member>,
    /// The change of real income that all share.
    pub shared: f64,
    /// Whether values are US dollars.
    pub in_usd: bool,
}

/// Finds the transfers for a coalition written as a party, such as `USA+EU`.
///
/// # Errors
/// Where the coalition has fewer than two members in the world, the world has one sector, or there is no equilibrium.
pub(crate) fn compute(model: &Model, shock: &Shock, coalition: &str) -> Result<BurdenFacts, AnalysisError> {
    let members = model.party(Some(coalition))?;
    let refuse = |what: &str, help: &str| AnalysisError::Change { what: what.to_owned(), help: help.to_owned() };
    let Model::Many { named, .. } = model else {
        return Err(refuse(
            "a burden is shared in a world of sectors, and this one has none",
            "choose ‹world sectors› or ‹model caliendo-parro›",
        ));
    };
    if members.len() < 2 {
        return Err(refuse("a coalition has at least two members", "join them by +, for example USA+EU"));
    }
    let plain = model.outcome(shock)?;
    let mut transfers = vec![0.0; model.regions()];
    let mut outcome = plain.clone();
    for _ in 0..ROUNDS {
        // Real incomes against today's, weighted by today's income: the level that the members can share.
        let weights: Vec<f64> = members.iter().map(|r| named.economy.income(*r)).collect();
        let shared = members.iter().zip(&weights).map(|(r, w)| w * outcome.welfare[*r]).sum::<f64>()
            / weights.iter().sum::<f64>();
        let miss = members.iter().map(|r| (outcome.welfare[*r] - shared).abs()).fold(0.0, f64::max);
        if miss < EQUAL {
            break;
        }
        let moves: Vec<f64> = members.iter().zip(&weights).map(|(r, w)| w * (shared - outcome.welfare[*r])).collect();
        let over: f64 = moves.iter().sum::<f64>() / members.len() as f64;
        members.iter().zip(&moves).for_each(|(r, m)| transfers[*r] += m - over);
        outcome = model.with_transfers(&transfers)?.outcome(shock)?;
    }
    let unit = model.unit();
    let mut out: Vec<Member> = members
        .iter()
        .map(|r| Member {
            code: model.code(*r),
            without: plain.welfare[*r] - 1.0,
            transfer: transfers[*r] * unit,
            with: outcome.welfare[*r] - 1.0,
        })
        .collect();
    out.sort_by(|x, y| x.transfer.total_cmp(&y.transfer));
    let shared = out.iter().map(|m| m.with).sum::<f64>() / out.len() as f64;
    Ok(BurdenFacts { members: out, shared, in_usd: named.tables.in_usd })
}

pub(crate) fn finding(facts: &BurdenFacts, template: &Finding) -> Finding {
    let money = |x: f64| amount(facts.in_usd, x.abs());
    let total: f64 = facts.members.iter().map(|m| m.transfer.max(0.0)).sum();
    let (low, high) =
        facts.members.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), m| (l.min(m.without), h.max(m.without)));
    let (most, least) = (facts.members.first(), facts.members.last());
    let words = |m: Option<&Member>| m.map_or_else(String::new, |m| format!("{} ({})", m.code, money(m.transfer)));
    Finding {
        id: "simulate.burden".into(),
        title: "Equal burdens".into(),
        statement: format!(
            "Transfers of {} a year within the coalition would leave each of its {} members at {}, instead of {} to {}; \
             {} would pay most and {} receive most",
            money(total),
            facts.members.len(),
            percent_signed(facts.shared),
            percent_signed(low),
            percent_signed(high),
            words(most),
            words(least)
        ),
        value: crate::answer::Number::Value(facts.shared),
        unit: Unit::Change,
        interval: Some(Interval { low, high }),
        definition:
            "transfers between members, as changes of their deficits in equilibrium, at which the real income of \
                     each changes alike (Chowdhry, Hinz, Kamin and Wanner 2024)"
                .into(),
        ..template.clone()
    }
}

pub(crate) fn table(facts: &BurdenFacts) -> Table {
    let unit = money(facts.in_usd);
    let mut table = Table::new(
        "simulate.burden",
        "Transfers that equalise the burden",
        &[
            ("country", "Country", Unit::Text),
            ("without", "Without transfers", Unit::Change),
            ("transfer", "Receives", unit),
            ("with", "With transfers", Unit::Change),
        ],
    );
    for m in &facts.members {
        table.rows.push(vec![m.code.clone().into(), m.without.into(), m.transfer.into(), m.with.into()]);
    }
    table
}
