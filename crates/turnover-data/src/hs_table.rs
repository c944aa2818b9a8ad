//! Which headings and subheadings exist, by edition, from the 2017 and 2022 nomenclatures.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;

use crate::hs::{Edition, HsCode};

/// Whether a code exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// In the edition asked for, or the nearest one that is stored.
    Yes,
    /// Not in that edition but in the other stored one.
    OtherEdition,
    /// In neither stored edition (2017, 2022); an older edition may have had it.
    No,
}

struct Heading {
    /// Subheadings, last two digits; `None` when the edition has no such heading.
    hs2017: Option<Vec<&'static str>>,
    hs2022: Option<Vec<&'static str>>,
}

static TABLE: LazyLock<BTreeMap<&'static str, Heading>> = LazyLock::new(|| {
    let subheadings = |text: &'static str| (text != "-").then(|| text.split(' ').collect());
    include_str!("../data/hs_codes.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split(';');
            let code = fields.next()?;
            let hs2017 = subheadings(fields.next()?);
            let hs2022 = subheadings(fields.next()?);
            Some((code, Heading { hs2017, hs2022 }))
        })
        .collect()
});

impl Heading {
    fn subheadings(&self, edition: Edition) -> Option<&Vec<&'static str>> {
        if edition < Edition::HS2022 { self.hs2017.as_ref() } else { self.hs2022.as_ref() }
    }
}

/// The headings of a chapter in the stored edition nearest to the one named: HS2017 stands in for
/// all earlier ones.
pub fn headings(chapter: HsCode, edition: Edition) -> Vec<HsCode> {
    TABLE
        .iter()
        .filter(|(code, heading)| code.starts_with(chapter.as_str()) && heading.subheadings(edition).is_some())
        .filter_map(|(code, _)| HsCode::parse(code).ok())
        .collect()
}

/// Whether a code exists in an edition. Chapters 98 and 99 have no headings of their own.
pub fn known(code: HsCode, edition: Edition) -> Known {
    let other = if edition < Edition::HS2022 { Edition::HS2022 } else { Edition::HS2017 };
    if code.level() <= 2 {
        return Known::Yes;
    }
    let has = |edition| {
        TABLE
            .get(code.truncate(4).as_str())
            .and_then(|heading| heading.subheadings(edition))
            .is_some_and(|subs| code.level() == 4 || subs.contains(&&code.as_str()[4..]))
    };
    if has(edition) {
        Known::Yes
    } else if has(other) {
        Known::OtherEdition
    } else {
        Known::No
    }
}

/// Which stored editions a set of codes is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Editions {
    /// Editions that hold every code; both where the codes do not tell them apart, and with none the
    /// file is from an older edition or mixes several.
    pub fit: Vec<Edition>,
    /// Codes that 2017 has and 2022 has not.
    pub only_2017: Vec<HsCode>,
    /// Codes that 2022 has and 2017 has not.
    pub only_2022: Vec<HsCode>,
    /// Codes that neither has: those of older editions, or of none.
    pub neither: Vec<HsCode>,
}

/// Tells the edition from the codes themselves; chapters tell nothing.
pub fn editions<'a>(codes: impl IntoIterator<Item = &'a HsCode>) -> Editions {
    let mut out = Editions::default();
    // Codes for special uses are each country's own.
    let ordinary =
        |c: &&HsCode| c.level() > 2 && !matches!(&c.as_str()[..2], "98" | "99") && !c.as_str().starts_with("9999");
    let mut told = false;
    for code in codes.into_iter().filter(ordinary) {
        told = true;
        match (known(*code, Edition::HS2017), known(*code, Edition::HS2022)) {
            (Known::Yes, Known::Yes) => {}
            (Known::Yes, _) => out.only_2017.push(*code),
            (_, Known::Yes) => out.only_2022.push(*code),
            _ => out.neither.push(*code),
        }
    }
    if told && out.neither.is_empty() {
        for (edition, others) in [(Edition::HS2017, &out.only_2022), (Edition::HS2022, &out.only_2017)] {
            if others.is_empty() {
                out.fit.push(edition);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_differ_where_the_system_changed() {
        let code = |t| HsCode::parse(t).unwrap();
        assert_eq!(known(code("8803"), Edition::HS2017), Known::Yes);
        assert_eq!(known(code("8803"), Edition::HS2022), Known::OtherEdition);
        assert_eq!(known(code("8807"), Edition::HS2012), Known::OtherEdition);
        assert_eq!(known(code("020715"), Edition::HS2022), Known::No);
        assert_eq!(known(code("8599"), Edition::HS2022), Known::No);
        assert_eq!(headings(code("07"), Edition::HS2012).len(), 14);
        assert_eq!(headings(code("03"), Edition::HS2022).len(), 9);
    }
}
