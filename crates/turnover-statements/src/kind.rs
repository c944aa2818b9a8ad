//! What kind of statement a clause is, and what it is about.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::marked::Marked;

/// The kind of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something is or was so.
    Claim,
    /// A proposal to the other side, or a readiness.
    Offer,
    /// An own future action, a plan, a target.
    Promise,
    /// A judgement, a forecast, a hope, a fear.
    Assessment,
    /// How far a process is.
    Status,
}

impl Kind {
    /// The word for it in dossiers and tables.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Claim => "claim",
            Kind::Offer => "offer",
            Kind::Promise => "promise",
            Kind::Assessment => "assessment",
            Kind::Status => "status",
        }
    }
}

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Topic {
    /// Amounts, shares and changes of trade.
    #[serde(rename = "trade")]
    Trade,
    /// Measures as such.
    #[serde(rename = "sanctions")]
    Sanctions,
    /// Weapons and treaties on them.
    #[serde(rename = "arms control")]
    ArmsControl,
    /// Councils, visits, agreements.
    #[serde(rename = "institutions")]
    Institutions,
    /// War and its end.
    #[serde(rename = "conflict")]
    Conflict,
    /// Elections and interference in them.
    #[serde(rename = "elections")]
    Elections,
    /// How two sides stand to each other.
    #[serde(rename = "relations")]
    Relations,
}

/// The kind of a clause, by its own words and by the verb that leads it; and whether it is hedged.
pub(crate) fn kind(m: &Marked<'_>, r: &Range<usize>, verb: Option<usize>) -> (Kind, bool) {
    let hedged = m.has(r.clone(), "kind.hedge");
    let is = |class: &str| verb.is_some_and(|v| m.is(v, class).is_some());
    let modal = m.has(r.clone(), "kind.will") || m.has_word(r.clone(), &["would", "could", "might", "may"]);
    let lead = verb.map_or("", |v| m.word(v));
    let past_would = m.has_word(r.clone(), &["would", "could"]) && m.has_word(r.clone(), &["have"]);
    if m.has(r.clone(), "cause.counterfactual") && past_would {
        return (Kind::Claim, hedged);
    }
    let wishes = (r.start..r.end)
        .any(|i| m.word(i) == "would" && matches!(m.word(i + 1), "like" | "accept" | "welcome" | "agree"));
    if wishes
        || is("kind.offer")
            && (lead != "suggested" || should_follow(m, r))
            && !matches!(lead, "seek" | "asked" | "wants")
        || ready(m, r)
    {
        return (Kind::Offer, hedged);
    }
    if matches!(lead, "asked" | "asks" | "urged") {
        return (Kind::Offer, hedged);
    }
    if lead == "wants" && m.word(r.start) != "to" && verb.is_some_and(|v| m.word(v + 1) != "to") && !states_figure(m, r)
    {
        return (Kind::Offer, hedged);
    }
    if is("kind.promise") || lead == "wants" || planned(m, r) {
        return (Kind::Promise, hedged);
    }
    if (r.start..r.end).any(|i| {
        m.word(i) == "would"
            && matches!(
                m.word(i + 1),
                "back"
                    | "support"
                    | "impose"
                    | "extend"
                    | "lift"
                    | "join"
                    | "sign"
                    | "send"
                    | "open"
                    | "resume"
                    | "meet"
                    | "continue"
                    | "begin"
                    | "start"
                    | "reopen"
                    | "ratify"
            )
    }) {
        return (Kind::Promise, hedged);
    }
    if matches!(lead, "accused" | "accuses") {
        return (Kind::Claim, hedged);
    }
    if is("kind.assess")
        && !(matches!(lead, "warned" | "warns" | "believes" | "thinks" | "reckons") && !modal && states_figure(m, r))
        || lead == "called"
    {
        return (Kind::Assessment, hedged);
    }
    by_words(m, r, hedged)
}

fn by_words(m: &Marked<'_>, r: &Range<usize>, hedged: bool) -> (Kind, bool) {
    let modal =
        m.has(r.clone(), "kind.assess") && !m.has_word(r.clone(), &["expected", "expectations"]) || expected(m, r);
    let will = m.has(r.clone(), "kind.will");
    let figure = states_figure(m, r);
    let flow_subject = ["flow.exports", "flow.imports", "flow.turnover"].iter().any(|c| {
        let until = m.first(r.clone(), "kind.will").map_or(r.end, |w| w.start);
        m.has(r.start..until, c)
    });
    if m.has(r.clone(), "kind.status") && !figure {
        return (Kind::Status, hedged);
    }
    if modal && (figure || !will) && (hedged || expected(m, r) || figure) {
        return (Kind::Assessment, hedged);
    }
    if will {
        let judged = figure && flow_subject || m.has_word(r.clone(), &["suffer", "benefit", "never"]);
        return (if judged { Kind::Assessment } else { Kind::Promise }, hedged);
    }
    if proposes(m, r) {
        return (Kind::Offer, hedged);
    }
    let target = m.periods_in(r).iter().any(|p| p.role == crate::period::Role::Target)
        && figure
        && m.has_word(r.clone(), &["to", "by"])
        && !has_past(m, r);
    (if target { Kind::Promise } else { Kind::Claim }, hedged)
}

fn has_past(m: &Marked<'_>, r: &Range<usize>) -> bool {
    m.has_word(
        r.clone(),
        &[
            "rose",
            "fell",
            "grew",
            "was",
            "were",
            "had",
            "has",
            "have",
            "reached",
            "dropped",
            "increased",
            "doubled",
            "sold",
            "bought",
            "exported",
            "imported",
            "is",
            "are",
            "goes",
            "went",
        ],
    )
}

fn states_figure(m: &Marked<'_>, r: &Range<usize>) -> bool {
    m.quantities_in(r).iter().any(|q| q.scaled || q.is_relative())
}

fn expected(m: &Marked<'_>, r: &Range<usize>) -> bool {
    (r.start..r.end).any(|i| {
        matches!(m.word(i), "expected" | "forecast" | "projected" | "likely" | "predicted" | "set" | "bound")
            && matches!(m.word(i + 1), "to" | "that")
    })
}

/// "Should", said of what the sides are to do.
fn proposes(m: &Marked<'_>, r: &Range<usize>) -> bool {
    (r.start..r.end).any(|i| m.word(i) == "should" && i > r.start)
}

fn should_follow(m: &Marked<'_>, r: &Range<usize>) -> bool {
    let past = m.has_word(r.clone(), &["rose", "fell", "was", "were", "had", "grew", "dropped"]);
    !past
}

/// "Is ready to", "stands ready for".
fn ready(m: &Marked<'_>, r: &Range<usize>) -> bool {
    (r.start..r.end)
        .any(|i| matches!(m.word(i), "ready" | "prepared" | "willing") && matches!(m.word(i + 1), "to" | "for"))
        || m.has_word(r.clone(), &["proposes", "proposed", "offers", "offered", "invites", "invited"])
}

/// "Is to reach", "plans to", "a target of", but not "is to be signed".
fn planned(m: &Marked<'_>, r: &Range<usize>) -> bool {
    (r.start..r.end).any(|i| {
        let to = m.word(i + 1) == "to";
        let is_to = matches!(m.word(i), "is" | "are") && to && (m.word(i + 2) != "be" || states_figure(m, r));
        let plans = matches!(
            m.word(i),
            "plan"
                | "plans"
                | "aim"
                | "aims"
                | "intend"
                | "intends"
                | "pledged"
                | "agreed"
                | "promised"
                | "undertook"
                | "committed"
                | "resolved"
                | "vowed"
                | "decided"
                | "want"
                | "wants"
                | "hopes"
        ) && to
            && m.word(i) != "hopes";
        let target = matches!(m.word(i), "target" | "targets" | "goal" | "objective" | "targeting" | "aiming")
            && states_figure(m, r);
        is_to || plans || target
    })
}

/// The topic of a clause that is not a figure of trade; none where it has none.
pub(crate) fn topic(m: &Marked<'_>, r: &Range<usize>) -> Option<Topic> {
    let classes = [
        ("topic.arms", Topic::ArmsControl),
        ("topic.conflict", Topic::Conflict),
        ("topic.elections", Topic::Elections),
        ("topic.sanctions", Topic::Sanctions),
        ("topic.institutions", Topic::Institutions),
        ("topic.relations", Topic::Relations),
    ];
    classes.iter().find(|(class, _)| m.has(r.clone(), class)).map(|(_, t)| *t)
}

/// Whether a clause only says what will be talked about, asks, or has no content of its own.
pub(crate) fn is_idle(m: &Marked<'_>, r: &Range<usize>) -> bool {
    let agenda = m.has(r.clone(), "kind.agenda");
    let question =
        m.is(r.start, "kind.question").is_some() || m.word(r.end) == "?" || m.word(r.end.saturating_sub(1)) == "?";
    agenda || question
}
