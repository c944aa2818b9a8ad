//! The answers of a brief, each estimate made once: what stands by itself is found side by side, then what rests
//! on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use turnover_analysis::effect::Prevented;
use turnover_analysis::history::HistoryFacts;
use turnover_analysis::reach::ReachFacts;
use turnover_analysis::{Answer, Pair, Watch, history};
use turnover_brief::Computed;
use turnover_data::Fault;

use super::{Brief, Topic};
use crate::error::QueryError;
use crate::options::{DataOptions, PeriodOptions};
use crate::workspace::Workspace;

/// What was found for each topic that was asked for.
pub(super) type Answers = BTreeMap<Topic, Result<Answer, QueryError>>;

/// A brief with what it is answered from.
pub(super) struct Page<'a> {
    pub(super) brief: &'a Brief,
    pub(super) pair: Pair,
    pub(super) workspace: &'a Workspace,
    /// The workspace of the world beside the flows.
    pub(super) beside: &'a Workspace,
    /// The option that names that world.
    pub(super) world: DataOptions,
    /// Year and day of the page.
    pub(super) period: PeriodOptions,
    /// The same for questions of products, of which the figures may have another year.
    pub(super) goods: PeriodOptions,
}

/// An answer with the figures that another can rest on.
enum Found {
    Plain(Answer),
    Effect(Answer, Option<Prevented>),
    Reach(Answer, Box<ReachFacts>),
    History(Answer, Box<HistoryFacts>),
}

impl Page<'_> {
    /// The answers to some topics.
    pub(super) fn answers(&self, topics: &[Topic], watch: Watch<'_>) -> Answers {
        let alone: Vec<Topic> =
            topics.iter().copied().filter(|t| !matches!(t, Topic::Coverage | Topic::Check)).collect();
        let mut out = Answers::new();
        let (mut reach, mut history, mut prevented) = (None, None, Vec::new());
        for (topic, found) in alone.iter().zip(self.side_by_side(&alone, watch)) {
            let answer = found.map(|found| match found {
                Found::Plain(answer) => answer,
                Found::Effect(answer, lost) => {
                    prevented.extend(lost);
                    answer
                }
                Found::Reach(answer, facts) => {
                    reach = Some(facts);
                    answer
                }
                Found::History(answer, facts) => {
                    history = Some(facts);
                    answer
                }
            });
            out.insert(*topic, answer);
        }
        if topics.contains(&Topic::Coverage) {
            let found = self.brief.coverage(self.goods).found(self.workspace, prevented.clone(), watch);
            out.insert(
                Topic::Coverage,
                found.map(|(answer, estimated)| {
                    prevented = estimated;
                    answer
                }),
            );
        }
        if topics.contains(&Topic::Check) {
            // Statements are judged by the usual world and settings.
            let usual = self.brief.model == crate::options::ModelOptions::default();
            let computed =
                Computed { reach: reach.as_deref().filter(|_| usual), history: history.as_deref(), prevented };
            out.insert(Topic::Check, self.brief.statements().found(self.workspace, computed, watch));
        }
        out
    }

    fn find(&self, topic: Topic, watch: Watch<'_>) -> Result<Found, QueryError> {
        let (brief, workspace) = (self.brief, self.workspace);
        Ok(match topic {
            Topic::Effect => {
                let (answer, prevented) = brief.effect(self.pair, self.period).found(workspace, watch)?;
                Found::Effect(answer, prevented)
            }
            Topic::Reach => {
                let question = brief.reach(self.world.clone());
                if !question.is_plain() {
                    return Ok(Found::Plain(question.find(self.beside, watch)?));
                }
                let facts = question.facts(self.beside, watch)?;
                let mut answer = question.worded(&facts, self.beside);
                // A country that the world of sectors has no row for, or a multiple beyond it, leaves this answer.
                if self.beside.is_embedded()
                    && brief.model.world_year.is_none()
                    && let Ok(Some(finding)) = question.beside(self.beside, watch)
                {
                    answer.findings.insert(1.min(answer.findings.len()), finding);
                }
                Found::Reach(answer, Box::new(facts))
            }
            // The built-in chapters of all pairs are of a year of their own.
            Topic::Potential if workspace.is_embedded() => {
                Found::Plain(brief.potential(PeriodOptions::default()).find(workspace, watch)?)
            }
            Topic::Potential => Found::Plain(brief.potential(self.period).find(workspace, watch)?),
            Topic::History => {
                let panel = Workspace::embedded_with(Arc::clone(workspace.knowledge()));
                let facts = brief.history().facts(&panel, watch)?;
                Found::History(history::report(&facts), Box::new(facts))
            }
            Topic::Diversion => Found::Plain(brief.diversion(self.pair, self.period).find(workspace, watch)?),
            Topic::Coverage => Found::Plain(brief.coverage(self.goods).find(workspace, watch)?),
            Topic::Check => Found::Plain(brief.statements().find(workspace, watch)?),
        })
    }

    /// Finds answers side by side, on the threads of the pool that this runs in, which may be another than the
    /// global one. A fault in one is that of the brief.
    fn side_by_side(&self, topics: &[Topic], watch: Watch<'_>) -> Vec<Result<Found, QueryError>> {
        let mut caught: Vec<Option<Result<Result<Found, QueryError>, Fault>>> = topics.iter().map(|_| None).collect();
        rayon::scope(|scope| {
            for (topic, slot) in topics.iter().zip(&mut caught) {
                scope.spawn(move |_| *slot = Some(Fault::catch(|| self.find(*topic, watch))));
            }
        });
        caught.into_iter().flatten().map(|c| c.unwrap_or_else(|fault| fault.pass_on())).collect()
    }
}
