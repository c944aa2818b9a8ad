//! Global Trade Alert's export of interventions: a row for each, with jurisdictions and products as lists.

use turnover_data::{Edition, HsCode, Iso3, RawTable};

use super::{ImportError, Listed, column, day, digits, needed, text};
use crate::measure::{Measure, Party, Products, Target};
use crate::words::{Direction, Instrument, Mapping, Purpose, Scope};

/// Kinds of interventions that are restrictions of goods trade, by what their names contain, in order.
const KINDS: [(&str, Direction, Instrument); 12] = [
    ("import ban", Direction::Import, Instrument::Ban),
    ("export ban", Direction::Export, Instrument::Ban),
    ("import licensing", Direction::Import, Instrument::Licence),
    ("export licensing", Direction::Export, Instrument::Licence),
    ("import tariff quota", Direction::Import, Instrument::Quota),
    ("import quota", Direction::Import, Instrument::Quota),
    ("export quota", Direction::Export, Instrument::Quota),
    ("export tax", Direction::Export, Instrument::Tariff),
    ("import tariff", Direction::Import, Instrument::Tariff),
    ("anti-dumping", Direction::Import, Instrument::Tariff),
    ("anti-subsidy", Direction::Import, Instrument::Tariff),
    ("safeguard", Direction::Import, Instrument::Tariff),
];

/// Measures from an export of interventions. Subsidies, investment rules and the like are dropped, and so are
/// rows without an implementing and an affected jurisdiction that are known; each drop is reported.
///
/// # Errors
///
/// A column is missing, or a date cannot be read.
pub fn global_trade_alert(table: &RawTable) -> Result<Listed, ImportError> {
    let id = needed(table, &["Intervention ID", "intervention_id", "State Act ID"])?;
    let title = needed(table, &["State Act Title", "Title", "state_act_title", "Announcement Title"])?;
    let kind = needed(table, &["Intervention Type", "intervention_type"])?;
    let by = needed(table, &["Implementing Jurisdictions", "Implementing Jurisdiction", "implementing_jurisdictions"])?;
    let on = needed(table, &["Affected Jurisdictions", "Affected Jurisdiction", "affected_jurisdictions"])?;
    let codes = needed(table, &["Affected Products", "affected_products", "Affected Products (HS)"])?;
    let from = needed(table, &["Implementation Date", "Date Implemented", "date_implemented"])?;
    let until = column(table, &["Removal Date", "Date Removed", "date_removed"]);
    let url = column(table, &["State Act URL", "URL", "url"]);
    let mut out = Listed::default();
    for row in 0..table.rows {
        let name = text(kind, row);
        let lower = name.to_lowercase();
        let mut drop = |why: String| out.dropped.push(format!("{}: {why}", table.place(row)));
        let Some((_, direction, instrument)) = KINDS.iter().find(|(k, ..)| lower.contains(k)) else {
            drop(format!("`{name}` is not a restriction of goods trade"));
            continue;
        };
        let (Some(start), end) = (day(table, row, from)?, until.map_or(Ok(None), |c| day(table, row, c))?) else {
            drop("it has no date of implementation".to_owned());
            continue;
        };
        let (senders, targets) = (parties(&text(by, row)), parties(&text(on, row)));
        let list: Vec<HsCode> = products(&text(codes, row));
        if senders.is_empty() || targets.is_empty() || list.is_empty() {
            drop("it names no jurisdiction that is known, or no products".to_owned());
            continue;
        }
        for sender in &senders {
            let number = text(id, row);
            let suffix = if senders.len() > 1 { format!("-{}", sender.code().to_lowercase()) } else { String::new() };
            out.measures.push(Measure {
                id: format!("gta-{number}{suffix}"),
                title: text(title, row),
                sender: *sender,
                targets: targets
                    .iter()
                    .filter(|t| *t != sender)
                    .map(|t| Target { party: *t, from: start, until: end })
                    .collect(),
                direction: *direction,
                instrument: *instrument,
                purpose: Purpose::Trade,
                scope: Scope::Goods,
                edition: Edition::HS2012,
                ad_valorem: None,
                products: vec![Products {
                    what: name.clone(),
                    mapping: Mapping::Approximate,
                    codes: list.clone(),
                    ad_valorem: None,
                    from: None,
                    until: None,
                    note: None,
                }],
                exceptions: Vec::new(),
                legal: format!(
                    "Global Trade Alert, intervention {number}{}",
                    url.map(|c| format!(", {}", text(c, row))).unwrap_or_default()
                ),
                note: None,
                file: table.path.clone(),
            });
        }
    }
    Ok(out)
}

/// Names that the source writes otherwise than the country table.
const ALIASES: [(&str, &str); 8] = [
    ("United States of America", "USA"),
    ("Republic of Korea", "KOR"),
    ("DPR Korea", "PRK"),
    ("Turkiye", "TUR"),
    ("Türkiye", "TUR"),
    ("Russian Federation", "RUS"),
    ("Viet Nam", "VNM"),
    ("Chinese Taipei", "TWN"),
];

fn parties(cell: &str) -> Vec<Party> {
    cell.split([',', ';'])
        .map(str::trim)
        .filter(|n| !n.is_empty())
        .filter_map(|name| {
            if name.eq_ignore_ascii_case("European Union") || name == "EU" {
                return Some(Party::EuropeanUnion);
            }
            let code = ALIASES.iter().find(|(n, _)| *n == name).map_or(name, |(_, code)| *code);
            Iso3::resolve(code).ok().map(Party::Country)
        })
        .collect()
}

fn products(cell: &str) -> Vec<HsCode> {
    let mut out: Vec<HsCode> =
        cell.split([',', ';']).filter_map(|code| super::subheading(&digits(code.trim())?)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interventions_become_measures_and_the_rest_is_reported() {
        let text = "Intervention ID,Title,Intervention Type,Implementing Jurisdictions,Affected Jurisdictions,Affected Products,Implementation Date,Removal Date\n\
                    1,Ban on gold,Import ban,\"United Kingdom, Canada\",Russia,\"710811, 710812\",2022-07-21,\n\
                    2,A grant,Financial grant,Germany,Russia,840110,2022-01-01,\n\
                    3,Ban on wine,Import ban,China,Australia,220421,,\n";
        let table = RawTable::from_bytes("gta.csv", text.as_bytes()).unwrap();
        let found = global_trade_alert(&table).unwrap();
        let ids: Vec<&str> = found.measures.iter().map(|m| m.id.as_str()).collect();
        assert_eq!(ids, ["gta-1-gbr", "gta-1-can"]);
        assert_eq!(found.measures[0].products[0].codes.len(), 2);
        assert_eq!(found.dropped.len(), 2);
        assert!(found.dropped[1].contains("no date"));
    }
}
