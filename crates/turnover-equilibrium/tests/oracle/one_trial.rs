//! One world of one sector: drawn, changed, solved by both, compared.

use turnover_equilibrium::{
    Equilibrium, Imbalance, Lever, ReachError, Settings, World, attainable, conditional, multiple, reach, solve,
};

use super::AGREED;
use super::dice::Dice;
use super::one_sector::{After, Before, Closure};
use super::tally::Tally;

/// Everything that is drawn.
struct Drawn {
    before: Before,
    b: Vec<f64>,
    theta: f64,
    closure: Closure,
}

fn class(n: usize) -> &'static str {
    match n {
        2 => "regions: 2",
        3..=5 => "regions: 3 to 5",
        6..=12 => "regions: 6 to 12",
        _ => "regions: 13 to 30",
    }
}

/// Flows of sizes that differ by some orders, zeros, deficits or none.
fn draw(dice: &mut Dice, tally: &mut Tally) -> Drawn {
    let n = if dice.chance(0.15) { 2 } else { dice.scale(3.0, 31.0) as usize };
    tally.count(format!("one sector, {}", class(n)));
    let openness = dice.scale(0.003, 3.0);
    let zeros = if dice.chance(0.4) { dice.between(0.1, 0.8) } else { 0.0 };
    let balanced = dice.chance(0.25);
    let spread = dice.between(0.2, 2.0);
    let size: Vec<f64> = (0..n).map(|_| (spread * dice.normal()).exp()).collect();
    let world: f64 = size.iter().sum();
    let mut flows = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            flows[i * n + j] = if i == j {
                size[i] * dice.between(0.5, 1.5)
            } else if dice.chance(zeros) && (i + 1) % n != j && (j + 1) % n != i {
                0.0
            } else {
                openness * size[i] * size[j] / world * (spread * dice.normal()).exp()
            };
        }
    }
    if zeros > 0.0 {
        tally.count("one sector, zero flows");
    }
    // A pair that trades in one direction only.
    if n > 2 && dice.chance(0.1) {
        flows[1] = 0.0;
        tally.count("one sector, a direction without trade");
    }
    // A country that sells nothing to itself.
    if dice.chance(0.05) {
        flows[0] = 0.0;
        tally.count("one sector, no domestic sales");
    }
    if balanced {
        for i in 0..n {
            for j in 0..i {
                let mean = (flows[i * n + j] * flows[j * n + i]).sqrt();
                flows[i * n + j] = mean;
                flows[j * n + i] = mean;
            }
        }
    }
    tally.count(if balanced { "one sector, no deficits" } else { "one sector, deficits" });
    let closure = match dice.below(3) {
        0 => Closure::Additive,
        1 => Closure::Multiplicative,
        _ => Closure::Balanced,
    };
    tally.count(format!("one sector, {closure:?}"));
    let theta = dice.scale(0.5, 20.0);
    let mut b = vec![0.0; n * n];
    let (x, y) = dice.pair(n);
    match dice.below(6) {
        0 => {
            tally.count("one sector, a pair's costs change");
            b[x * n + y] = dice.between(-3.0, 3.0);
            b[y * n + x] = b[x * n + y];
        }
        1 => {
            tally.count("one sector, all costs change");
            let size = dice.scale(0.01, 2.0);
            (0..n * n).for_each(|at| b[at] = if at % (n + 1) == 0 { 0.0 } else { size * dice.normal() });
        }
        2 => {
            tally.count("one sector, a ban on a flow");
            b[x * n + y] = -dice.between(20.0, 100.0);
        }
        3 => {
            tally.count("one sector, a ban on all of a country's trade");
            let size = -dice.between(5.0, 100.0);
            (0..n).filter(|j| *j != x).for_each(|j| {
                b[x * n + j] = size;
                b[j * n + x] = size;
            });
        }
        4 => {
            tally.count("one sector, dearer exports of a country");
            let size = dice.between(-4.0, 1.0);
            (0..n).filter(|j| *j != x).for_each(|j| b[x * n + j] = size);
        }
        _ => {
            tally.count("one sector, domestic costs change too");
            let size = dice.scale(0.01, 1.0);
            b.iter_mut().for_each(|b| *b = size * dice.normal());
        }
    }
    Drawn { before: Before { n, flows }, b, theta, closure }
}

fn imbalance(closure: Closure) -> Imbalance {
    match closure {
        Closure::Additive => Imbalance::Additive,
        Closure::Multiplicative => Imbalance::Multiplicative,
        Closure::Balanced => Imbalance::Balanced,
    }
}

/// Compares every outcome of an equilibrium.
fn compare(drawn: &Drawn, found: &Equilibrium, right: &After, tally: &mut Tally) {
    let Drawn { before, theta, .. } = drawn;
    let n = before.n;
    for i in 0..n {
        tally.compare("one sector: wage", found.log_wage[i].exp(), right.wage[i], 0.0);
        tally.compare("one sector: price", found.log_price[i].exp(), right.price[i], 0.0);
        tally.compare("one sector: spending", found.expenditure[i], right.spending[i], 0.0);
        tally.compare("one sector: welfare", found.welfare[i], right.welfare[i], 0.0);
        for j in 0..n {
            // A flow far below its country's others may be their difference, as the only import of a
            // country with a given deficit is: it has no more digits than they leave it.
            let scale = 1e-6 * right.spending[j].min(right.spending[i]);
            tally.compare("one sector: flow", found.flow(i, j), right.flows[i * n + j], scale);
        }
        // Outward resistance by its definition, shares of world spending: a change of
        // sum_j (t_ij / P_j)^-theta E_j / E.
        let spent = right.spending.iter().sum::<f64>() / (0..n).map(|j| before.spending(j)).sum::<f64>();
        let sum: f64 = (0..n)
            .map(|j| {
                let sold = before.flow(i, j) / before.output(i);
                let weight = right.price[j].powf(*theta) * right.spending[j] / before.spending(j) / spent;
                if sold > 0.0 { sold * drawn.b[i * n + j].exp() * weight } else { 0.0 }
            })
            .sum();
        // Sales are what markets clear to, so they have no more digits than the imports of a country
        // whose imports outweigh them leave.
        let value = sum.powf(-1.0 / theta);
        let sales: f64 = (0..n).map(|j| right.flows[i * n + j]).sum();
        let weight = (right.spending[i] / sales).max(1.0);
        if weight * f64::EPSILON > AGREED {
            tally.count("one sector: a country whose sales are rounding beside its imports");
            continue;
        }
        tally.compare("one sector: outward resistance", found.log_outward(i, *theta).exp(), value, value * weight);
    }
}

pub(crate) fn run(dice: &mut Dice, tally: &mut Tally) {
    let drawn = draw(dice, tally);
    let n = drawn.before.n;
    let world = match World::new(n, drawn.before.flows.clone()) {
        Ok(world) => world,
        Err(e) => return tally.fault(&format!("the world is refused: {e}")),
    };
    let settings = Settings { theta: drawn.theta, imbalance: imbalance(drawn.closure), ..Settings::default() };
    let right = drawn.before.solve(&drawn.b, drawn.theta, drawn.closure);
    let found = solve(&world, &drawn.b, &settings, None);
    match (&found, &right) {
        (Ok(found), Some(right)) => {
            tally.count("one sector: solved by both");
            compare(&drawn, found, right, tally);
        }
        (Ok(found), None) => {
            // The engine's wages must clear the literal markets.
            let wage: Vec<f64> = found.log_wage.iter().map(|u| u.exp()).collect();
            match drawn.before.at(&drawn.b, drawn.theta, drawn.closure, &wage) {
                Some(right) if right.residual < 1e-10 => {
                    tally.count("one sector: the engine's wages clear the literal markets, no second solution");
                    compare(&drawn, found, &right, tally);
                }
                other => tally.fault(&format!(
                    "one sector: the engine answers where no market clears: {:?}; engine {:.0e} {:?}, n {n} theta {:.2} {:?}, wages {:?}",
                    other.map(|o| o.residual), found.residual, found.status, drawn.theta, drawn.closure, found.log_wage
                )),
            }
        }
        (Err(e), Some(right)) => tally.fault(&format!(
            "one sector: refused ({e}), and there is a solution with residual {:.0e}; n {n} theta {:.3} {:?}",
            right.residual, drawn.theta, drawn.closure
        )),
        (Err(e), None) => {
            let word = format!("{e:?}");
            let word = word.split([' ', '{', '(']).next().unwrap_or_default().to_owned();
            tally.count(format!("one sector: refused by both, {word}, {:?}", drawn.closure));
        }
    }
    in_given_incomes(&drawn, &world, &settings, tally);
    goal(&drawn, &world, &settings, dice, tally);
}

/// The conditional equilibrium.
fn in_given_incomes(drawn: &Drawn, world: &World, settings: &Settings, tally: &mut Tally) {
    let n = drawn.before.n;
    let right = drawn.before.conditional(&drawn.b, drawn.theta, 0);
    match (conditional(world, &drawn.b, settings, 0), right) {
        (Ok(found), Some((flows, outward, inward))) => {
            tally.count("conditional: solved by both");
            for i in 0..n {
                tally.compare("conditional: outward", found.log_outward[i].exp(), outward[i].exp(), 0.0);
                tally.compare("conditional: inward", found.log_inward[i].exp(), inward[i].exp(), 0.0);
                for j in 0..n {
                    let scale = 1e-6 * drawn.before.spending(j).min(drawn.before.output(i));
                    tally.compare("conditional: flow", found.flow(i, j), flows[i * n + j], scale);
                }
            }
        }
        (Err(e), Some(_)) => tally.fault(&format!("conditional: refused ({e}), and there is a solution")),
        (Ok(_), None) => tally.count("conditional: found by the engine alone"),
        (Err(_), None) => tally.count("conditional: refused by both"),
    }
}

/// Goal-seek and its limit, for both directions or one.
fn goal(drawn: &Drawn, world: &World, settings: &Settings, dice: &mut Dice, tally: &mut Tally) {
    let n = drawn.before.n;
    let (a, b) = dice.pair(n);
    let targets = [(a, b), (b, a)];
    let moved: &[(usize, usize)] = if dice.chance(0.7) { &targets } else { &targets[..1] };
    let k = if dice.chance(0.5) { dice.scale(0.5, 3.0) } else { dice.scale(0.01, 1000.0) };
    let lever = Lever::between(n, moved);
    let put = |size: f64| -> Option<f64> {
        let after = drawn.before.solve(&lever.at(size), drawn.theta, drawn.closure)?;
        Some(drawn.before.multiple(&after, &targets))
    };
    match reach(world, &lever, &targets, k, settings) {
        Ok(found) => {
            tally.compare(
                "goal: multiple as the engine states it",
                multiple(world, &found.equilibrium, &targets),
                k,
                0.0,
            );
            match put(found.log_points) {
                Some(m) => {
                    tally.count("goal: put back");
                    tally.compare("goal: multiple with the change put back", m, k, 0.0);
                }
                None => {
                    let wage: Vec<f64> = found.equilibrium.log_wage.iter().map(|u| u.exp()).collect();
                    let size = lever.at(found.log_points);
                    match drawn.before.at(&size, drawn.theta, drawn.closure, &wage) {
                        Some(after) if after.residual < 1e-10 => {
                            tally.count("goal: the engine's wages clear the literal markets");
                            tally.compare(
                                "goal: multiple at the engine's wages",
                                drawn.before.multiple(&after, &targets),
                                k,
                                0.0,
                            );
                        }
                        _ => tally.fault(&format!("goal: no market clears at {} for times {k}", found.log_points)),
                    }
                }
            }
        }
        Err(e @ (ReachError::Above { limit, .. } | ReachError::Below { limit, .. })) => {
            let above = matches!(e, ReachError::Above { .. });
            tally.count(if above { "goal: above the limit" } else { "goal: below the limit" });
            let beyond = if above { limit > k * (1.0 + 1e-9) } else { limit < k * (1.0 - 1e-9) };
            if beyond {
                let curve: Vec<Option<f64>> = [-8.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 8.0].map(put).to_vec();
                let cold: Vec<String> = [16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 160.0]
                    .map(|b| match solve(world, &lever.at(b), settings, None) {
                        Ok(e) => format!("{:.4}", multiple(world, &e, &targets)),
                        Err(e) => e.to_string(),
                    })
                    .to_vec();
                tally.fault(&format!(
                    "goal: times {k} is refused with a limit of {limit} ({e:?}); {cold:?} n {n} theta {:.2} {:?} {curve:?}",
                    drawn.theta, drawn.closure
                ));
            }
            // No change of a plain list gets there.
            let sign = if above { 1.0 } else { -1.0 };
            for size in [0.25, 1.0, 4.0, 16.0] {
                let Some(m) = put(sign * size) else { continue };
                let farther = if above { m > limit * (1.0 + 1e-6) } else { m < limit * (1.0 - 1e-6) };
                if farther {
                    tally.fault(&format!(
                        "goal: times {k} is refused with a limit of {limit} ({e:?}), and {} log points give {m}",
                        sign * size
                    ));
                    break;
                }
            }
        }
        Err(ReachError::NoTrade) if targets.iter().all(|&(i, j)| world.flow(i, j) == 0.0) => {
            tally.count("goal: no trade to multiply");
        }
        Err(ReachError::Unresolved { .. }) => tally.count("goal: refused, rounding hides the change"),
        Err(e) => tally.fault(&format!("goal: times {k}: {e}")),
    }
    if dice.chance(0.3) {
        limit(drawn, world, settings, &lever, &targets, tally);
    }
}

fn limit(
    drawn: &Drawn,
    world: &World,
    settings: &Settings,
    lever: &Lever,
    targets: &[(usize, usize)],
    tally: &mut Tally,
) {
    let Ok(limit) = attainable(world, lever, targets, settings) else { return };
    tally.count("limit: checked");
    for size in [0.5, 2.0, 8.0, 32.0] {
        let Some(after) = drawn.before.solve(&lever.at(size), drawn.theta, drawn.closure) else { continue };
        let m = drawn.before.multiple(&after, targets);
        if m > limit.maximum * (1.0 + 1e-6) {
            tally.fault(&format!("limit: {limit:?}, and {size} log points give {m}"));
            return;
        }
    }
    if limit.log_points <= 40.0
        && let Some(after) = drawn.before.solve(&lever.at(limit.log_points), drawn.theta, drawn.closure)
    {
        let m = drawn.before.multiple(&after, targets);
        tally.compare("limit: multiple at its end", limit.maximum, m, 0.0);
    }
}
