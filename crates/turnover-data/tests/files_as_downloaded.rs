//! Files as analysts download them: each is read with its right total, or refused with what to do.
//!
//! Totals were added up by hand from the files in `cases`; euros at the European Central Bank's average of
//! the year (1.1195 US dollars in 2019).

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::path::PathBuf;

use turnover_data::{Description, FlowOptions, Unknown, describe};

fn case(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

fn read(name: &str) -> Result<Description, String> {
    read_with(name, &FlowOptions::default())
}

fn read_with(name: &str, options: &FlowOptions) -> Result<Description, String> {
    describe(&case(name), options).map_err(|e| {
        let help = miette::Diagnostic::help(&e).map(|h| h.to_string()).unwrap_or_default();
        format!("{e}\n{help}")
    })
}

/// All trade of a file, each flow counted once.
fn total(d: &Description) -> f64 {
    d.years.values().map(|y| y.total_usd).sum()
}

#[track_caller]
fn is_read(name: &str, wanted: f64) -> Description {
    match read(name) {
        Ok(d) => {
            let found = total(&d);
            assert!((found - wanted).abs() <= 1e-6 * wanted, "{name}: {found}, not {wanted}: {:?}", d.notes);
            d
        }
        Err(e) => panic!("{name}: {e}"),
    }
}

#[track_caller]
fn is_refused(name: &str, parts: &[&str]) {
    match read(name) {
        Ok(d) => panic!("{name}: read as {}, {:?}", total(&d), d.notes),
        Err(e) => parts.iter().for_each(|p| assert!(e.contains(p), "{name}: {p} is not in {e}")),
    }
}

#[test]
fn levels_are_never_added_across() {
    is_read("describe_levels.csv", 1000.0);
    is_read("mixed_levels_short.csv", 2000.0);
    is_read("composition_lost.csv", 3000.0);
    is_read("coverage_composition.csv", 10_000.0);
    is_read("coverage_full.csv", 10_000.0);
    is_read("nested.csv", 1050.0);
    is_read("nested2.csv", 1000.0);
    is_read("zeros.csv", 1000.0);
    is_read("comext_mixed_levels.csv", 6000.0 * 1.1195);
    is_read("comext_nested.csv", 3000.0 * 1.1195);
}

#[test]
fn detail_beside_its_total_counts_once() {
    is_read("mot.csv", 100.0);
    let d = is_read("reexport_new.csv", 100.0);
    assert!(d.notes.iter().any(|n| n.contains("re-exports")), "{:?}", d.notes);
}

#[test]
fn one_book_counts_and_the_other_is_shown() {
    let d = is_read("store_mirror.csv", 1100.0);
    let year = &d.years[&2019];
    assert_eq!((year.by_importers_usd, year.by_exporters_usd), (Some(1100.0), Some(1000.0)));
    is_read("mirror.csv", 1800.0);
}

#[test]
fn comtrade_in_all_its_forms() {
    is_read("comtradeplus_download.csv", 3000.0);
    is_read("comtradeplus_latin1.csv", 3000.0);
    let d = is_read("monthly_new.csv", 300.0);
    assert_eq!(d.years[&2019].months.len(), 3);
    assert!(d.notes.iter().any(|n| n.contains("3 of 12 months (DEU)")), "{:?}", d.notes);
    is_read("other_asia_s19.csv", 200.0);
    is_read("api_codes.json", 150.0);
    is_read("old_month.json", 100.0);
    is_read("old_year.json", 100.0);
}

#[test]
fn other_classifications_are_refused_by_name() {
    is_refused("sitc.csv", &["SITC Rev. 3", "HS codes"]);
    is_refused("sitc2.csv", &["SITC Rev. 3", "`Commodity Code` == \"TOTAL\""]);
    is_refused("bec.csv", &["BEC Rev. 4"]);
    is_refused("services.csv", &["services (EBOPS)"]);
}

#[test]
fn units_are_known_or_asked_for() {
    assert_eq!(is_read("gravdata.csv", 95_000.5e6).unit, "million US dollars");
    assert_eq!(is_read("itpd.csv", 14e6).unit, "million US dollars");
    is_refused("tradhist.csv", &["pounds sterling", "--unit"]);
    is_read("gravity.csv", 115e3);
    is_read("wits_ok.csv", 15e3);
    is_read("wits_gross.csv", 15e3);
}

#[test]
fn numbers_with_commas() {
    is_read("decimal_comma_comext.csv", 1000.5 * 1.1195);
    is_read("decimal_comma_dataweb.csv", 814_426.0);
    is_read("semi.csv", 1234.5);
    is_refused("thou.csv", &["line 2", "1,234", "--decimal"]);
    is_read("sci.csv", 1.2e9);
}

#[test]
fn dataweb_in_all_its_forms() {
    is_read("dataweb_two_types.csv", 1000.0);
    let d = is_read("dataweb_two_imports.csv", 1000.0);
    assert!(d.notes.iter().any(|n| n.contains("General Imports: Customs Value")), "{:?}", d.notes);
    is_read("dataweb_total_row.csv", 4_873_180_766.0);
    is_read("dataweb_preamble.csv", 1000.0);
    let d = is_read("dataweb_months.csv", 300.0);
    assert!(d.notes.iter().any(|n| n.contains("2 of 12 months")), "{:?}", d.notes);
}

#[test]
fn predecessors_and_areas_of_baci() {
    is_read("BACI_HS92_Y2010_V202501.csv", 3500.0);
    is_read("baci_na.csv", 6623.0);
}

#[test]
fn namibia_is_a_country() {
    is_read("comext_namibia.csv", 1500.0 * 1.1195);
}

#[test]
fn extractions_of_eurostat() {
    is_read("comext_both.csv", 1000.0 * 1.1195);
    is_refused("comext_labels.csv", &["line 2", "Mineral fuels", "codes"]);
    is_read("comext_easy.csv", 1_234_567.0 * 1.1195);
    is_refused("comext.tsv", &["TSV", "SDMX-CSV"]);
}

#[test]
fn headers_and_lines() {
    is_refused("crlf.csv", &["line 3", "QQQ"]);
    is_read("sep.csv", 5.0);
    is_read("bom.csv", 5.0);
    is_read("utf16.csv", 5.0);
    is_read("h99.csv", 15.0);
    is_refused("denied.json", &["Access denied"]);
    is_refused("empty.json", &["no rows"]);
}

#[test]
fn other_sources() {
    is_read("atlas.csv", 1500.0);
    is_read("dots.csv", 3000.0);
    let d = is_read("census.json", 1500.0 + 7.0 * 4.0 + 1.0);
    assert_eq!(d.reporters.len(), 1);
    is_refused("comexstat.csv", &["no column for the"]);
}

#[test]
fn dropping_unknown_codes_until_nothing_is_left_says_so() {
    let options = FlowOptions { unknown: Unknown::Drop, ..FlowOptions::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.csv");
    std::fs::write(&path, "reporter,partner,flow,year,value\nDEU,WLD,X,2019,5\nDEU,W00,M,2019,5\n").unwrap();
    let error = describe(&path, &options).unwrap_err().to_string();
    assert!(error.contains("2 rows worth 10 US dollars left out: groups of countries"), "{error}");
}

/// Files of `shared/data/real-files` with the flows and totals that a script of a few lines counts: imports and exports
/// with a partner that is a country, re-exports left out, the importer's where both report. `None` where nothing can be counted:
/// lists, error messages, services, trade with the world alone.
const REAL_FILES: &[(&str, Option<(usize, f64)>)] = &[
    ("baci_cc.csv", None),
    ("comtradr_bulk.json", None),
    ("ct_asheshwor.csv", None),
    ("ct_err.csv", None),
    ("ct_fl.csv", None),
    ("ct_hkhtw.csv", Some((591, 6_610_874_109.0))),
    ("ct_niko.csv", Some((1331, 13_717_879_994_653.48))),
    ("ct_palm.csv", Some((430, 417_138_791.0))),
    ("ct_services.csv", None),
    ("ct_taiwan.csv", Some((1159, 153_101_041_787.66))),
    ("ct_taiwan.xlsx", Some((1159, 153_101_041_787.66))),
    ("ct_temb.csv", Some((129, 235_709_383.0))),
    ("ct_temb1.csv", Some((225, 3_123_948_939.0))),
    ("ct_tembr.csv", Some((530, 3_749_170_742.0))),
    ("ct_uscn.csv", Some((194, 655_915_528_398.0))),
    ("wits_kim.csv", None),
    ("wits_sdmx.json", None),
];

#[test]
#[ignore = "reads ../shared/data, which is not part of the repository"]
fn real_files() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/real-files");
    for (name, expected) in REAL_FILES {
        match (describe(&folder.join(name), &FlowOptions::default()), expected) {
            (Ok(d), Some((rows, sum))) => {
                assert_eq!(d.rows, *rows, "{name}");
                assert!((total(&d) / sum - 1.0).abs() < 1e-12, "{name}: {} for {sum}", total(&d));
            }
            (Err(e), None) => assert!(miette::Diagnostic::help(&e).is_some(), "{name}: {e}"),
            (Ok(d), None) => panic!("{name}: read as {} rows", d.rows),
            (Err(e), Some(_)) => panic!("{name}: {e}"),
        }
    }
}
