//! Groups of countries: those that an entry of a file may name, and those that stand for one side of a pair.

use jiff::civil::Date;
use turnover_data::{Iso3, countries};

use crate::error::AnalysisError;

/// The five that the group had from 2011 to 2023.
const BRICS: [&str; 5] = ["BRA", "RUS", "IND", "CHN", "ZAF"];
/// The Eurasian Economic Union.
const EAEU: [&str; 5] = ["ARM", "BLR", "KAZ", "KGZ", "RUS"];
/// The Association of Southeast Asian Nations, with ten members from 1999 to 2025.
const ASEAN: [&str; 10] = ["BRN", "KHM", "IDN", "LAO", "MYS", "MMR", "PHL", "SGP", "THA", "VNM"];
/// The partners of the USMCA, and of NAFTA before it.
const USMCA: [&str; 3] = ["CAN", "MEX", "USA"];
/// The day whose members a group has in a world: that of the last world built in, when Croatia had joined the
/// European Union and the United Kingdom had not left.
const DAY: Date = jiff::civil::date(2014, 12, 31);

/// Codes of the members in a world; `None` where the name is that of no group.
pub(crate) fn members(name: &str) -> Option<Vec<&'static str>> {
    members_on(name, DAY)
}

fn members_on(name: &str, day: Date) -> Option<Vec<&'static str>> {
    match name.to_ascii_uppercase().as_str() {
        "EU" => Some(union_on(day)),
        "EU28" => Some(union_on(DAY)),
        "EU27" => Some(union_on(jiff::civil::date(2020, 12, 31))),
        "G7" => Some(turnover_measures::SEVEN.to_vec()),
        "BRICS" => Some(BRICS.to_vec()),
        "EAEU" | "EEU" => Some(EAEU.to_vec()),
        "ASEAN" => Some(ASEAN.to_vec()),
        "USMCA" | "NAFTA" => Some(USMCA.to_vec()),
        _ => None,
    }
}

fn union_on(day: Date) -> Vec<&'static str> {
    countries().iter().filter(|c| c.code.is_eu_member(day)).map(|c| c.code.as_str()).collect()
}

/// One side of a pair: a country, or several that count as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bloc {
    /// As it is named in a sentence.
    pub name: String,
    /// As the command names it.
    pub code: String,
    /// Its countries, each once.
    pub members: Vec<Iso3>,
}

impl Bloc {
    /// Whether a text names more than one country: a group, or several joined by `+`.
    pub fn is_named(text: &str) -> bool {
        text.contains('+') || members(text.trim()).is_some()
    }

    /// Reads a country, a group with its members on a day, or several of them joined by `+`.
    pub fn resolve(text: &str, day: Date) -> Result<Self, AnalysisError> {
        let mut all: Vec<Iso3> = Vec::new();
        let mut codes = Vec::new();
        for part in text.split('+').map(str::trim) {
            let found = match members_on(part, day) {
                Some(group) => {
                    codes.push(part.to_ascii_uppercase());
                    group.into_iter().map(Iso3::parse).collect::<Result<Vec<_>, _>>()?
                }
                None => {
                    let country = Iso3::resolve(part)?;
                    codes.push(country.to_string());
                    vec![country]
                }
            };
            all.extend(found);
        }
        all.sort_unstable();
        all.dedup();
        let code = codes.join("+");
        let name = match (&codes[..], &all[..]) {
            ([_], [one]) => crate::format::in_sentence(one.name()),
            ([group], _) if matches!(group.as_str(), "BRICS" | "ASEAN") => group.clone(),
            ([group], _) => format!("the {group}"),
            _ => code.clone(),
        };
        Ok(Bloc { name, code, members: all })
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

    #[test]
    fn a_bloc_has_the_members_of_its_day() {
        let on = |text, year| Bloc::resolve(text, jiff::civil::date(year, 12, 31)).unwrap();
        assert_eq!(on("EU", 2003).members.len(), 15);
        assert_eq!(on("EU", 2019).members.len(), 28);
        assert_eq!(on("EU", 2021).members.len(), 27);
        assert_eq!(on("EU28", 2021).members.len(), 28);
        let two = on("Germany+FRA+EAEU", 2019);
        assert_eq!((two.code.as_str(), two.members.len()), ("DEU+FRA+EAEU", 7));
        assert!(Bloc::is_named("eu") && Bloc::is_named("DEU+FRA") && !Bloc::is_named("DEU"));
        assert!(Bloc::resolve("EU+Ruritania", jiff::civil::date(2019, 12, 31)).is_err());
    }
}
