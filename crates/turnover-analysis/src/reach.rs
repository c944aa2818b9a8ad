//! What it would take to multiply a pair's trade by `k`, in general equilibrium.

use rayon::prelude::*;
use serde_json::{Map, Value, json};
use turnover_data::Iso3;
use turnover_equilibrium::{
    Equilibrium, Imbalance, Lever, Reached, Settings, attainable, cost_cut, multiple, reach, tariff_equivalent,
};

use crate::answer::{Answer, Bar, Chart, ChartKind, Finding, Interval, Line, Number, Table, Unit};
use crate::closure::{self, Compared};
use crate::engine::{Model, unsolved};
use crate::error::{AnalysisError, limit_reason, limit_words, reach_error};
use crate::format::{in_sentence, multiple as times_word, percent, percent_range, percent_signed, sentence};
use crate::limits::{check_theta, check_times};
use crate::pair::Pair;
use crate::simulate::relative;
use crate::world::NamedWorld;

/// Whose exports become cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ways {
    /// Both directions alike.
    #[default]
    Both,
    /// Only goods from the first country to the second.
    Forward,
    /// Only goods from the second country to the first.
    Backward,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// The multiple `k`.
    pub times: f64,
    /// Trade elasticity of the main answer.
    pub theta: f64,
    /// Elasticities of the range.
    pub thetas: Vec<f64>,
    /// What happens to imbalances.
    pub imbalance: Imbalance,
    /// Whose exports become cheaper.
    pub ways: Ways,
    /// The command that asks again, which findings name.
    pub command: String,
}

impl Question {
    /// Theta 4 with a range from 2 to 8, both directions, additive imbalances.
    pub fn new(pair: Pair, times: f64) -> Self {
        Question {
            pair,
            times,
            theta: crate::defaults::THETA,
            thetas: crate::defaults::THETAS.to_vec(),
            imbalance: Imbalance::Additive,
            ways: Ways::Both,
            command: String::new(),
        }
    }
}

/// The pair's place in a world, and the lever that is pulled.
struct Setting<'a> {
    named: &'a NamedWorld,
    question: &'a Question,
    a: usize,
    b: usize,
    lever: Lever,
}

impl Setting<'_> {
    fn targets(&self) -> [(usize, usize); 2] {
        [(self.a, self.b), (self.b, self.a)]
    }

    fn settings(&self, theta: f64) -> Settings {
        Settings { theta, imbalance: self.question.imbalance, ..Settings::default() }
    }

    /// With balanced trade each elasticity has its own world to start from.
    fn reach(&self, k: f64, theta: f64) -> Result<Reached, AnalysisError> {
        let pair = self.question.pair;
        let named = if theta == self.question.theta {
            std::borrow::Cow::Borrowed(self.named)
        } else {
            std::borrow::Cow::Owned(self.named.today().under(self.question.imbalance, theta)?)
        };
        reach(&named.world, &self.lever, &self.targets(), k, &self.settings(theta))
            .map_err(|e| reach_error(e, pair.a, pair.b, theta, &self.named.countries))
    }
}

/// Answers the question.
pub fn answer(named: &NamedWorld, question: &Question) -> Result<Answer, AnalysisError> {
    check_theta(question.theta)?;
    check_times(question.times)?;
    question.thetas.iter().try_for_each(|t| check_theta(*t))?;
    let pair = question.pair;
    let model = Model::one(named.clone(), question.theta, question.imbalance)?;
    let Model::One { named, .. } = &model else { return Err(unsolved("not a model of one sector")) };
    let (a, b) = named.pair(pair)?;
    let moved: &[(usize, usize)] = match question.ways {
        Ways::Both => &[(a, b), (b, a)],
        Ways::Forward => &[(a, b)],
        Ways::Backward => &[(b, a)],
    };
    let silent: Vec<String> = moved
        .iter()
        .filter(|&&(i, j)| named.world.flow(i, j) <= 0.0)
        .map(|&(i, j)| format!("from {} to {}", named.countries[i], named.countries[j]))
        .collect();
    if silent.len() == moved.len() && named.world.flow(a, b) + named.world.flow(b, a) > 0.0 {
        return Err(AnalysisError::Change {
            what: format!("there is no trade to change {}, and a zero stays zero", silent.join(" and ")),
            help: "leave ‹only› out, or choose another pair or another ‹data›".to_owned(),
        });
    }
    let lever = Lever::between(named.world.len(), moved);
    let s = Setting { named, question, a, b, lever };
    let k = question.times;
    // Each is a search of its own, and a page waits for all of them at every move of a slider.
    let (found, (limit, (by_theta, curve_points))) = rayon::join(
        || s.reach(k, question.theta),
        || {
            rayon::join(
                || attainable(&named.world, &s.lever, &s.targets(), &s.settings(question.theta)),
                || rayon::join(|| by_theta(&s), || curve_points(&s)),
            )
        },
    );
    let found = found?;
    let limit = limit.map_err(|e| reach_error(e, pair.a, pair.b, question.theta, &named.countries))?;

    let command = question.command.clone();
    let mut caveats = named.caveats.clone();
    caveats.extend(silent.iter().map(|p| format!("There is no trade {p}; a zero stays zero.")));
    let template = Finding::template(
        Unit::Share,
        format!("{}; Newton to a residual of {:.0e}", model.method(), found.equilibrium.residual.max(1e-16)),
        vec![named.source.clone()],
        caveats,
        command.clone(),
    );
    let mut findings = findings(&s, &found, &limit, &by_theta, &template);
    let (gains, gains_chart) = third_countries(&s, &found.equilibrium);
    let (curve_table, curve_chart) = curve(&s, &found, curve_points);
    let welfare = |e: &Equilibrium| [e.welfare[a] - 1.0, e.welfare[b] - 1.0];
    let values: Vec<f64> =
        [cost_cut(found.log_points, question.theta)].into_iter().chain(welfare(&found.equilibrium)).collect();
    let outcomes = |model: &Model| -> Result<Vec<f64>, AnalysisError> {
        let Model::One { named, settings } = model else { return Err(unsolved("not a model of one sector")) };
        let found = reach(&named.world, &s.lever, &s.targets(), k, settings)
            .map_err(|e| reach_error(e, pair.a, pair.b, settings.theta, &named.countries))?;
        Ok([cost_cut(found.log_points, settings.theta)].into_iter().chain(welfare(&found.equilibrium)).collect())
    };
    let compared = [
        ("Fall of the cost".to_owned(), Unit::Share),
        (format!("Welfare of {}", pair.a), Unit::Change),
        (format!("Welfare of {}", pair.b), Unit::Change),
    ]
    .map(|(label, unit)| Compared { label, unit });
    let (by_rule, driven) = closure::compare("reach", &model, &values, &compared, &outcomes, &template);
    findings.extend(driven);
    let named_values = named_values(&s, &found, &limit);
    Ok(Answer {
        title: format!(
            "What it takes to multiply the trade of {} and {} by {}",
            in_sentence(pair.a.name()),
            in_sentence(pair.b.name()),
            times_word(k)
        ),
        command,
        findings,
        tables: vec![theta_table(&s, &by_theta), curve_table, gains, by_rule],
        charts: vec![curve_chart, gains_chart],
        named: named_values,
    })
}

fn named_values(s: &Setting, found: &Reached, limit: &turnover_equilibrium::Attainable) -> Map<String, Value> {
    let theta = s.question.theta;
    let mut out = Map::new();
    out.insert("log_points".into(), json!(found.log_points));
    out.insert("cost_cut".into(), json!(cost_cut(found.log_points, theta)));
    out.insert("tariff_equivalent".into(), json!(tariff_equivalent(found.log_points, theta)));
    out.insert("multiple".into(), json!(multiple(&s.named.world, &found.equilibrium, &s.targets())));
    out.insert("attainable_maximum".into(), json!(limit.maximum));
    out.insert("theta".into(), json!(theta));
    out.insert("residual".into(), json!(found.equilibrium.residual));
    out.insert("solves".into(), json!(found.solves));
    out
}

/// The ends of a range of cuts, worded by [`cost_words`]: the smaller size first.
fn cost_range(cut: f64, low: f64, high: f64) -> String {
    if cut >= 0.0 { percent_range(low, high) } else { percent_range(-high, -low) }
}

/// `fall by 24.2 %` or `rise by 3.1 %`.
fn cost_words(cut: f64) -> String {
    if cut >= 0.0 { format!("fall by {}", percent(cut)) } else { format!("rise by {}", percent(-cut)) }
}

fn findings(
    s: &Setting,
    found: &Reached,
    limit: &turnover_equilibrium::Attainable,
    by_theta: &[(f64, Option<f64>)],
    template: &Finding,
) -> Vec<Finding> {
    let q = s.question;
    let (k, theta) = (q.times, q.theta);
    let cut = cost_cut(found.log_points, theta);
    let cuts: Vec<f64> = by_theta.iter().filter_map(|(t, b)| Some(cost_cut((*b)?, *t))).collect();
    let low = cuts.iter().copied().fold(cut, f64::min);
    let high = cuts.iter().copied().fold(cut, f64::max);
    let solved: Vec<f64> = by_theta.iter().filter(|(_, b)| b.is_some()).map(|(t, _)| *t).collect();
    let (least, most) = (solved.iter().copied().fold(theta, f64::min), solved.iter().copied().fold(theta, f64::max));
    let mut thetas = if least < most {
        format!("theta from {} to {}", times_word(least), times_word(most))
    } else {
        format!("theta {}", times_word(theta))
    };
    let beyond: Vec<String> = by_theta.iter().filter(|(_, b)| b.is_none()).map(|(t, _)| times_word(*t)).collect();
    if !beyond.is_empty() {
        thetas.push_str(&format!("; out of reach at theta {}", beyond.join(", ")));
    }
    let whose = match q.ways {
        Ways::Both => "trade costs both ways".to_owned(),
        Ways::Forward => format!("the cost of goods from {} to {}", q.pair.a, q.pair.b),
        Ways::Backward => format!("the cost of goods from {} to {}", q.pair.b, q.pair.a),
    };
    let interval = Some(Interval { low, high });
    let partial = cost_cut(k.ln(), theta);
    let mut out = vec![Finding {
        id: "reach.cost_cut".into(),
        title: format!("Cost change for times {}", times_word(k)),
        statement: format!(
            "To multiply the trade by {}, {whose} must {} ({} over {thetas})",
            times_word(k),
            cost_words(cut),
            cost_range(cut, low, high)
        ),
        value: Number::Value(cut),
        interval,
        definition:
            "fall of the ad valorem (iceberg) trade cost, negative for a rise, 1 - exp(-b / theta), with b such \
                     that the pair's flows together are k times today's in equilibrium"
                .into(),
        ..template.clone()
    }];
    out.push(Finding {
        id: "reach.log_points".into(),
        title: "The same as a partial effect".into(),
        statement: format!(
            "That is a partial effect of {:.4} log points on each flow, as a gravity equation would estimate it",
            found.log_points
        ),
        value: Number::Value(found.log_points),
        unit: Unit::LogPoints,
        definition: "b: the direct effect on log trade at given incomes and price indices".into(),
        ..template.clone()
    });
    let tariff = tariff_equivalent(found.log_points, theta);
    out.push(Finding {
        id: "reach.tariff_equivalent".into(),
        title: "The same as a tariff".into(),
        statement: if tariff >= 0.0 {
            format!("It is as much as abolishing a tariff of {} on everything the two trade", percent(tariff))
        } else {
            format!("It is as much as a new tariff of {} on everything the two trade", percent(-cut))
        },
        value: Number::Value(if tariff >= 0.0 { tariff } else { -cut }),
        unit: Unit::Share,
        definition: if tariff >= 0.0 {
            "exp(b / theta) - 1: the ad valorem tariff whose removal has the same partial effect".into()
        } else {
            "exp(-b / theta) - 1: the ad valorem tariff whose introduction has the same partial effect".into()
        },
        ..template.clone()
    });
    if q.ways == Ways::Both {
        out.push(Finding {
            id: "reach.partial".into(),
            title: "In partial equilibrium".into(),
            statement: format!(
                "With incomes and prices fixed the costs would only have to {}; the difference is what \
                 multilateral resistance takes back",
                cost_words(partial)
            ),
            value: Number::Value(partial),
            definition: "1 - k^(-1 / theta)".into(),
            ..template.clone()
        });
    }
    for (index, country) in [(s.a, q.pair.a), (s.b, q.pair.b)] {
        let change = found.equilibrium.welfare[index] - 1.0;
        out.push(Finding {
            id: format!("reach.welfare.{country}"),
            title: format!("Welfare of {}", in_sentence(country.name())),
            statement: format!("Welfare of {} would change by {}", in_sentence(country.name()), percent_signed(change)),
            value: Number::Value(change),
            unit: Unit::Change,
            definition: "(E'/E) / P - 1: real expenditure, world output the numeraire".into(),
            ..template.clone()
        });
    }
    out.extend(third_finding(s, &found.equilibrium, template));
    out.push(Finding {
        id: "reach.maximum".into(),
        title: "The limit".into(),
        statement: format!(
            "The most that falling costs between the two can do is to multiply their trade by {}: {}",
            limit_words(limit.maximum),
            limit_reason(limit.reason, true, &s.named.countries)
        ),
        value: Number::Value(limit.maximum),
        unit: Unit::Multiple,
        definition: "the supremum of the multiple as the cost falls toward nothing".into(),
        ..template.clone()
    });
    out
}

/// The third countries that gain and lose most.
fn third_finding(s: &Setting, after: &Equilibrium, template: &Finding) -> Option<Finding> {
    let third = || (0..s.named.world.len()).filter(|i| *i != s.a && *i != s.b);
    let most = third().max_by(|x, y| after.welfare[*x].total_cmp(&after.welfare[*y]))?;
    let least = third().min_by(|x, y| after.welfare[*x].total_cmp(&after.welfare[*y]))?;
    let words = |i: usize| {
        let name = in_sentence(s.named.countries[i].name());
        format!("{name} ({})", percent_signed(after.welfare[i] - 1.0))
    };
    Some(Finding {
        id: "reach.third_countries".into(),
        title: "Third countries".into(),
        statement: format!("Of third countries {} would do best and {} worst", words(most), words(least)),
        value: Number::Unknown,
        unit: Unit::Change,
        interval: Some(Interval { low: after.welfare[least] - 1.0, high: after.welfare[most] - 1.0 }),
        definition: "range of (E'/E) / P - 1 over all countries but the pair".into(),
        ..template.clone()
    })
}

fn theta_table(s: &Setting, by_theta: &[(f64, Option<f64>)]) -> Table {
    let mut table = Table::new(
        "reach.by_theta",
        &format!("What times {} takes, by trade elasticity", times_word(s.question.times)),
        &[
            ("theta", "Theta", Unit::Elasticity),
            ("log_points", "Log points", Unit::LogPoints),
            ("cost_cut", "Cost cut", Unit::Share),
            ("tariff_equivalent", "Tariff equivalent", Unit::Share),
        ],
    );
    for &(theta, b) in by_theta {
        let of = |f: fn(f64, f64) -> f64| b.map(|b| f(b, theta));
        table.rows.push(vec![theta.into(), b.into(), of(cost_cut).into(), of(tariff_equivalent).into()]);
    }
    table
}

/// What the multiple takes in log points, by trade elasticity, the one asked for among them; `None`
/// where it is out of reach.
fn by_theta(s: &Setting) -> Vec<(f64, Option<f64>)> {
    let q = s.question;
    let mut thetas = q.thetas.clone();
    thetas.push(q.theta);
    thetas.sort_unstable_by(f64::total_cmp);
    thetas.dedup();
    thetas.par_iter().map(|&theta| (theta, s.reach(q.times, theta).ok().map(|r| r.log_points))).collect()
}

/// The multiples that the curve is drawn through: it bends most between 1 and 2.
const CURVE: [f64; 11] = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];

fn curve_points(s: &Setting) -> Vec<Option<Reached>> {
    CURVE.par_iter().map(|k| s.reach(*k, s.question.theta).ok()).collect()
}

/// The multiples from 1 to 10, and the one asked for.
fn curve(s: &Setting, found: &Reached, reached: Vec<Option<Reached>>) -> (Table, Chart) {
    let q = s.question;
    let theta = q.theta;
    let mut table = Table::new(
        "reach.by_multiple",
        &format!("What each multiple takes, theta {}", times_word(theta)),
        &[
            ("times", "Times", Unit::Multiple),
            ("log_points", "Log points", Unit::LogPoints),
            ("cost_cut", "Cost cut", Unit::Share),
            ("cost_cut_partial", "Partial equilibrium", Unit::Share),
            ("tariff_equivalent", "Tariff equivalent", Unit::Share),
            ("welfare_a", &format!("Welfare {}", q.pair.a), Unit::Change),
            ("welfare_b", &format!("Welfare {}", q.pair.b), Unit::Change),
        ],
    );
    let mut points = Vec::new();
    let mut partial = Vec::new();
    for (k, at) in CURVE.into_iter().zip(reached) {
        let Some(at) = at else { break };
        let cut = cost_cut(at.log_points, theta);
        points.push((k, cut));
        partial.push((k, cost_cut(k.ln(), theta)));
        if k.fract() == 0.0 {
            table.rows.push(vec![
                k.into(),
                at.log_points.into(),
                cut.into(),
                cost_cut(k.ln(), theta).into(),
                tariff_equivalent(at.log_points, theta).into(),
                (at.equilibrium.welfare[s.a] - 1.0).into(),
                (at.equilibrium.welfare[s.b] - 1.0).into(),
            ]);
        }
    }
    let cut = cost_cut(found.log_points, theta);
    let mut lines = vec![Line { name: format!("General equilibrium, theta {}", times_word(theta)), points }];
    if q.ways == Ways::Both {
        lines.push(Line { name: "Incomes and prices fixed".to_owned(), points: partial });
    }
    let chart = Chart {
        id: "reach.curve".to_owned(),
        title: format!(
            "Times {} takes a cost that is {} {}",
            times_word(q.times),
            percent(cut.abs()),
            if cut >= 0.0 { "lower" } else { "higher" }
        ),
        unit: Unit::Share,
        kind: ChartKind::Lines {
            lines,
            marks: Vec::new(),
            picked: (1.0..=10.0).contains(&q.times).then_some((q.times, cut)),
            x_unit: Unit::Multiple,
            x_title: "Multiple of today's trade".to_owned(),
        },
        source: format!("{}; own calculation, {} economies", s.named.source.name, s.named.countries.len()),
        supposition: None,
    };
    (table, chart)
}

/// Who else gains and loses: a table of all, a chart of the ends.
fn third_countries(s: &Setting, after: &Equilibrium) -> (Table, Chart) {
    let world = &s.named.world;
    let n = world.len();
    let mut table = Table::new(
        "reach.countries",
        "Gains and losses by country",
        &[
            ("country", "Country", Unit::Text),
            ("name", "Name", Unit::Text),
            ("welfare", "Welfare", Unit::Change),
            ("exports", "Exports", Unit::Change),
            ("exports_to_a", &format!("Exports to {}", s.question.pair.a), Unit::Change),
            ("exports_to_b", &format!("Exports to {}", s.question.pair.b), Unit::Change),
        ],
    );
    let exports =
        |i: usize, flow: &dyn Fn(usize, usize) -> f64| (0..n).filter(|j| *j != i).map(|j| flow(i, j)).sum::<f64>();
    let mut rows: Vec<(usize, f64)> = (0..n).map(|i| (i, after.welfare[i] - 1.0)).collect();
    rows.sort_by(|x, y| y.1.total_cmp(&x.1));
    for &(i, welfare) in &rows {
        let country: Iso3 = s.named.countries[i];
        let before = exports(i, &|i, j| world.flow(i, j));
        let change = relative(exports(i, &|i, j| after.flow(i, j)), before);
        let to = |j: usize| (j != i && world.flow(i, j) > 0.0).then(|| after.flow(i, j) / world.flow(i, j) - 1.0);
        table.rows.push(vec![
            country.to_string().into(),
            country.name().into(),
            welfare.into(),
            change.into(),
            to(s.a).into(),
            to(s.b).into(),
        ]);
    }
    let third: Vec<(usize, f64)> = rows.iter().filter(|r| r.0 != s.a && r.0 != s.b).copied().collect();
    let losers = third.iter().filter(|r| r.1 < 0.0).count();
    let ends: Vec<(usize, f64)> = if third.len() > 12 {
        third[..6].iter().chain(&third[third.len() - 6..]).copied().collect()
    } else {
        third.clone()
    };
    let bars = ends
        .iter()
        .map(|&(i, w)| Bar {
            label: s.named.countries[i].name().to_owned(),
            value: w,
            marked_low: 0.0,
            marked_high: 0.0,
        })
        .collect();
    let worst = third.last().map_or_else(String::new, |&(i, w)| {
        format!("; {} has the worst of it, {}", in_sentence(s.named.countries[i].name()), percent_signed(w))
    });
    let chart = Chart {
        id: "reach.third_countries".to_owned(),
        title: if third.is_empty() {
            "There is no third country in this world".to_owned()
        } else {
            sentence(&format!("{losers} of {} third countries lose{worst}", third.len()))
        },
        unit: Unit::Change,
        kind: ChartKind::Bars { bars, marked: None },
        source: format!("{}; own calculation, change in welfare", s.named.source.name),
        supposition: None,
    };
    (table, chart)
}
