//! One economy of many sectors: drawn, changed, solved by both, compared.

use turnover_equilibrium::ReachError;
use turnover_equilibrium::sectors::{
    Change, Deficits, Economy as Engine, EconomyData, SettleSettings, Settled, decompose,
};

use super::dice::Dice;
use super::many_sectors::{Economy, Rule, Shares, Shock, Tables};
use super::many_worlds::draw;
use super::tally::Tally;

/// What changes.
fn shock(dice: &mut Dice, tables: &Tables, shares: &Shares, tally: &mut Tally) -> Shock {
    let (n, s) = (tables.n, tables.s);
    let cell = |j: usize, to: usize, from: usize| (j * n + to) * n + from;
    let mut shock = shares.none();
    let (x, y) = dice.pair(n);
    let sector = dice.below(s);
    match dice.below(8) {
        0 => {
            tally.count("many sectors, a pair's costs change");
            let size = dice.between(-3.0, 3.0);
            (0..s).for_each(|j| shock.b[cell(j, x, y)] = size);
        }
        1 => {
            tally.count("many sectors, a ban on a pair's sector");
            shock.b[cell(sector, x, y)] = -dice.between(20.0, 100.0);
        }
        2 => {
            tally.count("many sectors, a ban on a pair");
            (0..s).for_each(|j| shock.b[cell(j, x, y)] = -dice.between(20.0, 100.0));
        }
        3 => {
            tally.count("many sectors, a ban on most of a region's trade");
            let size = -dice.between(3.0, 60.0);
            for j in 0..s {
                for i in (0..n).filter(|i| *i != x && *i != y) {
                    shock.b[cell(j, x, i)] = size;
                    shock.b[cell(j, i, x)] = size;
                }
            }
        }
        4 => {
            tally.count("many sectors, all costs change");
            let size = dice.scale(0.01, 1.0);
            shock.b.iter_mut().for_each(|b| *b = size * dice.normal());
        }
        5 => {
            tally.count("many sectors, tariffs vanish");
            shock.tariffs.fill(0.0);
        }
        6 => {
            tally.count("many sectors, tariffs of a region rise");
            for j in 0..s {
                for i in (0..n).filter(|i| *i != x) {
                    shock.tariffs[cell(j, x, i)] += dice.scale(0.01, 2.0);
                }
            }
        }
        _ => {
            tally.count("many sectors, tariffs and costs change");
            for at in 0..s * n * n {
                if dice.chance(0.3) {
                    shock.b[at] = 0.5 * dice.normal();
                    shock.tariffs[at] = dice.between(0.0, 0.5);
                }
            }
        }
    }
    shock
}

fn change(engine: &Engine, tables: &Tables, shock: &Shock) -> Change {
    let (n, s) = (tables.n, tables.s);
    let mut change = Change::none(engine);
    for j in 0..s {
        for to in 0..n {
            for from in 0..n {
                let at = (j * n + to) * n + from;
                change.add_effect(j, to, from, shock.b[at]);
                change.set_tariff(j, to, from, shock.tariffs[at]);
            }
        }
    }
    change
}

/// Compares every outcome of a settled economy.
fn compare(tables: &Tables, found: &Settled, right: &Economy, tally: &mut Tally) {
    let (n, s) = (tables.n, tables.s);
    for r in 0..n {
        let income = right.income[r];
        tally.compare("many sectors: wage", found.log_wage(r).exp(), right.wage[r], 0.0);
        tally.compare("many sectors: consumer price", found.log_price(r).exp(), right.index[r], 0.0);
        tally.compare("many sectors: real wage", found.log_real_wage(r).exp(), right.wage[r] / right.index[r], 0.0);
        tally.compare("many sectors: income", found.income(r), income, 0.0);
        tally.compare("many sectors: tariff revenue", found.revenue(r), right.revenue[r], 1e-6 * income);
        tally.compare("many sectors: deficit", found.deficit(r), right.deficit[r], 1e-6 * income);
        for j in 0..s {
            let spending = right.spending[j * n + r];
            tally.compare("many sectors: spending", found.spending(j, r), spending, 1e-6 * income);
            for i in 0..n {
                let flow = right.flows[(j * n + r) * n + i];
                tally.compare("many sectors: flow", found.flow(j, r, i), flow, 1e-6 * spending);
            }
        }
        for i in 0..n {
            let trade: f64 = (0..s).map(|j| right.flows[(j * n + r) * n + i]).sum();
            tally.compare("many sectors: trade of a pair", found.trade(r, i), trade, 1e-6 * income);
        }
    }
}

fn parts(
    shares: &Shares,
    tables: &Tables,
    engine: (&Settled, &Settled),
    right: (&Economy, &Economy),
    tally: &mut Tally,
) {
    let (n, s) = (tables.n, tables.s);
    for (r, found) in decompose(engine.0, engine.1).iter().enumerate() {
        let (mut terms, mut volume, mut gross) = (0.0, 0.0, 0.01);
        let mut by_sector = vec![(0.0, 0.0); s];
        for i in 0..n {
            let (mut t, mut v) = (0.0, 0.0);
            for (j, sector) in by_sector.iter_mut().enumerate() {
                let part = shares.part(right.0, right.1, r, i, j);
                gross += part.0.abs() + part.1.abs();
                t += part.0;
                v += part.1;
                sector.0 += part.0;
                sector.1 += part.1;
            }
            terms += t;
            volume += v;
            // Parts are shares of income, so their scale is 1 per cent of it at least.
            tally.compare("decomposition: terms by partner", found.terms_by_partner[i], t, 0.01);
            tally.compare("decomposition: volume by partner", found.volume_by_partner[i], v, 0.01);
        }
        for (j, (t, v)) in by_sector.iter().enumerate() {
            tally.compare("decomposition: terms by sector", found.terms_by_sector[j], *t, gross);
            tally.compare("decomposition: volume by sector", found.volume_by_sector[j], *v, gross);
        }
        // Totals of parts that cancel: their scale is the parts'.
        tally.compare("decomposition: terms", found.terms(), terms, gross);
        tally.compare("decomposition: volume", found.volume(), volume, gross);
        tally.compare("decomposition: welfare", found.welfare(), terms + volume, gross);
        let welfare = engine.1.income(r) / engine.0.income(r) * (engine.0.log_price(r) - engine.1.log_price(r)).exp();
        tally.compare("many sectors: welfare", welfare, Shares::welfare(right.0, right.1, r), 0.0);
    }
}

/// The engine's answer beside the oracle's, or beside the literal equations at the engine's wages.
fn settled(
    what: &str,
    tables: &Tables,
    shares: &Shares,
    shock: &Shock,
    rule: Rule,
    found: Result<Settled, String>,
    tally: &mut Tally,
) -> Option<(Settled, Economy)> {
    let right = shares.solve(shock, rule);
    match (found, right) {
        (Ok(found), Some(right)) => {
            tally.count(format!("many sectors, {what}: solved by both"));
            compare(tables, &found, &right, tally);
            Some((found, right))
        }
        (Ok(found), None) => {
            let wage: Vec<f64> = (0..tables.n).map(|r| found.log_wage(r).exp()).collect();
            match shares.at_wages(shock, rule, &wage) {
                Some(right) if right.residual < 1e-9 => {
                    tally.count(format!("many sectors, {what}: the engine's wages clear the literal markets"));
                    compare(tables, &found, &right, tally);
                    Some((found, right))
                }
                other => {
                    tally.fault(&format!(
                        "{what}: the engine answers where no market clears: {:?}",
                        other.map(|o| o.residual)
                    ));
                    None
                }
            }
        }
        (Err(e), Some(right)) => {
            tally.fault(&format!(
                "{what}: refused ({e}), and there is a solution with residual {:.0e}; n {} s {} {rule:?}",
                right.residual, tables.n, tables.s
            ));
            None
        }
        (Err(e), None) => {
            let word = e.split(' ').take(3).collect::<Vec<_>>().join(" ");
            tally.count(format!("many sectors, {what}: refused by both, {word} ..., {rule:?}"));
            None
        }
    }
}

pub(crate) fn run(dice: &mut Dice, tally: &mut Tally) {
    let tables = draw(dice, tally);
    let (n, s) = (tables.n, tables.s);
    let data = EconomyData {
        regions: n,
        sectors: s,
        flows: tables.flows.clone(),
        tariffs: tables.tariffs.clone(),
        output: tables.output.clone(),
        value_added: tables.value_added.clone(),
        inputs: tables.inputs.clone(),
        theta: tables.theta.clone(),
    };
    let (engine, shares) = match (Engine::new(&data), tables.shares()) {
        (Ok((engine, _)), Some(shares)) => (engine, shares),
        (Err(_), None) => return tally.count("many sectors: data refused by both"),
        (Err(e), Some(_)) => return tally.fault(&format!("the economy is refused: {e}")),
        (Ok(_), None) => return tally.fault("an economy without income or final demand is accepted"),
    };
    let (rule, deficits) = match dice.below(3) {
        0 => (Rule::Kept, Deficits::Kept),
        1 => (Rule::Proportional, Deficits::Proportional),
        _ => (Rule::Zero, Deficits::Zero),
    };
    tally.count(format!("many sectors, {rule:?}"));
    let settings = SettleSettings { deficits, ..SettleSettings::default() };
    let found = engine.settle(&Change::none(&engine), &settings, None).map_err(|e| e.to_string());
    let none = shares.none();
    let Some((before, old)) = settled("baseline", &tables, &shares, &none, rule, found, tally) else { return };
    let shock = shock(dice, &tables, &shares, tally);
    let moved = change(&engine, &tables, &shock);
    let found = engine.settle(&moved, &settings, Some(&before)).map_err(|e| e.to_string());
    if let Some((after, new)) = settled("change", &tables, &shares, &shock, rule, found, tally) {
        parts(&shares, &tables, (&before, &after), (&old, &new), tally);
    }
    let none = Change::none(&engine);
    let (x, y) = dice.pair(n);
    let pair = [(x, y), (y, x)];
    let k = if dice.chance(0.5) { dice.scale(0.5, 3.0) } else { dice.scale(0.01, 1000.0) };
    match engine.reach(&before, &none, &pair, &pair, k, &settings) {
        Ok(found) => {
            let mut put = shares.none();
            for j in 0..s {
                for &(from, to) in &pair {
                    put.b[(j * n + to) * n + from] = found.log_cost_cut * tables.theta[j];
                }
            }
            let sum = |e: &Economy| -> f64 {
                (0..s).map(|j| e.flows[(j * n + y) * n + x] + e.flows[(j * n + x) * n + y]).sum()
            };
            match shares.solve(&put, rule) {
                Some(after) => {
                    tally.count("many sectors, goal: put back");
                    tally.compare(
                        "many sectors, goal: multiple with the change put back",
                        sum(&after) / sum(&old),
                        k,
                        0.0,
                    );
                }
                None => {
                    let wage: Vec<f64> = (0..n).map(|r| found.settled.log_wage(r).exp()).collect();
                    match shares.at_wages(&put, rule, &wage) {
                        Some(after) if after.residual < 1e-9 => {
                            tally.count("many sectors, goal: the engine's wages clear the literal markets");
                            tally.compare(
                                "many sectors, goal: multiple at the engine's wages",
                                sum(&after) / sum(&old),
                                k,
                                0.0,
                            );
                        }
                        _ => tally.fault(&format!("many sectors, goal: no market clears for times {k}")),
                    }
                }
            }
        }
        Err(e @ (ReachError::Above { limit, .. } | ReachError::Below { limit, .. })) => {
            let above = matches!(e, ReachError::Above { .. });
            tally.count(if above {
                "many sectors, goal: above the limit"
            } else {
                "many sectors, goal: below the limit"
            });
            if (above && limit > k * (1.0 + 1e-9)) || (!above && limit < k * (1.0 - 1e-9)) {
                tally.fault(&format!("many sectors, goal: times {k} is refused with a limit of {limit}: {e:?}"));
            }
        }
        Err(ReachError::NoTrade) if before.trade(x, y) + before.trade(y, x) == 0.0 => {
            tally.count("many sectors, goal: no trade to multiply");
        }
        Err(ReachError::Unresolved { .. }) => tally.count("many sectors, goal: refused, rounding hides the change"),
        Err(e) => tally.fault(&format!("many sectors, goal: times {k}: {e}")),
    }
}
