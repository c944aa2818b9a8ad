//! Which columns of a formula's effects are exporter, importer and period.

use super::design::{Sample, factor_codes};
use super::error::FormulaError;
use super::expr::levels;
use super::term::Formula;
use crate::bias::Panel;
use crate::frame::Frame;

/// The gravity panel that a formula's effects describe, and the names of its exporter, importer and
/// period: effects `a^t + b^t + a^b`, or `a^t + b^t`, in any order. With three, the period is the
/// column with the fewest values.
pub fn panel(formula: &Formula, frame: &Frame, sample: &Sample) -> Result<(Panel, [String; 3]), FormulaError> {
    let wrong = || FormulaError::NoPanel { effects: formula.effects.iter().map(|e| e.join("^")).collect() };
    let mut columns: Vec<&String> = Vec::new();
    for name in formula.effects.iter().flatten() {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let twos = formula.effects.iter().all(|e| e.len() == 2 && e[0] != e[1]);
    let times_used = |c: &String| formula.effects.iter().filter(|e| e.contains(c)).count();
    if !twos || columns.len() != 3 {
        return Err(wrong());
    }
    let mut coded = Vec::with_capacity(3);
    for name in &columns {
        let (codes, labels) = factor_codes(levels(frame, name)?);
        let codes: Vec<u32> = sample.rows.iter().map(|r| codes[*r]).collect();
        coded.push((codes, labels.len()));
    }
    let period = match formula.effects.len() {
        3 if columns.iter().all(|c| times_used(c) == 2) => (0..3).min_by_key(|c| coded[*c].1),
        2 => (0..3).find(|c| times_used(columns[*c]) == 2),
        _ => None,
    }
    .ok_or_else(wrong)?;
    let pair_effects = formula.effects.len() == 3;
    let name = |c: usize| columns[c].clone();
    let time = std::mem::take(&mut coded[period].0);
    let [first, second] = [0, 1, 2].into_iter().filter(|c| *c != period).collect::<Vec<usize>>()[..] else {
        return Err(wrong());
    };
    let exporter = std::mem::take(&mut coded[first].0);
    let importer = std::mem::take(&mut coded[second].0);
    Ok((Panel { exporter, importer, time, pair_effects }, [name(first), name(second), name(period)]))
}
