//! Economies of many sectors, drawn.

use super::dice::Dice;
use super::many_sectors::Tables;
use super::tally::Tally;

fn class(x: usize, ends: &[usize]) -> String {
    let high = ends.iter().find(|e| x <= **e).copied().unwrap_or(x);
    let low = ends.iter().rev().find(|e| **e < x).map_or(1, |e| e + 1);
    if low == high { high.to_string() } else { format!("{low} to {high}") }
}

/// Sizes that differ, zero flows, sectors that are not traded or dead, exports above output, inputs
/// that do not add up, tariffs that hit own sales too.
pub(crate) fn draw(dice: &mut Dice, tally: &mut Tally) -> Tables {
    let n = if dice.chance(0.1) { 2 } else { dice.scale(2.0, 31.0) as usize };
    let s = dice.scale(1.0, 11.0) as usize;
    tally.count(format!("many sectors, regions: {}", class(n, &[2, 5, 12, 30])));
    tally.count(format!("many sectors, sectors: {}", class(s, &[1, 3, 6, 10])));
    let spread = dice.between(0.2, 1.5);
    let openness = dice.scale(0.01, 2.0);
    let zeros = if dice.chance(0.4) { dice.between(0.1, 0.7) } else { 0.0 };
    let dead = (dice.chance(0.15) && s > 1).then(|| dice.below(s));
    let bare = (dice.chance(0.2) && s > 1).then(|| dice.below(s));
    let own = dice.chance(0.15);
    let taxed = dice.chance(0.7);
    let size: Vec<f64> = (0..n).map(|_| (spread * dice.normal()).exp()).collect();
    let world: f64 = size.iter().sum();
    let weight: Vec<f64> = (0..s).map(|_| dice.scale(0.2, 2.0)).collect();
    let mut tables = Tables {
        n,
        s,
        flows: vec![0.0; s * n * n],
        tariffs: vec![0.0; s * n * n],
        output: vec![0.0; s * n],
        value_added: (0..s * n).map(|_| dice.between(0.2, 0.9)).collect(),
        inputs: vec![0.0; n * s * s],
        theta: (0..s).map(|_| dice.scale(0.5, 20.0)).collect(),
    };
    for j in 0..s {
        for to in 0..n {
            for from in 0..n {
                let at = (j * n + to) * n + from;
                if Some(j) != dead && Some(j) != bare && to != from && !dice.chance(zeros) {
                    let gravity = openness * weight[j] * size[to] * size[from] / world;
                    tables.flows[at] = gravity * (spread * dice.normal()).exp();
                }
                if taxed && (own || to != from) && dice.chance(0.8) {
                    tables.tariffs[at] = dice.scale(0.005, 0.4);
                }
            }
        }
    }
    for j in 0..s {
        for r in 0..n {
            let exports: f64 = (0..n).map(|to| tables.flows[(j * n + to) * n + r]).sum();
            let home = weight[j] * size[r] * dice.between(0.7, 1.4);
            tables.output[j * n + r] = if Some(j) == dead { 0.0 } else { home + exports };
        }
    }
    if dice.chance(0.1) {
        let at = dice.below(s * n);
        tables.output[at] *= 0.1;
        tally.count("many sectors, output perhaps below exports");
    }
    for r in 0..n {
        for j in 0..s {
            // Inputs much in proportion to the sectors' sizes, so that final demand is rarely negative.
            let shares: Vec<f64> = (0..s).map(|k| weight[k] * dice.between(0.5, 1.5)).collect();
            let total: f64 = shares.iter().sum();
            (0..s).for_each(|k| tables.inputs[(r * s + k) * s + j] = shares[k] / total);
        }
    }
    if dice.chance(0.1) {
        tables.inputs.iter_mut().for_each(|g| *g *= 1.1);
        tables.inputs[0] = -0.01;
        tally.count("many sectors, inputs that do not add up");
    }
    for (drawn, what) in [
        (zeros > 0.0, "many sectors, zero flows"),
        (dead.is_some(), "many sectors, a dead sector"),
        (bare.is_some(), "many sectors, a sector without trade"),
        (taxed, "many sectors, tariffs"),
        (taxed && own, "many sectors, tariffs on own sales"),
    ] {
        if drawn {
            tally.count(what);
        }
    }
    tables
}
