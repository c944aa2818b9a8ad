//! The figures of levers and of simulations, without words and without a binary.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use std::path::Path;

use turnover_analysis::levers::{self, LeversFacts, Rest};
use turnover_analysis::simulate::{self, SimulateFacts};
use turnover_analysis::{AnalysisError, Draws, Model, NamedWorld, PullFile, defaults};
use turnover_data::figures;
use turnover_equilibrium::Imbalance;
use turnover_measures::Catalogue;

fn model() -> Model {
    let world = NamedWorld::new(&figures::world_2014().unwrap(), None).unwrap();
    Model::one(world, defaults::THETA, Imbalance::Additive).unwrap()
}

fn file(levers: &str) -> PullFile {
    PullFile::parse(&format!("title = \"Test\"\n{levers}"), Path::new("test.toml")).unwrap()
}

const TWO: &str = "[[lever]]\ntitle = \"Small\"\nexporter = \"USA\"\nimporter = \"RUS\"\nlog_points = 0.1\nstd_error = 0.02\n\
                   [[lever]]\ntitle = \"Large\"\nexporter = \"USA\"\nimporter = \"RUS\"\nboth = true\nlog_points = 0.6\n";

fn levers_of(file: &PullFile, times: f64, draws: Option<Draws>) -> Result<LeversFacts, AnalysisError> {
    let (a, b) = ("USA".to_owned(), "RUS".to_owned());
    let question = levers::Question { a, b, times, file, draws, command: String::new() };
    levers::compute(&model(), &Catalogue::embedded().unwrap(), &question)
}

fn simulated(file: &PullFile) -> Result<SimulateFacts, AnalysisError> {
    let question = simulate::Question { file, draws: None, matrix: false, coalition: None, command: String::new() };
    simulate::compute(&model(), &Catalogue::embedded().unwrap(), &question)
}

#[test]
fn levers_stand_in_the_order_of_what_they_add() {
    let f = levers_of(&file(TWO), 3.0, None).unwrap();
    let titles: Vec<&str> = f.levers.iter().map(|l| l.pull.title.as_str()).collect();
    assert_eq!(titles, ["Large", "Small"]);
    assert_eq!(f.levers[0].alone, f.levers[0].together);
    assert!(f.levers[1].together > f.levers[0].together && f.levers[1].together == f.all);
    let Rest::Cut(cut) = f.rest else { panic!("{:?}", f.rest) };
    assert!(cut > 0.0 && cut < 0.25, "{cut}");
    assert!(f.fewest.is_none() && f.draws.is_none());
}

#[test]
fn the_fewest_are_enough_and_leave_nothing() {
    let f = levers_of(&file(TWO), 1.5, None).unwrap();
    let (set, multiple) = f.fewest.as_ref().unwrap();
    assert_eq!(set.iter().map(|l| f.levers[*l].pull.title.as_str()).collect::<Vec<_>>(), ["Large"]);
    assert!(*multiple >= 1.5 && f.rest == Rest::Nothing);
}

#[test]
fn draws_have_names_and_hold_the_estimate() {
    let draws = Draws { count: 50, seed: 3 };
    let f = levers_of(&file(TWO), 3.0, Some(draws)).unwrap();
    let all = f.all_interval.unwrap();
    assert!(all.low < f.all && f.all < all.high);
    let small = f.levers.iter().find(|l| l.pull.title == "Small").unwrap();
    let large = f.levers.iter().find(|l| l.pull.title == "Large").unwrap();
    let width = |l: &levers::LeverFacts| l.alone_interval.map(|i| i.high - i.low).unwrap();
    assert!(width(small) > 0.0 && width(large) == 0.0, "the large one has no error");
    let rest = f.draws.unwrap();
    assert_eq!((rest.run.asked, rest.enough, rest.out_of_reach), (draws, 0.0, 0));
    let Rest::Cut(cut) = f.rest else { panic!("{:?}", f.rest) };
    assert!(rest.cut.is_some_and(|i| i.low < cut && cut < i.high));
    assert_eq!(levers_of(&file(TWO), 3.0, Some(draws)).unwrap().all_interval, f.all_interval, "the same seed");
}

/// The change that a goal-seek finds gives its multiple when it is put back.
#[test]
fn what_is_sought_is_simulated_back() {
    let world = NamedWorld::new(&figures::world_2014().unwrap(), None).unwrap();
    let pair = turnover_analysis::Pair::resolve("USA", "RUS").unwrap();
    let sought =
        turnover_analysis::reach::compute(&world, &turnover_analysis::reach::Question::new(pair, 3.0)).unwrap();
    let back = simulated(&file(&format!(
        "[[change]]\nexporter = \"USA\"\nimporter = \"RUS\"\nboth = true\nlog_points = {:?}\n",
        sought.log_points
    )))
    .unwrap();
    assert!((back.changed.multiple / 3.0 - 1.0).abs() < 1e-10, "{}", back.changed.multiple);
    let welfare = |code: &str| back.named.iter().find(|r| r.code == code).unwrap().welfare;
    assert!((welfare("USA") - sought.country(pair.a).unwrap().welfare).abs() < 1e-12);
}

#[test]
fn a_simulation_has_every_region_and_flow() {
    let f = simulated(&file("[[change]]\nexporter = \"*\"\nimporter = \"RUS\"\ncost_percent = 10\n")).unwrap();
    assert!(f.changed.multiple < 1.0 && f.residual < 1e-12 && f.iterations.is_some());
    assert_eq!(f.flows.len(), f.regions.len() - 1);
    assert!(f.flows.iter().all(|flow| flow.importer == "RUS" && flow.sector.is_none()));
    let after: f64 = f.flows.iter().map(|flow| flow.after_usd).sum();
    let before: f64 = f.flows.iter().map(|flow| flow.before_usd).sum();
    assert!((after / before - f.changed.multiple).abs() < 1e-9 && (before - f.changed.before_usd).abs() < 1.0);
    assert!(f.regions.windows(2).all(|w| w[0].welfare >= w[1].welfare));
    assert!(f.regions.iter().all(|r| r.wage.is_some() && r.exports.is_some()));
    assert!(f.decomposition.is_none() && f.sector_flows.is_none() && f.sectors.is_none());
    assert_eq!(f.resistances.unwrap().rows.len(), f.regions.len());
}

#[test]
fn a_change_of_nothing_is_refused() {
    let none =
        simulated(&file("[[change]]\nexporter = \"USA\"\nimporter = \"RUS\"\nmeasure = \"no-such\"\nlog_points = 1\n"));
    assert!(none.unwrap_err().to_string().contains("no measure `no-such`"));
    let strange = simulated(&file("[[change]]\nexporter = \"ZZZ\"\nimporter = \"RUS\"\nlog_points = 1\n"));
    assert!(strange.unwrap_err().to_string().contains("does not have ZZZ"));
}
