//! An approximate factor of a graph's Laplacian, to precondition with.
//!
//! The normal equations of two families of effects are, up to a sign, the Laplacian of the graph
//! whose vertices are the levels and whose edges are the cells, weighted by their rows (`exporter` 3 and
//! `year` 1998 hang together by what exporter 3 traded in 1998). Where the graph hangs together by few
//! edges (workers who seldom change firms, a chain), a diagonal says little about it. Gaussian
//! elimination of a vertex joins all its neighbours with each other; instead of that clique a random
//! tree with the same expectation is kept (Kyng and Sachdeva 2016, Approximate Gaussian elimination for
//! Laplacians; the order of sampling is that of Gao, Kyng and Spielman 2023), so that the factor has
//! about as many entries as the graph has edges. Chains and trees are eliminated exactly.

use super::lane::Lane;

/// Vertices of more neighbours wait in one queue.
const MOST_DEGREE: usize = 64;

/// A unit lower triangular factor with its diagonal, by order of elimination.
#[derive(Debug, Clone, Default)]
pub(super) struct Factor {
    /// Vertices in the order of elimination.
    order: Vec<u32>,
    /// Where each one's entries begin; one more at the end.
    start: Vec<u32>,
    /// Later vertices that an eliminated one was joined to.
    neighbour: Vec<u32>,
    /// Their shares of its weight.
    share: Vec<f64>,
    /// Weight at elimination; 0 for the last vertex of a component.
    pivot: Vec<f64>,
}

/// A number from 0 to 1, always the same sequence (splitmix64): results do not depend on chance.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Factor {
    /// Factors the Laplacian of `vertices` vertices with edges `(a, b, weight)`, each once and of
    /// positive weight.
    pub(super) fn new(vertices: usize, edges: impl Iterator<Item = (u32, u32, f64)>) -> Self {
        let mut near: Vec<Vec<(u32, f64)>> = vec![Vec::new(); vertices];
        for (a, b, w) in edges {
            near[a as usize].push((b, w));
            near[b as usize].push((a, w));
        }
        let mut queue = Queue::new(near.iter().map(Vec::len).collect());
        let mut gone = vec![false; vertices];
        let mut draw = Draw(7);
        let mut out = Factor { start: vec![0], ..Factor::default() };
        while let Some(vertex) = queue.pop() {
            let mut own = std::mem::take(&mut near[vertex as usize]);
            gone[vertex as usize] = true;
            own.retain(|(n, _)| !gone[*n as usize]);
            merge(&mut own);
            // Light edges first: what each is joined to is drawn from the heavier ones.
            own.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            let total: f64 = own.iter().map(|e| e.1).sum();
            for (n, w) in &own {
                out.neighbour.push(*n);
                out.share.push(w / total);
            }
            out.order.push(vertex);
            out.start.push(out.neighbour.len() as u32);
            out.pivot.push(total);
            // Sums of the weights from each edge on.
            let mut rest = vec![0.0; own.len() + 1];
            for at in (0..own.len()).rev() {
                rest[at] = rest[at + 1] + own[at].1;
            }
            for at in 0..own.len().saturating_sub(1) {
                let (a, w) = own[at];
                let heavier = rest[at + 1];
                let aim = draw.next() * heavier;
                // The first later edge up to which the weights sum to the aim.
                let short = rest[at + 2..].partition_point(|r| heavier - r < aim);
                let b = own[(at + 1 + short).min(own.len() - 1)].0;
                let weight = w * heavier / total;
                if weight > 0.0 {
                    near[a as usize].push((b, weight));
                    near[b as usize].push((a, weight));
                    queue.change(b, 1);
                } else {
                    queue.change(a, -1);
                }
            }
            if let Some((last, _)) = own.last() {
                queue.change(*last, -1);
            }
        }
        out
    }

    /// Solves with the factor in place, four right-hand sides at once.
    pub(super) fn solve(&self, r: &mut [Lane]) {
        for (at, vertex) in self.order.iter().enumerate() {
            let own = r[*vertex as usize];
            for k in self.start[at] as usize..self.start[at + 1] as usize {
                r[self.neighbour[k] as usize] += self.share[k] * own;
            }
        }
        for (at, vertex) in self.order.iter().enumerate().rev() {
            let pivot = self.pivot[at];
            let mut own = if pivot > 0.0 { r[*vertex as usize].map(|x| x / pivot) } else { Lane::ZERO };
            for k in self.start[at] as usize..self.start[at + 1] as usize {
                own += self.share[k] * r[self.neighbour[k] as usize];
            }
            r[*vertex as usize] = own;
        }
    }
}

/// Adds up edges to one neighbour.
fn merge(edges: &mut Vec<(u32, f64)>) {
    edges.sort_unstable_by_key(|e| e.0);
    edges.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
}

/// Vertices by their number of edges, about: an entry whose number has changed since is skipped.
struct Queue {
    degree: Vec<i64>,
    waiting: Vec<Vec<u32>>,
    done: Vec<bool>,
    least: usize,
}

impl Queue {
    fn new(degrees: Vec<usize>) -> Self {
        let mut waiting = vec![Vec::new(); MOST_DEGREE + 1];
        // From the last, so that the first of equals comes out first.
        for (vertex, degree) in degrees.iter().enumerate().rev() {
            waiting[(*degree).min(MOST_DEGREE)].push(vertex as u32);
        }
        let done = vec![false; degrees.len()];
        Queue { degree: degrees.into_iter().map(|d| d as i64).collect(), waiting, done, least: 0 }
    }

    fn place(&self, vertex: u32) -> usize {
        self.degree[vertex as usize].clamp(0, MOST_DEGREE as i64) as usize
    }

    fn change(&mut self, vertex: u32, by: i64) {
        let before = self.place(vertex);
        self.degree[vertex as usize] += by;
        let place = self.place(vertex);
        if place != before {
            self.waiting[place].push(vertex);
            self.least = self.least.min(place);
        }
    }

    fn pop(&mut self) -> Option<u32> {
        while self.least <= MOST_DEGREE {
            let Some(vertex) = self.waiting[self.least].pop() else {
                self.least += 1;
                continue;
            };
            if !self.done[vertex as usize] && self.place(vertex) == self.least {
                self.done[vertex as usize] = true;
                return Some(vertex);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `L x` of a graph.
    fn product(edges: &[(u32, u32, f64)], x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        for (a, b, w) in edges {
            let flow = w * (x[*a as usize] - x[*b as usize]);
            out[*a as usize] += flow;
            out[*b as usize] -= flow;
        }
        out
    }

    #[test]
    fn a_tree_is_factored_exactly() {
        let edges: Vec<(u32, u32, f64)> =
            (1..200u32).map(|v| (v, (v * 7919) % v, f64::from(1 + v % 13) * 10f64.powi((v % 3) as i32 - 1))).collect();
        let truth: Vec<f64> = (0..200).map(|v| f64::from((v * 37) % 101)).collect();
        let rhs = product(&edges, &truth);
        let factor = Factor::new(200, edges.iter().copied());
        let mut r: Vec<Lane> = rhs.iter().map(|x| Lane::splat(*x)).collect();
        factor.solve(&mut r);
        for v in 1..200 {
            let (found, right) = (r[v].0[0] - r[0].0[0], truth[v] - truth[0]);
            assert!((found - right).abs() < 1e-9 * (1.0 + right.abs()), "{v}: {found} {right}");
        }
    }

    #[test]
    fn the_factor_is_near_the_laplacian_of_a_random_graph() {
        let mut draw = Draw(3);
        let mut edges = Vec::new();
        for a in 0..60u32 {
            for b in 0..a {
                if draw.next() < 0.15 || b + 1 == a {
                    edges.push((a, b, 0.1 + draw.next()));
                }
            }
        }
        let factor = Factor::new(60, edges.iter().copied());
        // For x without mean, x'L (factor)^-1 L x over x'L x stays between bounds.
        for trial in 0..50 {
            let mut x: Vec<f64> = (0..60).map(|_| draw.next() - 0.5).collect();
            let mean = x.iter().sum::<f64>() / 60.0;
            x.iter_mut().for_each(|x| *x -= mean);
            let lx = product(&edges, &x);
            let mut z: Vec<Lane> = lx.iter().map(|x| Lane::splat(*x)).collect();
            factor.solve(&mut z);
            let energy: f64 = x.iter().zip(&lx).map(|(a, b)| a * b).sum();
            let through: f64 = z.iter().zip(&lx).map(|(a, b)| a.0[0] * b).sum();
            assert!(through > 0.1 * energy && through < 10.0 * energy, "{trial}: {through} {energy}");
        }
    }
}
