//! Countries as people name them, and histories of pairs of which a direction is missing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use turnover_data::{DataError, FlowOptions, Iso3, PairPanel, RawTable, flows_of};

#[test]
fn people_name_countries_in_many_ways() {
    for (text, code) in [
        ("UK", "GBR"),
        ("uk", "GBR"),
        ("Great Britain", "GBR"),
        ("Britain", "GBR"),
        ("Japan", "JPN"),
        ("japan", "JPN"),
        ("Nippon", "JPN"),
        ("South Korea", "KOR"),
        ("korea, republic of", "KOR"),
        ("ROK", "KOR"),
        ("North Korea", "PRK"),
        ("Ivory Coast", "CIV"),
        ("Cote d'Ivoire", "CIV"),
        ("US", "USA"),
        ("u.s.", "USA"),
        ("us", "USA"),
        ("America", "USA"),
        ("RU", "RUS"),
        ("Russian Federation", "RUS"),
        ("россия", "RUS"),
        ("Deutschland", "DEU"),
        ("Holland", "NLD"),
        ("Turkiye", "TUR"),
        ("Türkiye", "TUR"),
        ("Burma", "MMR"),
        ("UAE", "ARE"),
        ("Emirates", "ARE"),
        ("DRC", "COD"),
        ("Czech Republic", "CZE"),
        ("Macedonia", "MKD"),
        ("Viet Nam", "VNM"),
        ("842", "USA"),
        (" Ghana ", "GHA"),
        ("ROM", "ROU"),
    ] {
        assert_eq!(Iso3::resolve(text).map(|c| c.to_string()).ok().as_deref(), Some(code), "{text}");
    }
}

#[test]
fn a_name_of_several_is_refused_with_the_candidates() {
    for (text, candidates) in [
        ("Korea", vec!["KOR", "PRK"]),
        ("korea", vec!["KOR", "PRK"]),
        ("Congo", vec!["COG", "COD"]),
        ("Virgin Islands", vec!["VGB", "VIR"]),
        ("united", vec!["USA", "GBR", "ARE"]),
        ("Guinea-", vec![]),
    ] {
        match Iso3::resolve(text) {
            Err(DataError::AmbiguousCountry { help, .. }) => {
                assert!(candidates.iter().all(|c| help.contains(c)), "{text}: {help}");
                assert!(!candidates.is_empty(), "{text}: {help}");
            }
            other => assert!(candidates.is_empty(), "{text}: {other:?}"),
        }
    }
}

#[test]
fn parts_and_groups_are_refused_with_what_would_answer() {
    for (text, help_has) in [("England", "United Kingdom (GBR)"), ("Scotland", "GBR"), ("EU", "group")] {
        match Iso3::resolve(text) {
            Err(DataError::UnknownCountry { help, .. }) => assert!(help.contains(help_has), "{text}: {help}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_direction_that_nobody_reports_is_missing_and_not_zero() {
    // From 2008 to 2011 Russia's exports to Belarus stand in no table of UN Comtrade; imports do.
    let csv = "year,exporter,importer,value_usd\n2011,BLR,RUS,14\n2012,BLR,RUS,13\n2012,RUS,BLR,27\n\
               2013,BLR,RUS,0\n2013,RUS,BLR,20\n";
    let table = RawTable::from_bytes("own.csv", csv.as_bytes()).unwrap();
    let flows = flows_of(&table, &FlowOptions::default()).unwrap();
    let panel = PairPanel::from_flows(&flows);
    let pair = panel.pair(Iso3::parse("RUS").unwrap(), Iso3::parse("BLR").unwrap()).unwrap();
    assert_eq!(pair, [0.0, 40.0, 20.0], "2011 has no turnover, 2013 has a reported zero");
    assert_eq!(panel.totals, [14.0, 40.0, 20.0]);
    assert!(panel.caveats.is_empty());
}

#[test]
fn a_pair_with_one_direction_in_all_years_is_counted_by_it_and_the_caveats_say_so() {
    let csv = "year,exporter,importer,value_usd\n2011,BLR,RUS,14\n2012,BLR,RUS,13\n";
    let table = RawTable::from_bytes("own.csv", csv.as_bytes()).unwrap();
    let flows = flows_of(&table, &FlowOptions::default()).unwrap();
    let panel = PairPanel::from_flows(&flows);
    assert_eq!(panel.pairs[0].2, [14.0, 13.0]);
    assert!(panel.caveats[0].contains("1 of 1 pairs"), "{:?}", panel.caveats);
}
