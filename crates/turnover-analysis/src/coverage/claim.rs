//! The verdict on a claim that a share of trade is not affected: true, false or undecided, under which
//! definition, and what would decide it.

use turnover_measures::{Mapping, Scope};

use super::definition::{Definition, Instruments, Verdict, Ways, Weights};
use super::facts::CoverageFacts;
use super::{listed, on_record};
use crate::format::{about, in_sentence, percent, sentence};

/// The verdict on the claim, with the definition that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimFacts {
    /// By the main definition: sanctions where any are in force, else every measure; by value, both ways.
    pub verdict: Verdict,
    /// What the best estimate makes of it, where the verdict is open.
    pub leaning: Option<bool>,
    /// The main definition's id.
    pub main: String,
    /// How many definitions apply, and under how many of them it is true, false, undecided, not judged.
    pub counts: [usize; 5],
}

impl CoverageFacts<'_> {
    /// The definition that a claim is judged by unless another is asked for.
    pub fn main(&self) -> Option<&Definition> {
        let find = |i: Instruments| {
            self.definitions.iter().find(|d| (d.weights, d.instruments, d.ways) == (Weights::Value, i, Ways::Both))
        };
        find(Instruments::Sanctions).or_else(|| find(Instruments::Any)).or_else(|| self.definitions.first())
    }

    /// The verdict on the claim; `None` where nothing is traded.
    pub fn judged(&self) -> Option<ClaimFacts> {
        let main = self.main()?;
        let count = |v: Verdict| self.definitions.iter().filter(|d| d.verdict == v).count();
        Some(ClaimFacts {
            verdict: main.verdict,
            leaning: if main.verdict == Verdict::Open { main.leaning(self.claim) } else { None },
            main: main.id.clone(),
            counts: [
                self.definitions.len(),
                count(Verdict::Holds),
                count(Verdict::Fails),
                count(Verdict::Open),
                count(Verdict::Unknown),
            ],
        })
    }
}

/// `sanctions in force on 2019-10-31`.
fn subject(facts: &CoverageFacts, d: &Definition) -> String {
    let what = match d.instruments {
        Instruments::Sanctions => "sanctions",
        Instruments::Bans => "bans",
        Instruments::Any => "measures of any kind",
    };
    format!("{what} {}", facts.standing_words())
}

/// What a definition's share is: `under 0.1 % of the trade of 2019, and 27 % if ...`.
pub(super) fn share_words(facts: &CoverageFacts, d: &Definition) -> String {
    let of = match d.weights {
        Weights::Value => format!("of the trade of {}", facts.year),
        Weights::Counterfactual => format!("of what the trade of {} would be without them", facts.year),
        Weights::BaseValue => format!("of the trade of {}", facts.base_year.unwrap_or(0)),
        Weights::Frequency => format!("of the products traded in {}", facts.year),
        Weights::BaseFrequency => format!("of the products traded in {}", facts.base_year.unwrap_or(0)),
    };
    let (low, high) = (about(d.share.central), about(d.share.wide));
    if low == high {
        return format!("{low} {of}");
    }
    format!("{low} {of}, and {high} if codes of which only a part is meant count whole")
}

/// The verdict in at most four sentences.
pub(super) fn statement(facts: &CoverageFacts) -> String {
    let Some(main) = facts.main() else {
        return "Cannot be judged: nothing is traded in these figures.".to_owned();
    };
    let claim = percent(facts.claim).replace(".0 ", " ");
    let leaning = leaning(facts, main);
    let verb = if main.verdict == Verdict::Unknown { "" } else { "is " };
    format!("That {claim} is not affected {verb}{}{leaning}: {}", main.verdict.word(), grounds(facts, main))
}

/// What the best estimate makes of an open claim.
fn leaning(facts: &CoverageFacts, main: &Definition) -> &'static str {
    match (main.verdict, main.leaning(facts.claim)) {
        (Verdict::Open, Some(true)) => ", though true by the best estimate",
        (Verdict::Open, Some(false)) => ", though false by the best estimate",
        _ => "",
    }
}

/// The verdict with the share that it rests on, in one sentence.
pub(super) fn short(facts: &CoverageFacts) -> String {
    let Some(main) = facts.main() else {
        return "The claim cannot be judged: nothing is traded in these figures".to_owned();
    };
    let claim = percent(facts.claim).replace(".0 ", " ");
    let verb = if main.verdict == Verdict::Unknown { "" } else { "is " };
    let share = match main.verdict {
        Verdict::Unknown if main.share.wide <= 0.0 => {
            "the catalogue holds no measure by code on what they trade".to_owned()
        }
        Verdict::Unknown => format!("what the catalogue holds by code touches {}", share_words(facts, main)),
        _ => format!("{} touch {}", subject(facts, main), share_words(facts, main)),
    };
    let one_way = match &facts.missing[..] {
        [(exporter, importer)] => format!("; what {exporter} sold to {importer} is not in these figures"),
        _ => String::new(),
    };
    format!("That {claim} is not affected {verb}{}{}: {share}{one_way}", main.verdict.word(), leaning(facts, main))
}

/// What a verdict rests on, and what would decide an open one; without the verdict, for those who word it
/// themselves.
pub fn grounds(facts: &CoverageFacts, main: &Definition) -> String {
    let share = share_words(facts, main);
    let mut out = vec![match main.verdict {
        Verdict::Unknown => format!("{}. What the catalogue holds by code touches {share}", missing(facts, main)),
        _ => format!("{} touch {share}", subject(facts, main)),
    }];
    if main.verdict == Verdict::Open {
        out.extend(decides(facts, main));
    }
    out.extend(others(facts, main));
    if let [(exporter, importer)] = &facts.missing[..] {
        out.push(format!("What {exporter} sold to {importer} is not in these figures"));
    }
    out.join(". ")
}

/// Why measures are missing.
fn missing(facts: &CoverageFacts, main: &Definition) -> String {
    let mut why = Vec::new();
    let senders: Vec<String> = facts
        .incomplete
        .iter()
        .map(|(s, t)| format!("{} on {}", in_sentence(s.name()), in_sentence(t.name())))
        .collect();
    if !senders.is_empty() {
        let record = on_record(facts.pair, facts.on).unwrap_or_default();
        why.push(format!("the catalogue does not claim to hold every measure of {} ({record})", listed(&senders)));
    }
    let unlisted: Vec<String> = [true, false]
        .into_iter()
        .flat_map(|f| facts.standing(f))
        .filter(|m| m.scope == Scope::Unlisted && main.instruments.counts(m))
        .map(|m| format!("`{}`", m.id))
        .collect();
    if !unlisted.is_empty() {
        let verb = if unlisted.len() == 1 { "has" } else { "have" };
        why.push(format!("{} {verb} no codes", listed(&unlisted)));
    }
    why.join(", and ")
}

/// What would decide an open verdict: the measures of which only a part of the codes is meant, or the chapters
/// that they do not fill.
fn decides(facts: &CoverageFacts, main: &Definition) -> Option<String> {
    let at = main.instruments.place();
    let open: Vec<_> = facts.items.iter().filter(|i| i.touch[at].most > i.touch[at].certain && i.now > 0.0).collect();
    let weight = |f: &dyn Fn(&super::facts::Item) -> f64| open.iter().map(|i| i.now * f(i)).sum::<f64>();
    let (part, coarse) =
        (weight(&|i| i.touch[at].wide - i.touch[at].central), weight(&|i| i.touch[at].most - i.touch[at].wide));
    if part > coarse {
        let mut ids: Vec<String> = [true, false]
            .into_iter()
            .flat_map(|f| facts.standing(f))
            .filter(|m| main.instruments.counts(m))
            .filter(|m| m.products.iter().any(|p| p.mapping == Mapping::Part && p.in_force(facts.on)))
            .map(|m| format!("`{}`", m.id))
            .collect();
        ids.dedup();
        let tipping = (1.0 - facts.claim - main.share.central) / (main.share.wide - main.share.central);
        let bound = if (0.0..1.0).contains(&tipping) {
            format!(
                "It is false only if more than {} of the goods of these codes were in fact affected: ",
                about(tipping)
            )
        } else {
            String::new()
        };
        return (!ids.is_empty())
            .then(|| sentence(&format!("{bound}what {} in fact reached would decide it", listed(&ids))));
    }
    Some("Figures by heading or subheading instead of by chapter would decide it".to_owned())
}

/// Under which definitions the verdict is another.
fn others(facts: &CoverageFacts, main: &Definition) -> Vec<String> {
    let rest = || facts.definitions.iter().filter(|d| d.id != main.id);
    let mut out = Vec::new();
    for (verdict, word) in [(Verdict::Holds, "true"), (Verdict::Fails, "false")] {
        if verdict == main.verdict {
            continue;
        }
        let titles: Vec<&str> = rest().filter(|d| d.verdict == verdict).map(|d| d.title.as_str()).collect();
        match &titles[..] {
            [] => {}
            [one] => out.push(format!("It is {word} by one definition: {one}")),
            [first, ..] => out.push(format!("It is {word} by {} definitions, such as: {first}", titles.len())),
        }
    }
    if out.is_empty() && rest().all(|d| d.verdict == main.verdict) && rest().count() > 0 {
        out.push(sentence(&format!("it is so by each of the {} definitions that apply", facts.definitions.len())));
    }
    out
}
