//! Reports matched by flow: who sent what to whom, when, by one or both books.

use rayon::prelude::*;

use crate::builtin::{BothBooks, Side};
use crate::country::{Iso3, countries};
use crate::flows::{Flows, Status};
use crate::hs::HsCode;

/// A flow with the reports that there are of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LedgerFlow {
    /// Place of the exporter in [`countries`].
    pub(super) exporter: u16,
    /// Place of the importer.
    pub(super) importer: u16,
    /// Place in the ledger's periods.
    pub(super) period: u16,
    /// Place in the ledger's products.
    pub(super) product: u16,
    /// Logarithm of the exporter's report in US dollars; not a number where there is none.
    pub(super) sent: f32,
    /// Likewise of the importer's.
    pub(super) received: f32,
}

impl LedgerFlow {
    pub(super) fn both(&self) -> bool {
        !self.sent.is_nan() && !self.received.is_nan()
    }
}

/// Reports matched by flow, in the order of period, exporter, importer and product.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    flows: Vec<LedgerFlow>,
    /// Year and month, 0 where the whole year is meant.
    periods: Vec<(i32, u8)>,
    products: Vec<HsCode>,
}

/// One report on its way into a ledger: key, whether the importer's, logarithm.
type Entry = (u64, bool, f32);

impl Ledger {
    /// Matches reports: period, exporter, importer, product, whose book, US dollars. Reports of nought and of
    /// unknown reporters take no part; several of one flow by one side are added up.
    pub fn new(reports: impl IntoIterator<Item = ((i32, u8), Iso3, Iso3, HsCode, Side, f64)>) -> Self {
        let mut ledger = Ledger::default();
        let mut entries: Vec<Entry> = Vec::new();
        let (mut periods, mut products) = (Lookup::default(), Lookup::default());
        for (period, exporter, importer, product, side, value) in reports {
            if !(value > 0.0) || exporter == importer {
                continue;
            }
            let parties = (exporter.place() as u64) << 16 | importer.place() as u64;
            let key = (u64::from(periods.place(period)) << 48) | parties << 16 | u64::from(products.place(product));
            entries.push((key, side == Side::Imports, value.ln() as f32));
        }
        entries.par_sort_unstable_by_key(|e| (e.0, e.1));
        ledger.flows = matched(&entries);
        ledger.periods = periods.list;
        ledger.products = products.list;
        ledger
    }

    /// Of both sides' totals by year.
    pub fn of_books(books: &BothBooks) -> Self {
        Ledger::new(books.flows.iter().flat_map(|f| {
            let of = move |side: Side, book: &[(i32, f64)]| {
                let report =
                    move |(year, value): &(i32, f64)| ((*year, 0), f.exporter, f.importer, HsCode::TOTAL, side, *value);
                book.iter().map(report).collect::<Vec<_>>()
            };
            [of(Side::Exports, &f.by_exporter), of(Side::Imports, &f.by_importer)].into_iter().flatten()
        }))
    }

    /// Of a user's flows that name their reporter.
    pub fn of_flows(flows: &Flows) -> Self {
        Ledger::new(flows.iter().filter_map(|f| {
            let side = if f.reporter? == f.importer { Side::Imports } else { Side::Exports };
            let period = (f.year, f.month.unwrap_or(0));
            (f.status == Status::Reported).then_some((period, f.exporter, f.importer, f.product, side, f.value_usd))
        }))
    }

    /// The flows.
    pub(super) fn flows(&self) -> &[LedgerFlow] {
        &self.flows
    }

    /// Number of flows.
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    /// Number of periods.
    pub(super) fn periods(&self) -> usize {
        self.periods.len()
    }

    /// A flow's year and month (0 for a whole year), exporter, importer and product.
    pub fn key(&self, at: usize) -> ((i32, u8), Iso3, Iso3, HsCode) {
        let f = &self.flows[at];
        let country = |place: u16| countries()[usize::from(place)].code;
        let period = self.periods[usize::from(f.period)];
        (period, country(f.exporter), country(f.importer), self.products[usize::from(f.product)])
    }

    /// One side's report in US dollars; `None` where there is none.
    pub fn report(&self, at: usize, side: Side) -> Option<f64> {
        let f = &self.flows[at];
        let log = if side == Side::Exports { f.sent } else { f.received };
        (!log.is_nan()).then(|| f64::from(log).exp())
    }

    /// The ledger without one country's books.
    #[must_use]
    pub fn without(&self, hidden: &[Iso3]) -> Self {
        let places: Vec<u16> = hidden.iter().map(|c| c.place() as u16).collect();
        let flows = self.flows.iter().filter_map(|f| {
            let mut f = *f;
            if places.contains(&f.exporter) {
                f.sent = f32::NAN;
            }
            if places.contains(&f.importer) {
                f.received = f32::NAN;
            }
            (!f.sent.is_nan() || !f.received.is_nan()).then_some(f)
        });
        Ledger { flows: flows.collect(), periods: self.periods.clone(), products: self.products.clone() }
    }
}

/// Sorted reports as flows.
fn matched(entries: &[Entry]) -> Vec<LedgerFlow> {
    let mut flows: Vec<LedgerFlow> = Vec::with_capacity(entries.len());
    let mut last = None;
    for (key, by_importer, log) in entries {
        if last != Some(*key) {
            let part = |shift: u32| (key >> shift & 0xFFFF) as u16;
            flows.push(LedgerFlow {
                exporter: part(32),
                importer: part(16),
                period: part(48),
                product: part(0),
                sent: f32::NAN,
                received: f32::NAN,
            });
            last = Some(*key);
        }
        if let Some(flow) = flows.last_mut() {
            let slot = if *by_importer { &mut flow.received } else { &mut flow.sent };
            *slot = if slot.is_nan() { *log } else { (slot.exp() + log.exp()).ln() };
        }
    }
    flows
}

/// Places of values in the order in which they came.
struct Lookup<T> {
    list: Vec<T>,
    places: std::collections::HashMap<T, u16>,
    last: Option<(T, u16)>,
}

impl<T> Default for Lookup<T> {
    fn default() -> Self {
        Lookup { list: Vec::new(), places: std::collections::HashMap::new(), last: None }
    }
}

impl<T: Copy + Eq + std::hash::Hash> Lookup<T> {
    /// The place; beyond 65,535 values the last place stands for all further ones.
    fn place(&mut self, value: T) -> u16 {
        if let Some((last, place)) = self.last
            && last == value
        {
            return place;
        }
        let list = &mut self.list;
        let place = *self.places.entry(value).or_insert_with(|| {
            if list.len() < usize::from(u16::MAX) {
                list.push(value);
            }
            (list.len() - 1) as u16
        });
        self.last = Some((value, place));
        place
    }
}
