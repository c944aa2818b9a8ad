//! Lists of codes: of a tariff's chapter 99, of section 301, of a regulation's annex; and rates by date.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use turnover_data::{HsCode, RawTable};

use super::{Heading, ImportError, Listed, column, day, digits, needed, subheading, text, wrong};
use crate::measure::{Measure, Products, Target};
use crate::words::{Instrument, Mapping, Scope};

/// Names of the column of codes.
const CODES: [&str; 9] = ["code", "hs6", "hs", "hts8", "hts_prefix", "hts10", "national_line", "cn8", "product_code"];
/// Names of the column that separates a list into groups.
const GROUPS: [&str; 4] = ["list", "heading", "annex", "group"];
/// Names of the column of rates, in per cent.
const RATES: [&str; 4] = ["duty_pct", "additional_duty_pct", "rate_pct", "rate"];
const FROM: [&str; 4] = ["from", "effective_date", "from_date", "start"];
const UNTIL: [&str; 4] = ["until", "to_date", "end_date", "end"];

/// What rows must share to stand in one group of products.
type Key = (String, Option<Date>, Option<Date>, Option<u64>);

/// One measure from a list of codes, with a group of products for each annex, rate and date that the list
/// has. National lines of more than six digits are cut to six: a subheading counts as exactly meant where
/// `lines`, the whole national tariff, has none of its lines outside the list, and in part elsewhere.
///
/// # Errors
///
/// There is no column of codes, or a code, a day or a rate cannot be read.
pub fn code_list(table: &RawTable, lines: Option<&RawTable>, head: &Heading) -> Result<Listed, ImportError> {
    let codes = needed(table, &CODES)?;
    let (groups, rates) = (column(table, &GROUPS), column(table, &RATES));
    let (from, until) = (column(table, &FROM), column(table, &UNTIL));
    let mut found: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for row in 0..table.rows {
        let code = digits(&text(codes, row)).ok_or_else(|| wrong(table, row, codes, "a code of digits"))?;
        let rate = match rates {
            Some(c) if !text(c, row).is_empty() => {
                let percent = text(c, row).trim_end_matches('%').trim().parse::<f64>();
                let percent = percent.map_err(|_| wrong(table, row, c, "a rate in per cent"))?;
                // Four digits after the point of a per cent are kept, so that equal rates are one group.
                Some((percent * 1e4).round() as u64)
            }
            _ => None,
        };
        let day = |c: Option<&turnover_data::RawColumn>| c.map_or(Ok(None), |c| day(table, row, c));
        let key = (groups.map(|c| text(c, row)).unwrap_or_default(), day(from)?, day(until)?, rate);
        found.entry(key).or_default().insert(code);
    }
    let whole = lines.map(national).transpose()?;
    let mut products = Vec::new();
    for ((group, from, until, rate), codes) in &found {
        let what = match group.as_str() {
            "" => head.title.clone(),
            group => format!("list {group}"),
        };
        let rate = rate.map(|r| r as f64 / 1e6);
        let template = Products {
            what,
            mapping: Mapping::Exact,
            codes: Vec::new(),
            ad_valorem: rate,
            from: *from,
            until: *until,
            note: None,
        };
        products.extend(split(&template, codes, whole.as_ref()));
    }
    measure(table, head, products)
}

/// One measure from rates by date: rows `code, from_date, rate` whose rate is the total duty from that day on.
/// A code is under the measure from the first day on which its rate rises, until it is back at or below what
/// it was before. A day of general cuts lowers what a rate is compared with.
///
/// # Errors
///
/// A column is missing, or a code, a day or a rate cannot be read.
pub fn dated_rates(table: &RawTable, head: &Heading) -> Result<Listed, ImportError> {
    let codes = needed(table, &CODES)?;
    let from = needed(table, &FROM)?;
    let rates = needed(table, &["tariff_pct", "rate_pct", "rate"])?;
    let mut steps: BTreeMap<String, Vec<(Date, f64)>> = BTreeMap::new();
    for row in 0..table.rows {
        let code = digits(&text(codes, row)).ok_or_else(|| wrong(table, row, codes, "a code of digits"))?;
        let day = day(table, row, from)?.ok_or_else(|| wrong(table, row, from, "a day such as 2018-07-06"))?;
        // A specific duty has no rate in per cent.
        if text(rates, row).is_empty() {
            continue;
        }
        let rate = text(rates, row).parse().map_err(|_| wrong(table, row, rates, "a rate in per cent"))?;
        steps.entry(code).or_default().push((day, rate));
    }
    steps.values_mut().for_each(|s| s.sort_by_key(|s| s.0));
    let cuts = general_cuts(steps.values(), head.from);
    let mut groups: BTreeMap<(Date, Option<Date>), BTreeSet<HsCode>> = BTreeMap::new();
    for (code, steps) in steps {
        let Some(code) = subheading(&code) else { continue };
        for span in raised(&steps, head.from, &cuts) {
            groups.entry(span).or_default().insert(code);
        }
    }
    let products = groups
        .into_iter()
        .map(|((from, until), codes)| Products {
            what: format!("from {from}"),
            mapping: Mapping::Exact,
            codes: codes.into_iter().collect(),
            ad_valorem: None,
            from: Some(from),
            until,
            note: None,
        })
        .collect();
    measure(table, head, products)
}

/// The days of general cuts: rates fall on them that never rose, and of those that did rise at most a quarter
/// is back at what it was.
fn general_cuts<'a>(all: impl Iterator<Item = &'a Vec<(Date, f64)>>, since: Option<Date>) -> BTreeSet<Date> {
    /// Falls of rates that never rose, of those that did, and of those that are back.
    #[derive(Default)]
    struct Falls {
        fresh: usize,
        risen: usize,
        back: usize,
    }
    let mut days: BTreeMap<Date, Falls> = BTreeMap::new();
    for steps in all {
        let mut base = None;
        for pair in steps.windows(2) {
            let ((_, before), (day, after)) = (pair[0], pair[1]);
            if after > before && since.is_none_or(|s| day >= s) {
                base = base.or(Some(before));
            } else if after < before {
                let falls = days.entry(day).or_default();
                match base {
                    None => falls.fresh += 1,
                    Some(base) => {
                        falls.risen += 1;
                        falls.back += usize::from(after <= base);
                    }
                }
            }
        }
    }
    days.into_iter().filter(|(_, f)| f.fresh > 0 && 4 * f.back <= f.risen).map(|(day, _)| day).collect()
}

/// The spans in which a rate stands above what it was before it rose. Rises before `since` are policy of
/// another kind.
fn raised(steps: &[(Date, f64)], since: Option<Date>, cuts: &BTreeSet<Date>) -> Vec<(Date, Option<Date>)> {
    let mut spans = Vec::new();
    let mut open: Option<(Date, f64)> = None;
    for pair in steps.windows(2) {
        let ((_, before), (day, after)) = (pair[0], pair[1]);
        match open {
            None if after > before && since.is_none_or(|s| day >= s) => open = Some((day, before)),
            Some((from, base)) if after < before && cuts.contains(&day) => open = Some((from, base - (before - after))),
            Some((from, base)) if after <= base => {
                spans.push((from, Some(day)));
                open = None;
            }
            _ => {}
        }
    }
    spans.extend(open.map(|(from, _)| (from, None)));
    spans
}

/// The lines of a national tariff by subheading.
fn national(table: &RawTable) -> Result<BTreeMap<HsCode, BTreeSet<String>>, ImportError> {
    let codes = needed(table, &CODES)?;
    let mut out: BTreeMap<HsCode, BTreeSet<String>> = BTreeMap::new();
    for row in 0..table.rows {
        if let Some(code) = digits(&text(codes, row))
            && let Some(six) = subheading(&code)
        {
            out.entry(six).or_default().insert(code);
        }
    }
    Ok(out)
}

/// Codes of a group as subheadings that are meant exactly, and those of which only a part is.
fn split(
    template: &Products,
    codes: &BTreeSet<String>,
    national: Option<&BTreeMap<HsCode, BTreeSet<String>>>,
) -> Vec<Products> {
    let (mut exact, mut part) = (BTreeSet::new(), BTreeSet::new());
    for code in codes {
        let Some(six) = subheading(code) else { continue };
        let listed = |line: &String| (2..=line.len()).step_by(2).any(|n| codes.contains(&line[..n]));
        let is_whole = code.len() <= 6 || national.and_then(|n| n.get(&six)).is_some_and(|all| all.iter().all(listed));
        if is_whole {
            exact.insert(six)
        } else {
            part.insert(six)
        };
    }
    part.retain(|c| !exact.contains(c));
    [(Mapping::Exact, exact), (Mapping::Part, part)]
        .into_iter()
        .filter(|(_, codes)| !codes.is_empty())
        .map(|(mapping, codes)| Products {
            mapping,
            codes: codes.into_iter().collect(),
            what: if mapping == Mapping::Exact {
                template.what.clone()
            } else {
                format!("{}, subheadings of which some lines are listed", template.what)
            },
            ..template.clone()
        })
        .collect()
}

fn measure(table: &RawTable, head: &Heading, products: Vec<Products>) -> Result<Listed, ImportError> {
    let missing = |what: &str, help: &str| ImportError::Missing {
        path: table.path.clone(),
        what: what.to_owned(),
        help: help.to_owned(),
    };
    if products.is_empty() {
        return Err(missing("the list has no codes", "check the file"));
    }
    let first = products.iter().filter_map(|p| p.from).min();
    let from = head
        .from
        .or(first)
        .ok_or_else(|| missing("the list has no dates", "give the first day in force with --from YYYY-MM-DD"))?;
    let rated = products.iter().all(|p| p.ad_valorem.is_some());
    if head.instrument == Instrument::Duty && !rated {
        return Err(missing(
            "the list has no column of rates, which a duty needs",
            "call it --instrument tariff where the rate differs by line and is not known",
        ));
    }
    let measure = Measure {
        id: head.id.clone(),
        title: head.title.clone(),
        sender: head.sender,
        targets: vec![Target { party: head.target, from, until: head.until }],
        direction: head.direction,
        instrument: head.instrument,
        purpose: head.purpose,
        scope: Scope::Goods,
        edition: head.edition,
        ad_valorem: None,
        products,
        exceptions: Vec::new(),
        legal: head.legal.clone(),
        note: None,
        file: table.path.clone(),
    };
    Ok(Listed { measures: vec![measure], dropped: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Party;
    use crate::words::{Direction, Purpose};
    use turnover_data::{Edition, Iso3};

    fn head(instrument: Instrument) -> Heading {
        Heading {
            id: "usa-301".into(),
            title: "Section 301".into(),
            sender: Party::Country(Iso3::parse("USA").unwrap()),
            target: Party::Country(Iso3::parse("CHN").unwrap()),
            direction: Direction::Import,
            instrument,
            purpose: Purpose::Trade,
            edition: Edition::HS2017,
            legal: "notice".into(),
            from: Some("2018-04-01".parse().unwrap()),
            until: None,
        }
    }

    fn table(text: &str) -> RawTable {
        RawTable::from_bytes("list.csv", text.as_bytes()).unwrap()
    }

    #[test]
    fn a_subheading_is_exact_only_where_each_of_its_lines_is_listed() {
        let list = table("hts8,list\n01012100,4A\n02032110,3\n02032120,3\n");
        let tariff = table("hts8,rate\n01012100,0\n01012900,0\n02032110,0\n02032120,0\n01012110,0\n");
        let found = code_list(&list, Some(&tariff), &head(Instrument::Tariff)).unwrap();
        let groups: Vec<(String, Mapping, Vec<String>)> = found.measures[0]
            .products
            .iter()
            .map(|p| (p.what.clone(), p.mapping, p.codes.iter().map(ToString::to_string).collect()))
            .collect();
        assert_eq!(groups[0], ("list 3".into(), Mapping::Exact, vec!["020321".into()]));
        assert_eq!(groups[1].1, Mapping::Part, "line 01012110 is not listed");
        assert_eq!(groups[1].2, ["010121"]);
        let alone = code_list(&list, None, &head(Instrument::Tariff)).unwrap();
        assert!(alone.measures[0].products.iter().all(|p| p.mapping == Mapping::Part), "the tariff is not known");
    }

    #[test]
    fn rates_by_date_become_spans() {
        let list = table(
            "hs6,from_date,tariff_pct\n010121,2018-01-01,0\n010121,2019-09-01,15\n010121,2020-02-14,7.5\n\
             020321,2018-01-01,10\n020321,2018-02-01,12\n020322,2018-01-01,10\n020322,2018-07-06,35\n\
             020322,2018-11-01,30\n020110,2018-01-01,9\n020110,2018-11-01,4\n020329,2018-01-01,10\n020329,2018-07-06,35\n020329,2019-01-02,10\n",
        );
        let found = dated_rates(&list, &head(Instrument::Tariff)).unwrap();
        let spans: Vec<(String, Option<String>, usize)> = found.measures[0]
            .products
            .iter()
            .map(|p| (p.from.unwrap().to_string(), p.until.map(|d| d.to_string()), p.codes.len()))
            .collect();
        let day = |d: &str| Some(d.to_owned());
        assert_eq!(
            spans,
            [
                ("2018-07-06".into(), None, 1),
                ("2018-07-06".into(), day("2019-01-02"), 1),
                ("2019-09-01".into(), None, 1)
            ],
            "a general cut does not end a measure, and a rise before it began does not begin one"
        );
    }

    #[test]
    fn a_list_that_lacks_something_is_refused_with_what_to_give() {
        let error = |text: &str, head: &Heading| code_list(&table(text), None, head).unwrap_err().to_string();
        assert!(error("product,list\n0101,1\n", &head(Instrument::Ban)).contains("no column code or hs6"));
        assert!(error("code,annex\nhorses,I\n", &head(Instrument::Ban)).contains("`horses`"));
        let undated = Heading { from: None, ..head(Instrument::Ban) };
        assert!(error("code,annex\n0101,I\n", &undated).contains("no dates"));
        assert!(error("code,annex\n0101,I\n", &head(Instrument::Duty)).contains("no column of rates"));
    }
}
