//! The figures of a negotiation.

use std::collections::BTreeMap;
use std::sync::Mutex;

use turnover_data::Source;
use turnover_equilibrium::{Bargain, Deal, bargain};
use turnover_measures::Catalogue;

use super::stakes::{Stake, StakeKind};
use super::war::{WarFacts, tariff_war};
use super::{Question, Scene, Setting};
use crate::engine::{Model, unsolved};
use crate::error::AnalysisError;
use crate::limits::check_times;
use crate::pull::Pull;
use crate::simulate::{size_words, welfare_definition};

/// A lever on the table.
#[derive(Debug, Clone, PartialEq)]
pub struct LeverFacts {
    /// In words.
    pub title: String,
    /// The side that pulls it, 0 or 1.
    pub side: usize,
    /// Its size, or the sectors that it touches.
    pub size: String,
    /// The measure that it lifts, where it is one.
    pub measure: Option<String>,
    /// What it does alone.
    pub alone: DealFacts,
}

/// A combination of levers and what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct DealFacts {
    /// The levers, by their place in the list.
    pub levers: Vec<usize>,
    /// Gains of real income of the two sides against the status quo, as shares.
    pub gains: [f64; 2],
    /// The pair's trade over that of the status quo; `None` where the combination was not solved.
    pub multiple: Option<f64>,
}

/// What is left to the multiple after a combination.
#[derive(Debug, Clone, PartialEq)]
pub struct RestFacts {
    /// Fall of the costs of the pair's trade; `None` where it is out of reach.
    pub cost_cut: Option<f64>,
    /// Gains of the two sides with it.
    pub gains: Option<[f64; 2]>,
}

/// The figures of a negotiation, without words.
#[derive(Debug, Clone, PartialEq)]
pub struct NegotiateFacts {
    /// The sides' codes.
    pub codes: [String; 2],
    /// The sides' names.
    pub names: [String; 2],
    /// Real incomes in the status quo, in US dollars where the tables are.
    pub incomes_usd: Option<[f64; 2]>,
    /// The multiple wished for.
    pub times: f64,
    /// The levers.
    pub levers: Vec<LeverFacts>,
    /// Measures in force without a size, with the reason.
    pub without_size: Vec<(String, String)>,
    /// Every combination, where each was solved.
    pub every: Option<Vec<DealFacts>>,
    /// Combinations that leave nobody below the status quo and that no other betters for both.
    pub frontier: Vec<DealFacts>,
    /// Nash's solution.
    pub nash: Option<DealFacts>,
    /// Kalai and Smorodinsky's.
    pub kalai_smorodinsky: Option<DealFacts>,
    /// All levers together.
    pub all: DealFacts,
    /// The combination on the frontier with the most trade.
    pub most_trade: Option<DealFacts>,
    /// What is left to the multiple after Nash's solution, or after all levers without one.
    pub rest: RestFacts,
    /// A war of tariffs, in a world with tariffs.
    pub war: Option<WarFacts>,
    /// Combinations that were solved, and of how many.
    pub solved: (usize, usize),
    /// Largest error of those that were not.
    pub screening_error: f64,
    /// What the model is, in words.
    pub method: String,
    /// What welfare is.
    pub welfare_definition: &'static str,
    /// Where the figures come from.
    pub source: Source,
    /// What a reader must know about them.
    pub caveats: Vec<String>,
}

/// Finds the figures.
///
/// # Errors
/// As [`super::answer`].
pub fn compute(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<NegotiateFacts, AnalysisError> {
    check_times(question.times)?;
    let scene = Scene { pair: question.pair, day: question.day, file: question.file, flows: question.flows };
    let mut setting = Setting::new(model, catalogue, &scene)?.with_each_alone()?;
    let too_small = if question.file.is_none() { setting.set_small_aside()? } else { Vec::new() };
    let levers = &setting.stakes.levers;
    let multiples: Mutex<BTreeMap<u32, f64>> = Mutex::default();
    let table: Bargain = bargain(levers.len(), &|mask| -> Result<[f64; 2], AnalysisError> {
        let outcome = setting.outcome(mask)?;
        let multiple = setting.multiple(&outcome);
        multiples.lock().map_err(|_| unsolved("a fault in another combination"))?.insert(mask, multiple);
        Ok(setting.gains(&outcome))
    })?;
    let multiples = multiples.into_inner().map_err(|_| unsolved("a fault in another combination"))?;
    let deal = |d: &Deal| DealFacts {
        levers: (0..levers.len()).filter(|l| d.has(*l)).collect(),
        gains: d.gains,
        multiple: multiples.get(&d.levers).copied(),
    };
    let frontier: Vec<DealFacts> = table.frontier.iter().map(deal).collect();
    let most_trade = frontier.iter().max_by(|x, y| x.multiple.unwrap_or(0.0).total_cmp(&y.multiple.unwrap_or(0.0)));
    let all = table.deals.last().map(deal).ok_or_else(|| unsolved("no combination"))?;
    let after = table.nash.map_or(table.deals.len() as u32 - 1, |d| d.levers);
    let mut caveats = model.caveats().to_vec();
    caveats.extend(caveats_of(&table, &setting, &too_small));
    let everything = table.deals.iter().all(|d| d.solved);
    Ok(NegotiateFacts {
        codes: setting.sides.map(|r| model.code(r)),
        names: setting.sides.map(|r| model.name(r)),
        incomes_usd: setting.model.incomes_usd(&setting.status_quo).map(|all| setting.sides.map(|r| all[r])),
        times: question.times,
        levers: levers.iter().enumerate().map(|(l, stake)| lever_facts(stake, deal(&table.deals[1 << l]))).collect(),
        without_size: setting.stakes.standing.without_size.clone(),
        every: everything.then(|| table.deals.iter().map(deal).collect()),
        most_trade: most_trade.cloned(),
        frontier,
        nash: table.nash.as_ref().map(deal),
        kalai_smorodinsky: table.kalai_smorodinsky.as_ref().map(deal),
        all,
        rest: rest(&setting, question.times, after)?,
        war: war(&setting)?,
        solved: (table.solved, table.deals.len()),
        screening_error: table.screening_error,
        method: model.method(),
        welfare_definition: welfare_definition(model),
        source: model.source().clone(),
        caveats,
    })
}

fn lever_facts(stake: &Stake, alone: DealFacts) -> LeverFacts {
    let (size, measure) = match &stake.kind {
        StakeKind::Pull(pull) if stake.note.is_empty() => (size_words(pull), pull.measure.clone()),
        StakeKind::Pull(pull) => (stake.note.clone(), pull.measure.clone()),
        StakeKind::Measure(_) => (stake.note.clone(), None),
    };
    LeverFacts { title: stake.title.clone(), side: stake.side, size, measure, alone }
}

/// The fall of costs that the multiple takes after a combination.
fn rest(setting: &Setting, times: f64, mask: u32) -> Result<RestFacts, AnalysisError> {
    let shock = setting.shock(&setting.stakes.pulls(mask), &[])?;
    let [a, b] = setting.sides;
    let pair = [(a, b), (b, a)];
    // The model counts multiples from its own world, the answer from the status quo.
    let own = times * setting.model.multiple(&setting.status_quo, &pair);
    Ok(match setting.model.reach(&shock, &pair, &pair, own) {
        Ok(found) => RestFacts { cost_cut: Some(found.cost_cut), gains: Some(setting.gains(&found.outcome)) },
        Err(_) => RestFacts { cost_cut: None, gains: None },
    })
}

fn war(setting: &Setting) -> Result<Option<WarFacts>, AnalysisError> {
    if matches!(setting.model, Model::One { .. }) {
        return Ok(None);
    }
    let codes = setting.sides.map(|r| setting.model.code(r));
    let outcome = |pulls: &[Pull]| -> Result<([f64; 2], f64), AnalysisError> {
        let outcome = setting.with(pulls)?;
        Ok((setting.gains(&outcome), setting.multiple(&outcome)))
    };
    tariff_war(&setting.model, codes.each_ref().map(String::as_str), &outcome).map(Some)
}

fn caveats_of(table: &Bargain, setting: &Setting, too_small: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    if !too_small.is_empty() {
        out.push(format!(
            "Levers that move trade by less than 0.05 % and nobody's income by a millionth, alone or with all others, are set aside: {}.",
            too_small.join("; ")
        ));
    }
    if table.solved < table.deals.len() {
        out.push(format!(
            "Of {} combinations {} were solved; the others were ruled out by the sum of the effects of their levers and \
             of pairs of levers, which is off by up to {:.1e} of real income.",
            table.deals.len(),
            table.solved,
            table.screening_error
        ));
    }
    if !setting.stakes.standing.measures.is_empty() {
        out.push(
            "A ban or a policy of denial is taken to stop all that its codes hold in the exporter's sales; codes that \
             are meant in part count in none of it."
                .to_owned(),
        );
    }
    out.push(
        "Security, politics and what sanctions are for have no price here: gains are those of real income.".to_owned(),
    );
    out
}
