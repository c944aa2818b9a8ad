//! What a solution must satisfy, and the effects that it stands for.

use rayon::prelude::*;

use super::absorber::Absorber;

/// A row of a smaller weight than this, against the heaviest, is light.
const LIGHT: f64 = 1e-9;
/// What a basis of norm 1 and the effects may have in common.
const OVERLAP: f64 = 1e-6;

impl Absorber {
    /// What scores add up to over a level, against the sum of the sizes that they are made of: the
    /// largest of all levels of all families. Heavy levels cannot hide light ones.
    pub(crate) fn imbalance(&self, score: &[f64], size: &[f64]) -> f64 {
        let own = |(score, size): &(f64, f64)| if *size > 0.0 { score.abs() / size } else { 0.0 };
        self.by_level(score, size).iter().map(own).fold(0.0, f64::max)
    }

    /// Whether columns of norm 1 are orthogonal to the effects under the weights.
    pub(crate) fn orthogonal(&self, columns: &[Vec<f64>]) -> bool {
        columns.iter().all(|z| {
            let product: Vec<f64> = z.iter().zip(&self.weight).map(|(z, w)| z * w).collect();
            let sums = self.by_level(&product, &self.weight);
            let overlap: f64 = sums.iter().filter(|s| s.1 > 0.0).map(|(sum, weight)| sum / weight * sum).sum();
            !(overlap.sqrt() > OVERLAP)
        })
    }

    /// Whether columns of norm 1 rest on rows whose given weight is lost beside the heaviest. With one family
    /// each group is freed of its mean by itself; several are solved for together, to the precision of
    /// the heavy rows.
    pub(crate) fn rests_on_light_rows(&self, columns: &[Vec<f64>], given: &[f64]) -> bool {
        if self.plan.others.is_empty() {
            return false;
        }
        let heaviest = given.iter().copied().fold(0.0, f64::max);
        let share = |z: &Vec<f64>| -> f64 {
            let light = (0..z.len()).filter(|r| given[*r] < LIGHT * heaviest);
            light.map(|r| self.weight[r] * z[r] * z[r]).sum()
        };
        columns.iter().any(|z| share(z) > OVERLAP)
    }

    /// Sums of two variables over each level of each family, of the groups first.
    fn by_level(&self, a: &[f64], b: &[f64]) -> Vec<(f64, f64)> {
        type Sums = Vec<(f64, f64)>;
        let plan = &self.plan;
        let groups = plan.group_start.len() - 1;
        let parts: Vec<(usize, Sums, Sums)> = plan
            .pieces
            .par_iter()
            .map(|piece| {
                let mut own = Vec::with_capacity(piece.len());
                let mut others = vec![(0.0, 0.0); plan.dimension()];
                for g in piece.clone() {
                    let rows = plan.rows(g);
                    own.push((a[rows.clone()].iter().sum(), b[rows].iter().sum()));
                    for (rows, levels) in plan.runs_of(g) {
                        for start in levels {
                            let others = &mut others[*start as usize..*start as usize + rows.len()];
                            for ((o, a), b) in others.iter_mut().zip(&a[rows.clone()]).zip(&b[rows.clone()]) {
                                o.0 += a;
                                o.1 += b;
                            }
                        }
                    }
                }
                (piece.start, own, others)
            })
            .collect();
        let mut out = vec![(0.0, 0.0); groups + plan.dimension()];
        for (first, own, others) in parts {
            out[first..first + own.len()].copy_from_slice(&own);
            for (o, (a, b)) in out[groups..].iter_mut().zip(others) {
                o.0 += a;
                o.1 += b;
            }
        }
        if self.idle { Vec::new() } else { out }
    }

    /// The effects of each family for a variable that lies in their span, given `u`, in the
    /// caller's order of families; empty for those that lie within another.
    pub(crate) fn effects(&self, q: &[f64], u: &[f64]) -> Vec<Vec<f64>> {
        let mut left = q.to_vec();
        let means: Vec<Vec<f64>> = self.each_group(&mut left, Vec::new, |means: &mut Vec<f64>, group, part| {
            group.subtract_effects(u, part);
            means.push(group.mean(part));
        });
        // A family that lies within another one is left at 0.
        let mut out = vec![Vec::new(); self.families];
        for (k, &f) in self.plan.others.iter().enumerate() {
            out[self.kept[f]] = u[self.plan.offset[k]..self.plan.offset[k + 1]].to_vec();
        }
        out[self.kept[self.plan.eliminated]] = means.into_iter().flatten().collect();
        out
    }
}
