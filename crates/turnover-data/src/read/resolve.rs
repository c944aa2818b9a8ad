//! From drafts to flows that never overlap: one kind of value, one level of detail, each product once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::draft::{Draft, LeftOut, Reason};
use super::levels::remainders;
use super::options::Duplicates;
use super::reading::Reading;
use super::unit::{Unit, usd_per_eur};
use crate::error::{DataError, Place};
use crate::flows::{Flow, Flows, FlowsBuilder, Source};
use crate::hs::HsCode;

/// What a reading comes to.
pub(crate) struct Resolved {
    drafts: Vec<Draft>,
    products: Vec<HsCode>,
    lines: bool,
    /// The file.
    pub(crate) path: String,
    /// The source's name.
    pub(crate) source: &'static str,
    /// The unit of the values in the file.
    pub(crate) unit: Option<Unit>,
    /// Rows read, those left out included.
    pub(crate) rows: usize,
    /// Distinct codes of the file by number of digits.
    pub(crate) levels: BTreeMap<usize, usize>,
    /// Distinct codes of the file, at most six digits.
    pub(crate) codes: BTreeSet<HsCode>,
    /// Values that repeat an earlier one.
    pub(crate) duplicates: usize,
    /// Where the first of them is, and what it is of.
    pub(crate) first_duplicate: Option<String>,
    /// Values that are totals of others in the file.
    pub(crate) totals: usize,
    /// What a reader must know.
    pub(crate) notes: Vec<String>,
}

/// What to do with repeated values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeated {
    /// As the options say.
    AsAsked,
    /// Count them; the first counts in totals.
    Count,
}

impl Resolved {
    /// Finishes a reading.
    pub(super) fn new(mut reading: Reading<'_>, repeated: Repeated) -> Result<Self, DataError> {
        reading.settle_numbers()?;
        let mut drafts = std::mem::take(&mut reading.drafts);
        let monthly = drafts.iter().any(|d| d.month > 0);
        let to_date = if reading.form.to_date { keep_last_months(&mut drafts) } else { BTreeMap::new() };
        choose_kind(&mut reading, &mut drafts);
        let order = code_order(&reading);
        let key = |d: &Draft| (d.report(), order[d.code as usize], d.parts, d.identity, d.place);
        if !drafts.is_sorted_by_key(key) {
            drafts.sort_unstable_by_key(key);
        }
        let mut out = Resolved {
            drafts,
            products: Vec::new(),
            lines: reading.lines,
            path: reading.path.clone(),
            source: reading.form.source,
            unit: reading.form.values.first().map(|v| v.unit),
            rows: reading.rows,
            levels: BTreeMap::new(),
            codes: BTreeSet::new(),
            duplicates: 0,
            first_duplicate: None,
            totals: 0,
            notes: Vec::new(),
        };
        out.merge(&reading, repeated)?;
        out.notes.extend(notes(&reading, monthly));
        let partial = out.months(&reading)?;
        if reading.form.to_date {
            let part = to_date.iter().filter(|(_, m)| (1..12).contains(*m));
            out.notes.extend(part.map(|(y, m)| format!("Values of {y} are of the year to month {m}.")));
        } else {
            out.notes.extend(partial);
        }
        out.level(&reading);
        if out.drafts.is_empty() {
            return Err(nothing_left(&reading, &out.notes));
        }
        Ok(out)
    }

    fn place(&self, draft: &Draft) -> Place {
        let at = u64::from(draft.place);
        if self.lines { Place::Line(at) } else { Place::Row(at) }
    }

    /// One value for each code of a report: of a total and its parts the total, of parts their sum.
    fn merge(&mut self, reading: &Reading<'_>, repeated: Repeated) -> Result<(), DataError> {
        let mut kept = 0;
        let mut at = 0;
        while at < self.drafts.len() {
            let first = self.drafts[at];
            let same = |d: &Draft| d.report() == first.report() && d.code == first.code;
            let end = at + self.drafts[at..].iter().take_while(|d| same(d)).count();
            let fewest = self.drafts[at..end].iter().map(|d| (d.parts.count_ones(), d.parts)).min().map_or(0, |p| p.1);
            let mut sum: Option<Draft> = None;
            let mut last: Option<Draft> = None;
            for place in at..end {
                let draft = self.drafts[place];
                if draft.parts != fewest {
                    self.totals += 1;
                    continue;
                }
                let again = last.filter(|l| l.identity == draft.identity && l.place != draft.place);
                if let Some(earlier) = again {
                    self.repeat(reading, repeated, &draft, &earlier)?;
                    if repeated == Repeated::Count && reading.options.duplicates == Duplicates::Refuse {
                        continue;
                    }
                }
                last = Some(draft);
                match &mut sum {
                    None => sum = Some(draft),
                    Some(sum) => {
                        sum.value_usd += draft.value_usd;
                        sum.place = sum.place.min(draft.place);
                        sum.marks = if sum.marks == draft.marks { sum.marks } else { sum.marks & !3 };
                    }
                }
            }
            if let Some(sum) = sum {
                self.drafts[kept] = sum;
                kept += 1;
            }
            at = end;
        }
        self.drafts.truncate(kept);
        Ok(())
    }

    fn repeat(
        &mut self,
        reading: &Reading<'_>,
        repeated: Repeated,
        draft: &Draft,
        earlier: &Draft,
    ) -> Result<(), DataError> {
        let name = Draft::name;
        let path = &reading.codes.list[draft.code as usize].0;
        let product = if path.is_empty() { "TOTAL" } else { path };
        let month = if draft.month > 0 { format!("-{:02}", draft.month) } else { String::new() };
        let flow =
            format!("{} to {}, {}{month}, product {product}", name(draft.exporter), name(draft.importer), draft.year);
        let (first, place) = (self.place(earlier), self.place(draft));
        if repeated == Repeated::AsAsked && reading.options.duplicates == Duplicates::Refuse {
            return Err(DataError::Duplicate { path: self.path.clone(), place, first, flow });
        }
        self.duplicates += 1;
        self.first_duplicate.get_or_insert_with(|| format!("{flow} on {first} and {place}"));
        Ok(())
    }

    /// Refuses years that are there both whole and by month; names years of which months are missing.
    fn months(&self, reading: &Reading<'_>) -> Result<Vec<String>, DataError> {
        let mut by_pair: HashMap<(u16, u16, u16, i16), u16> = HashMap::new();
        if self.drafts.iter().all(|d| d.month == 0) {
            return Ok(Vec::new());
        }
        for d in &self.drafts {
            *by_pair.entry((d.reporter, d.exporter, d.importer, d.year)).or_default() |= 1 << d.month;
        }
        let mut by_reporter: BTreeMap<(i16, u16), u16> = BTreeMap::new();
        for ((reporter, from, to, year), months) in by_pair {
            if months & 1 == 1 && months > 1 {
                let name = Draft::name;
                return Err(DataError::Format {
                    path: reading.path.clone(),
                    what: format!("holds {year} of {} to {} both whole and by month", name(from), name(to)),
                    help: "keep one of the two with --filter".to_owned(),
                });
            }
            *by_reporter.entry((year, reporter)).or_default() |= months;
        }
        let mut short: BTreeMap<(i16, u32), BTreeSet<String>> = BTreeMap::new();
        for ((year, reporter), months) in by_reporter {
            let count = (months >> 1).count_ones();
            if months & 1 == 0 && count < 12 {
                let name = reporter.checked_sub(1).and_then(Draft::country).map(|c| c.to_string());
                short.entry((year, count)).or_default().extend(name);
            }
        }
        let list = |names: BTreeSet<String>| {
            let some: Vec<String> = names.iter().take(6).cloned().collect();
            let more = if names.len() > 6 { format!(" and {} more", names.len() - 6) } else { String::new() };
            if some.is_empty() { String::new() } else { format!(" ({}{more})", some.join(", ")) }
        };
        let note = |((year, months), names)| format!("{year} holds {months} of 12 months{}.", list(names));
        Ok(short.into_iter().map(note).collect())
    }

    /// Counts each product once, at the level at which it is finest, and cuts codes to six digits.
    fn level(&mut self, reading: &Reading<'_>) {
        let codes = &reading.codes.list;
        let used: BTreeSet<u32> = self.drafts.iter().map(|d| d.code).collect();
        let mut ids: HashMap<HsCode, u32> = HashMap::new();
        let mut hs: Vec<u32> = vec![0; codes.len()];
        for code in &used {
            let (path, product) = &codes[*code as usize];
            let id = *ids.entry(*product).or_insert_with(|| {
                self.products.push(*product);
                self.products.len() as u32 - 1
            });
            hs[*code as usize] = id;
            *self.levels.entry(path.bytes().take_while(u8::is_ascii_digit).count()).or_default() += 1;
            self.codes.insert(*product);
        }
        let one_level = {
            let mut lengths = used.iter().map(|c| codes[*c as usize].0.len());
            let first = lengths.next();
            lengths.all(|l| Some(l) == first)
        };
        let national = used.iter().any(|c| codes[*c as usize].0.len() > 6);
        if one_level && !national {
            self.drafts.iter_mut().for_each(|d| d.code = hs[d.code as usize]);
            return;
        }
        let mut exceeded: Vec<String> = Vec::new();
        let (mut kept, mut at) = (0, 0);
        let mut by_product: BTreeMap<u32, Draft> = BTreeMap::new();
        while at < self.drafts.len() {
            let report = self.drafts[at].report();
            let end = at + self.drafts[at..].iter().take_while(|d| d.report() == report).count();
            let group = &self.drafts[at..end];
            let nodes: Vec<(&str, f64)> =
                group.iter().map(|d| (codes[d.code as usize].0.as_str(), d.value_usd)).collect();
            let rest = remainders(&nodes);
            for (node, own, parts) in &rest.exceeded {
                if exceeded.len() < 4 {
                    let name = Draft::name;
                    let code = nodes[*node].0;
                    exceeded.push(format!(
                        "{} of {} to {}, {}: {own:.0}, its parts {parts:.0} US dollars",
                        if code.is_empty() { "TOTAL" } else { code },
                        name(report.1),
                        name(report.2),
                        report.3
                    ));
                }
            }
            by_product.clear();
            for (draft, left) in group.iter().zip(&rest.left) {
                let Some(value_usd) = left else {
                    self.totals += 1;
                    continue;
                };
                let code = hs[draft.code as usize];
                let new = Draft { value_usd: *value_usd, code, ..*draft };
                by_product.entry(code).and_modify(|d| d.value_usd += value_usd).or_insert(new);
            }
            for draft in by_product.values() {
                self.drafts[kept] = *draft;
                kept += 1;
            }
            at = end;
        }
        self.drafts.truncate(kept);
        if !exceeded.is_empty() {
            self.notes.push(format!("Parts add up to more than their total, and count: {}.", exceeded.join("; ")));
        }
    }

    /// The flows, in the file's order.
    pub(crate) fn flows(mut self, source: Source, mut caveats: Vec<String>) -> Result<Flows, DataError> {
        caveats.append(&mut self.notes);
        self.drafts.sort_by_key(|d| d.place);
        let mut builder = FlowsBuilder::default();
        for (_, flow) in self.iter() {
            builder.push(&flow);
        }
        builder.finish(source, caveats).map_err(|e| DataError::Format {
            path: self.path.clone(),
            what: format!("the flows do not fit in memory as a table ({e})"),
            help: "read fewer rows with --filter".to_owned(),
        })
    }

    /// The flows with their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Place, Flow)> + '_ {
        self.drafts.iter().filter_map(|d| {
            let flow = Flow {
                month: (d.month > 0).then_some(d.month),
                reporter: d.reporter.checked_sub(1).and_then(Draft::country),
                valuation: d.valuation(),
                status: d.status(),
                ..Flow::new(
                    i32::from(d.year),
                    Draft::country(d.exporter)?,
                    Draft::country(d.importer)?,
                    *self.products.get(d.code as usize)?,
                    d.value_usd,
                )
            };
            Some((self.place(d), flow))
        })
    }
}

/// The place of each code in the order of the classification's tree.
fn code_order(reading: &Reading<'_>) -> Vec<u32> {
    let codes = &reading.codes.list;
    let mut sorted: Vec<u32> = (0..codes.len() as u32).collect();
    sorted.sort_by(|a, b| codes[*a as usize].0.cmp(&codes[*b as usize].0));
    let mut order = vec![0; codes.len()];
    sorted.iter().enumerate().for_each(|(at, code)| order[*code as usize] = at as u32);
    order
}

/// Values of the year to a month hold those of the months before; returns the last month by year.
fn keep_last_months(drafts: &mut Vec<Draft>) -> BTreeMap<i16, u8> {
    let mut last: BTreeMap<i16, u8> = BTreeMap::new();
    for d in drafts.iter() {
        let slot = last.entry(d.year).or_default();
        *slot = d.month.max(*slot);
    }
    drafts.retain(|d| last.get(&d.year) == Some(&d.month));
    // The year to December is the year.
    drafts.iter_mut().filter(|d| d.month == 12).for_each(|d| d.month = 0);
    last
}

/// Of several kinds of values in one direction the one of lowest rank counts.
fn choose_kind(reading: &mut Reading<'_>, drafts: &mut Vec<Draft>) {
    let mut best: BTreeMap<bool, u8> = BTreeMap::new();
    for (import, rank) in reading.kinds.keys() {
        let slot = best.entry(*import).or_insert(*rank);
        *slot = (*slot).min(*rank);
    }
    let imports = |d: &Draft| d.reporter.checked_sub(1) == Some(d.importer);
    let before = drafts.len();
    drafts.retain(|d| best.get(&imports(d)).is_none_or(|rank| *rank == d.rank));
    if drafts.len() == before && reading.kinds.len() <= best.len() {
        return;
    }
    let words = |chosen: bool| -> Vec<String> {
        let of = reading.kinds.iter().filter(|((import, rank), _)| (best.get(import) == Some(rank)) == chosen);
        of.flat_map(|(_, words)| words.iter().cloned()).collect()
    };
    let note =
        format!("Of the values in the file {} count, {} do not.", words(true).join(", "), words(false).join(", "));
    reading.form.notes.push(note);
}

/// What was left out or converted, in prose.
fn notes(reading: &Reading<'_>, monthly: bool) -> Vec<String> {
    let mut notes = reading.form.notes.clone();
    for (reason, left) in &reading.left {
        notes.push(left_out(*reason, left));
    }
    let unit = reading.form.values.first().map(|v| v.unit);
    if let Some(unit) = unit
        && !reading.form.unit_from.is_empty()
    {
        notes.push(format!("Values are read as {}, {}.", unit.name(), reading.form.unit_from));
    }
    if !reading.euro.is_empty() {
        let rates: Vec<String> = (reading.euro.iter())
            .filter_map(|y| Some(format!("{y} {:.4}", usd_per_eur(i32::from(*y), None)?)))
            .collect();
        let of = if monthly { "month" } else { "year" };
        notes.push(format!(
            "Values in euros were converted to US dollars at the European Central Bank's average rate of the {of}{}.",
            if rates.is_empty() { String::new() } else { format!(" (by year: {})", rates.join(", ")) }
        ));
    }
    notes
}

fn left_out(reason: Reason, left: &LeftOut) -> String {
    let why = match reason {
        Reason::Group => "groups of countries, whose trade is that of their members",
        Reason::Nowhere => "partners that are not a country, for example ships' stores and unspecified areas",
        Reason::Unknown => "codes that are not a country",
        Reason::PartOfFlow => "re-exports and the like, which exports and imports include",
        Reason::Totals => "totals and notes below the table",
        Reason::Missing => "no value: not reported, which is not zero",
        Reason::ProductGroup => "groups of products that are not codes",
        Reason::Series => "quantities, duties and the like",
        Reason::Other => "not of the wanted kind",
    };
    let labels: Vec<&str> = left.labels.iter().take(12).map(String::as_str).collect();
    let more = if left.labels.len() > 12 { ", ..." } else { "" };
    let labels = if labels.is_empty() { String::new() } else { format!(" ({}{more})", labels.join(", ")) };
    let value = if left.value_usd > 0.0 { format!(" worth {:.0} US dollars", left.value_usd) } else { String::new() };
    let rows = if left.rows == 1 { "row" } else { "rows" };
    format!("{} {rows}{value} left out: {why}{labels}.", left.rows)
}

/// The error where no flow between two countries is left.
fn nothing_left(reading: &Reading<'_>, notes: &[String]) -> DataError {
    if reading.rows == 0 {
        let (what, help) = match &reading.options.filter {
            Some(f) => {
                (format!("no row passes the filter `{}`", crate::suggest::short(f.as_str())), "loosen the filter")
            }
            None => ("has a header but no rows".to_owned(), "check that the download or export finished"),
        };
        return DataError::Empty { path: reading.path.clone(), what, help: help.to_owned() };
    }
    let help = if reading.left.contains_key(&Reason::Group) {
        "the file has totals with the world or with groups: download the trade with each partner"
    } else if reading.left.contains_key(&Reason::Missing) {
        "name the column of values with --value, or download the values with the rows"
    } else {
        "check what was asked of the office's database"
    };
    let left: Vec<&str> = notes.iter().map(String::as_str).collect();
    DataError::Empty {
        path: reading.path.clone(),
        what: format!("holds no flow between two countries: {}", left.join(" ").trim_end_matches('.')),
        help: help.to_owned(),
    }
}
