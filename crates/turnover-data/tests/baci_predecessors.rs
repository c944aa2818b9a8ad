//! BACI's numbers of former states and areas, through the import as through reading.

use turnover_data::{Select, Store, import_baci};

#[test]
fn former_states_are_imported_and_areas_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("BACI_HS92_Y2010_V202501.csv");
    // Sudan with the south, Germany before 1990, Southern African Customs Union, Europe EFTA nes.
    let rows = "2010,276,842,020329,2,1\n2010,280,842,020329,3,1\n2010,697,842,020329,7,1\n\
                2010,711,842,020329,5,1\n2010,736,276,010121,1.5,1\n";
    std::fs::write(&file, format!("t,i,j,k,v,q\n{rows}")).unwrap();
    let store = folder.path().join("store");
    import_baci(&[file], &store, &|_, _, _| ()).unwrap();
    let flows = Store::open(&store).unwrap().flows(&Select::All).unwrap();
    let mut read: Vec<String> = flows.iter().map(|f| format!("{} {:.0}", f.exporter, f.value_usd)).collect();
    read.sort();
    assert_eq!(read, ["DEU 2000", "DEU 3000", "SDN 1500", "ZAF 5000"]);
}
