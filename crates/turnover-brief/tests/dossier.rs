//! The founding dossier, judged by every series at hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use turnover_analysis::{AnalysisError, Pair};
use turnover_brief::{Computed, Dossier, Evidence};
use turnover_data::{PairPanel, figures};
use turnover_measures::Catalogue;

fn checked(text: &str) -> (serde_json::Value, serde_json::Value) {
    let dossier = Dossier::parse("d.toml", text).unwrap();
    let (flows, partners) = (figures::us_russia().unwrap(), figures::russia_food_imports().unwrap());
    let (catalogue, panel) = (Catalogue::embedded().unwrap(), PairPanel::built_in().unwrap());
    let evidence = Evidence {
        flows: &flows,
        partners: &partners,
        world: Err(AnalysisError::SamePair(dossier.pair.a)),
        catalogue: &catalogue,
        panel: &panel,
        computed: Computed::default(),
    };
    let checked = dossier.check(&evidence, "turnover check");
    (checked.answer().to_json(), checked.claim_review())
}

fn statement<'a>(answer: &'a serde_json::Value, id: &str) -> &'a serde_json::Value {
    let all = answer["statements"].as_array().unwrap();
    all.iter().find(|s| s["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

/// Russia's customs service: 19.91 to 26.32 billion, +32 %; US Census: 20.37 to 28.07, +38 %; UN Comtrade as
/// embedded: 22.23 to 26.62, +20 %.
#[test]
fn a_third_more_from_20_to_27_holds_by_both_customs_services() {
    let (answer, review) = checked(include_str!("../../../dossiers/us-russia-2019-12.toml"));
    let third = statement(&answer, "a-third-more");
    let claims = third["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 2);
    let found = |claim: usize, figures: &str| {
        let readings = claims[claim]["readings"].as_array().unwrap();
        readings
            .iter()
            .find(|r| r["figures"].as_str().unwrap().starts_with(figures))
            .unwrap_or_else(|| panic!("{figures}: {readings:?}"))
    };
    for (figures, holds) in [("19.9 bn to 26.3 bn", true), ("20.4 bn to 28.1 bn", true), ("22.2 bn to 26.6 bn", false)]
    {
        assert_eq!(found(0, figures)["holds"], holds, "{figures}");
        assert_eq!(found(1, figures)["holds"], holds, "{figures}");
    }
    for claim in claims {
        assert_eq!(claim["verdict"], "holds by some figures and fails by others");
        assert!(claim["why"].as_str().unwrap().contains("the United States' figures"), "{claim}");
    }
    assert_ne!(third["verdict"], "fails");
    let level = statement(&answer, "twenty-seven-billion");
    let windows = level["claims"][0]["readings"].as_array().unwrap();
    assert!(windows.iter().any(|r| r["window"] == "12 months to 2019-10"));
    let ninety = statement(&answer, "ninety-per-cent");
    assert_eq!((ninety["date"].as_str(), ninety["verdict"].as_str()), (Some("2019-10"), Some("is undecided")));
    // Huntsman's claim, Lavrov's two of one statement, and his level.
    assert_eq!(review["@graph"].as_array().unwrap().len(), 4);
    assert_eq!(review["@graph"][0]["itemReviewed"]["datePublished"], "2019-10");
}

#[test]
fn a_claim_fails_only_where_every_series_says_so() {
    let said = |billions: f64| {
        format!(
            "schema = 1\nid = \"d\"\ntitle = \"D\"\npair = [\"USA\", \"RUS\"]\nas_of = \"2021-01-01\"\n[[statement]]\nid = \"s\"\n\
             date = \"2020\"\nspeaker = \"N\"\nrole = \"R\"\nkind = \"claim\"\ntopic = \"trade\"\nsaid = \"S.\"\nsource = \"P\"\n\
             check = {{ question = \"turnover\", year = 2019, billion_usd = {billions}, tolerance_percent = 3 }}\n"
        )
    };
    for (billions, verdict) in [(60.0, "fails"), (27.0, "holds by some figures and fails by others")] {
        let (answer, _) = checked(&said(billions));
        assert_eq!(statement(&answer, "s")["verdict"], verdict, "{billions}");
    }
}

/// A pair that no catalogue holds is not rated: the regimes on record are named instead.
#[test]
fn cuba_has_no_verdict_on_sanctions() {
    assert!(Pair::resolve("USA", "CUB").is_ok());
    let text = "schema = 1\nid = \"c\"\ntitle = \"C\"\npair = [\"USA\", \"CUB\"]\nas_of = \"2021-01-01\"\n[[statement]]\nid = \"s\"\n\
                date = \"2019\"\nspeaker = \"N\"\nrole = \"R\"\nkind = \"claim\"\ntopic = \"trade\"\nsaid = \"S.\"\nsource = \"P\"\n\
                check = { question = \"coverage\", not_affected_percent = 90, date = \"2019\" }\n";
    let (answer, review) = checked(text);
    let s = statement(&answer, "s");
    assert_eq!(s["verdict"], "cannot be checked");
    assert!(s["why"].as_str().unwrap().contains("case 72"), "{s}");
    assert!(review["@graph"].as_array().unwrap().is_empty());
}

#[test]
fn the_countries_of_the_grammar_are_countries() {
    let groups = ["EU", "EAEU", "ASEAN"];
    for code in turnover_statements::place_codes() {
        assert!(groups.contains(&code) || turnover_data::Iso3::parse(code).is_ok(), "{code}");
    }
}
