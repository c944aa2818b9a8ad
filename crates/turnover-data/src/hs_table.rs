//! Which headings and subheadings exist, by edition, from the 2017 and 2022 nomenclatures.

use std::collections::BTreeMap;
use std::sync::LazyLock;

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
