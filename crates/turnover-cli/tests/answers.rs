//! The main job and the questions it is made of, on the embedded figures, as a user runs them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]
#![allow(dead_code, reason = "not every test file uses all of the support")]

mod support;

use serde_json::Value;
use support::Room;

fn json(room: &Room, words: &str) -> Value {
    serde_json::from_str(&room.answer(&format!("{words} --json"))).unwrap()
}

fn value(answer: &Value, id: &str) -> f64 {
    let finding = answer["findings"].as_array().unwrap().iter().find(|f| f["id"] == id);
    finding.unwrap_or_else(|| panic!("no {id}"))["value"].as_f64().unwrap()
}

#[test]
fn the_brief_reads_as_it_did() {
    let room = Room::new();
    insta::assert_snapshot!("brief", room.answer("brief USA RUS --times 3"));
    insta::assert_snapshot!("coverage", room.answer("coverage USA RUS --date 2019-10-31"));
}

/// 2019: 5.787 and 22.279 billion US dollars by the US Census Bureau, 13.19 and 13.13 by the customs service of
/// Russia, 13.429 and 13.189 by UN Comtrade for Russia; no figure of one side stands for both.
#[test]
fn the_founding_year_has_the_reported_totals() {
    let answer = json(&Room::new(), "turnover USA RUS");
    let close = |found: f64, published: f64| assert!((found / published - 1.0).abs() < 1e-3, "{found} {published}");
    close(value(&answer, "turnover.reported_by_USA"), 28.07e9);
    close(value(&answer, "turnover.reported_by_RUS"), 26.318e9);
    let level = &answer["findings"][0];
    assert_eq!((&level["id"], &level["value"]), (&"turnover.level".into(), &Value::Null));
    close(level["interval"]["low"].as_f64().unwrap(), 26.318e9);
    close(level["interval"]["high"].as_f64().unwrap(), 28.07e9);
    let reports = answer["tables"].as_array().unwrap().iter().find(|t| t["id"] == "turnover.reports").unwrap();
    let comtrade = reports["rows"].as_array().unwrap().iter().find(|r| r[0] == "UN Comtrade, Russia").unwrap();
    close(comtrade[2].as_f64().unwrap(), 13.429e9);
    close(comtrade[4].as_f64().unwrap(), 13.189e9);
}

/// UN Comtrade's Russian series disagrees in 2016 and 2017 with what Russia reported to the IMF; neither 2015 nor
/// 2018 does.
#[test]
fn years_that_stand_out_are_named() {
    let room = Room::new();
    let named = |year: i32| {
        let answer = json(&room, &format!("turnover USA RUS --year {year}"));
        let findings = answer["findings"].as_array().unwrap();
        findings.iter().filter(|f| f["id"].as_str().unwrap().starts_with("turnover.suspect_russia_chapters")).count()
    };
    assert_eq!([2015, 2016, 2017, 2018].map(named), [0, 2, 2, 0]);
}

/// The reconciled value lies among the reports, its interval holds it, and the command gives it again.
#[test]
fn the_reconciled_value_stands_beside_the_reports() {
    let room = Room::new();
    let answer = json(&room, "turnover USA RUS --ledger reconciled");
    let finding = answer["findings"].as_array().unwrap().iter().find(|f| f["id"] == "turnover.reconciled").unwrap();
    let [value, low, high] =
        [&finding["value"], &finding["interval"]["low"], &finding["interval"]["high"]].map(|v| v.as_f64().unwrap());
    assert!(low < value && value < high, "{low} {value} {high}");
    // Lowest and highest reports of both directions: 5.787 + 13.13 and 13.43 + 22.28.
    assert!((18.9e9..35.8e9).contains(&value), "{value}");
    assert!(finding["reproduce"].as_str().unwrap().ends_with("--ledger reconciled"));
    assert!(
        value == self::value(&json(&room, "turnover USA RUS --ledger reconciled --year 2019"), "turnover.reconciled")
    );
    // Too few flows by both sides to learn from.
    room.file("two.csv", "year,reporter,exporter,importer,value\n2019,USA,USA,RUS,5\n2019,RUS,USA,RUS,6\n");
    let refused = room.run("turnover USA RUS --data two.csv --ledger reconciled");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("both sides"));
    let refused = room.run("coverage USA RUS --ledger reconciled");
    assert_eq!(refused.status.code(), Some(2));
}

/// Any pair has an answer, and what is not reported is named as that.
#[test]
fn any_pair_is_answered_from_the_built_in_world() {
    let room = Room::new();
    for (pair, id) in [("DEU CHN", "turnover.reported_by_DEU"), ("KEN UGA", "turnover.reported_by_UGA")] {
        assert!(value(&json(&room, &format!("turnover {pair}")), id) > 0.0);
    }
    insta::assert_snapshot!("blocs", room.answer("turnover EU28 RUS --year 2019"));
    let answer = room.answer("turnover KOR PRK --year 1997");
    assert!(answer.contains("not reported by North Korea"), "{answer}");
    let answer = room.answer("turnover DEU FRA --year 2023");
    assert!(answer.contains("no report of Germany here for 2023"), "{answer}");
    let refused = room.run("turnover BVT HMD");
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("--data FILE") && message.contains("data.imf.org"), "{message}");
    let list = json(&room, "data list");
    assert_eq!(list["tables"].as_array().unwrap().len(), 8);
}

#[test]
fn the_reached_multiple_survives_being_put_back() {
    let room = Room::new();
    for (times, extra, both) in
        [(3.0, "", true), (0.5, "", true), (10.0, " --theta 6", true), (1.2, " --only RUS:USA", false)]
    {
        let reached = json(&room, &format!("reach USA RUS --times {times}{extra}"));
        assert!((reached["multiple"].as_f64().unwrap() / times - 1.0).abs() < 1e-10);
        assert!(reached["residual"].as_f64().unwrap() < 1e-12);
        let b = reached["log_points"].as_f64().unwrap();
        let theta = reached["theta"].as_f64().unwrap();
        assert!((reached["cost_cut"].as_f64().unwrap() - (1.0 - (-b / theta).exp())).abs() < 1e-12);
        assert!((reached["tariff_equivalent"].as_f64().unwrap() - ((b / theta).exp() - 1.0)).abs() < 1e-12);
        // The change of no cost on the other direction makes its flow count in the multiple too.
        let there = if both { format!("USA:RUS={b}lp") } else { "USA:RUS=0lp".to_owned() };
        // One direction alone starts from customs data.
        let world = reached["world_year"].as_i64().unwrap();
        assert_eq!(world, if both { 2014 } else { 2019 });
        let back = json(
            &room,
            &format!("simulate --change {there} --change RUS:USA={b}lp --theta {theta} --world-year {world}"),
        );
        let again = back["multiple"].as_f64().unwrap();
        assert!((again / times - 1.0).abs() < 1e-10, "{times}{extra}: {again}");
    }
}

#[test]
fn more_trade_takes_more() {
    let answer = json(&Room::new(), "reach USA RUS --times 3");
    let table = answer["tables"].as_array().unwrap().iter().find(|t| t["id"] == "reach.by_multiple").unwrap();
    let points: Vec<f64> = table["rows"].as_array().unwrap().iter().map(|r| r[1].as_f64().unwrap()).collect();
    assert_eq!(points.len(), 10);
    assert!(points[0].abs() < 1e-9, "times 1 takes nothing");
    assert!(points.windows(2).all(|w| w[0] < w[1]), "{points:?}");
}

/// Each finding names definition, source, hash and a command; the command gives the same value.
#[test]
fn every_figure_can_be_had_again_by_its_command() {
    let room = Room::new();
    let brief = json(&room, "brief USA RUS --times 3");
    let mut answers: std::collections::BTreeMap<String, Value> = std::collections::BTreeMap::new();
    for finding in brief["findings"].as_array().unwrap() {
        let id = finding["id"].as_str().unwrap();
        for field in ["title", "statement", "method", "definition", "reproduce"] {
            assert!(!finding[field].as_str().unwrap().is_empty(), "{id} has no {field}");
        }
        for source in finding["sources"].as_array().unwrap() {
            assert_eq!(source["hash"].as_str().unwrap().len(), 64, "{id}");
            assert!(!source["vintage"].as_str().unwrap().is_empty(), "{id}");
        }
        let command = finding["reproduce"].as_str().unwrap();
        let words = command.strip_prefix("turnover ").unwrap();
        let again = answers.entry(command.to_owned()).or_insert_with(|| json(&room, words));
        let same = again["findings"].as_array().unwrap().iter().find(|f| f["id"] == id).unwrap();
        assert_eq!(same["value"], finding["value"], "{id}");
        assert_eq!(same["interval"], finding["interval"], "{id}");
    }
    assert_eq!(answers.len(), 9);
}

#[test]
fn the_same_question_gets_the_same_bytes() {
    let room = Room::new();
    for out in ["brief.html", "brief.json", "brief.md", "t.csv", "t.parquet", "t.tex", "c.svg"] {
        room.answer(&format!("brief USA RUS --times 3 --out {out}"));
        let first = std::fs::read(room.path().join(out)).unwrap();
        room.answer(&format!("brief USA RUS --times 3 --out {out}"));
        assert!(!first.is_empty() && first == std::fs::read(room.path().join(out)).unwrap(), "{out}");
    }
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    let room = Room::new();
    room.answer("brief USA RUS --times 3 --out brief.html");
    let page = std::fs::read_to_string(room.path().join("brief.html")).unwrap();
    assert!(page.matches("<svg").count() >= 5);
    for foreign in ["src=", "href=", "@import", "url(", "<script"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(
        !page.contains("http://")
            || page.matches("http://").count() == page.matches("http://www.w3.org/2000/svg").count()
    );
}

#[test]
fn a_failed_run_leaves_the_old_file() {
    let room = Room::new();
    room.file("brief.html", "old");
    let out = room.run("reach USA RUS --times 1000000 --out brief.html");
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(room.path().join("brief.html")).unwrap(), "old");
}

#[test]
fn a_brief_takes_levers_and_says_what_it_supposes() {
    let room = Room::new();
    room.file(
        "levers.toml",
        "title = \"A cost\"\n[[lever]]\ntitle = \"Dearer shipping\"\nexporter = \"USA\"\nimporter = \"RUS\"\ncost_percent = 10\n",
    );
    let words = "brief USA RUS --times 3 --theta 6 --only coverage,reach --levers levers.toml --lift rus-2014-food";
    let brief = json(&room, words);
    let command = brief["command"].as_str().unwrap();
    for option in ["--theta 6", "--lift rus-2014-food", "--levers levers.toml", "--only coverage,reach"] {
        assert!(command.contains(option), "{command}");
    }
    let alone = json(&room, "reach USA RUS --times 3 --theta 6 --levers levers.toml");
    assert_eq!(value(&brief, "levers.rest"), value(&alone, "levers.rest"));
    for finding in brief["findings"].as_array().unwrap() {
        let (id, supposed) = (finding["id"].as_str().unwrap(), finding["supposition"].as_str());
        assert_eq!(supposed.is_some(), !id.starts_with("turnover."), "{id}");
    }
    // The embargo is lifted, but no lever says what that is worth in trade costs.
    assert_eq!(value(&brief, "reach.uncounted"), 1.0);
}

#[test]
fn a_users_own_files_replace_the_figures() {
    let room = Room::new();
    std::fs::create_dir(room.path().join("own")).unwrap();
    room.file("own/flows.csv", "t;von;nach;ware;wert\n2021;FRA;DEU;0203;5\n2021;DEU;FRA;8703;7.5\n");
    room.file(
        "own/world.csv",
        "year,exporter,importer,value\n2021,FRA,FRA,900\n2021,FRA,DEU,50\n2021,DEU,FRA,75\n2021,DEU,DEU,1200\n",
    );
    let words =
        "--data own --exporter von --importer nach --product ware --value wert --year-column t --unit million-usd";
    let brief = json(&room, &format!("brief FRA DEU --times 2 {words}"));
    assert_eq!(value(&brief, "turnover.level"), 12.5e6);
    // The catalogue has no measure between the two, which says nothing about there being none; and two
    // countries are not a world.
    let unanswered: Vec<&String> = brief["unanswered"].as_object().unwrap().keys().collect();
    let gaps = ["How much of it do measures touch?", "What did a measure cost?"];
    assert_eq!(unanswered, [gaps[0], gaps[1], "Where is the room?", "Where did the trade go?"]);
    for finding in brief["findings"].as_array().unwrap() {
        let again = json(&room, finding["reproduce"].as_str().unwrap().strip_prefix("turnover ").unwrap());
        let same = again["findings"].as_array().unwrap().iter().find(|f| f["id"] == finding["id"]).unwrap();
        assert_eq!(same["value"], finding["value"], "{}", finding["id"]);
    }
}

#[test]
fn an_unanswerable_question_leaves_the_others_standing() {
    let room = Room::new();
    room.file("flows.csv", "year,exporter,importer,value\n2021,PRK,FJI,5\n2021,FJI,PRK,7\n");
    let brief = json(&room, "brief PRK FJI --times 2 --data flows.csv");
    assert_eq!(value(&brief, "turnover.level"), 12.0);
    let reasons = brief["unanswered"].as_object().unwrap();
    assert!(reasons.values().any(|why| why.as_str().unwrap().contains("does not have PRK")), "{reasons:?}");
}

#[test]
fn two_reporters_are_shown_side_by_side() {
    let room = Room::new();
    room.file(
        "flows.csv",
        "year,reporter,exporter,importer,value\n2021,USA,USA,RUS,10\n2021,RUS,USA,RUS,12\n2021,USA,RUS,USA,20\n2021,RUS,RUS,USA,18\n",
    );
    let answer = json(&room, "turnover USA RUS --data flows.csv");
    assert_eq!(value(&answer, "turnover.forward"), 12.0, "the importer's report stands");
    assert_eq!(value(&answer, "turnover.backward"), 20.0, "the importer's report stands");
    assert!((value(&answer, "turnover.mirror") - 0.0).abs() < 1e-12);
}

#[test]
fn totals_beside_details_are_not_counted_twice() {
    let room = Room::new();
    room.file(
        "flows.csv",
        "year,exporter,importer,product,value\n2021,USA,RUS,TOTAL,10\n2021,USA,RUS,02,6\n2021,USA,RUS,0203,6\n2021,USA,RUS,84,4\n",
    );
    let answer = json(&room, "turnover USA RUS --data flows.csv");
    assert_eq!(value(&answer, "turnover.level"), 10.0);
}

#[test]
fn the_catalogue_lists_shows_and_checks() {
    let room = Room::new();
    insta::assert_snapshot!("measures_list", room.answer("measures list --target RUS --sender USA --date 2019-10-31"));
    insta::assert_snapshot!("measures_show", room.answer("measures show rus-2016-turkey-food"));
    insta::assert_snapshot!("measures_check", room.answer("measures check"));
    room.file("flows.csv", "year,exporter,importer,product,value_usd\n2018,USA,RUS,02,1\n2020,USA,RUS,02,2\n2020,USA,RUS,02,3\n2020,USA,DEU,0203,0\n");
    insta::assert_snapshot!("describe", room.answer("data describe flows.csv"));
    room.file("own.csv", "when,exporter,importer,value\n2018,USA,RUS,1\n");
    assert!(room.answer("data describe own.csv --year when").contains("2018"));
}

#[test]
fn an_estimate_reads_as_a_table() {
    let room = Room::new();
    let mut csv = String::from("trade,rta,dist,exporter,importer,year\n");
    for r in 0..180 {
        let (i, j, t) = (r / 30, r / 5 % 6, r % 5);
        let rta = u32::from((i + j) % 3 == 0 && t > 2);
        // A pair without trade, and a gap.
        let trade = match (i, j) {
            (1, 2) => "0".to_owned(),
            (2, 1) if t == 0 => "NA".to_owned(),
            _ => format!("{}", (r * 7919 % 97 + 10) as f64 * (1.0 + 0.5 * f64::from(rta))),
        };
        csv.push_str(&format!("{trade},{rta},{},E{i},I{j},{}\n", i * 3 + j * 5 + 1, 2000 + t));
    }
    room.file("panel.csv", csv);
    let words = "estimate panel.csv 'trade ~ rta + log(dist) | exporter^year + importer^year + exporter^importer' \
                 'trade ~ csw(log(dist), rta) | exporter + importer' --vcov cluster:exporter^importer";
    insta::assert_snapshot!("estimate", room.answer(words));
    room.answer(&format!("{words} --out e.tex --part estimate.etable"));
    let tex = std::fs::read_to_string(room.path().join("e.tex")).unwrap();
    insta::assert_snapshot!("estimate_side_by_side", room.answer(&format!("{words} --etable")));
    room.answer(&format!("{words} --etable --out e.md"));
    let md = std::fs::read_to_string(room.path().join("e.md")).unwrap();
    assert!(md.contains("| (1) trade |") && !md.contains("standard error"), "{md}");
    let words =
        "estimate panel.csv 'trade ~ rta | exporter^year + importer^year + exporter^importer' --bias-correction";
    insta::assert_snapshot!("estimate_corrected", room.answer(words));
    assert!(tex.contains("\\toprule") && tex.contains("exporter\\textasciicircum{}year effects"), "{tex}");
}

#[test]
fn colour_comes_only_where_asked() {
    let room = Room::new();
    assert!(!room.answer("brief USA RUS").contains('\x1b'));
    assert!(room.answer("brief USA RUS --color always").contains('\x1b'));
}

/// A file of two levers; the folder holds nothing else.
const LEVERS: &str = "title = \"Levers\"
[model]
theta_std_error_percent = 10
[[lever]]
title = \"Lift the import ban on food\"
measure = \"rus-2014-food\"
exporter = \"USA\"
importer = \"RUS\"
log_points = 0.1
std_error = 0.02
[[lever]]
title = \"Cheaper borders\"
exporter = \"USA\"
importer = \"RUS\"
both = true
cost_percent = -10
";

#[test]
fn levers_reach_a_multiple_alone_or_leave_a_rest() {
    let room = Room::new();
    room.file("levers.toml", LEVERS);
    insta::assert_snapshot!("levers", room.answer("reach USA RUS --times 1.5 --levers levers.toml --draws 200"));
    insta::assert_snapshot!("levers_rest", room.answer("reach USA RUS --times 3 --levers levers.toml"));
    // The answer put back: both levers and the rest as changes of cost.
    let json = |words: &str| -> Value { serde_json::from_str(&room.answer(words)).unwrap() };
    let rest = json("reach USA RUS --times 3 --levers levers.toml --json")["cost_cut"].as_f64().unwrap();
    room.file(
        "back.toml",
        format!(
            "{LEVERS}\n[[lever]]\ntitle = \"Rest\"\nexporter = \"USA\"\nimporter = \"RUS\"\nboth = true\n\
             cost_percent = {}\n",
            -100.0 * rest
        ),
    );
    let back = json("reach USA RUS --times 3 --levers back.toml --json");
    let all = back["multiple_all_levers"].as_f64().unwrap();
    assert!((all - 3.0).abs() < 1e-9, "{all}");
    // A bound on the rest puts the multiple out of reach, and says how far it gets.
    room.file("bound.toml", format!("{LEVERS}\n[rest]\nat_most_percent = 5\n"));
    let bound = room.answer("reach USA RUS --times 3 --levers bound.toml");
    assert!(bound.contains("out of reach") && bound.contains("at most"), "{bound}");
    // The same draws whatever the number of threads, others for another seed.
    let draws =
        |tail: &str| room.answer(&format!("reach USA RUS --times 3 --levers levers.toml --draws 64 --json {tail}"));
    assert_eq!(draws("--threads 1"), draws("--threads 3"));
    assert_ne!(draws("--seed 1"), draws("--seed 2"));
}

#[test]
fn a_scenario_is_what_its_changes_are() {
    let room = Room::new();
    room.file("scenario.toml", "[[change]]\nexporter = \"USA\"\nimporter = \"RUS\"\nboth = true\ncost_percent = -20\n");
    let json = |words: &str| -> Value { serde_json::from_str(&room.answer(words)).unwrap() };
    let file = json("simulate --scenario scenario.toml --json");
    let words = json("simulate --change USA:RUS=-20% --change RUS:USA=-20% --json");
    assert_eq!(file["multiple"], words["multiple"]);
    insta::assert_snapshot!("scenario", room.answer("simulate --scenario scenario.toml"));
}

/// A small economy of many sectors in files.
fn economy(room: &Room) {
    std::fs::create_dir(room.path().join("small")).unwrap();
    let file = |name: &str, text: &str| {
        room.file(&format!("small/{name}"), text);
    };
    file("regions.txt", "USA\nRUS\nDEU\n");
    file("sectors.txt", "Goods\nServices\n");
    file("flows.txt", "0 4 9\n3 0 5\n8 6 0\n");
    file("tariffs.txt", "0 3 2\n10 0 8\n2 1 0\n");
    file("output.txt", "60 30 50\n140 40 90\n");
    file("value_added.txt", "0.5 0.6 0.4\n0.7 0.8 0.6\n");
    file("inputs.txt", &"0.6 0.3\n0.4 0.7\n".repeat(3));
    file("theta.txt", "4\n");
}

#[test]
fn many_sectors_read_as_tables() {
    let room = Room::new();
    economy(&room);
    room.file(
        "free.toml",
        "[[lever]]\ntitle = \"No tariffs between them\"\nexporter = \"USA\"\nimporter = \"RUS\"\nboth = true\n\
         tariff_percent = 0\nsector = \"Goods\"\n",
    );
    let words = "--model caliendo-parro --data small";
    insta::assert_snapshot!("sectors_scenario", room.answer(&format!("simulate --scenario free.toml {words}")));
    insta::assert_snapshot!(
        "sectors_levers",
        room.answer(&format!("reach USA RUS --times 2 --levers free.toml {words}"))
    );
}

/// Counted again from the embedded table by another program: 3,504 starts by 631 pairs, of which 713
/// tripled within 8 years in dollars and 57 as a share of all trade.
#[test]
fn histories_are_counted() {
    let room = Room::new();
    let answer: Value = serde_json::from_str(&room.answer("history USA RUS --times 3 --json")).unwrap();
    assert_eq!(
        ["starts", "pairs", "reached"].map(|k| answer[k].as_u64().unwrap()),
        [10_479, 481, 129],
        "{}",
        answer["base_rate"]
    );
    insta::assert_snapshot!("history", room.answer("history USA RUS --times 3"));
    // A panel of one's own: of two pairs one comes from a third of all trade to 46 %, times 1.37.
    let mut csv = String::from("year,exporter,importer,value\n");
    for (year, a, b) in [(2000, 100, 50), (2001, 110, 60), (2002, 120, 101)] {
        csv.push_str(&format!("{year},USA,RUS,{a}\n{year},DEU,FRA,{b}\n"));
    }
    room.file("own.csv", csv);
    let own: Value = serde_json::from_str(
        &room.answer("history USA RUS --times 1.3 --years 2 --least-share 1 --data own.csv --json"),
    )
    .unwrap();
    assert_eq!(["starts", "reached"].map(|k| own[k].as_u64().unwrap()), [2, 1]);
}

#[test]
fn a_measure_has_an_effect_and_trade_goes_elsewhere() {
    let room = Room::new();
    insta::assert_snapshot!("effect", room.answer("effect rus-2014-food --with USA"));
    insta::assert_snapshot!("diversion", room.answer("diversion rus-2014-food"));
}

#[test]
fn statements_are_checked() {
    let room = Room::new();
    insta::assert_snapshot!("check", room.answer("check"));
    let review: Value = serde_json::from_str(&room.answer("check --claim-review")).unwrap();
    let graph = review["@graph"].as_array().unwrap();
    assert_eq!(graph.len(), 4);
    assert!(graph.iter().all(|r| r["@type"] == "ClaimReview" && r["reviewRating"]["ratingValue"].is_u64()));
    // The template is a dossier.
    room.file("own.toml", room.answer("check --template"));
    assert!(room.answer("check own.toml").contains("This holds"));
}

/// Direction of Trade: Vietnam and Laos traded 1.13 billion dollars in 2019 by Vietnam's reports.
const ARTICLE: &str = "Talks in Hanoi\n\nHanoi, 3 March 2020. Trade between Vietnam and Laos reached 9 billion dollars in \
    2019, the trade minister of Vietnam said. The president of Laos promised to double trade with Vietnam by 2030. \
    Laos is Vietnam's largest supplier.\n";

#[test]
fn a_text_is_read_judged_and_drafted() {
    let room = Room::new();
    room.file("talks.txt", ARTICLE);
    let text = room.answer("read talks.txt --explain");
    assert!(text.contains("fails") && text.contains("open") && text.contains("level"), "{text}");
    room.answer("read talks.txt --out draft.toml");
    // The draft is a dossier, and says the same.
    assert!(room.answer("check draft.toml").contains("This fails"));
    room.answer("read talks.txt --out page.html");
    let page = std::fs::read_to_string(room.path().join("page.html")).unwrap();
    assert!(
        page.contains("<mark class=\"fails\" id=\"s1\">Trade between Vietnam and Laos reached 9 billion dollars"),
        "{page}"
    );
    assert_eq!(page.matches("<mark ").count(), 3, "each statement is marked");
    // A page is read like its text, and items line by line.
    room.file("talks.html", format!("<html><body><p>{ARTICLE}</p></body></html>"));
    assert!(room.answer("read talks.html").contains("9 billion"));
    room.file("items.jsonl", "{\"id\": \"x\", \"date\": \"2020-03-03\", \"text\": \"Laos sold Vietnam rice worth 5 million dollars in 2019.\"}\n");
    let line: Value = serde_json::from_str(&room.answer("read items.jsonl --items")).unwrap();
    assert_eq!(line["statements"][0]["check"]["value"], 5e6);
}

#[test]
fn a_text_that_cannot_be_read_is_refused() {
    let room = Room::new();
    room.file("undated.txt", "Trade between Vietnam and Laos rose by 5 percent.");
    for (words, error) in [
        ("read", "there is no text to read"),
        ("read nowhere.txt", "cannot be read"),
        ("read undated.txt", "no date"),
        ("read undated.txt --date 2020-01-01 --pair Vietnam Ruritania", "Ruritania"),
        ("read undated.txt --items", "line 1"),
        ("check --atom", "--since"),
    ] {
        let out = room.run(words);
        assert_eq!(out.status.code(), Some(2), "{words}");
        assert!(
            String::from_utf8_lossy(&out.stderr).contains(error),
            "{words}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
}

#[test]
fn a_check_says_what_changed_since_the_last() {
    let room = Room::new();
    room.file("talks.txt", ARTICLE);
    room.answer("read talks.txt --out draft.toml");
    room.answer("check draft.toml --json=last.json");
    assert!(room.answer("check draft.toml --since last.json").contains("nothing changed"));
    // A figure that was said is corrected: what failed holds, and the status says so.
    let last = std::fs::read_to_string(room.path().join("last.json")).unwrap();
    room.file("last.json", last.replace("\"verdict\": \"fails\"", "\"verdict\": \"holds\""));
    let out = room.run("check draft.toml --since last.json");
    assert_eq!(out.status.code(), Some(3), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(String::from_utf8_lossy(&out.stdout).contains("verdict was holds, and is fails"));
    let feed = room.run("check draft.toml --since last.json --atom");
    assert_eq!(feed.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&feed.stdout).starts_with("<?xml"));
    room.file("other.json", "{}");
    assert_eq!(room.run("check draft.toml --since other.json").status.code(), Some(2));
}

#[test]
fn a_brief_answers_the_questions_that_are_asked() {
    let room = Room::new();
    let only = room.answer("brief USA RUS --only reach,history");
    assert!(only.contains("How often has that happened?") && !only.contains("How much of it do measures touch?"));
    let without = room.answer("brief USA RUS --without effect,diversion,check");
    assert!(without.contains("How much of it do measures touch?") && !without.contains("Where did the trade go?"));
}

/// Files as CEPII, UN Comtrade (old and new) and the World Bank's WITS give them out need no words.
#[test]
fn files_are_read_as_they_are_downloaded() {
    let room = Room::new();
    let level = |name: &str, text: &str| {
        room.file(name, text);
        value(&json(&room, &format!("turnover USA RUS --data {name}")), "turnover.level")
    };
    let baci = "t,i,j,k,v,q\n2019,842,643,020329,1.5,NA\n2019,643,842,271012,2.5,7\n";
    assert_eq!(level("BACI_HS17_Y2019_V202501.csv", baci), 4000.0);
    let old = "Year,Trade Flow,Reporter,Reporter ISO,Partner ISO,Commodity Code,Trade Value (US$)\n\
               2019,Import,Russian Federation,RUS,USA,02,10\n2019,Export,Russian Federation,RUS,USA,27,30\n";
    assert_eq!(level("comtrade_old.csv", old), 40.0);
    let new = "refYear,flowCode,reporterISO,partnerISO,cmdCode,primaryValue\n2019,M,RUS,USA,TOTAL,10\n2019,X,RUS,USA,TOTAL,31\n";
    assert_eq!(level("comtrade_new.csv", new), 41.0);
    // Letters are null and numbers whole where descriptions were not asked for.
    let api = r#"{"elapsedTime": "0.1 secs", "count": 2, "data": [
        {"refYear": 2019, "period": "2019", "reporterCode": 643, "reporterISO": null, "flowCode": "M",
         "partnerCode": 842, "partnerISO": null, "cmdCode": "TOTAL", "primaryValue": 10.5},
        {"refYear": 2019, "period": "2019", "reporterCode": 643, "reporterISO": null, "flowCode": "X",
         "partnerCode": 842, "partnerISO": null, "cmdCode": "TOTAL", "primaryValue": 31}], "error": ""}"#;
    assert_eq!(level("comtrade_api.json", api), 41.5);
    let old_api = r#"{"validation": {"status": {"name": "Ok"}}, "dataset": [
        {"yr": 2019, "period": 2019, "rgDesc": "Import", "rt3ISO": "RUS", "pt3ISO": "USA", "cmdCode": "02", "TradeValue": 10},
        {"yr": 2019, "period": 2019, "rgDesc": "Export", "rt3ISO": "RUS", "pt3ISO": "USA", "cmdCode": "27", "TradeValue": 32}]}"#;
    assert_eq!(level("comtrade_api_old.json", old_api), 42.0);
    let wits = "ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,TradeValue in 1000 USD\n\
                RUS,02,USA,2019,Import,5\nRUS,27,USA,2019,Export,6\n";
    assert_eq!(level("wits.csv", wits), 11_000.0);
    let gravity = "year,iso3_o,iso3_d,dist,tradeflow_baci\n2019,USA,RUS,8915,2\n2019,RUS,USA,8915,3\n";
    assert_eq!(level("gravity.csv", gravity), 5000.0);
}

/// Six countries and three products; potential, advantage and complementarity worked out by another
/// program from the formulas.
#[test]
fn potential_is_supply_times_demand_times_ease() {
    let room = Room::new();
    let countries = ["USA", "RUS", "DEU", "CHN", "FRA", "JPN"];
    let mut csv = String::from("year,exporter,importer,product,value_million_usd\n");
    for (i, a) in countries.iter().enumerate() {
        for (j, b) in countries.iter().enumerate().filter(|(j, _)| *j != i) {
            for (k, product) in ["0203", "2709", "8703"].iter().enumerate() {
                csv.push_str(&format!("2019,{a},{b},{product},{}\n", (i * 7 + j * 5 + k * 3) % 11 + 1));
            }
        }
    }
    room.file("flows.csv", csv);
    let words = "potential USA RUS --data flows.csv --date 2019-10-31";
    let answer = json(&room, words);
    let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    close(value(&answer, "potential.unrealised.USA.RUS"), 4.283845431204135e6);
    close(value(&answer, "potential.unrealised.RUS.USA"), 1.6178260502929787e6);
    close(value(&answer, "potential.complementarity.USA.RUS"), 0.9209183673469388);
    let table = answer["tables"].as_array().unwrap().iter().find(|t| t["id"] == "potential.USA_RUS").unwrap();
    let cars = table["rows"].as_array().unwrap().iter().find(|r| r[0] == "8703").unwrap();
    close(cars[3].as_f64().unwrap(), 5.283845431204135e6);
    close(cars[5].as_f64().unwrap(), 1.110813837730214);
    insta::assert_snapshot!("potential", room.answer(words));
}

/// Flows go out as .dta, .csv and .parquet, and come back as they were.
#[test]
fn flows_are_written_for_other_programs() {
    let room = Room::new();
    let level =
        |words: &str| json(&room, &format!("turnover USA RUS{words}"))["findings"][0]["value"].as_f64().unwrap();
    // The embedded flows are UN Comtrade's for Russia, by chapter.
    let own: f64 = 26.618e9;
    for ending in ["dta", "csv", "parquet"] {
        room.answer(&format!("data export USA RUS --out flows.{ending} --quiet"));
        let back = level(&format!(" --data flows.{ending} --year 2019"));
        assert!((back / own - 1.0).abs() < 1e-5, "{ending}: {back}");
    }
    room.answer("reach USA RUS --times 3 --out reach.dta --quiet");
    room.answer("reach USA RUS --times 3 --out by_theta.dta --part reach.by_theta --quiet");
    let told = room.run("data export USA RUS");
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&told.stderr).contains("add --out FILE.csv"));
}

/// Goods on the high-priority list reach Russia through Kyrgyzstan once the EU stops them, and
/// Kyrgyzstan's own report has less of them than Russia's.
#[test]
fn a_watch_list_and_the_other_report_show_a_way_around() {
    let room = Room::new();
    let mut csv = String::from("year,reporter,exporter,importer,product,value\n");
    let ordinary = ["020110", "040610", "080810", "100190", "220421", "390110", "480100", "610910", "870323", "940360"];
    for year in 2018..=2024 {
        let since = year > 2022;
        for (at, from) in ["DEU", "FRA", "KGZ", "ARM", "CHN", "IND"].iter().enumerate() {
            for (k, product) in ordinary.iter().enumerate() {
                let value =
                    (100 + 13 * at + 7 * k) as f64 * (1.0 + 0.1 * f64::from((year as usize * (k + 3) + at) as u32 % 5));
                csv.push_str(&format!("{year},RUS,{from},RUS,{product},{value}\n"));
            }
            for product in ["854231", "848210"] {
                let value = match (*from, since) {
                    ("DEU" | "FRA", true) => 1.0,
                    ("DEU" | "FRA", false) => 500.0,
                    ("KGZ", true) => 300.0,
                    _ => 5.0,
                };
                csv.push_str(&format!("{year},RUS,{from},RUS,{product},{value}\n"));
                if *from == "KGZ" {
                    let own = if since { 90.0 } else { 5.0 };
                    csv.push_str(&format!("{year},KGZ,{from},RUS,{product},{own}\n"));
                }
            }
        }
    }
    room.file("flows.csv", csv);
    let words = "diversion eu-2022-technology --watch-list common-high-priority --data flows.csv";
    let answer: Value = serde_json::from_str(&room.answer(&format!("{words} --json"))).unwrap();
    assert_eq!(answer["third_countries"][0], "KGZ");
    let findings = answer["findings"].as_array().unwrap();
    let mirror = findings.iter().find(|f| f["id"] == "diversion.mirror.KGZ").unwrap();
    assert_eq!(mirror["value"].as_f64().unwrap(), 420.0);
    let lost = &answer["tables"].as_array().unwrap().iter().find(|t| t["id"] == "diversion.lost").unwrap()["rows"];
    assert!(lost.as_array().unwrap().iter().all(|r| r[0] == "Germany" || r[0] == "France"), "{lost}");
    // Chapters cannot tell what is on the list.
    let coarse = room.run("diversion eu-2022-technology --watch-list common-high-priority");
    let said = String::from_utf8_lossy(&coarse.stderr);
    assert!(said.contains("names products by 6 digits"), "{said}");
}

/// Countries that the input-output tables lack have a world, of goods; the answer names which.
#[test]
fn any_pair_has_a_world_and_the_answer_names_it() {
    let room = Room::new();
    for (pair, world) in [
        ("USA RUS", "the world of 2014 (goods and services, 44 economies)"),
        ("USA CUB", "the world of 2019 (goods,"),
        ("KAZ KGZ", "the world of 2019 (goods,"),
        ("USA RUS --world-year 2023", "the world of 2023 (goods,"),
    ] {
        let answer = json(&room, &format!("reach {pair} --times 2"));
        let found = answer["findings"].as_array().unwrap();
        let cut = found.iter().find(|f| f["id"] == "reach.cost_cut").unwrap();
        assert!(cut["statement"].as_str().unwrap().contains(world), "{pair}: {cut}");
        assert!((answer["multiple"].as_f64().unwrap() / 2.0 - 1.0).abs() < 1e-9, "{pair}");
    }
    let refused = String::from_utf8(room.run("reach USA RUS --times 2 --world-year 2022").stderr).unwrap();
    assert!(refused.contains("1980 to 2020, or 2023"), "{refused}");
    let refused = String::from_utf8(room.run("reach USA PRK --times 2").stderr).unwrap();
    assert!(refused.contains("does not have PRK"), "{refused}");
}

/// One screen first: verdict, size, what it takes, how likely, where the room is, and what weighs against it.
#[test]
fn the_brief_leads_with_every_question_and_two_reservations() {
    let brief = json(&Room::new(), "brief USA RUS --times 3");
    let lead: Vec<&str> = brief["lead"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let wanted =
        ["traded goods worth", "is not affected", "about a quarter", "multiplied their share", "Room for more"];
    assert_eq!(lead.len(), wanted.len(), "{lead:?}");
    for (sentence, part) in lead.iter().zip(wanted) {
        assert!(sentence.contains(part), "{sentence}");
    }
    assert_eq!(brief["reservations"].as_array().unwrap().len(), 2);
}
