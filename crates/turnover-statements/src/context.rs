//! What a text has spoken of so far: the pair, the flow, the period, who speaks.

use crate::attribution::{Said, Speaker};
use crate::check::{Check, Code, Flow};
use crate::interval::Interval;

/// The state of a text between its sentences.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    /// The two sides of the last statement on trade, the first as whose trade it is.
    pub(crate) pair: Option<(Code, Code)>,
    pub(crate) flow: Option<Flow>,
    pub(crate) period: Option<Interval>,
    pub(crate) base: Option<Interval>,
    pub(crate) unit: Option<&'static str>,
    pub(crate) product: Option<String>,
    pub(crate) speaker: Option<Speaker>,
    pub(crate) said: Option<Said>,
    pub(crate) last: Option<Check>,
    /// Countries in the order in which the text first names them; towns only where nothing else is known.
    pub(crate) named: Vec<Code>,
    /// How many sentences ago the last statement on trade was.
    pub(crate) age: usize,
}

impl Context {
    /// Takes over what a check says.
    pub(crate) fn note(&mut self, check: &Check) {
        let mut flow = check.flow;
        if let [Some(a), Some(b)] = check.pair {
            // Seen from the other side it is still the trade of the country that the text began with.
            if self.pair == Some((b, a)) && self.age <= 3 {
                flow = flow.reversed();
            } else {
                self.pair = Some((a, b));
            }
        }
        if flow != Flow::Balance {
            self.flow = Some(flow);
        }
        // "A year before, ..." looks back once; what follows goes on with the period of the text.
        let back = self.period.and_then(|p| p.shifted(-1));
        if check.facts.period.is_some()
            && (check.facts.period != back || check.facts.period.is_some_and(|p| p.as_year().is_some()))
        {
            self.period = check.facts.period;
        }
        self.base = check.facts.base;
        self.unit = check.facts.unit.or(self.unit);
        self.product.clone_from(&check.facts.product);
        self.last = Some(check.clone());
        self.age = 0;
    }

    /// Notes a country that the text names.
    pub(crate) fn name(&mut self, code: Code) {
        if !self.named.contains(&code) && self.named.len() < 64 {
            self.named.push(code);
        }
    }

    /// The pair of the text: that of the last statement, else the first two countries named.
    pub(crate) fn sides(&self) -> Option<(Code, Code)> {
        self.pair.or(match self.named[..] {
            [a, b, ..] => Some((a, b)),
            _ => None,
        })
    }

    /// The other side of the pair of the text.
    pub(crate) fn other(&self, code: Code) -> Option<Code> {
        match self.sides() {
            Some((a, b)) if a == code => Some(b),
            Some((a, b)) if b == code => Some(a),
            Some((a, _)) => Some(a),
            None => self.named.iter().find(|c| **c != code).copied(),
        }
    }
}
