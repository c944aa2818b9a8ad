//! A design to be estimated: its data, its shape in a few terms, and parts of it.

use std::fmt::Write;

use turnover_gravity::{Cluster, Effects, Family, Model, Settings};

/// Data of one estimate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Design {
    pub(crate) seed: u64,
    /// What it was drawn as: a kind of property and its value.
    pub(crate) shape: Vec<(&'static str, &'static str)>,
    pub(crate) poisson: bool,
    pub(crate) y: Vec<f64>,
    pub(crate) x: Vec<(String, Vec<f64>)>,
    pub(crate) families: Vec<Vec<u32>>,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) offset: Option<Vec<f64>>,
    pub(crate) drop_singletons: bool,
    /// Cluster variables; all but an empty list are tried together.
    pub(crate) clusters: Vec<Vec<u32>>,
}

impl Design {
    pub(crate) fn model(&self) -> Model {
        let family = |(at, codes): (usize, &Vec<u32>)| Family {
            name: format!("f{at}"),
            codes: codes.clone(),
            levels: codes.iter().max().map_or(1, |m| *m as usize + 1),
        };
        let mut model = Model::new(self.y.clone(), self.x.clone());
        model.effects = Effects::new(self.families.iter().enumerate().map(family).collect());
        model.weights = self.weights.clone();
        model.offset = self.offset.clone();
        model
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings { drop_singletons: self.drop_singletons, ..Settings::default() }
    }

    pub(crate) fn cluster_variables(&self) -> Vec<Cluster> {
        let variable = |(at, codes): (usize, &Vec<u32>)| Cluster { name: format!("c{at}"), codes: codes.clone() };
        self.clusters.iter().enumerate().map(variable).collect()
    }

    /// The same on some of its rows.
    fn of_rows(&self, rows: &[usize]) -> Design {
        fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|r| values[*r]).collect()
        }
        Design {
            y: pick(&self.y, rows),
            x: self.x.iter().map(|(name, x)| (name.clone(), pick(x, rows))).collect(),
            families: self.families.iter().map(|f| pick(f, rows)).collect(),
            weights: self.weights.as_ref().map(|w| pick(w, rows)),
            offset: self.offset.as_ref().map(|o| pick(o, rows)),
            clusters: self.clusters.iter().map(|c| pick(c, rows)).collect(),
            ..self.clone()
        }
    }

    /// The smallest part found that still fails.
    pub(crate) fn shrunk(&self, fails: impl Fn(&Design) -> bool) -> Design {
        let mut least = self.clone();
        loop {
            let smaller = least.parts().into_iter().find(|part| fails(part));
            match smaller {
                Some(part) => least = part,
                None => return least,
            }
        }
    }

    /// Designs with something taken away, the largest steps first.
    fn parts(&self) -> Vec<Design> {
        let mut out = Vec::new();
        let n = self.y.len();
        let mut block = n / 2;
        while block > 0 {
            for from in (0..n).step_by(block) {
                let rows: Vec<usize> = (0..n).filter(|r| *r < from || *r >= from + block).collect();
                if !rows.is_empty() {
                    out.push(self.of_rows(&rows));
                }
            }
            block /= 2;
        }
        fn without<T: Clone>(list: &[T], at: usize) -> Vec<T> {
            list.iter().enumerate().filter(|(j, _)| *j != at).map(|(_, v)| v.clone()).collect()
        }
        for at in 0..self.families.len() {
            out.push(Design { families: without(&self.families, at), ..self.clone() });
        }
        for at in 0..self.x.len() {
            out.push(Design { x: without(&self.x, at), ..self.clone() });
        }
        for at in 0..self.clusters.len() {
            out.push(Design { clusters: without(&self.clusters, at), ..self.clone() });
        }
        if self.weights.is_some() {
            out.push(Design { weights: None, ..self.clone() });
        }
        if self.offset.is_some() {
            out.push(Design { offset: None, ..self.clone() });
        }
        if self.drop_singletons {
            out.push(Design { drop_singletons: false, ..self.clone() });
        }
        out
    }

    /// The shape in one line.
    pub(crate) fn summary(&self) -> String {
        let estimator = if self.poisson { "ppml" } else { "ols" };
        let shape: Vec<String> = self.shape.iter().map(|(kind, value)| format!("{kind}: {value}")).collect();
        format!("seed {:#018x}, {estimator}, {} rows, {}", self.seed, self.y.len(), shape.join(", "))
    }

    /// Rust that makes the design.
    pub(crate) fn reproducer(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = writeln!(out, "    let mut model = Model::new(vec!{:?}, vec![", self.y);
        for (name, x) in &self.x {
            let _ = writeln!(out, "        ({name:?}.into(), vec!{x:?}),");
        }
        let _ = writeln!(out, "    ]);");
        if !self.families.is_empty() {
            let _ = writeln!(out, "    model.effects = Effects::new(vec![");
            for (at, codes) in self.families.iter().enumerate() {
                let levels = codes.iter().max().map_or(1, |m| m + 1);
                let _ = writeln!(
                    out,
                    "        Family {{ name: \"f{at}\".into(), codes: vec!{codes:?}, levels: {levels} }},"
                );
            }
            let _ = writeln!(out, "    ]);");
        }
        for (field, values) in [("weights", &self.weights), ("offset", &self.offset)] {
            if let Some(values) = values {
                let _ = writeln!(out, "    model.{field} = Some(vec!{values:?});");
            }
        }
        for (at, codes) in self.clusters.iter().enumerate() {
            let _ = writeln!(out, "    let c{at} = Cluster {{ name: \"c{at}\".into(), codes: vec!{codes:?} }};");
        }
        if self.drop_singletons {
            let _ = writeln!(out, "    // drop_singletons: true");
        }
        out
    }
}
