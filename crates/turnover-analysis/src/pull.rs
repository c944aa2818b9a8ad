//! Files of levers and scenarios: changes of trade costs in TOML (docs/scenarios.md).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use turnover_data::Iso3;

use crate::error::AnalysisError;
use crate::limits::{LOG_POINTS, MOST_COST};

/// What a change does to the trade costs of its flows.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The ad valorem cost changes by this share.
    Cost(f64),
    /// A partial effect in log points.
    LogPoints(f64),
    /// The tariff becomes this share; many sectors only.
    Tariff(f64),
    /// Tariffs become those of a schedule beside the data, between the regions named; many sectors
    /// only.
    Schedule {
        /// The file.
        file: String,
        /// The regions; all if empty.
        among: Vec<String>,
    },
    /// The measure that is named is lifted, at the size that the world of sectors gives it.
    Lift,
    /// What a measure does to each flow by sector; many sectors only.
    Sized(Arc<Vec<SizedCell>>),
    /// A schedule that has been read: tariffs by sector, importer, exporter.
    Rates {
        /// Shares.
        rates: Arc<Vec<f64>>,
        /// The regions; all if empty.
        among: Vec<String>,
    },
}

/// What a measure does to one flow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizedCell {
    /// The sector.
    pub sector: usize,
    /// Whose goods, by index of the region.
    pub exporter: usize,
    /// To whom.
    pub importer: usize,
    /// Partial effect.
    pub log_points: f64,
    /// What is added to the tariff, as a share.
    pub tariff: f64,
}

/// A change of trade costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Pull {
    /// In words.
    pub title: String,
    /// The measure of the catalogue that it lifts or brings.
    pub measure: Option<String>,
    /// Whose goods; every region's if `None`.
    pub exporter: Option<String>,
    /// To whom; to every region if `None`.
    pub importer: Option<String>,
    /// Whether the flows the other way change too.
    pub both: bool,
    /// In which sector; in all if `None`.
    pub sector: Option<String>,
    /// Which side pulls it, where it is one of a negotiation.
    pub by: Option<String>,
    /// Whether it is pulled whole or not at all.
    pub whole: bool,
    /// What changes.
    pub what: What,
    /// Standard error of the log points.
    pub std_error: f64,
    /// Where the log points were estimated: file, coefficient and a factor.
    pub(crate) estimate: Option<(PathBuf, String, f64)>,
}

impl Pull {
    /// A change of every flow that no entry of a file makes.
    pub fn new(title: String, what: What) -> Self {
        Pull {
            title,
            measure: None,
            exporter: None,
            importer: None,
            both: false,
            sector: None,
            by: None,
            whole: false,
            what,
            std_error: 0.0,
            estimate: None,
        }
    }
}

/// A file of levers or of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct PullFile {
    /// In words.
    pub title: String,
    /// The levers or changes.
    pub pulls: Vec<Pull>,
    /// Trade elasticity of a model of one sector.
    pub theta: Option<f64>,
    /// Standard error of the elasticities, relative.
    pub theta_std_error: f64,
    /// `kept`, `proportional` or `zero`.
    pub deficits: Option<Deficits>,
    /// Chosen imbalances after a change, by region, in the unit of the data.
    pub imbalances: Vec<(String, f64)>,
    /// The most that the rest of the way may cut costs by.
    pub rest_at_most: Option<f64>,
    /// Covariance of the log points of all pulls that have an uncertainty, n x n.
    pub covariance: Vec<f64>,
    /// The file.
    pub path: PathBuf,
}

impl PullFile {
    /// The countries that its changes name; groups of countries are left out.
    pub fn countries(&self) -> Vec<Iso3> {
        let names = self.pulls.iter().flat_map(|p| [&p.exporter, &p.importer]);
        names.flatten().filter_map(|name| Iso3::resolve(name).ok()).collect()
    }
}

/// What happens to imbalances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deficits {
    /// They keep their size in units of world output.
    Kept,
    /// They move with income.
    Proportional,
    /// They vanish.
    Zero,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    #[serde(default)]
    title: String,
    #[serde(default)]
    model: ModelText,
    #[serde(default)]
    rest: RestText,
    /// Groups of countries of one's own.
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    #[serde(default, alias = "change")]
    lever: Vec<PullText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ModelText {
    theta: Option<f64>,
    theta_std_error_percent: Option<f64>,
    deficits: Option<Deficits>,
    /// Chosen imbalances after the change, by region.
    #[serde(default)]
    imbalances: BTreeMap<String, f64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RestText {
    at_most_percent: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PullText {
    title: Option<String>,
    measure: Option<String>,
    exporter: Option<OneOrMore>,
    importer: Option<OneOrMore>,
    #[serde(default)]
    both: bool,
    sector: Option<OneOrMore>,
    by: Option<String>,
    #[serde(default)]
    whole: bool,
    cost_percent: Option<f64>,
    log_points: Option<f64>,
    tariff_equivalent_percent: Option<f64>,
    tariff_percent: Option<f64>,
    #[serde(default)]
    lift: bool,
    schedule: Option<String>,
    #[serde(default)]
    among: Vec<String>,
    std_error: Option<f64>,
    estimate: Option<PathBuf>,
    coefficient: Option<String>,
    times: Option<f64>,
}

/// A name, or a list of names.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    /// The names joined by `+`, groups of one's own written out.
    fn joined(self, groups: &BTreeMap<String, Vec<String>>) -> String {
        let names = match self {
            OneOrMore::One(name) => vec![name],
            OneOrMore::More(names) => names,
        };
        let own = |name: String| groups.get(&name).map_or(name, |members| members.join("+"));
        names.into_iter().map(own).collect::<Vec<_>>().join("+")
    }
}

impl PullFile {
    /// Reads a file of `[[lever]]` or `[[change]]` entries.
    pub fn read(path: &Path) -> Result<Self, AnalysisError> {
        let name = path.display().to_string();
        let wrong =
            |what: String, help: &str| AnalysisError::PullFile { path: name.clone(), what, help: help.to_owned() };
        let text = std::fs::read_to_string(path).map_err(|e| {
            wrong(format!("cannot be read ({})", e.kind()), "check the path; docs/scenarios.md has an example")
        })?;
        Self::parse(&text, path)
    }

    /// The same from text; `path` stands for the file in messages, and files that entries name are
    /// looked for beside it.
    pub fn parse(text: &str, path: &Path) -> Result<Self, AnalysisError> {
        let name = path.display().to_string();
        let wrong =
            |what: String, help: &str| AnalysisError::PullFile { path: name.clone(), what, help: help.to_owned() };
        let file: FileText = toml::from_str(text).map_err(|e| {
            wrong(e.to_string().trim().to_owned(), "docs/scenarios.md lists the keys, with an example of each")
        })?;
        if !file.lever.is_empty() {
            crate::limits::check_changes(file.lever.len())?;
        }
        if file.lever.is_empty() {
            return Err(wrong("has no [[lever]] and no [[change]]".to_owned(), "docs/scenarios.md has an example"));
        }
        let mut pulls = Vec::new();
        for (at, entry) in file.lever.into_iter().enumerate() {
            pulls.push(
                pull(entry, at + 1, path, &file.groups)
                    .map_err(|what| wrong(what, "docs/scenarios.md has an example of each"))?,
            );
        }
        let percent = |value: Option<f64>, what: &str, most: f64| match value {
            Some(x) if !(x >= 0.0 && x <= most) => {
                Err(wrong(format!("{what} is {x}"), &format!("a number from 0 to {most} was expected")))
            }
            value => Ok(value.map(|x| x / 100.0)),
        };
        let theta_std_error = percent(file.model.theta_std_error_percent, "theta_std_error_percent", 50.0)?;
        let rest_at_most = percent(file.rest.at_most_percent, "at_most_percent", 100.0)?;
        if let Some(theta) = file.model.theta {
            crate::limits::check_theta(theta)?;
        }
        let covariance = covariance(&mut pulls).map_err(|(what, help)| wrong(what, help))?;
        Ok(PullFile {
            title: file.title,
            pulls,
            theta: file.model.theta,
            theta_std_error: theta_std_error.unwrap_or(0.0),
            deficits: file.model.deficits,
            imbalances: file.model.imbalances.into_iter().collect(),
            rest_at_most,
            covariance,
            path: path.to_owned(),
        })
    }

    /// A file without changes.
    pub fn none() -> Self {
        PullFile {
            title: String::new(),
            pulls: Vec::new(),
            theta: None,
            theta_std_error: 0.0,
            deficits: None,
            imbalances: Vec::new(),
            rest_at_most: None,
            covariance: Vec::new(),
            path: PathBuf::new(),
        }
    }

    /// Whether anything in it is uncertain.
    pub fn is_uncertain(&self) -> bool {
        self.theta_std_error > 0.0 || self.covariance.iter().any(|v| *v != 0.0)
    }
}

fn pull(entry: PullText, at: usize, path: &Path, groups: &BTreeMap<String, Vec<String>>) -> Result<Pull, String> {
    let here = format!("entry {at}{}", entry.title.as_ref().map_or_else(String::new, |t| format!(" ({t})")));
    let number = |x: f64, what: &str, low: f64, high: f64| {
        let within = if what == "log_points" { LOG_POINTS.contains(&x) } else { x > low && x <= high };
        if within { Ok(x) } else { Err(format!("{here}: {what} is {x}; above {low} and at most {high} was expected")) }
    };
    let mut found = Vec::new();
    if let Some(x) = entry.cost_percent {
        found.push(What::Cost(number(x, "cost_percent", -100.0, 100.0 * MOST_COST)? / 100.0));
    }
    if let Some(x) = entry.log_points {
        found.push(What::LogPoints(number(x, "log_points", *LOG_POINTS.start(), *LOG_POINTS.end())?));
    }
    if let Some(x) = entry.tariff_equivalent_percent {
        let t = number(x, "tariff_equivalent_percent", -100.0, 100.0 * MOST_COST)? / 100.0;
        // Lifted, so the cost falls by the tariff's part of the price.
        found.push(What::Cost(-t / (1.0 + t)));
    }
    if let Some(x) = entry.tariff_percent {
        if !(0.0..=10_000.0).contains(&x) {
            return Err(format!("{here}: tariff_percent is {x}; 0 to 10000 was expected"));
        }
        found.push(What::Tariff(x / 100.0));
    }
    if entry.lift {
        if entry.measure.is_none() {
            return Err(format!("{here}: lift goes with measure"));
        }
        found.push(What::Lift);
    }
    if let Some(file) = entry.schedule {
        found.push(What::Schedule { file, among: entry.among.clone() });
    }
    let estimate = match (entry.estimate, entry.coefficient) {
        (Some(file), Some(coefficient)) => {
            found.push(What::LogPoints(f64::NAN));
            let file = path.parent().unwrap_or(Path::new("")).join(file);
            Some((file, coefficient, entry.times.unwrap_or(1.0)))
        }
        (None, None) if entry.times.is_none() => None,
        _ => return Err(format!("{here}: estimate needs coefficient, and times goes with both")),
    };
    let [what] = <[What; 1]>::try_from(found).map_err(|found| {
        format!(
            "{here}: {} of cost_percent, log_points, tariff_equivalent_percent, tariff_percent, lift, schedule and estimate; \
             exactly one was expected",
            if found.is_empty() { "none".to_owned() } else { found.len().to_string() }
        )
    })?;
    if !entry.among.is_empty() && !matches!(what, What::Schedule { .. }) {
        return Err(format!("{here}: among goes with schedule"));
    }
    let std_error = entry.std_error.unwrap_or(0.0);
    if std_error != 0.0 && (!matches!(what, What::LogPoints(_)) || estimate.is_some()) {
        return Err(format!("{here}: std_error goes with log_points"));
    }
    if !(0.0..=100.0).contains(&std_error) {
        return Err(format!("{here}: std_error is {std_error}; 0 to 100 was expected"));
    }
    if !matches!(what, What::Schedule { .. } | What::Lift) && entry.exporter.is_none() && entry.importer.is_none() {
        return Err(format!("{here}: name an exporter, an importer or both"));
    }
    let party = |p: Option<OneOrMore>| p.map(|p| p.joined(groups)).filter(|p| p != "*");
    let title = entry.title.clone().or_else(|| entry.measure.clone()).unwrap_or_else(|| format!("Change {at}"));
    Ok(Pull {
        title,
        measure: entry.measure,
        exporter: party(entry.exporter),
        importer: party(entry.importer),
        both: entry.both,
        sector: entry.sector.map(|s| s.joined(&BTreeMap::new())),
        by: entry.by,
        whole: entry.whole,
        what,
        std_error,
        estimate,
    })
}

/// Fills in what was estimated and returns the covariance of all pulls.
fn covariance(pulls: &mut [Pull]) -> Result<Vec<f64>, (String, &'static str)> {
    let n = pulls.len();
    let mut out = vec![0.0; n * n];
    let help = "make the file with turnover estimate, as JSON";
    let mut read: Vec<(PathBuf, Value)> = Vec::new();
    // Place of a pull's coefficient in its estimate.
    let mut places: Vec<Option<(usize, usize, f64)>> = vec![None; n];
    for (at, pull) in pulls.iter_mut().enumerate() {
        out[at * n + at] = pull.std_error.powi(2);
        let Some((file, coefficient, times)) = &pull.estimate else { continue };
        let name = file.display();
        if !read.iter().any(|(f, _)| f == file) {
            let text =
                std::fs::read_to_string(file).map_err(|e| (format!("{name} cannot be read ({})", e.kind()), help))?;
            let json = serde_json::from_str(&text).map_err(|e| (format!("{name} is no JSON ({e})"), help))?;
            read.push((file.clone(), json));
        }
        let which = read.iter().position(|(f, _)| f == file).unwrap_or(0);
        let json = &read[which].1;
        let list = json["coefficients"].as_array().ok_or_else(|| (format!("{name} has no coefficients"), help))?;
        let names: Vec<&str> = list.iter().filter_map(|c| c["name"].as_str()).collect();
        let Some(place) = names.iter().position(|n| n == coefficient) else {
            return Err((format!("{name} has no coefficient `{coefficient}`; it has {}", names.join(", ")), help));
        };
        let estimate = list[place]["estimate"].as_f64().ok_or_else(|| (format!("{name} has no estimate"), help))?;
        let log_points = times * estimate;
        if !LOG_POINTS.contains(&log_points) {
            return Err((
                format!("{name}: `{coefficient}` times {times} is {log_points} log points"),
                "at most 100 are solved",
            ));
        }
        pull.what = What::LogPoints(log_points);
        places[at] = Some((which, place, *times));
    }
    for i in 0..n {
        for j in 0..n {
            if let (Some((f, a, s)), Some((g, b, t))) = (places[i], places[j])
                && f == g
            {
                let cell = read[f].1["covariance"][a][b].as_f64();
                out[i * n + j] =
                    s * t * cell.ok_or_else(|| (format!("{} has no covariance", read[f].0.display()), help))?;
            }
        }
    }
    Ok(out)
}
