//! Observations that levels of the effects take out: all outcomes zero, or the only observation.

use crate::effects::Effects;
use crate::result::{Reason, Separated};

/// Finds levels whose outcomes are all zero, and where asked levels with a single observation,
/// until none is left. Marks their rows in `used`.
pub(crate) fn by_level(effects: &Effects, y: &[f64], used: &mut [bool], singletons: bool) -> Vec<Separated> {
    let mut out = Vec::new();
    loop {
        let before = out.len();
        for (family, f) in effects.families().iter().enumerate() {
            let mut positive = vec![false; f.levels];
            let mut count = vec![0u32; f.levels];
            for ((code, y), used) in f.codes.iter().zip(y).zip(used.iter()) {
                if *used {
                    positive[*code as usize] |= *y > 0.0;
                    count[*code as usize] += 1;
                }
            }
            for (row, code) in f.codes.iter().enumerate() {
                let code = *code as usize;
                if !used[row] {
                    continue;
                }
                let reason = if !positive[code] {
                    Reason::ZeroLevel { family }
                } else if singletons && count[code] == 1 {
                    Reason::Singleton { family }
                } else {
                    continue;
                };
                used[row] = false;
                out.push(Separated { row, reason });
            }
        }
        if out.len() == before {
            return out;
        }
    }
}

/// Levels with a single observation, until none is left.
pub(crate) fn singletons(effects: &Effects, used: &mut [bool]) -> Vec<Separated> {
    // With a positive outcome everywhere no level is all zero.
    by_level(effects, &vec![1.0; used.len()], used, true)
}
