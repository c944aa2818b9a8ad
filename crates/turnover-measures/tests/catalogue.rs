//! What the catalogue holds, row by row, against the legal texts and lists that its entries name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

use std::collections::BTreeSet;
use std::path::Path;

use turnover_data::{Edition, HsCode, Iso3, RawTable};
use turnover_measures::{
    Catalogue, Direction, Extent, Heading, Instrument, Mapping, Measure, Party, Purpose, Regimes, Scope, code_list,
    dated_rates,
};

fn country(code: &str) -> Iso3 {
    Iso3::parse(code).unwrap()
}

fn catalogue() -> Catalogue {
    Catalogue::embedded().unwrap()
}

/// The ids of the measures that touch a code on a day.
fn touching(from: &str, to: &str, code: &str, day: &str) -> Vec<String> {
    let (catalogue, code) = (catalogue(), HsCode::parse(code).unwrap());
    let mut ids: Vec<String> = catalogue
        .matches(country(from), country(to), code, day.parse().unwrap())
        .map(|m| m.measure.id.clone())
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

fn extent(from: &str, to: &str, code: &str, day: &str, id: &str) -> Extent {
    catalogue().extent(country(from), country(to), HsCode::parse(code).unwrap(), day.parse().unwrap(), |m| m.id == id)
}

fn measure(id: &str) -> Measure {
    catalogue().measure(id).unwrap_or_else(|| panic!("no measure {id}")).clone()
}

/// Proclamations 9704 and 9705 of 2018-03-08: 25 % on steel and 10 % on aluminium from 2018-03-23.
#[test]
fn section_232_reaches_russia_and_leaves_out_what_it_does_not_name() {
    for code in ["7206", "720610", "721650", "721699", "730110", "730210", "730240", "730290", "730410", "730690"] {
        assert_eq!(extent("RUS", "USA", code, "2019-10-31", "usa-2018-steel"), Extent::Whole, "{code}");
        assert_eq!(extent("RUS", "USA", code, "2018-03-22", "usa-2018-steel"), Extent::None, "{code}");
    }
    for code in ["7201", "721661", "730120", "730230", "7307", "7308"] {
        assert_eq!(extent("RUS", "USA", code, "2019-10-31", "usa-2018-steel"), Extent::None, "{code}");
    }
    assert_eq!(extent("RUS", "USA", "7601", "2019-10-31", "usa-2018-aluminium"), Extent::Whole);
    assert_eq!(extent("CAN", "USA", "7601", "2019-05-20", "usa-2018-aluminium"), Extent::None, "Canada was freed");
    let steel = measure("usa-2018-steel");
    assert_eq!((steel.ad_valorem, steel.purpose), (Some(0.25), Purpose::Trade));
}

/// Resolution 788 of 2018-07-06, in force 2018-08-06: 25, 30, 35 and 40 % on 79 lines of ten digits (list of
/// the US International Trade Administration of 2025-03-28).
#[test]
fn russia_answered_with_duties_on_machinery() {
    let duties = measure("rus-2018-duties");
    assert_eq!((duties.instrument, duties.purpose), (Instrument::Duty, Purpose::Counter));
    let rates: Vec<f64> = duties.products.iter().filter_map(|p| p.ad_valorem).collect();
    assert_eq!(rates, [0.25, 0.30, 0.35, 0.40]);
    for code in ["842911", "820740", "900110", "846040", "870410"] {
        assert!(touching("USA", "RUS", code, "2018-08-06").contains(&duties.id), "{code}");
        assert!(!touching("USA", "RUS", code, "2018-08-05").contains(&duties.id), "{code}");
    }
}

/// Rusal and EN+: designated 2018-04-06, freed 2019-01-27. CAATSA and the Crimea order reach no code either.
#[test]
fn designations_touch_trade_in_no_code() {
    let rusal = measure("usa-2018-rusal");
    assert_eq!((rusal.instrument, rusal.scope), (Instrument::Designation, Scope::Parties));
    assert!(rusal.concerns(country("RUS"), country("USA"), "2019-01-26".parse().unwrap()));
    assert!(!rusal.concerns(country("RUS"), country("USA"), "2019-01-27".parse().unwrap()));
    assert!(touching("RUS", "USA", "7601", "2018-03-20").is_empty());
}

/// The hold on licences of 2014-03-01, the two rounds of the CBW act, the uranium agreement of 1992 and the
/// bans over ractopamine (2013-02-11) and swine fever (end of January 2014).
#[test]
fn what_stood_between_the_two_by_2019_is_there() {
    let has = |from, to, code, day: &str, id: &str| touching(from, to, code, day).contains(&id.to_owned());
    assert!(has("USA", "RUS", "8542", "2014-03-01", "usa-2014-licence-hold"));
    assert!(!has("USA", "RUS", "8542", "2014-02-28", "usa-2014-licence-hold"));
    assert!(has("USA", "RUS", "8411", "2018-08-27", "usa-2018-cbw"));
    assert!(
        has("USA", "RUS", "2931", "2019-08-26", "usa-2018-cbw")
            && !has("USA", "RUS", "2931", "2019-08-25", "usa-2018-cbw")
    );
    assert!(has("RUS", "USA", "284420", "2010-01-01", "usa-1992-uranium"));
    assert!(has("USA", "RUS", "0203", "2013-02-11", "rus-2013-ractopamine"));
    assert!(has("USA", "RUS", "020727", "2013-02-11", "rus-2013-ractopamine"));
    assert!(!has("USA", "RUS", "020714", "2013-12-31", "rus-2013-ractopamine"), "chicken was not");
    assert!(has("POL", "RUS", "0203", "2014-01-30", "rus-2014-eu-pork"));
}

/// 15 CFR 746.5 supplement 2 names Schedule B numbers, and only for deep-water, Arctic and shale use.
#[test]
fn oil_equipment_is_meant_in_part() {
    let equipment = measure("usa-2014-oil-equipment");
    assert!(equipment.products.iter().all(|p| p.mapping == Mapping::Part));
    assert_eq!(extent("USA", "RUS", "843049", "2019-10-31", "usa-2014-oil-equipment"), Extent::Part);
}

/// OFAC question 920; Public Law 117-109; Proclamation 10522; Council Regulation 833/2014 as amended.
#[test]
fn entries_say_what_their_texts_say() {
    let arms = measure("usa-2014-arms");
    assert!(!arms.title.contains("dual-use") && arms.instrument == Instrument::Denial);
    assert_eq!(measure("usa-2021-ammunition").instrument, Instrument::Denial);
    assert_ne!(extent("RUS", "USA", "9303", "2021-09-07", "usa-2021-ammunition"), Extent::None, "firearms too");
    assert!(measure("usa-2022-energy").legal.contains("2022-04-08"));
    let metal = measure("usa-2023-aluminium");
    assert_eq!((metal.ad_valorem, metal.instrument), (Some(2.0), Instrument::Duty));
    for (code, whole) in [("7601", true), ("7604", true), ("7609", true), ("761699", false)] {
        let found = extent("RUS", "USA", code, "2023-03-10", "usa-2023-aluminium");
        assert_eq!(found, if whole { Extent::Whole } else { Extent::Part }, "{code}");
    }
    assert_eq!(extent("RUS", "USA", "7602", "2023-03-10", "usa-2023-aluminium"), Extent::None);
    for (code, day, id, before) in [
        ("310420", "2022-07-10", "eu-2022-potash", "2022-07-09"),
        ("310590", "2022-07-10", "eu-2022-potash", "2022-07-09"),
        ("7108", "2022-07-22", "eu-2022-gold", "2022-07-21"),
        ("7206", "2022-03-16", "eu-2022-steel", "2022-03-15"),
        ("73", "2022-03-16", "eu-2022-steel", "2022-03-15"),
        ("710421", "2024-01-01", "eu-2024-diamonds", "2023-12-31"),
        ("7113", "2024-01-01", "eu-2024-diamonds", "2023-12-31"),
    ] {
        assert_ne!(extent("RUS", "DEU", code, day, id), Extent::None, "{code} {id}");
        assert_eq!(extent("RUS", "DEU", code, before, id), Extent::None, "{code} {id}");
    }
    assert_eq!(extent("RUS", "DEU", "310430", "2023-01-01", "eu-2022-potash"), Extent::None);
    assert_eq!(extent("RUS", "DEU", "7201", "2023-01-01", "eu-2022-steel"), Extent::None);
}

/// HTSUS note 30 (35 and 70 %); section 301 from 2018-07-06; China's answer from 2018-04-02; other regimes.
#[test]
fn duties_by_line_and_other_pairs_are_there() {
    let has = |from, to, code, day: &str, id: &str| touching(from, to, code, day).contains(&id.to_owned());
    assert!(has("RUS", "USA", "283429", "2022-07-27", "usa-2022-duty-35"));
    assert_eq!(measure("usa-2023-duty-70").ad_valorem, Some(0.7));
    assert!(has("RUS", "USA", "720712", "2023-04-01", "usa-2023-duty-70"));
    assert!(has("CHN", "USA", "848210", "2018-07-06", "usa-2018-section-301"));
    assert!(!has("CHN", "USA", "848210", "2018-07-05", "usa-2018-section-301"));
    assert!(has("USA", "CHN", "0203", "2018-04-02", "chn-2018-retaliation"));
    assert!(has("USA", "CHN", "120190", "2018-07-06", "chn-2018-retaliation"), "soya");
    assert!(!has("USA", "CHN", "870323", "2019-01-02", "chn-2018-retaliation"), "cars were freed");
    assert!(has("AUS", "CHN", "1003", "2020-05-19", "chn-2020-barley"));
    assert!(!has("AUS", "CHN", "1003", "2023-08-05", "chn-2020-barley"));
    assert!(has("PAK", "IND", "2523", "2019-02-16", "ind-2019-pakistan"));
    assert!(has("QAT", "SAU", "7601", "2017-06-05", "sau-2017-qatar"));
    assert!(has("JPN", "KOR", "281111", "2019-07-04", "jpn-2019-korea"));
    assert!(has("BLR", "DEU", "4407", "2022-03-02", "eu-2022-belarus"));
    assert_eq!(measure("ukr-2016-russian-goods").scope, Scope::Unlisted);
    assert_eq!(measure("eu-2022-price-cap").instrument, Instrument::PriceCap);
}

#[test]
fn a_measure_whose_products_have_all_ended_is_not_in_force() {
    let turkey = measure("rus-2016-turkey-food");
    let concerns = |day: &str| turkey.concerns(country("TUR"), country("RUS"), day.parse().unwrap());
    assert!(concerns("2017-10-31"));
    assert!(!concerns("2017-11-01"), "tomatoes were the last");
}

/// A claim of completeness covers its days and no others; a sender without one is not complete.
#[test]
fn completeness_is_claimed_by_sender_target_and_period() {
    let all = catalogue();
    let is = |sender, target, day: &str| all.is_complete(country(sender), country(target), day.parse().unwrap());
    assert!(is("USA", "RUS", "2019-10-31") && is("RUS", "USA", "2019-10-31"));
    assert!(is("DEU", "RUS", "2019-10-31") && is("RUS", "DEU", "2019-10-31"));
    assert!(!is("USA", "RUS", "2023-01-01"), "codes of 2022 are missing");
    assert!(!is("GBR", "RUS", "2021-01-01"), "no member any more");
    assert!(!is("NOR", "RUS", "2019-10-31") && !is("USA", "CUB", "2019-10-31"));
    assert_eq!(
        all.incomplete(country("NOR"), country("RUS"), "2019-10-31".parse().unwrap()),
        [(country("NOR"), country("RUS"))]
    );
}

fn list(path: &str) -> RawTable {
    RawTable::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path)).unwrap()
}

fn heading(sender: &str, target: &str, edition: Edition, from: &str) -> Heading {
    Heading {
        id: "x".into(),
        title: "x".into(),
        sender: Party::Country(country(sender)),
        target: Party::Country(country(target)),
        direction: Direction::Import,
        instrument: Instrument::Tariff,
        purpose: Purpose::Trade,
        edition,
        legal: "x".into(),
        from: Some(from.parse().unwrap()),
        until: None,
    }
}

/// All subheadings of a measure's codes that exist, on a day.
fn subheadings(m: &Measure, day: &str, edition: Edition) -> BTreeSet<HsCode> {
    let day = day.parse().unwrap();
    let mut out = BTreeSet::new();
    for chapter in turnover_data::chapters() {
        for heading in turnover_data::headings(HsCode::parse(chapter.code).unwrap(), edition) {
            for n in 0..100 {
                let code = HsCode::parse(&format!("{heading}{n:02}")).unwrap();
                let is_known = turnover_data::known(code, edition) == turnover_data::Known::Yes;
                if is_known && m.products.iter().any(|p| p.in_force(day) && p.names(code)) {
                    out.insert(code);
                }
            }
        }
    }
    out
}

/// The lists as published give the catalogue's codes again.
#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn importers_give_the_catalogues_codes() {
    let day = "2024-01-01";
    let rates = list("trade-war-tariffs-hs6/china_on_us_hs6_by_date.csv");
    let found = dated_rates(&rates, &heading("CHN", "USA", Edition::HS2017, "2018-04-02")).unwrap();
    let (here, there) = (&measure("chn-2018-retaliation"), &found.measures[0]);
    for day in ["2018-04-02", "2018-10-01", "2019-03-01", day] {
        assert_eq!(subheadings(here, day, Edition::HS2017), subheadings(there, day, Edition::HS2017), "{day}");
    }
    let note = list("us-russia-tariffs/hts_chapter99_note30_russia.csv");
    let tariff = list("us-tariff-2017/usitc_hts8_mfn_column2.parquet");
    let found = code_list(&note, Some(&tariff), &heading("USA", "RUS", Edition::HS2022, "2022-07-27")).unwrap();
    let mut here = subheadings(&measure("usa-2022-duty-35"), day, Edition::HS2022);
    here.extend(subheadings(&measure("usa-2023-duty-70"), day, Edition::HS2022));
    assert_eq!(here, subheadings(&found.measures[0], day, Edition::HS2022));
    assert_eq!(Regimes::from_gsdb(&list("gsdb/GSDB_V3.csv")).unwrap().list, Regimes::embedded().unwrap().list);
}
