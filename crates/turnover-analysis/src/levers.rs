//! What it would take to multiply a pair's trade by `k`, over the levers that a government has: what
//! each gives alone, in which order, the fewest that are enough, and what is left for lower costs.

use serde_json::{Map, Value, json};
use turnover_equilibrium::{MOST_TRIED, Plan, ReachError, plan};
use turnover_measures::Catalogue;

use crate::answer::{Answer, Bar, Cell, Chart, ChartKind, Finding, Interval, Number, Table, Unit};
use crate::closure::{self, Compared};
use crate::engine::{Model, Outcome};
use crate::error::AnalysisError;
use crate::format::{in_sentence, multiple as times_word, percent, percent_signed, sentence};
use crate::limits::check_times;
use crate::pull::{Pull, PullFile};
use crate::scenario::{countries, draws_json, measure_titles, size_words, welfare_chart, welfare_definition};
use crate::uncertain::{self, Drawn, Draws};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// First country, by code or name.
    pub a: String,
    /// Second country.
    pub b: String,
    /// The multiple `k`.
    pub times: f64,
    /// The levers.
    pub file: &'a PullFile,
    /// Whether and how to draw.
    pub draws: Option<Draws>,
    /// The command that asks again.
    pub command: String,
}

/// What the rest of the way takes with all levers pulled.
enum Left {
    /// Nothing.
    Nothing,
    /// A fall of costs by this share.
    Cut(f64),
    /// More than there is: the multiple that can be had, and why.
    OutOfReach(f64, String),
}

/// What is known once everything is solved.
struct Solved<'a> {
    model: &'a Model,
    question: &'a Question<'a>,
    pulls: Vec<Pull>,
    pair: [(usize, usize); 2],
    plan: Plan,
    all: f64,
    left: Left,
    outcome: Outcome,
    drawn: Option<Drawn>,
    /// What has no trade to change.
    no_trade: Vec<String>,
}

/// Answers the question.
pub fn answer(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    let k = question.times;
    check_times(k)?;
    let measures = measure_titles(question.file, catalogue)?;
    let pulls = model.with_schedules(&question.file.pulls)?;
    let (a, b) = (model.find(&question.a)?, model.find(&question.b)?);
    let pair = [(a, b), (b, a)];
    if a == b || model.today(&pair) <= 0.0 {
        return Err(AnalysisError::World {
            source_name: model.source().name.clone(),
            what: format!(
                "{} and {} do not trade in it, and no multiple of zero is more than zero",
                question.a, question.b
            ),
            help: "choose another pair or another ‹data›".to_owned(),
        });
    }
    let pulled = |set: &[usize]| -> Vec<(usize, &Pull)> { set.iter().map(|l| (*l, &pulls[*l])).collect() };
    let mut multiple = |set: &[usize]| -> Result<f64, AnalysisError> {
        let outcome = model.outcome(&model.shock(&pulled(set), None)?)?;
        Ok(model.multiple(&outcome, &pair))
    };
    let no_trade = model.without_trade(&pulls)?;
    let plan = plan(pulls.len(), k, &mut multiple)?;
    let every: Vec<usize> = (0..pulls.len()).collect();
    let shock = model.shock(&pulled(&every), None)?;
    let outcome = model.outcome(&shock)?;
    let all = model.multiple(&outcome, &pair);
    let (left, outcome) = if plan.smallest.is_some() || reached(all, k) {
        // The answer is then the fewest levers, and the world is the one after them.
        let few = plan.smallest.as_ref().map_or(every.clone(), |s| s.0.clone());
        (Left::Nothing, model.outcome(&model.shock(&pulled(&few), None)?)?)
    } else {
        match model.reach(&shock, &pair, &pair, k) {
            Ok(rest) => match question.file.rest_at_most {
                Some(most) if rest.cost_cut > most => {
                    let capped = Pull {
                        both: true,
                        exporter: Some(question.a.clone()),
                        importer: Some(question.b.clone()),
                        sector: None,
                        what: crate::pull::What::Cost(-most),
                        ..pulls[0].clone()
                    };
                    let mut set = pulled(&every);
                    set.push((pulls.len(), &capped));
                    let outcome = model.outcome(&model.shock(&set, None)?)?;
                    let limit = model.multiple(&outcome, &pair);
                    let why = format!(
                        "costs may fall by at most {}, and {} would be needed",
                        percent(most),
                        percent(rest.cost_cut)
                    );
                    (Left::OutOfReach(limit, why), outcome)
                }
                _ => (Left::Cut(rest.cost_cut), rest.outcome),
            },
            Err(ReachError::Above { limit, .. }) => {
                (Left::OutOfReach(limit, "lower costs between the two get no farther".to_owned()), outcome)
            }
            Err(ReachError::Below { limit, .. }) => {
                (Left::OutOfReach(limit, "higher costs between the two get no farther".to_owned()), outcome)
            }
            Err(ReachError::Solve(e)) => return Err(model.error(&e)),
            Err(other) => return Err(crate::engine::unsolved(&other.to_string())),
        }
    };
    let few = plan.smallest.as_ref().map(|s| &s.0[..]);
    let drawn = question.draws.map(|draws| draw(model, question, &pulls, &pair, few, draws)).transpose()?;
    let solved = Solved { model, question, pulls, pair, plan, all, left, outcome, drawn, no_trade };
    Ok(solved.answer(&measures))
}

/// Whether a multiple has got as far as `k`, seen from 1.
fn reached(multiple: f64, k: f64) -> bool {
    if k < 1.0 { multiple <= k * (1.0 + 1e-12) } else { multiple >= k * (1.0 - 1e-12) }
}

/// By draw: the cut that is left (0 where none), whether all levers are enough (1 or NaN), all levers,
/// each alone, then welfare by region.
fn draw(
    model: &Model,
    question: &Question,
    pulls: &[Pull],
    pair: &[(usize, usize)],
    few: Option<&[usize]>,
    draws: Draws,
) -> Result<Drawn, AnalysisError> {
    let width = 3 + pulls.len() + model.regions();
    uncertain::run(model, question.file, pulls, draws, width, &|model, effects| {
        let numbered: Vec<(usize, &Pull)> = pulls.iter().enumerate().collect();
        let shock = model.shock(&numbered, Some(effects))?;
        let mut outcome = model.outcome(&shock)?;
        let all = model.multiple(&outcome, pair);
        let mut out = vec![0.0, 1.0, all];
        if !reached(all, question.times) {
            out[1] = f64::NAN;
            match model.reach(&shock, pair, pair, question.times) {
                Ok(rest) => (out[0], outcome) = (rest.cost_cut, rest.outcome),
                Err(_) => out[0] = f64::NAN,
            }
        }
        // The world that the answer is about is the one after the fewest levers, where they are enough.
        if let Some(few) = few {
            let set: Vec<(usize, &Pull)> = few.iter().map(|l| numbered[*l]).collect();
            outcome = model.outcome(&model.shock(&set, Some(effects))?)?;
        }
        for lever in &numbered {
            let alone = model.outcome(&model.shock(std::slice::from_ref(lever), Some(effects))?)?;
            out.push(model.multiple(&alone, pair));
        }
        out.extend(outcome.welfare.iter().map(|w| w - 1.0));
        Ok(out)
    })
}

impl Solved<'_> {
    fn answer(&self, measures: &[Option<String>]) -> Answer {
        let q = self.question;
        let mut caveats = self.model.caveats().to_vec();
        caveats.extend(self.no_trade.iter().cloned());
        caveats.extend(self.drawn.as_ref().map(|d| d.caveat(q.file)));
        // An interval of what is left holds the draws in which it can be had.
        if let (Some(d), Left::Cut(_)) = (&self.drawn, &self.left)
            && d.missing(0) > 0
        {
            caveats.push(format!(
                "In {} of {} draws times {} is out of reach; the interval of what is left holds the others.",
                d.missing(0),
                d.draws.count,
                times_word(q.times)
            ));
        }
        if !self.plan.exhaustive {
            caveats.push(format!(
                "With more than {MOST_TRIED} levers the fewest are sought in the order in which each next one adds most."
            ));
        }
        let template = Finding::template(
            Unit::Multiple,
            format!("{}; residual {:.0e}", self.model.method(), self.outcome.residual.max(1e-16)),
            vec![self.model.source().clone()],
            caveats,
            q.command.clone(),
        );
        let table = self.countries();
        let (by_rule, driven) = self.by_rule(&template);
        let mut findings = self.findings(&template);
        findings.extend(driven);
        Answer {
            command: q.command.clone(),
            title: format!(
                "Which levers multiply the trade of {} and {} by {}",
                in_sentence(&self.model.name(self.pair[0].0)),
                in_sentence(&self.model.name(self.pair[0].1)),
                times_word(q.times)
            ),
            findings,
            tables: vec![self.levers(measures), table, by_rule],
            charts: vec![
                self.chart(),
                Chart { id: "levers.welfare".into(), ..welfare_chart(self.model, &self.outcome) },
            ],
            named: self.named(),
        }
    }

    /// All levers together under the other rules for imbalances.
    fn by_rule(&self, template: &Finding) -> (Table, Option<Finding>) {
        let numbered: Vec<(usize, &Pull)> = self.pulls.iter().enumerate().collect();
        let outcomes = |model: &Model| -> Result<Vec<f64>, AnalysisError> {
            let outcome = model.outcome(&model.shock(&numbered, None)?)?;
            let mut out = vec![model.multiple(&outcome, &self.pair)];
            out.extend(self.pair.iter().map(|&(r, _)| outcome.welfare[r] - 1.0));
            Ok(out)
        };
        let mut compared = vec![Compared { label: "All levers together".to_owned(), unit: Unit::Multiple }];
        compared.extend(self.pair.iter().map(|&(r, _)| Compared {
            label: format!("Welfare of {}, all levers", self.model.code(r)),
            unit: Unit::Change,
        }));
        let values = outcomes(self.model).unwrap_or_else(|_| vec![f64::NAN; compared.len()]);
        closure::compare("levers", self.model, &values, &compared, &outcomes, template)
    }

    fn interval(&self, outcome: usize) -> Option<Interval> {
        self.drawn.as_ref().and_then(|d| d.interval(outcome))
    }

    /// ` (95 % of draws from 1.2 to 1.5)`.
    fn range(&self, outcome: usize, show: &dyn Fn(f64) -> String) -> String {
        self.interval(outcome)
            .map_or_else(String::new, |i| format!(" (95 % of draws from {} to {})", show(i.low), show(i.high)))
    }

    fn findings(&self, template: &Finding) -> Vec<Finding> {
        let q = self.question;
        let count = self.pulls.len();
        let times = |m: f64| format!("{m:.3}");
        let mut out = Vec::new();
        let definition = "the pair's flows together in equilibrium over today's, tariffs left out";
        out.push(Finding {
            id: "levers.all".into(),
            title: "All levers together".into(),
            statement: format!(
                "{} would multiply the trade by {}{}",
                if count == 1 { "The one lever".to_owned() } else { format!("All {count} levers together") },
                times(self.all),
                self.range(2, &times)
            ),
            value: Number::Value(self.all),
            interval: self.interval(2),
            definition: definition.into(),
            ..template.clone()
        });
        let (best, alone) = self.plan.order[0];
        if count > 1 {
            out.push(Finding {
                id: "levers.best".into(),
                title: "The strongest lever".into(),
                statement: format!(
                    "Alone, {} does most: it multiplies the trade by {}{}",
                    self.pulls[best].title,
                    times(alone),
                    self.range(3 + best, &times)
                ),
                value: Number::Value(alone),
                interval: self.interval(3 + best),
                definition: definition.into(),
                ..template.clone()
            });
        }
        match (&self.plan.smallest, &self.left) {
            (Some((set, m)), _) => out.push(Finding {
                id: "levers.fewest".into(),
                title: "The fewest that are enough".into(),
                statement: format!(
                    "{} of {count} {} enough for times {}: {} (times {})",
                    set.len(),
                    if set.len() == 1 { "is" } else { "are" },
                    times_word(q.times),
                    set.iter().map(|l| self.pulls[*l].title.as_str()).collect::<Vec<_>>().join("; "),
                    times(*m)
                ),
                value: Number::Value(set.len() as f64),
                unit: Unit::Count,
                definition:
                    "levers in the smallest set that reaches the multiple; of sets of that size the one that gets \
                             farthest"
                        .into(),
                ..template.clone()
            }),
            (None, Left::Cut(cut)) => {
                // A rise is a negative cut everywhere, and only the sentence turns it around.
                let falls = *cut >= 0.0;
                let range = if falls {
                    self.range(0, &percent)
                } else {
                    self.interval(0).map_or_else(String::new, |i| {
                        format!(" (95 % of draws from {} to {})", percent(-i.high), percent(-i.low))
                    })
                };
                out.push(Finding {
                    id: "levers.rest".into(),
                    title: "What is left".into(),
                    statement: format!(
                        "For times {} trade costs both ways would also have to {} by {}{range}",
                        times_word(q.times),
                        if falls { "fall" } else { "rise" },
                        percent(cut.abs())
                    ),
                    value: Number::Value(*cut),
                    unit: Unit::Share,
                    interval: self.interval(0),
                    definition:
                        "further fall of the ad valorem cost of all the pair's goods, all levers pulled, negative for a \
                         rise; 0 in draws where the levers are enough"
                            .into(),
                    ..template.clone()
                });
            }
            (None, Left::OutOfReach(limit, why)) => out.push(Finding {
                id: "levers.limit".into(),
                title: "Out of reach".into(),
                statement: format!(
                    "Times {} is out of reach: with all levers the {} is times {}; {why}",
                    times_word(q.times),
                    if q.times < self.all { "least" } else { "most" },
                    times(*limit)
                ),
                value: Number::Value(*limit),
                definition: "the multiple with all levers and the lowest costs between the two that are allowed".into(),
                ..template.clone()
            }),
            (None, Left::Nothing) => {}
        }
        if let Some(d) = &self.drawn {
            let share = d.share(1);
            out.push(Finding {
                id: "levers.probability".into(),
                title: "How sure it is".into(),
                statement: format!(
                    "In {} of {} draws the levers alone are enough for times {}",
                    percent(share),
                    d.draws.count,
                    times_word(q.times)
                ),
                value: Number::Value(share),
                unit: Unit::Share,
                definition: "share of draws of effects and elasticity in which all levers reach the multiple".into(),
                ..template.clone()
            });
        }
        let regions = 3 + count;
        for &(r, _) in &self.pair {
            let change = self.outcome.welfare[r] - 1.0;
            out.push(Finding {
                id: format!("levers.welfare.{}", self.model.code(r)),
                title: format!("Welfare of {}", in_sentence(&self.model.name(r))),
                statement: format!(
                    "Welfare of {} would then change by {}{}",
                    in_sentence(&self.model.name(r)),
                    percent_signed(change),
                    self.range(regions + r, &percent_signed)
                ),
                value: Number::Value(change),
                unit: Unit::Change,
                interval: self.interval(regions + r),
                definition: welfare_definition(self.model).into(),
                ..template.clone()
            });
        }
        let third = || (0..self.model.regions()).filter(|r| *r != self.pair[0].0 && *r != self.pair[0].1);
        let welfare = |r: usize| self.outcome.welfare[r];
        let most = third().max_by(|x, y| welfare(*x).total_cmp(&welfare(*y)));
        let least = third().min_by(|x, y| welfare(*x).total_cmp(&welfare(*y)));
        if let (Some(most), Some(least)) = (most, least) {
            let words =
                |r: usize| format!("{} ({})", in_sentence(&self.model.name(r)), percent_signed(welfare(r) - 1.0));
            out.push(Finding {
                id: "levers.third_countries".into(),
                title: "Third countries".into(),
                statement: sentence(&format!(
                    "of third countries {} would do best and {} worst",
                    words(most),
                    words(least)
                )),
                value: Number::Unknown,
                unit: Unit::Change,
                interval: Some(Interval { low: welfare(least) - 1.0, high: welfare(most) - 1.0 }),
                definition: format!("range over all but the pair of {}", welfare_definition(self.model)),
                ..template.clone()
            });
        }
        out
    }

    fn levers(&self, measures: &[Option<String>]) -> Table {
        let mut columns = vec![
            ("lever", "Lever", Unit::Text),
            ("size", "Size", Unit::Text),
            ("alone", "Alone", Unit::Multiple),
            ("place", "Place", Unit::Count),
            ("together", "With those before", Unit::Multiple),
            ("measure", "Measure", Unit::Text),
        ];
        if self.drawn.is_some() {
            columns.insert(3, ("alone_low", "2.5 %", Unit::Multiple));
            columns.insert(4, ("alone_high", "97.5 %", Unit::Multiple));
        }
        let mut table = Table::new("levers.levers", "The levers, each next one the one that adds most", &columns);
        for (place, (l, together)) in self.plan.order.iter().enumerate() {
            // The file's own words for a schedule, which has been read since.
            let mut row: Vec<Cell> = vec![
                self.pulls[*l].title.clone().into(),
                size_words(&self.question.file.pulls[*l]).into(),
                self.plan.alone[*l].into(),
            ];
            if self.drawn.is_some() {
                let i = self.interval(3 + l).unwrap_or(Interval { low: f64::NAN, high: f64::NAN });
                row.extend([Cell::from(i.low), Cell::from(i.high)]);
            }
            row.extend([
                Cell::from((place + 1) as f64),
                (*together).into(),
                measures[*l].clone().map_or(Cell::Missing, Cell::from),
            ]);
            table.rows.push(row);
        }
        table
    }

    fn countries(&self) -> Table {
        let mut table = countries(self.model, &self.outcome, None);
        table.id = "levers.countries".to_owned();
        if self.drawn.is_some() {
            let column = |name: &str, title: &str| crate::answer::Column {
                name: name.into(),
                title: title.into(),
                unit: Unit::Change,
            };
            table.columns.push(column("welfare_low", "Welfare, 2.5 %"));
            table.columns.push(column("welfare_high", "Welfare, 97.5 %"));
            for row in &mut table.rows {
                let code = if let Cell::Text(code) = &row[0] { code.clone() } else { String::new() };
                let at = (0..self.model.regions()).find(|r| self.model.code(*r) == code);
                let i = at.and_then(|r| self.interval(3 + self.pulls.len() + r));
                row.extend([Cell::from(i.map(|i| i.low)), Cell::from(i.map(|i| i.high))]);
            }
        }
        table
    }

    fn chart(&self) -> Chart {
        let bars = self
            .plan
            .order
            .iter()
            .map(|(l, together)| Bar {
                label: format!("+ {}", self.pulls[*l].title),
                value: *together,
                marked_low: 0.0,
                marked_high: 0.0,
            })
            .collect();
        let title = match &self.plan.smallest {
            Some((set, _)) => {
                format!(
                    "{} of {} levers are enough for times {}",
                    set.len(),
                    self.pulls.len(),
                    times_word(self.question.times)
                )
            }
            None => {
                format!("All levers together give times {:.2} of times {}", self.all, times_word(self.question.times))
            }
        };
        Chart {
            id: "levers.order".to_owned(),
            title,
            unit: Unit::Multiple,
            kind: ChartKind::Bars { bars, marked: None },
            source: format!(
                "{}; own calculation, multiple of today's trade as levers are added",
                self.model.source().name
            ),
            supposition: None,
        }
    }

    fn named(&self) -> Map<String, Value> {
        let mut out = Map::new();
        let titles = |set: &[usize]| set.iter().map(|l| self.pulls[*l].title.clone()).collect::<Vec<_>>();
        out.insert("multiple_all_levers".into(), json!(self.all));
        out.insert("fewest".into(), json!(self.plan.smallest.as_ref().map(|s| titles(&s.0))));
        out.insert("exhaustive".into(), json!(self.plan.exhaustive));
        match &self.left {
            Left::Cut(cut) => out.insert("cost_cut".into(), json!(cut)),
            Left::Nothing => out.insert("cost_cut".into(), json!(0.0)),
            Left::OutOfReach(limit, _) => out.insert("attainable_maximum".into(), json!(limit)),
        };
        if let Some(d) = &self.drawn {
            out.insert("draws".into(), draws_json(d));
            out.insert("cost_cut_interval".into(), json!(d.interval(0)));
        }
        out.insert("residual".into(), json!(self.outcome.residual));
        out
    }
}
