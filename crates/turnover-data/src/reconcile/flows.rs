//! A table of reports as a table of reconciled values.

use crate::builtin::Distances;
use crate::error::DataError;
use crate::flows::{Flow, Flows, FlowsBuilder, Source, Status, Valuation};

use super::{FEWEST, Ledger, reconcile};

/// Each flow's reconciled value in the place of its reports, without a reporter, FOB. Flows that name no
/// reporter stay as they are. Refused where too few flows are reported by both sides to learn from.
pub fn reconciled_flows(flows: &Flows) -> Result<Flows, DataError> {
    let ledger = Ledger::of_flows(flows);
    let reconciled = reconcile(&ledger, Distances::built_in()?).ok_or_else(|| DataError::Empty {
        path: flows.source.name.clone(),
        what: format!(
            "fewer than {FEWEST} flows are reported by both sides, and from so few nobody's quality can be learnt"
        ),
        help: "give a table with both sides' reports of many pairs, or use --ledger reported".to_owned(),
    })?;
    let mut out = FlowsBuilder::default();
    for (at, estimate) in reconciled.values().iter().enumerate() {
        let ((year, month), exporter, importer, product) = ledger.key(at);
        out.push(&Flow {
            month: (month > 0).then_some(month),
            valuation: Some(Valuation::Fob),
            status: Status::Reconciled,
            ..Flow::new(year, exporter, importer, product, estimate.value_usd)
        });
    }
    let unnamed = |f: &Flow| f.reporter.is_none() || f.status != Status::Reported || f.exporter == f.importer;
    flows.iter().filter(unnamed).for_each(|f| out.push(&f));
    let mut caveats = flows.caveats.clone();
    caveats.push(
        "Values are reconciled from both sides' reports, FOB: each report is corrected for what its reporter habitually \
         adds and weighted by how little its reports scatter."
            .to_owned(),
    );
    let source = Source { name: format!("{}, reconciled", flows.source.name), ..flows.source.clone() };
    out.finish(source, caveats).map_err(|e| DataError::Format {
        path: flows.source.name.clone(),
        what: format!("the reconciled flows do not fit in memory as a table ({e})"),
        help: "read fewer rows with --filter".to_owned(),
    })
}
