//! The verdict on a claim, and what it rests on.

use turnover_analysis::Finding;
use turnover_data::Source;

/// The verdict on a claim or a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is so, by every series and definition at hand.
    Holds,
    /// It is not so, by any of them.
    Fails,
    /// By some of them.
    Depends,
    /// The figures are too coarse to say.
    Undecided,
    /// It cannot be checked.
    Unchecked,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Depends => "holds by some figures and fails by others",
            Verdict::Undecided => "is undecided",
            Verdict::Unchecked => "cannot be checked",
        }
    }

    /// What several verdicts make together.
    pub(super) fn of(all: &[Verdict]) -> Verdict {
        match all {
            [] => Verdict::Unchecked,
            all if all.iter().all(|v| *v == all[0]) => all[0],
            _ => Verdict::Depends,
        }
    }
}

/// One series' word on a claim.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) series: String,
    pub(super) whose: String,
    pub(super) window: String,
    pub(super) figures: String,
    pub(super) holds: bool,
}

/// A claim with its verdict.
#[derive(Debug, Clone)]
pub(super) struct JudgedClaim {
    /// Which part of the statement, where it makes several.
    pub(super) claim: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) why: String,
    pub(super) readings: Vec<Reading>,
    pub(super) evidence: Vec<Finding>,
    pub(super) sources: Vec<Source>,
}

/// A claim that cannot be checked, and why.
pub(super) fn unchecked(why: String) -> JudgedClaim {
    JudgedClaim {
        claim: None,
        verdict: Verdict::Unchecked,
        why,
        readings: Vec::new(),
        evidence: Vec::new(),
        sources: Vec::new(),
    }
}
