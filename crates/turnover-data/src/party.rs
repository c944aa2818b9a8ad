//! Parties of a trade as files write them: countries by letters, number or name, groups of countries, and
//! places that are no country.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::country::{Iso3, countries};

/// What stands for a party in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Party {
    /// A country.
    Country(Iso3),
    /// The world, the European Union or another group: its trade is that of its members.
    Group,
    /// Ships' stores, free zones, countries that are kept secret or not specified.
    Nowhere,
}

/// Comtrade's numbers for former states and for areas (BACI uses the same), where the country table does not
/// have them. A predecessor's trade counts with the state that took its place in the statistics.
const NUMBERS: [(u16, &str); 15] = [
    (280, "DEU"), // Federal Republic of Germany, to 1990
    (736, "SDN"), // Sudan with the south, to 2011
    (711, "ZAF"), // Southern African Customs Union, to 1999
    (849, "UMI"), // US Miscellaneous Pacific Islands
    (230, "ETH"), // Ethiopia with Eritrea, to 1992
    (886, "YEM"), // Yemen Arab Republic, to 1990
    (720, "YEM"), // Democratic Yemen, to 1990
    (866, "VNM"), // Democratic Republic of Vietnam, to 1974
    (868, "VNM"), // Republic of Vietnam, to 1974
    (588, "PAK"), // East and West Pakistan, to 1971
    (592, "PAN"), // Panama without the Canal Zone, to 1977
    (717, "ZWE"), // Rhodesia and Nyasaland, to 1964
    (835, "TZA"), // Tanganyika, to 1964
    (356, "IND"), // India without Sikkim, to 1974
    (490, "TWN"), // Other Asia, not elsewhere specified
];

/// Comtrade's numbers for areas that are no country.
const NO_COUNTRY: [u16; 22] =
    [80, 129, 221, 290, 471, 472, 473, 527, 536, 568, 577, 636, 637, 697, 837, 838, 839, 879, 899, 698, 896, 897];

/// Codes of letters for areas and groups, beside those that begin with a letter and hold digits.
const NOWHERE: [&str; 9] = ["NUL", "XXX", "UNS", "SPE", "BUN", "FRE", "NES", "OAS", "QQX"];
const GROUPS: [&str; 14] =
    ["WLD", "EUN", "EUR", "EU2", "EUU", "ALL", "WOR", "EMU", "OED", "EAS", "ECS", "LCN", "MEA", "SSF"];

/// Codes of letters beside ISO 3166-1: of older files, of other compilers, of two letters.
const LETTERS: [(&str, &str); 21] = [
    ("S19", "TWN"),
    ("USSR", "SUN"),
    ("EL", "GRC"),
    ("UK", "GBR"),
    ("XK", "XKX"),
    ("XS", "SRB"),
    ("XI", "GBR"),
    ("YUX", "YUG"),
    ("SER", "SRB"),
    ("MNT", "MNE"),
    ("KOS", "XKX"),
    ("UVK", "XKX"),
    ("CZS", "CSK"),
    ("CHK", "CSK"),
    ("SVU", "SUN"),
    ("GER", "DEU"),
    ("FRG", "DEU"),
    ("WDEU", "DEU"),
    ("EDEU", "DDR"),
    ("OAN", "TWN"),
    ("USP", "UMI"),
];

/// Letters by which a name's words are known, whatever their order.
fn key(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'à'..='å' | 'ā' => "a",
            'ç' | 'č' | 'ć' => "c",
            'è'..='ë' | 'ė' => "e",
            'ì'..='ï' | 'ı' => "i",
            '\u{307}' => "",
            'ñ' => "n",
            'ò'..='ö' | 'ø' => "o",
            'ù'..='ü' => "u",
            'š' | 'ş' => "s",
            'ž' => "z",
            'ß' => "ss",
            // Letters lost on the way through an encoding count as none.
            '\'' | '’' | '`' | '´' | '.' | '\u{fffd}' | '?' => "",
            'a'..='z' | '0'..='9' => {
                word.push(c);
                continue;
            }
            c if c.is_alphanumeric() => {
                word.push(c);
                continue;
            }
            _ => {
                words.push(std::mem::take(&mut word));
                continue;
            }
        };
        word.push_str(plain);
    }
    words.push(word);
    let long = |w: String| match w.as_str() {
        "st" => "saint".to_owned(),
        "rep" => "republic".to_owned(),
        "dem" => "democratic".to_owned(),
        "fed" => "federated".to_owned(),
        "isds" | "isl" | "is" | "isds." => "islands".to_owned(),
        _ => w,
    };
    let mut words: Vec<String> =
        words.into_iter().map(long).filter(|w| !matches!(w.as_str(), "" | "the" | "of" | "and")).collect();
    words.sort_unstable();
    words.join(" ")
}

/// Whether two names are the same in any order of their words, case, accents and punctuation.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    key(one) == key(other)
}

static BY_NAME: LazyLock<HashMap<String, Party>> = LazyLock::new(|| {
    let mut out: HashMap<String, Party> = HashMap::new();
    // A file may have lost the letters that are not ASCII.
    let mut add = |name: &str, party| {
        let plain: String = name.chars().filter(char::is_ascii).collect();
        out.entry(key(&plain)).or_insert(party);
        out.insert(key(name), party);
    };
    for line in include_str!("../data/names.txt").lines().filter(|l| !l.starts_with('#')) {
        let mut fields = line.split(';');
        let party = match fields.next() {
            Some("*group") => Party::Group,
            Some("*nowhere") => Party::Nowhere,
            Some(code) => match Iso3::parse(code) {
                Ok(code) => Party::Country(code),
                Err(_) => continue,
            },
            None => continue,
        };
        fields.for_each(|name| add(name, party));
    }
    countries().iter().for_each(|c| add(c.name, Party::Country(c.code)));
    out
});

static BY_LETTERS: LazyLock<HashMap<&'static str, Party>> = LazyLock::new(|| {
    let alpha2 = countries().iter().filter(|c| !c.alpha2.is_empty()).map(|c| (c.alpha2, Party::Country(c.code)));
    let own = LETTERS.iter().filter_map(|(text, code)| Some((*text, Party::Country(Iso3::parse(code).ok()?))));
    let groups = GROUPS.iter().map(|g| (*g, Party::Group));
    let nowhere = NOWHERE.iter().map(|g| (*g, Party::Nowhere));
    // Comext's letters for places that are no country, and for groups.
    let comext = ["XC", "XL", "XZ", "XO", "XP", "XM"].into_iter().map(|c| (c, Party::Nowhere));
    let unions = ["EU", "EA", "XX"].into_iter().map(|c| (c, Party::Group));
    let ended =
        [("CS", "SCG"), ("YU", "YUG"), ("AN", "ANT"), ("TP", "TLS"), ("ZR", "COD"), ("SU", "SUN"), ("DD", "DDR")]
            .into_iter()
            .filter_map(|(text, code)| Some((text, Party::Country(Iso3::parse(code).ok()?))));
    alpha2.chain(comext).chain(unions).chain(ended).chain(own).chain(groups).chain(nowhere).collect()
});

/// The party behind a number of UN Comtrade or ISO 3166-1.
pub(crate) fn by_number(number: u16) -> Option<Party> {
    if number == 0 || number == 97 || number > 900 {
        return Some(Party::Group);
    }
    if NO_COUNTRY.contains(&number) {
        return Some(Party::Nowhere);
    }
    let own = NUMBERS.iter().find(|(n, _)| *n == number).and_then(|(_, code)| Iso3::parse(code).ok());
    let listed = || countries().iter().find(|c| c.numeric == number || c.comtrade == number).map(|c| c.code);
    own.or_else(listed).map(Party::Country)
}

/// Reads a party: letters of ISO 3166-1 (two or three), a number, or a name. `None` where it is in no list.
///
/// `NA` is Namibia, `W00` and `0` are the world, `S19` and `490` are Taiwan.
pub(crate) fn party(text: &str) -> Option<Party> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()) {
        return by_number(text.parse().ok()?);
    }
    let short = text.len() <= 4 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if short {
        let upper = text.to_ascii_uppercase();
        if let Ok(code) = Iso3::parse(&upper) {
            return Some(Party::Country(code));
        }
        if let Some(party) = BY_LETTERS.get(upper.as_str()) {
            return Some(*party);
        }
        // Letters with digits: W00 the world, E19 and X1 areas, EU27, EA19.
        let digits = upper[1..].bytes().any(|b| b.is_ascii_digit());
        if upper.as_bytes()[0].is_ascii_alphabetic() && digits {
            return Some(match &upper[..1] {
                "W" | "E" if upper.starts_with("W0") || upper.starts_with("EU") || upper.starts_with("EA") => {
                    Party::Group
                }
                _ => Party::Nowhere,
            });
        }
        if upper.len() == 2 && upper.starts_with('Q') {
            return Some(Party::Nowhere);
        }
    }
    if let Some(party) = BY_NAME.get(&key(text)) {
        return Some(*party);
    }
    // `Czechia (Czech Republic)`: both are names of one party.
    if let Some((name, other)) = text.strip_suffix(')').and_then(|t| t.split_once('('))
        && let (Some(one), Some(two)) = (BY_NAME.get(&key(name)), BY_NAME.get(&key(other)))
        && one == two
    {
        return Some(*one);
    }
    // Eurostat's groups: EU27_2020, EXT_EU27_2020, WORLD, INTRA_EA19.
    let is_label = text.len() > 3 && text.starts_with(|c: char| c.is_ascii_uppercase());
    let plain = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    (is_label && plain && (text.contains('_') || text.starts_with("EU") || text.starts_with("EXT")))
        .then_some(Party::Group)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match party(text) {
            Some(Party::Country(code)) => code.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn letters_numbers_and_names_lead_to_parties() {
        for (text, wanted) in [
            ("USA", "USA"),
            ("usa", "USA"),
            ("US", "USA"),
            ("842", "USA"),
            ("NA", "NAM"),
            ("490", "TWN"),
            ("S19", "TWN"),
            ("736", "SDN"),
            ("280", "DEU"),
            ("USSR", "SUN"),
            ("Korea, Republic of", "KOR"),
            ("Republic of Korea", "KOR"),
            ("Korea, Dem. People's Rep. of", "PRK"),
            ("Congo, Dem. Rep. of the Congo (Kinshasa)", "COD"),
            ("CONGO, DEM. REP. OF THE CONGO (KINSHASA)", "COD"),
            ("Cote d`Ivoire", "CIV"),
            ("C\u{f4}te d'Ivoire", "CIV"),
            ("Türkiye", "TUR"),
            ("Deutschland", "DEU"),
            ("Russian Federation", "RUS"),
            ("Viet Nam", "VNM"),
            ("St. Kitts and Nevis", "KNA"),
            ("Wallis and Futura Isl.", "WLF"),
            ("Swaziland", "SWZ"),
            ("Czechia (Czech Republic)", "CZE"),
            ("Eswatini (Swaziland)", "SWZ"),
            ("Saint Barth?lemy", "BLM"),
            ("Samoa (American)", "ASM"),
            ("EL", "GRC"),
            ("W00", "Some(Group)"),
            ("0", "Some(Group)"),
            ("World", "Some(Group)"),
            ("EU27_2020", "Some(Group)"),
            ("EU-28", "Some(Group)"),
            ("East Asia & Pacific", "Some(Group)"),
            ("697", "Some(Nowhere)"),
            ("899", "Some(Nowhere)"),
            ("Areas, nes", "Some(Nowhere)"),
            ("QS", "Some(Nowhere)"),
            ("QQQ", "None"),
            ("Atlantis", "None"),
            ("", "None"),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn every_name_of_the_table_is_of_one_party() {
        for line in include_str!("../data/names.txt").lines().filter(|l| !l.starts_with(['#', '*'])) {
            let mut fields = line.split(';');
            let code = fields.next().unwrap();
            assert!(Iso3::parse(code).is_ok(), "{code}");
            for name in fields {
                assert_eq!(BY_NAME.get(&key(name)), Some(&Party::Country(Iso3::parse(code).unwrap())), "{name}");
            }
        }
    }
}
