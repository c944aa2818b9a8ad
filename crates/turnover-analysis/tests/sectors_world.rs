//! Worlds of sectors: the built-in one and one read from inter-country tables, against the literal equations; customs
//! figures; the table of a negotiation.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "test code")]

use std::path::PathBuf;

use turnover_analysis::{
    Deficits, Model, NamedEconomy, Pair, PullFile, at_customs, design, negotiate, reach, simulate,
};
use turnover_data::{EconomyTables, builtin, figures};
use turnover_equilibrium::sectors::{Change, Deficits as Rule, Economy, EconomyData, SettleSettings, Settled};
use turnover_measures::Catalogue;

#[path = "../../turnover-equilibrium/tests/oracle/mod.rs"]
mod fixed_points;

use fixed_points::many_sectors::{Rule as OracleRule, Shock, Tables};

fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
    }
    path.exists().then_some(path)
}

fn data(tables: &EconomyTables) -> EconomyData {
    EconomyData {
        regions: tables.regions.len(),
        sectors: tables.sectors.len(),
        flows: tables.flows.clone(),
        tariffs: tables.tariffs.clone(),
        output: tables.output.clone(),
        value_added: tables.value_added.clone(),
        inputs: tables.inputs.clone(),
        theta: tables.theta.clone(),
    }
}

/// The engine's wages put into the literal equations: every market clears, and flows, incomes and prices are theirs.
fn agrees(tables: &EconomyTables, change: &Change, settled: &Settled, rule: OracleRule) {
    let (n, s) = (tables.regions.len(), tables.sectors.len());
    let d = data(tables);
    let literal = Tables {
        n,
        s,
        flows: d.flows,
        tariffs: d.tariffs,
        output: d.output,
        value_added: d.value_added,
        inputs: d.inputs,
        theta: d.theta,
    };
    let shares = literal.shares().unwrap();
    let tariff = |at: usize| change.tariff(at / (n * n), at / n % n, at % n);
    let shock = Shock { b: change.effects().to_vec(), tariffs: (0..s * n * n).map(tariff).collect() };
    let wages: Vec<f64> = (0..n).map(|r| settled.log_wage(r).exp()).collect();
    let right = shares.at_wages(&shock, rule, &wages).unwrap();
    assert!(right.residual < 1e-9, "{:.1e}", right.residual);
    let mut worst = 0.0f64;
    for r in 0..n {
        worst = worst.max((settled.income(r) / right.income[r] - 1.0).abs());
        worst = worst.max((settled.log_price(r).exp() / right.index[r] - 1.0).abs());
        for j in 0..s {
            for i in 0..n {
                let flow = right.flows[(j * n + r) * n + i];
                worst = worst.max((settled.flow(j, r, i) - flow).abs() / right.spending[j * n + r].max(1e-12));
            }
        }
    }
    assert!(worst < 1e-9, "{worst:.1e}");
}

/// World Input-Output Database, release 2013, year 2011: 41 regions and 35 sectors, no tariffs, elasticity 4 in every
/// sector. Times 3 for the United States and Russia takes 25.1 % lower costs; Russia gains 0.85 %, the United States
/// 0.074 %, as an independent solution of the same tables has it.
#[test]
fn tables_of_wiod_give_the_known_answer() {
    let Some(folder) = shared("wiod13") else { return };
    let tables = EconomyTables::read(&folder).unwrap();
    assert_eq!((tables.regions.len(), tables.sectors.len()), (41, 35));
    let economy = Economy::new(&data(&tables)).unwrap().0;
    let settings = SettleSettings::default();
    let before = economy.settle(&Change::none(&economy), &settings, None).unwrap();
    let at = |code: &str| tables.regions.iter().position(|r| r == code).unwrap();
    let pair = [(at("USA"), at("RUS")), (at("RUS"), at("USA"))];
    let found = economy.reach(&before, &Change::none(&economy), &pair, &pair, 3.0, &settings).unwrap();
    agrees(&tables, &found.change, &found.settled, OracleRule::Kept);
    let welfare = |r: usize| {
        let s = &found.settled;
        s.income(r) / before.income(r) * (before.log_price(r) - s.log_price(r)).exp() - 1.0
    };
    assert!((found.cost_cut() - 0.251).abs() < 5e-4, "{}", found.cost_cut());
    assert!((welfare(at("RUS")) - 0.0085).abs() < 5e-5, "{}", welfare(at("RUS")));
    assert!((welfare(at("USA")) - 0.00074).abs() < 5e-6, "{}", welfare(at("USA")));
}

#[test]
fn the_built_in_world_agrees_with_the_literal_equations() {
    let tables = builtin::sectors_2014().unwrap().0;
    let economy = Economy::new(&data(&tables)).unwrap().0;
    let at = |code: &str| tables.regions.iter().position(|r| r == code).unwrap();
    let (usa, rus, deu) = (at("USA"), at("RUS"), at("DEU"));
    for (rule, own) in
        [(Rule::Kept, OracleRule::Kept), (Rule::Proportional, OracleRule::Proportional), (Rule::Zero, OracleRule::Zero)]
    {
        let settings = SettleSettings { deficits: rule, ..SettleSettings::default() };
        let before = economy.settle(&Change::none(&economy), &settings, None).unwrap();
        let mut change = Change::none(&economy);
        for j in 0..22 {
            change.add_effect(j, rus, usa, -2.0);
            change.add_effect(j, usa, rus, 1.0);
            change.set_tariff(j, rus, deu, 0.3);
        }
        let after = economy.settle(&change, &settings, Some(&before)).unwrap();
        agrees(&tables, &change, &after, own);
    }
}

#[test]
fn sectors_answer_beside_one_sector() {
    let model = Model::many(NamedEconomy::new(builtin::sectors_2014().unwrap().0).unwrap(), Deficits::Kept).unwrap();
    let question = reach::sectors::SectorQuestion {
        a: "USA".to_owned(),
        b: "Russia".to_owned(),
        times: 3.0,
        ways: reach::Ways::Both,
        command: String::new(),
    };
    let facts = reach::sectors::compute(&model, &question).unwrap();
    let range = facts.cost_cut_range();
    assert!(range.low < facts.cost_cut && facts.cost_cut < range.high, "{range:?}");
    // With 4 everywhere the cut is near that of one sector, 24.2 %, and Russia gains more, as inputs multiply it.
    let four = facts.sets.iter().find(|s| s.name.starts_with('4')).unwrap().found.unwrap();
    assert!((0.23..0.26).contains(&four[0]) && four[2] > 0.0018, "{four:?}");
    assert_eq!(facts.sectors, 50);
    let flow = &facts.flows[4];
    assert_eq!((flow.sector.as_str(), flow.title.as_str()), ("C05", "Food, beverages and tobacco"));
    assert!((flow.forward[0] / 3.65e8 - 1.0).abs() < 0.01 && (flow.forward[2] - 0.147).abs() < 1e-3);
    let answer = reach::sectors::report(&facts, "turnover reach USA RUS");
    let beside = answer.finding("reach.sectors").unwrap();
    assert!(beside.statement.starts_with("With 50 sectors, inputs and tariffs, trade costs would fall by"));
}

/// The pair's goods follow customs figures; services, others' goods and sales at home stay.
#[test]
fn the_pairs_goods_follow_customs() {
    let plain = builtin::sectors_2014().unwrap().0;
    let flows = figures::us_russia().unwrap();
    let pair = Pair::resolve("USA", "RUS").unwrap();
    let scaled = at_customs(&plain, &flows, pair, 2019).unwrap();
    let n = plain.regions.len();
    let at = |code: &str| plain.regions.iter().position(|r| r == code).unwrap();
    let (usa, rus, deu) = (at("USA"), at("RUS"), at("DEU"));
    let cell = |t: &EconomyTables, j: usize, to: usize, from: usize| t.flows[(j * n + to) * n + from];
    // Pharmaceuticals are chapter 30 and nothing else: Russia reports 2014 and 2019.
    let chapter = |year: i32| {
        let of = |f: &turnover_data::Flow| f.year == year && f.exporter.as_str() == "USA" && f.product.as_str() == "30";
        flows.iter().filter(of).map(|f| f.value_usd).sum::<f64>()
    };
    let ratio = cell(&scaled, 11, rus, usa) / cell(&plain, 11, rus, usa);
    assert!((ratio / (chapter(2019) / chapter(2014)) - 1.0).abs() < 1e-12, "{ratio}");
    assert_eq!(cell(&scaled, 37, rus, usa), cell(&plain, 37, rus, usa), "services");
    assert_eq!(cell(&scaled, 11, rus, deu), cell(&plain, 11, rus, deu), "others");
    let home = |t: &EconomyTables, j: usize, r: usize| {
        t.output[j * n + r] - (0..n).filter(|to| *to != r).map(|to| cell(t, j, to, r)).sum::<f64>()
    };
    assert!((home(&scaled, 11, usa) / home(&plain, 11, usa) - 1.0).abs() < 1e-12);
    let error = at_customs(&plain, &flows, pair, 1999).unwrap_err();
    assert!(error.to_string().contains("both 2014 and 1999"), "{error}");
}

/// Two published tables of tariffs stand in the wrong direction; put right, as the built-in one is, they are not flagged.
#[test]
fn published_tariffs_that_stand_in_the_wrong_direction_are_flagged() {
    let flagged = |tables: EconomyTables| {
        let named = NamedEconomy::new(tables).unwrap();
        named.caveats.iter().any(|c| c.starts_with("The tariffs look transposed"))
    };
    let right = builtin::sectors_2014().unwrap().0;
    let (n, cells) = (right.regions.len(), right.regions.len().pow(2));
    let mut turned = right.clone();
    for at in 0..right.tariffs.len() {
        turned.tariffs[at] = right.tariffs[at / cells * cells + at % n * n + at / n % n];
    }
    assert!(!flagged(right) && flagged(turned));
    let Some(file) = shared("embargo-2013-gtap-sectors/trade_tariffs_2013.parquet") else { return };
    let table = turnover_data::RawTable::read(&file).unwrap();
    let text = |name: &str| -> Vec<String> {
        let column = table.column(name).unwrap();
        (0..table.rows).map(|r| column.show(r).unwrap().into_owned()).collect()
    };
    let (from, to, sector) = (text("exporter"), text("importer"), text("gtap_sector"));
    let distinct = |list: &[String]| {
        let mut own = list.to_vec();
        own.sort();
        own.dedup();
        own
    };
    let (regions, sectors) = (distinct(&from), distinct(&sector));
    let (n, s) = (regions.len(), sectors.len());
    let of = |column: &str| {
        let place = |list: &[String], name: &String| list.binary_search(name).unwrap();
        let mut tables = builtin::sectors_2014().unwrap().0;
        tables.regions.clone_from(&regions);
        tables.sectors.clone_from(&sectors);
        tables.flows = vec![1.0; s * n * n];
        tables.output = vec![100.0 * n as f64; s * n];
        tables.value_added = vec![1.0; s * n];
        tables.inputs = vec![0.0; n * s * s];
        tables.theta = vec![4.0; s];
        tables.tariffs = vec![0.0; s * n * n];
        let rates = table.column(column).unwrap();
        for row in 0..table.rows {
            let at = (place(&sectors, &sector[row]) * n + place(&regions, &to[row])) * n + place(&regions, &from[row]);
            tables.tariffs[at] = rates.float(row).filter(|t| t.is_finite()).unwrap_or(0.0) / 100.0;
        }
        tables
    };
    assert!(!flagged(of("tariff_pct")) && flagged(of("tariff_as_published_pct")));
}

fn negotiation(file: Option<&PullFile>) -> negotiate::NegotiateFacts {
    let model = Model::many(NamedEconomy::new(builtin::sectors_2014().unwrap().0).unwrap(), Deficits::Kept).unwrap();
    let flows = figures::us_russia().unwrap();
    let question = negotiate::Question {
        pair: Pair::resolve("USA", "RUS").unwrap(),
        times: 3.0,
        day: "2019-12-31".parse().unwrap(),
        file,
        flows: &flows,
        command: String::new(),
    };
    negotiate::compute(&model, &Catalogue::embedded().unwrap(), &question).unwrap()
}

#[test]
fn the_table_of_the_founding_case_holds_what_bargaining_theory_says() {
    let facts = negotiation(None);
    assert!(facts.levers.iter().any(|l| l.title.contains("Food embargo") && l.side == 1));
    assert!(facts.levers.iter().any(|l| l.title.contains("steel") && l.side == 0));
    assert!(facts.without_size.iter().any(|(m, _)| m.contains("Crimea")));
    for deal in &facts.frontier {
        assert!(deal.gains.iter().all(|g| *g >= 0.0), "nobody is below the status quo: {deal:?}");
    }
    let ordered = facts.frontier.windows(2).all(|w| w[0].gains[0] < w[1].gains[0] && w[0].gains[1] > w[1].gains[1]);
    assert!(ordered, "{:?}", facts.frontier);
    let nash = facts.nash.as_ref().unwrap();
    let product = |g: [f64; 2]| g[0].max(0.0) * g[1].max(0.0);
    for deal in facts.every.iter().flatten() {
        assert!(product(deal.gains) <= product(nash.gains) * (1.0 + 1e-9), "{deal:?}");
    }
    // A war leaves Russia, the smaller side, worse off than the status quo, and both worse off than the deal.
    let war = facts.war.as_ref().unwrap();
    assert!(war.settled && war.gains[1] < 0.0 && war.gains[0] < nash.gains[0], "{war:?}");
    assert!(war.tariffs.iter().all(|t| (0.01..0.5).contains(t)), "{war:?}");
    assert!(war.multiple < 1.0 && facts.all.multiple.unwrap() > 1.0);
}

#[test]
fn levers_of_a_file_have_sides() {
    let text = r#"
        [[lever]]
        title = "Lift the embargo"
        measure = "rus-2014-food"
        lift = true
        [[lever]]
        title = "Lower red tape for Russia's metals"
        by = "USA"
        exporter = "RUS"
        importer = "USA"
        sector = ["Basic metals", "C16"]
        cost_percent = -3
        [[lever]]
        exporter = "USA"
        importer = "RUS"
        sector = "goods"
        tariff_percent = 0
        title = "Free trade in goods"
    "#;
    let file = PullFile::parse(text, "levers.toml".as_ref()).unwrap();
    let facts = negotiation(Some(&file));
    assert_eq!(facts.levers.iter().map(|l| l.side).collect::<Vec<_>>(), [1, 0, 1]);
    assert_eq!(facts.every.as_ref().unwrap().len(), 8);
    let alone = &facts.levers[1].alone;
    assert!(alone.gains[0] > 0.0 && alone.gains[1] > 0.0 && alone.multiple.unwrap() > 1.0, "{alone:?}");
}

fn designed(goal: &str, levers: &str, limits: design::Limits) -> design::DesignFacts {
    let model = Model::many(NamedEconomy::new(builtin::sectors_2014().unwrap().0).unwrap(), Deficits::Kept).unwrap();
    let flows = figures::us_russia().unwrap();
    let file = PullFile::parse(levers, "levers.toml".as_ref()).unwrap();
    let question = design::Question {
        pair: Pair::resolve("USA", "RUS").unwrap(),
        goal: goal.parse().unwrap(),
        limits,
        day: "2019-12-31".parse().unwrap(),
        file: Some(&file),
        flows: &flows,
        command: String::new(),
    };
    design::compute(&model, &Catalogue::embedded().unwrap(), &question).unwrap()
}

const TARIFFS: &str = r#"
    [[lever]]
    title = "Metals"
    exporter = "RUS"
    importer = "USA"
    sector = "C15"
    tariff_percent = 70
    whole = true
    [[lever]]
    title = "Oil and products"
    exporter = "RUS"
    importer = "USA"
    sector = ["C04", "C10"]
    tariff_percent = 60
    whole = true
    [[lever]]
    title = "Chemicals"
    exporter = "RUS"
    importer = "USA"
    sector = "C11"
    tariff_percent = 40
    whole = true
"#;

/// Every set of whole levers is looked at, and the cheapest that reaches the goal is taken.
#[test]
fn whole_levers_are_chosen_as_by_brute_force() {
    let facts = designed("welfare:RUS -0.05 %", TARIFFS, design::Limits::default());
    let best = facts.best.unwrap();
    assert!(best.goal <= -0.0005);
    let cheapest = facts.sets.iter().map(|s| -s.1.gains[0]).fold(f64::INFINITY, f64::min);
    assert!((-best.gains[0] - cheapest).abs() < 1e-9, "{best:?}");
    assert!(facts.sets.iter().all(|s| s.1.goal <= -0.0005 * (1.0 - 1e-6)));
}

/// With sizes the goal is just met, at no more than whole levers cost; a limit that is broken is none; and what levers
/// cannot reach is said to be out of reach.
#[test]
fn sizes_meet_the_goal_within_the_limits() {
    let whole = designed("welfare:RUS -0.05 %", TARIFFS, design::Limits::default());
    let any = designed("welfare:RUS -0.05 %", &TARIFFS.replace("whole = true", ""), design::Limits::default());
    let best = any.best.unwrap();
    assert!((best.goal / -0.0005 - 1.0).abs() < 1e-5, "{best:?}");
    assert!(best.gains[0] >= whole.best.unwrap().gains[0] - 1e-9);
    let alone = design::Limits { leave_alone: vec!["C04".into(), "C10".into()], ..design::Limits::default() };
    let without = designed("welfare:RUS -0.05 %", &TARIFFS.replace("whole = true", ""), alone);
    assert!(without.levers[1].size == 0.0 || without.best.is_none());
    let most = designed("welfare:RUS -20 %", TARIFFS, design::Limits::default());
    assert!(most.best.is_none() && most.nearest.0.goal < 0.0);
}

/// A coalition's members lose alike with transfers, which add up to nothing.
#[test]
fn a_burden_is_shared_in_equilibrium() {
    let model = Model::many(NamedEconomy::new(builtin::sectors_2014().unwrap().0).unwrap(), Deficits::Kept).unwrap();
    let text = r#"
        [[change]]
        exporter = ["USA", "EU"]
        importer = "RUS"
        sector = "goods"
        cost_percent = 30
        both = true
    "#;
    let file = PullFile::parse(text, "scenario.toml".as_ref()).unwrap();
    let question = simulate::Question {
        file: &file,
        draws: None,
        matrix: true,
        coalition: Some("USA+EU".to_owned()),
        command: String::new(),
    };
    let facts = simulate::compute(&model, &Catalogue::embedded().unwrap(), &question).unwrap();
    let burden = facts.burden.unwrap();
    assert_eq!(burden.members.len(), 29);
    assert!(burden.members.iter().all(|m| (m.with - burden.shared).abs() < 1e-8), "{burden:?}");
    let paid: f64 = burden.members.iter().map(|m| m.transfer).sum();
    let gross: f64 = burden.members.iter().map(|m| m.transfer.abs()).sum();
    assert!(paid.abs() < 1e-9 * gross && gross > 1e9, "{paid} {gross}");
    // Lithuania sells Russia most for its size, and the United States least.
    let of = |code: &str| burden.members.iter().find(|m| m.code == code).unwrap();
    assert!(of("LTU").transfer > 0.0 && of("USA").transfer < 0.0);
    // What is by sector adds up to what is not.
    let matrix = facts.matrix.unwrap();
    let rows = matrix.iter().filter(|f| f.exporter == "USA" && f.importer == "RUS");
    let (before, after) = rows.fold((0.0, 0.0), |(b, a), f| (b + f.before_usd, a + f.after_usd));
    let flow = facts.flows.iter().find(|f| f.exporter == "USA" && f.importer == "RUS").unwrap();
    assert!((before / flow.before_usd - 1.0).abs() < 1e-12 && (after / flow.after_usd - 1.0).abs() < 1e-12);
    let sectors = facts.by_sector.unwrap();
    let exports: f64 = sectors.iter().filter(|s| s.region == "RUS").map(|s| s.exports[1]).sum();
    let abroad = matrix.iter().filter(|f| f.exporter == "RUS" && f.importer != "RUS");
    assert!((exports / abroad.map(|f| f.after_usd).sum::<f64>() - 1.0).abs() < 1e-12);
}

/// Where imbalances are chosen they are those after the change, and nobody else's today changes.
#[test]
fn imbalances_are_chosen() {
    let plain = Model::many(NamedEconomy::new(builtin::sectors_2014().unwrap().0).unwrap(), Deficits::Kept).unwrap();
    let model = plain.with_imbalances(&[("RUS".to_owned(), 0.0)]).unwrap();
    let file =
        PullFile::parse("[[change]]\nexporter = \"USA\"\nimporter = \"RUS\"\ncost_percent = 1", "s.toml".as_ref());
    let file = file.unwrap();
    let question =
        simulate::Question { file: &file, draws: None, matrix: true, coalition: None, command: String::new() };
    let facts = simulate::compute(&model, &Catalogue::embedded().unwrap(), &question).unwrap();
    let matrix = facts.matrix.unwrap();
    let sum =
        |of: &dyn Fn(&simulate::FlowFacts) -> bool| matrix.iter().filter(|f| of(f)).map(|f| f.after_usd).sum::<f64>();
    let exports = sum(&|f| f.exporter == "RUS" && f.importer != "RUS");
    let imports = sum(&|f| f.importer == "RUS" && f.exporter != "RUS");
    // What regions' choices leave over is spread by value added, and Russia's part of it is small.
    assert!((exports / imports - 1.0).abs() < 1e-6, "{exports} {imports}");
}
