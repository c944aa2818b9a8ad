//! Groups of countries that an entry of a file may name.

use turnover_data::countries;

/// The Group of Seven.
const G7: [&str; 7] = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];
/// The five that the group began with in 2011.
const BRICS: [&str; 5] = ["BRA", "RUS", "IND", "CHN", "ZAF"];
/// The Eurasian Economic Union.
const EAEU: [&str; 5] = ["ARM", "BLR", "KAZ", "KGZ", "RUS"];
/// The day whose members a group has: that of the last world built in, when Croatia had joined the European Union and
/// the United Kingdom had not left.
const DAY: jiff::civil::Date = jiff::civil::date(2014, 12, 31);

/// Codes of the members; `None` where the name is that of no group.
pub(crate) fn members(name: &str) -> Option<Vec<&'static str>> {
    match name.to_ascii_uppercase().as_str() {
        "EU" | "EU28" => {
            Some(countries().iter().filter(|c| c.code.is_eu_member(DAY)).map(|c| c.code.as_str()).collect())
        }
        "G7" => Some(G7.to_vec()),
        "BRICS" => Some(BRICS.to_vec()),
        "EAEU" | "EEU" => Some(EAEU.to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_their_members() {
        let eu = members("eu").unwrap();
        assert_eq!(eu.len(), 28);
        assert!(eu.contains(&"HRV") && eu.contains(&"GBR"));
        assert_eq!(members("G7").unwrap().len(), 7);
        assert_eq!(members("USA"), None);
    }
}
