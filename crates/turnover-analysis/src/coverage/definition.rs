//! The definitions of "affected" in use, each with its share and its verdict on a claim.

use turnover_measures::Extent;

use super::{Facts, Item};

/// What a product weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// Its value in the year (coverage ratio).
    Value,
    /// Its value in the base year.
    BaseValue,
    /// One, if traded in the year (frequency index).
    Frequency,
    /// One, if traded in the base year.
    BaseFrequency,
    /// Its value in the year with what the measures prevented added, as far as that is estimated.
    Counterfactual,
}

/// Which measures count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruments {
    /// Bans alone.
    Bans,
    /// Bans, licences, quotas, tariffs and price caps.
    Any,
}

/// Which direction of trade counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ways {
    /// Both directions together.
    Both,
    /// From the first country to the second.
    Forward,
    /// From the second to the first.
    Backward,
}

/// What becomes of a claim under one definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Certainly true.
    Holds,
    /// Certainly false.
    Fails,
    /// True if only what is certainly touched counts (the narrow reading), false if every touched
    /// product counts whole (the broad reading).
    Open,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Open => "depends on the reading",
        }
    }
}

/// One definition with its answer.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Stable name.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The definition in full.
    pub text: String,
    /// What a product weighs.
    pub weights: Weights,
    /// Which measures count.
    pub instruments: Instruments,
    /// Which direction counts.
    pub ways: Ways,
    /// Share touched for certain.
    pub low: f64,
    /// Share touched at most.
    pub high: f64,
    /// The verdict on the claim.
    pub verdict: Verdict,
    /// Where the verdict is open: the claim fails if more than this share of the trade that may be
    /// touched is touched in fact.
    pub tipping: Option<f64>,
}

/// Every definition that the data allows: five weights, two sets of instruments, three ways.
pub(super) fn all(facts: &Facts, claim: f64) -> Vec<Definition> {
    let mut out = Vec::new();
    for ways in [Ways::Both, Ways::Forward, Ways::Backward] {
        for weights in
            [Weights::Value, Weights::BaseValue, Weights::Counterfactual, Weights::Frequency, Weights::BaseFrequency]
        {
            for instruments in [Instruments::Bans, Instruments::Any] {
                out.extend(one(facts, weights, instruments, ways, claim));
            }
        }
    }
    out
}

fn one(facts: &Facts, weights: Weights, instruments: Instruments, ways: Ways, claim: f64) -> Option<Definition> {
    if matches!(weights, Weights::BaseValue | Weights::BaseFrequency) && facts.base_year.is_none() {
        return None;
    }
    let counts = |forward: bool| match ways {
        Ways::Both => true,
        Ways::Forward => forward,
        Ways::Backward => !forward,
    };
    let items = || facts.items.iter().filter(|i| counts(i.forward));
    let extent = |i: &Item| match instruments {
        Instruments::Bans => i.bans,
        Instruments::Any => i.any,
    };
    let (mut low, mut high) = share(items(), |i| weight(i, weights), extent)?;
    if weights == Weights::Counterfactual {
        let prevented = facts.prevented.as_ref().ok()?;
        let gone: Vec<_> = prevented.iter().filter(|p| counts(p.forward)).collect();
        if gone.is_empty() {
            return None;
        }
        let all: f64 = items().map(|i| i.now).sum();
        // What is gone was in products that a ban covers, so it is touched and it is part of the whole.
        let with = |touched: f64, gone: f64| (touched * all + gone) / (all + gone);
        low = with(low, gone.iter().map(|p| p.interval.low.max(0.0)).sum());
        high = with(high, gone.iter().map(|p| p.interval.high.max(0.0)).sum());
    }
    let base_year = facts.base_year.unwrap_or_default();
    let (weight_id, weight_title, weight_text) = match weights {
        Weights::Value => (
            "value",
            format!("value {}", facts.year),
            format!("coverage ratio: value of the products touched over the value of all, {}", facts.year),
        ),
        Weights::BaseValue => (
            "base_value",
            format!("value {base_year}"),
            format!(
                "coverage ratio with base-year weights: value in {base_year}, so that trade already prevented counts"
            ),
        ),
        Weights::Counterfactual => (
            "counterfactual",
            format!("value {} + prevented", facts.year),
            format!(
                "counterfactual share: value of the products touched in {} with what bans prevented added, over the value \
                 of all with the same added; prevented trade by the estimated effect, its 95 % interval",
                facts.year
            ),
        ),
        Weights::Frequency => (
            "frequency",
            format!("products {}", facts.year),
            format!("frequency index: number of products touched over the number traded, {}", facts.year),
        ),
        Weights::BaseFrequency => (
            "base_frequency",
            format!("products {base_year}"),
            format!("frequency index over the products traded in {base_year}"),
        ),
    };
    let (instrument_id, instrument_title, instrument_text) = match instruments {
        Instruments::Bans => ("bans", "bans", "bans alone"),
        Instruments::Any => ("any", "any measure", "bans, licences, quotas, tariffs and price caps"),
    };
    let (a, b) = (facts.pair.a, facts.pair.b);
    let (way_id, way_title) = match ways {
        Ways::Both => ("both", "both ways".to_owned()),
        Ways::Forward => ("forward", format!("{a} to {b}")),
        Ways::Backward => ("backward", format!("{b} to {a}")),
    };
    let verdict = match () {
        () if 1.0 - high >= claim => Verdict::Holds,
        () if 1.0 - low < claim => Verdict::Fails,
        () => Verdict::Open,
    };
    Some(Definition {
        id: format!("{weight_id}.{instrument_id}.{way_id}"),
        title: format!("{instrument_title}, {weight_title}, {way_title}"),
        text: format!("{weight_text}; {instrument_text} {}; {way_title}", facts.standing()),
        weights,
        instruments,
        ways,
        low,
        high,
        verdict,
        tipping: (verdict == Verdict::Open).then(|| (1.0 - claim - low) / (high - low)),
    })
}

fn weight(item: &Item, weights: Weights) -> f64 {
    let one_if = |traded: bool| if traded { 1.0 } else { 0.0 };
    match weights {
        Weights::Value | Weights::Counterfactual => item.now,
        Weights::BaseValue => item.base,
        Weights::Frequency => one_if(item.now > 0.0),
        Weights::BaseFrequency => one_if(item.base > 0.0),
    }
}

/// The weighted share touched, for certain and at most; `None` where nothing is traded.
pub(super) fn share<'a>(
    items: impl Iterator<Item = &'a Item>,
    weight: impl Fn(&Item) -> f64,
    extent: impl Fn(&Item) -> Extent,
) -> Option<(f64, f64)> {
    let (mut low, mut high, mut all) = (0.0, 0.0, 0.0);
    for item in items {
        let w = weight(item);
        all += w;
        match extent(item) {
            Extent::None => {}
            Extent::Part => high += w,
            Extent::Whole => {
                low += w;
                high += w;
            }
        }
    }
    (all > 0.0).then(|| (low / all, high / all))
}
