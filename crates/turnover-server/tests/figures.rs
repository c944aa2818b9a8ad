//! The figures of a page agree with each other, with the brief that is saved, and with what is supposed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use std::net::SocketAddr;

use serde_json::{Value, json};
use turnover_server::{Limits, openapi};

mod support;

use support::{answers, json, post, send, server, start, status};

/// What a page knows, as the options that a question takes by the interface's description.
fn fits(question: &str, what: &Value) -> Value {
    let title = format!("{}{}", question[..1].to_uppercase(), &question[1..]);
    let description = openapi();
    let members = description["components"]["schemas"][title]["properties"].as_object().unwrap();
    let mut page = json!({"a": "USA", "b": "RUS", "times": 3});
    page.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    page["between"] = format!("{}:{}", page["a"].as_str().unwrap(), page["b"].as_str().unwrap()).into();
    page.as_object_mut().unwrap().retain(|key, _| members.contains_key(key));
    page
}

fn ask(to: SocketAddr, question: &str, what: &Value) -> Value {
    let body = fits(question, what).to_string();
    let answer = post(to, &format!("/api/v1/answers/{question}"), "", &body);
    assert_eq!(status(&answer), 200, "{question} {what}: {}", start(&answer));
    json(&answer)
}

fn refusal(to: SocketAddr, question: &str, what: &Value) -> String {
    let answer = post(to, &format!("/api/v1/answers/{question}"), "", &fits(question, what).to_string());
    assert_eq!(status(&answer), 422, "{question} {what}: {}", start(&answer));
    json(&answer)["error"].as_str().unwrap().to_owned()
}

fn findings(answer: &Value) -> &Vec<Value> {
    answer["findings"].as_array().unwrap()
}

/// Text as the page shows it.
fn unescaped(html: &str) -> String {
    [("&#x27;", "'"), ("&#x2f;", "/"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (code, c)| text.replace(code, c))
}

fn brief(to: SocketAddr, what: &Value) -> String {
    let page = post(to, "/api/v1/brief.html", "", &fits("brief", what).to_string());
    assert_eq!(status(&page), 200, "{what}: {}", start(&page));
    unescaped(page.split_once("\r\n\r\n").unwrap().1)
}

fn lever() -> Value {
    json!({"title": "Lift: Food embargo", "measure": "rus-2014-food", "exporter": "USA", "importer": "RUS", "log_points": 0.0223})
}

#[test]
fn a_saved_brief_is_the_page() {
    let to = server(None, Limits::default());
    let own =
        json!({"title": "Your own: +10 %", "exporter": "USA", "importer": "RUS", "both": true, "cost_percent": 10.0});
    let asks = [
        json!({}),
        json!({"times": 5, "theta": 6, "claim": 80, "imbalance": "multiplicative"}),
        json!({"lift": ["rus-2014-food"], "lever": [lever()]}),
        json!({"times": 2, "lift": ["rus-2014-food"], "bring": ["usa-2022-energy"], "lever": [own]}),
        json!({"date": "2015-06-30"}),
        json!({"date": "2000-01-01"}),
    ];
    for (at, what) in asks.iter().enumerate() {
        let page = brief(to, what);
        let whole = ask(to, "brief", what);
        let sections: Vec<&Value> =
            whole["sections"].as_array().unwrap().iter().flat_map(|s| findings(&s["answer"])).collect();
        let mut questions = vec!["turnover", "coverage", "reach", "history"];
        if at == 0 {
            questions.extend(["effect", "diversion"]);
        }
        for question in questions {
            for finding in findings(&ask(to, question, what)) {
                let id = &finding["id"];
                let same = sections.iter().find(|f| f["id"] == *id).unwrap_or_else(|| panic!("{what}: no {id}"));
                assert_eq!(*same, finding, "{what}");
                let statement = finding["statement"].as_str().unwrap();
                assert!(page.contains(statement), "{what}: {statement}");
                assert!(page.contains(finding["shown"].as_str().unwrap()), "{what}: {id}");
            }
        }
        // The command asks for the same: the settings that are not the usual ones are in it.
        let command = whole["command"].as_str().unwrap();
        for (name, word) in [("theta", "--theta 6"), ("claim", "--claim 80"), ("lift", "--lift rus-2014-food")] {
            assert_eq!(what.get(name).is_some(), command.contains(word), "{command}");
        }
        assert_eq!(what.get("lever").is_some(), command.contains("--lever "), "{command}");
    }
    answers(to);
}

#[test]
fn one_year_and_one_day_hold_for_the_whole_page() {
    let to = server(None, Limits::default());
    let flows: String = (2019..=2023)
        .flat_map(|y| [(y, "USA", "RUS", "27", 1.0), (y, "USA", "RUS", "87", 5.0), (y, "RUS", "USA", "27", 9.0)])
        .map(|(y, from, to, code, v)| format!("{y},{from},{to},{code},{v}e9\n"))
        .collect();
    let sent =
        send(to, "/api/v1/files?name=own.csv", format!("year,exporter,importer,product,value_usd\n{flows}").as_bytes());
    assert_eq!(status(&sent), 201, "{}", start(&sent));
    let own = json(&sent)["id"].clone();
    for (what, year, day) in [
        (json!({}), 2019, "2019-12-31"),
        (json!({"year": 2020}), 2020, "2020-12-31"),
        (json!({"date": "2015-06-30"}), 2015, "2015-06-30"),
        (json!({"date": "2015-06-30", "year": 2019}), 2019, "2015-06-30"),
        (json!({"date": "2024-02-01"}), 2020, "2024-02-01"),
        (json!({"data": own}), 2023, "2023-12-31"),
        (json!({"data": own, "year": 2021}), 2021, "2021-12-31"),
        (json!({"data": own, "date": "2022-04-01"}), 2022, "2022-04-01"),
    ] {
        for question in ["turnover", "coverage"] {
            let answer = ask(to, question, &what);
            assert_eq!(answer["resolved"], json!({"year": year, "date": day}), "{question} {what}");
            assert!(answer["command"].as_str().unwrap().contains(&format!("--year {year}")), "{what}");
        }
    }
    for (what, words) in [
        (json!({"date": "2015-06-30"}), "trade of 2015, measures on 2015-06-30"),
        (json!({"data": own}), "trade of 2023, measures on 2023-12-31"),
    ] {
        assert!(brief(to, &what).contains(words), "{what}");
    }
    // The measures that count are those of the day: the energy ban of 2022 counts in 2023 and not in 2021.
    let counts = |what: Value| ask(to, "coverage", &what).to_string().contains("usa-2022-energy");
    assert!(counts(json!({"data": own})) && !counts(json!({"data": own, "year": 2021})));
    answers(to);
}

#[test]
fn what_is_supposed_says_so() {
    let to = server(None, Limits::default());
    let plain = ask(to, "coverage", &json!({}));
    assert!(!plain.to_string().contains("upposi"), "nothing is supposed");
    assert!(plain.to_string().contains("measures in force on 2019-12-31"));
    let what = json!({"lift": ["rus-2014-food"], "bring": ["usa-2022-energy"], "lever": [lever()]});
    for question in ["coverage", "reach"] {
        let answer = ask(to, question, &what);
        for kind in ["findings", "tables", "charts"] {
            for part in answer[kind].as_array().unwrap() {
                let own = part["id"] == "levers.file";
                let supposition = part["supposition"].as_str().unwrap_or_default();
                assert!(own || supposition.starts_with("Supposing th"), "{question}: {}", part["id"]);
                let file = part["file"].as_str();
                assert!(kind != "charts" || file.unwrap().contains(">Supposing th"), "{question}: {}", part["id"]);
            }
        }
        assert!(!answer.to_string().contains("measures in force on"), "{question}");
        assert!(!answer.to_string().contains("price caps in force on"), "{question}");
    }
    let coverage = ask(to, "coverage", &what);
    assert_eq!(
        findings(&coverage)[0]["supposition"],
        "Supposing that Food embargo (rus-2014-food) is lifted and that Import ban on energy (usa-2022-energy) is in force"
    );
    let page = brief(to, &what);
    // The dossier below speaks of what was in force in fact.
    let (_, rest) = page.split_once("How much of it do measures touch?").unwrap();
    let section = rest.split("<h2>").next().unwrap();
    assert!(section.contains("supposed to be in force on") && !section.contains("measures in force on"));
    let parts = findings(&coverage).len() + coverage["charts"].as_array().unwrap().len();
    assert!(page.matches("Supposing that Food embargo").count() >= parts, "each finding and chart");
    // What has no size in trade costs is named where it counts nothing.
    let reach = ask(to, "reach", &what);
    let uncounted = findings(&reach).iter().find(|f| f["id"] == "reach.uncounted").unwrap();
    let words = uncounted["statement"].as_str().unwrap();
    assert!(words.contains("usa-2022-energy") && !words.contains("rus-2014-food"), "{words}");
    let bare = ask(to, "reach", &json!({"bring": ["usa-2022-energy"]}));
    assert!(bare.to_string().contains("counts nothing here"));
    assert!(!ask(to, "reach", &json!({})).to_string().contains("counts nothing here"));
    answers(to);
}

#[test]
fn a_gap_of_the_catalogue_is_no_finding() {
    let to = server(None, Limits::default());
    let flows = "year,exporter,importer,product,value_usd\n2019,USA,IRN,27,5\n2019,IRN,USA,57,3\n";
    let sent = send(to, "/api/v1/files?name=iran.csv", flows.as_bytes());
    let what = json!({"a": "USA", "b": "IRN", "data": json(&sent)["id"]});
    for question in ["coverage", "effect", "diversion"] {
        let words = refusal(to, question, &what);
        assert!(words.contains("a gap of the catalogue, not a sign that there is none"), "{question}: {words}");
    }
    let page = brief(to, &what);
    assert!(page.contains("a gap of the catalogue") && !page.contains("holds under every definition"));
    // A measure that there is, and figures that cannot show its effect, differ from a gap.
    let unknown = refusal(to, "effect", &json!({"a": "USA", "b": "RUS", "data": json(&sent)["id"]}));
    assert!(unknown.contains("rus-2014-food") && unknown.contains("lack its sender's imports"), "{unknown}");
    answers(to);
}

#[test]
fn room_for_trade_goes_by_the_same_measures() {
    let to = server(None, Limits::default());
    let countries = ["USA", "RUS", "IRN", "DEU", "FRA", "CHN", "JPN", "BRA"];
    let mut flows = "year,exporter,importer,product,value_usd\n".to_owned();
    for (i, from) in countries.iter().enumerate() {
        for (j, to) in countries.iter().enumerate().filter(|(j, _)| *j != i) {
            for (k, product) in ["02", "27", "87"].iter().enumerate() {
                flows += &format!("2019,{from},{to},{product},{}\n", 1_000_000 * (1 + (3 * i + 5 * j + 7 * k) % 11));
            }
        }
    }
    let data = json(&send(to, "/api/v1/files?name=all.csv", flows.as_bytes()))["id"].clone();
    let plain = ask(to, "potential", &json!({"data": data}));
    assert!(!plain.to_string().contains("upposi") && plain.to_string().contains("potential.free_share"));
    let lifted = ask(to, "potential", &json!({"data": data, "lift": ["rus-2014-food"]}));
    for part in ["findings", "tables", "charts"].into_iter().flat_map(|kind| lifted[kind].as_array().unwrap()) {
        assert_eq!(part["supposition"], "Supposing that Food embargo (rus-2014-food) is lifted", "{}", part["id"]);
    }
    assert!(lifted["command"].as_str().unwrap().contains("--lift rus-2014-food"));
    assert!(!lifted.to_string().contains("measures in force on"));
    assert_ne!(plain["findings"], lifted["findings"]);
    // What the catalogue does not know is not free of measures.
    let unknown = ask(to, "potential", &json!({"a": "USA", "b": "IRN", "data": data})).to_string();
    assert!(!unknown.contains("potential.free_share") && unknown.contains("a gap of the catalogue"));
    answers(to);
}

#[test]
fn one_thing_has_one_figure() {
    let to = server(None, Limits::default());
    let history = ask(to, "history", &json!({}));
    let title = history["charts"][0]["title"].as_str().unwrap();
    assert!(title.contains("of starts did not reach times 3"), "{title}");
    let statement = |answer: &Value, id: &str| {
        let found = findings(answer).iter().find(|f| f["id"] == id).unwrap();
        found["statement"].as_str().unwrap().to_owned()
    };
    // What the embargo prevented is one figure, wherever it stands.
    let (coverage, effect) = (ask(to, "coverage", &json!({})), ask(to, "effect", &json!({})));
    let value =
        |answer: &Value, id: &str| findings(answer).iter().find(|f| f["id"] == id).unwrap()["value"].as_f64().unwrap();
    assert_eq!(value(&coverage, "coverage.gone"), value(&effect, "effect.prevented.USA"));
    let average = statement(&effect, "effect.prevented.USA");
    assert!(average.contains("a year on average over 2015 to 2020"), "{average}");
    answers(to);
}
