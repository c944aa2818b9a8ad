//! Countries as people name them: any code, any case, common short names, local and former names.

use crate::country::{Iso3, countries, unknown};
use crate::error::DataError;
use crate::party::{Party, party, same_words};

/// Names that people use for more than one country, each with those that it may mean. A file's column is read
/// with its own list, in which offices use some of these for one country.
const SHARED: [(&str, &[&str]); 5] = [
    ("Korea", &["KOR", "PRK"]),
    ("Congo", &["COG", "COD"]),
    ("Virgin Islands", &["VGB", "VIR"]),
    ("Saint Martin", &["MAF", "SXM"]),
    ("Guiana", &["GUF", "GUY"]),
];

/// Parts of states that report their trade whole.
const PARTS: [(&str, &str); 7] = [
    ("England", "GBR"),
    ("Scotland", "GBR"),
    ("Wales", "GBR"),
    ("Northern Ireland", "GBR"),
    ("Chechnya", "RUS"),
    ("Catalonia", "ESP"),
    ("Zanzibar", "TZA"),
];

/// Names beside those that files use.
const SPOKEN: [(&str, &str); 34] = [
    ("America", "USA"),
    ("The States", "USA"),
    ("США", "USA"),
    ("Россия", "RUS"),
    ("Российская Федерация", "RUS"),
    ("Rossija", "RUS"),
    ("Russland", "RUS"),
    ("PRC", "CHN"),
    ("Zhongguo", "CHN"),
    ("中国", "CHN"),
    ("ROC", "TWN"),
    ("Republic of China", "TWN"),
    ("日本", "JPN"),
    ("Nihon", "JPN"),
    ("Japon", "JPN"),
    ("Hanguk", "KOR"),
    ("한국", "KOR"),
    ("ROK", "KOR"),
    ("DRC", "COD"),
    ("Congo-Kinshasa", "COD"),
    ("Congo-Brazzaville", "COG"),
    ("KSA", "SAU"),
    ("RSA", "ZAF"),
    ("Emirates", "ARE"),
    ("Україна", "UKR"),
    ("Ukraina", "UKR"),
    ("Беларусь", "BLR"),
    ("Қазақстан", "KAZ"),
    ("Qazaqstan", "KAZ"),
    ("Allemagne", "DEU"),
    ("Méjico", "MEX"),
    ("México", "MEX"),
    ("Pays-Bas", "NLD"),
    ("Czech", "CZE"),
];

impl Iso3 {
    /// A country as a person writes it: any code of ISO 3166-1 or UN Comtrade, in any case, or its name: English,
    /// short or official, local, or former.
    ///
    /// # Errors
    /// Where the text names no country, more than one, a group, or a part of a country; the error names the
    /// candidates.
    ///
    /// ```
    /// use turnover_data::Iso3;
    ///
    /// for name in ["GBR", "uk", "Great Britain", "U.K."] {
    ///     assert_eq!(Iso3::resolve(name)?.as_str(), "GBR");
    /// }
    /// let refused = Iso3::resolve("Korea").unwrap_err().to_string();
    /// assert!(refused.contains("more than one country"));
    /// # Ok::<(), turnover_data::DataError>(())
    /// ```
    pub fn resolve(text: &str) -> Result<Self, DataError> {
        let text = text.trim();
        if let Ok(code) = Iso3::parse(&text.to_uppercase()) {
            return Ok(code);
        }
        if let Some((_, codes)) = SHARED.iter().find(|(name, _)| same_words(name, text)) {
            let found: Vec<Iso3> = codes.iter().filter_map(|c| Iso3::parse(c).ok()).collect();
            return Err(shared(text, &found));
        }
        if let Some((_, code)) = SPOKEN.iter().find(|(name, _)| same_words(name, text)) {
            return Iso3::parse(code);
        }
        match party(text) {
            Some(Party::Country(code)) => return Ok(code),
            Some(Party::Group) => {
                return Err(DataError::UnknownCountry {
                    text: crate::suggest::short(text),
                    help: "it is a group of countries, and one country is asked about here: name a member".to_owned(),
                });
            }
            Some(Party::Nowhere) | None => {}
        }
        if let Some((_, whole)) = PARTS.iter().find(|(name, _)| same_words(name, text)) {
            let whole = Iso3::parse(whole)?;
            return Err(DataError::UnknownCountry {
                text: text.to_owned(),
                help: format!("it is part of {} ({whole}), which reports its trade as a whole", whole.name()),
            });
        }
        let near = with_words(text);
        if near.len() > 1 { Err(shared(text, &near)) } else { Err(unknown(text)) }
    }
}

/// Countries whose names contain every word of a text.
fn with_words(text: &str) -> Vec<Iso3> {
    let wanted: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let has = |name: &str| {
        let name = name.to_lowercase();
        let words: Vec<&str> = name.split([' ', '-', ',']).collect();
        wanted.iter().all(|w| words.contains(&w.as_str()))
    };
    if wanted.is_empty() { Vec::new() } else { countries().iter().filter(|c| has(c.name)).map(|c| c.code).collect() }
}

fn shared(text: &str, found: &[Iso3]) -> DataError {
    const SHOWN: usize = 8;
    let list: Vec<String> = found.iter().take(SHOWN).map(|c| format!("{c} ({})", c.name())).collect();
    let more = if found.len() > SHOWN { format!(" or {} others", found.len() - SHOWN) } else { String::new() };
    DataError::AmbiguousCountry {
        text: crate::suggest::short(text),
        help: format!("write the code of the one that is meant: {}{more}", list.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_these_lists_is_of_the_table() {
        let codes = SHARED.iter().flat_map(|(_, codes)| codes.iter().copied());
        let codes = codes.chain(PARTS.iter().map(|p| p.1)).chain(SPOKEN.iter().map(|p| p.1));
        for code in codes {
            assert!(Iso3::parse(code).is_ok(), "{code}");
        }
    }
}
