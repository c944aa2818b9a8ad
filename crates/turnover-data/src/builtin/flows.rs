//! A pair's trade by HS chapter and year as a table of flows: what coverage and composition are answered from
//! where no file is given.

use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::{Flow, Flows, FlowsBuilder};

use super::{Table, pair_of};

/// A pair's yearly trade by chapter from the first built-in table that has it: Russia's reports by year, else
/// the reconciled figures of 2024. `None` where no table has the pair.
pub fn pair_flows(a: Iso3, b: Iso3) -> Result<Option<Flows>, DataError> {
    for table in [Table::RussiaChapters, Table::PairChapters2024] {
        let reports = pair_of(table, a, b)?;
        if reports.is_empty() {
            continue;
        }
        let mut builder = FlowsBuilder::default();
        for r in &reports {
            let flow = Flow::new(r.period.year, r.exporter, r.importer, r.product, r.value_usd);
            let valuation = Some(r.valuation);
            builder.push(&Flow { reporter: r.reporter, valuation, status: r.status, ..flow });
        }
        let flows = builder.finish(table.source()?, table.facts()?.caveats.clone());
        return flows.map(Some).map_err(|e| DataError::Format {
            path: table.facts().map_or_else(|_| String::new(), |f| f.id.to_owned()),
            what: e.to_string(),
            help: "the program was built with a damaged table; build it again".to_owned(),
        });
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(a: &str, b: &str) -> Option<Flows> {
        pair_flows(Iso3::parse(a).unwrap(), Iso3::parse(b).unwrap()).unwrap()
    }

    /// UN Comtrade, Russia as reporter: imports from Germany of 25.1 billion US dollars in 2019.
    #[test]
    fn a_partner_of_russia_has_its_chapters_by_year() {
        let flows = flows("DEU", "RUS").unwrap();
        let sold: f64 =
            flows.iter().filter(|f| f.year == 2019 && f.exporter.as_str() == "DEU").map(|f| f.value_usd).sum();
        assert!((sold / 25.1e9 - 1.0).abs() < 0.02, "{sold}");
        assert!(flows.iter().all(|f| f.product.level() == 2));
    }

    #[test]
    fn other_pairs_have_what_is_known_of_2024() {
        let flows = flows("USA", "CHN").unwrap();
        assert!(
            flows.iter().all(|f| f.year == 2024 && f.exporter.as_str() == "USA"),
            "no US importer is in the source"
        );
    }
}
