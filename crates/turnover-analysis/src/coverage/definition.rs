//! The definitions of "affected" in use, each with its share and its verdict on a claim.

use turnover_measures::{Instrument, Measure, Purpose, Scope};

use super::facts::{CoverageFacts, Item};
use super::touch::Touch;

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
    /// Sanctions of any kind: what one side imposed for the other's conduct.
    Sanctions,
    /// Bans, whatever they are for: counter-measures and sanitary bans too.
    Bans,
    /// Every measure: duties, quotas and counter-measures too.
    Any,
}

impl Instruments {
    /// All of them, in the order of [`Item::touch`].
    pub const ALL: [Instruments; 3] = [Instruments::Sanctions, Instruments::Bans, Instruments::Any];

    /// Whether a measure counts.
    pub fn counts(self, measure: &Measure) -> bool {
        match self {
            Instruments::Sanctions => measure.purpose == Purpose::Sanction,
            Instruments::Bans => measure.instrument == Instrument::Ban,
            Instruments::Any => true,
        }
    }

    pub(super) fn place(self) -> usize {
        match self {
            Instruments::Sanctions => 0,
            Instruments::Bans => 1,
            Instruments::Any => 2,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Instruments::Sanctions => "sanctions",
            Instruments::Bans => "bans",
            Instruments::Any => "any",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Instruments::Any => "any measure",
            other => other.id(),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Instruments::Sanctions => "sanctions of any kind, without counter-measures and trade policy",
            Instruments::Bans => "bans alone, counter-measures and sanitary bans included",
            Instruments::Any => "sanctions, counter-measures, quotas and additional duties",
        }
    }
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

impl Ways {
    pub(super) fn counts(self, forward: bool) -> bool {
        match self {
            Ways::Both => true,
            Ways::Forward => forward,
            Ways::Backward => !forward,
        }
    }
}

/// What becomes of a claim under one definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Certainly true.
    Holds,
    /// Certainly false.
    Fails,
    /// True if only what is certainly touched counts, false if every product that may be touched counts
    /// whole.
    Open,
    /// What is known would make it true, but not all measures are known.
    Unknown,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Holds => "true",
            Verdict::Fails => "false",
            Verdict::Open => "undecided",
            Verdict::Unknown => "cannot be judged",
        }
    }
}

/// One definition with its answer.
#[derive(Debug, Clone, PartialEq)]
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
    /// The share touched.
    pub share: Touch,
    /// Whether measures are missing from the catalogue, so that the most is not known.
    pub is_unknown: bool,
    /// The verdict on the claim.
    pub verdict: Verdict,
}

impl Definition {
    /// What the best estimate makes of the claim, where the verdict is open: `None` where it depends on the
    /// codes of which only a part is meant.
    pub fn leaning(&self, claim: f64) -> Option<bool> {
        match () {
            () if 1.0 - self.share.wide >= claim => Some(true),
            () if 1.0 - self.share.central < claim => Some(false),
            () => None,
        }
    }
}

/// Every definition that the data allows and that some measure bears on: five weights, three sets of
/// measures, three ways. Where no measure bears on the pair at all, all of them.
pub(super) fn all(facts: &CoverageFacts, claim: f64) -> Vec<Definition> {
    let mut out = Vec::new();
    for ways in [Ways::Both, Ways::Forward, Ways::Backward] {
        for weights in
            [Weights::Value, Weights::BaseValue, Weights::Counterfactual, Weights::Frequency, Weights::BaseFrequency]
        {
            for instruments in Instruments::ALL {
                out.extend(definition(facts, weights, instruments, ways, claim));
            }
        }
    }
    let applies: Vec<bool> = out.iter().map(|d: &Definition| bears(facts, d)).collect();
    if applies.contains(&true) {
        let mut keep = applies.into_iter();
        out.retain(|_| keep.next().unwrap_or(false));
    }
    out
}

/// Whether a measure on goods bears on the flows of a definition.
fn bears(facts: &CoverageFacts, d: &Definition) -> bool {
    [true, false].into_iter().filter(|f| d.ways.counts(*f)).any(|forward| {
        facts.standing(forward).any(|m| d.instruments.counts(m) && matches!(m.scope, Scope::Goods | Scope::Unlisted))
    })
}

fn definition(
    facts: &CoverageFacts,
    weights: Weights,
    instruments: Instruments,
    ways: Ways,
    claim: f64,
) -> Option<Definition> {
    if matches!(weights, Weights::BaseValue | Weights::BaseFrequency) && facts.base_year.is_none() {
        return None;
    }
    let items = || facts.items.iter().filter(|i| ways.counts(i.forward));
    let touch = |i: &Item| i.touch[instruments.place()];
    let mut share = share(items(), |i| weight(i, weights), touch)?;
    if weights == Weights::Counterfactual {
        if instruments == Instruments::Sanctions {
            return None;
        }
        let prevented = facts.prevented.as_ref().ok()?;
        let lost: Vec<_> = prevented.iter().filter(|p| ways.counts(p.forward)).collect();
        if lost.is_empty() {
            return None;
        }
        let all: f64 = items().map(|i| i.now).sum();
        // What was prevented was in products that a ban covers, so it is touched and part of the whole.
        let with = |touched: f64, gone: f64| (touched * all + gone) / (all + gone);
        let sum = |f: &dyn Fn(&super::facts::PreventedTrade) -> f64| lost.iter().map(|p| f(p).max(0.0)).sum::<f64>();
        share = Touch {
            certain: with(share.certain, sum(&|p| p.interval.low)),
            central: with(share.central, sum(&|p| p.usd)),
            wide: with(share.wide, sum(&|p| p.usd)),
            most: with(share.most, sum(&|p| p.interval.high)),
        };
    }
    let known = super::definition::share(items(), |i| weight(i, weights), |i| i.known[instruments.place()])?;
    let is_unknown = items().any(|i| i.unknown[instruments.place()] && weight(i, weights) > 0.0);
    let verdict = match () {
        () if 1.0 - share.most >= claim => Verdict::Holds,
        () if 1.0 - share.certain < claim => Verdict::Fails,
        () if is_unknown && 1.0 - known.most >= claim => Verdict::Unknown,
        () => Verdict::Open,
    };
    let (id, title, text) = words(facts, weights, instruments, ways);
    Some(Definition { id, title, text, weights, instruments, ways, share, is_unknown, verdict })
}

/// The name, title and full text of a definition.
fn words(facts: &CoverageFacts, weights: Weights, instruments: Instruments, ways: Ways) -> (String, String, String) {
    let (year, base_year) = (facts.year, facts.base_year.unwrap_or_default());
    let (weight_id, weight_title, weight_text) = match weights {
        Weights::Value => (
            "value",
            format!("value {year}"),
            format!("coverage ratio: value of the products touched over the value of all, {year}"),
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
            format!("value {year} + prevented"),
            format!(
                "counterfactual share: value of the products touched in {year} with what bans prevented a year added, over \
                 the value of all with the same added; prevented trade by the estimated effect, its 95 % interval"
            ),
        ),
        Weights::Frequency => (
            "frequency",
            format!("products {year}"),
            format!("frequency index: number of products touched over the number traded, {year}"),
        ),
        Weights::BaseFrequency => (
            "base_frequency",
            format!("products {base_year}"),
            format!("frequency index over the products traded in {base_year}"),
        ),
    };
    let (a, b) = (facts.pair.a, facts.pair.b);
    let (way_id, way_title) = match ways {
        Ways::Both => ("both", "both ways".to_owned()),
        Ways::Forward => ("forward", format!("{a} to {b}")),
        Ways::Backward => ("backward", format!("{b} to {a}")),
    };
    (
        format!("{weight_id}.{}.{way_id}", instruments.id()),
        format!("{}, {weight_title}, {way_title}", instruments.title()),
        format!("{weight_text}; {} {}; {way_title}", instruments.text(), facts.standing_words()),
    )
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

/// The weighted share touched; `None` where nothing is traded.
pub(super) fn share<'a>(
    items: impl Iterator<Item = &'a Item>,
    weight: impl Fn(&Item) -> f64,
    mut touch: impl FnMut(&Item) -> Touch,
) -> Option<Touch> {
    let (mut sum, mut all) = (Touch::default(), 0.0);
    for item in items {
        let (w, t) = (weight(item), touch(item));
        all += w;
        sum.certain += w * t.certain;
        sum.central += w * t.central;
        sum.wide += w * t.wide;
        sum.most += w * t.most;
    }
    (all > 0.0).then(|| Touch {
        certain: sum.certain / all,
        central: sum.central / all,
        wide: sum.wide / all,
        most: sum.most / all,
    })
}
