//! Harmonized System codes: 2, 4 or 6 digits, their editions, chapters and sections.

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize, Serializer};

use crate::error::DataError;

/// An HS code of 2 (chapter), 4 (heading) or 6 digits (subheading), or [`HsCode::TOTAL`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HsCode {
    digits: [u8; 6],
    len: u8,
}

/// One chapter of the Harmonized System with its section. Names are short forms of our own.
#[derive(Debug, Clone, Copy)]
pub struct Chapter {
    /// Two digits.
    pub code: &'static str,
    /// Roman number of the section; `-` for chapters 98 and 99, which no section holds.
    pub section: &'static str,
    /// Short name of the section.
    pub section_name: &'static str,
    /// Short name of the chapter.
    pub name: &'static str,
}

static CHAPTERS: LazyLock<Vec<Chapter>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let fields: Vec<&str> = line.split(';').collect();
        let [code, section, section_name, name] = fields[..] else { return None };
        Some(Chapter { code, section, section_name, name })
    };
    include_str!("../data/chapters.txt").lines().skip(1).filter_map(row).collect()
});

/// Place in [`CHAPTERS`] of each chapter by its number: every code of a large file is looked up.
static BY_NUMBER: LazyLock<[Option<usize>; 100]> = LazyLock::new(|| {
    let mut out = [None; 100];
    for (at, chapter) in CHAPTERS.iter().enumerate() {
        if let Some(slot) = chapter.code.parse::<usize>().ok().and_then(|n| out.get_mut(n)) {
            *slot = Some(at);
        }
    }
    out
});

/// The chapters in use, 01 to 99; 77 is reserved and not among them.
pub fn chapters() -> &'static [Chapter] {
    &CHAPTERS
}

impl HsCode {
    /// All goods together; a prefix of every code.
    pub const TOTAL: HsCode = HsCode { digits: [b' '; 6], len: 0 };

    /// Reads `02`, `0201`, `0201.10`, `0201 10`, `TOTAL`. A leading zero lost to a spreadsheet is
    /// put back, since a true code has an even number of digits. The chapter must exist; whether
    /// the heading does depends on the edition: see [`crate::known`].
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let refuse = |why: &str, help: &str| {
            Err(DataError::UnknownProduct {
                text: crate::suggest::short(text),
                why: why.to_owned(),
                help: help.to_owned(),
            })
        };
        if text.eq_ignore_ascii_case("total") {
            return Ok(HsCode::TOTAL);
        }
        let plain: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'.' | b' ')).collect();
        if plain.is_empty() || !plain.iter().all(u8::is_ascii_digit) {
            return refuse("it has something other than digits", "write 2, 4 or 6 digits, such as 02, 0203 or 020329");
        }
        if plain.len() > 6 {
            return refuse(
                "it has more than 6 digits",
                "national codes beyond 6 digits differ by country; cut them to 6 and add up",
            );
        }
        let mut digits = [b' '; 6];
        let pad = plain.len() % 2;
        if pad == 1 {
            digits[0] = b'0';
        }
        digits[pad..pad + plain.len()].copy_from_slice(&plain);
        let code = HsCode { digits, len: (plain.len() + pad) as u8 };
        if code.chapter_row().is_none() {
            return refuse(
                "there is no such chapter",
                "chapters run from 01 to 97 without 77, and 98 and 99 for special uses",
            );
        }
        Ok(code)
    }

    /// The digits; `TOTAL` for all goods.
    pub fn as_str(&self) -> &str {
        if self.len == 0 {
            return "TOTAL";
        }
        std::str::from_utf8(&self.digits[..usize::from(self.len)]).unwrap_or("??")
    }

    /// The digits as a number, below 10 to the power of [`HsCode::level`]: codes of one level are told
    /// apart by it.
    pub fn number(&self) -> usize {
        self.digits[..usize::from(self.len)].iter().fold(0, |n, d| 10 * n + usize::from(d.wrapping_sub(b'0')))
    }

    /// Number of digits: 0, 2, 4 or 6.
    pub fn level(&self) -> usize {
        usize::from(self.len)
    }

    /// Whether `other` is this code or lies within it: 02 contains 0203, TOTAL contains all.
    pub fn contains(&self, other: &HsCode) -> bool {
        self.len <= other.len && self.digits[..self.level()] == other.digits[..self.level()]
    }

    /// The code cut to that many digits; unchanged when it is shorter.
    pub fn truncate(&self, level: usize) -> HsCode {
        let mut cut = *self;
        if level < self.level() {
            cut.digits[level..].fill(b' ');
            cut.len = level as u8;
        }
        cut
    }

    /// The chapter's row; `None` for all goods.
    pub fn chapter_row(&self) -> Option<&'static Chapter> {
        if self.len == 0 {
            return None;
        }
        let digit = |at: usize| usize::from(self.digits[at].wrapping_sub(b'0'));
        BY_NUMBER.get(10 * digit(0) + digit(1)).copied().flatten().map(|at| &CHAPTERS[at])
    }

    /// The short name of the chapter, or "All goods".
    pub fn chapter_name(&self) -> &'static str {
        self.chapter_row().map_or("All goods", |c| c.name)
    }
}

impl fmt::Display for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for HsCode {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

/// An edition of the Harmonized System, named by the year in which it came into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Edition {
    /// In force 1988-1995 (the 1988 text and its 1992 revision).
    HS1992,
    /// In force 1996-2001.
    HS1996,
    /// In force 2002-2006.
    HS2002,
    /// In force 2007-2011.
    HS2007,
    /// In force 2012-2016.
    HS2012,
    /// In force 2017-2021.
    HS2017,
    /// In force from 2022.
    HS2022,
}

impl Edition {
    /// As people write it: `HS 2017`.
    pub fn name(self) -> &'static str {
        match self {
            Edition::HS1992 => "HS 1992",
            Edition::HS1996 => "HS 1996",
            Edition::HS2002 => "HS 2002",
            Edition::HS2007 => "HS 2007",
            Edition::HS2012 => "HS 2012",
            Edition::HS2017 => "HS 2017",
            Edition::HS2022 => "HS 2022",
        }
    }

    /// The edition in force on a day (the first one for earlier days).
    pub fn in_force(on: Date) -> Edition {
        match on {
            d if d < date(1996, 1, 1) => Edition::HS1992,
            d if d < date(2002, 1, 1) => Edition::HS1996,
            d if d < date(2007, 1, 1) => Edition::HS2002,
            d if d < date(2012, 1, 1) => Edition::HS2007,
            d if d < date(2017, 1, 1) => Edition::HS2012,
            d if d < date(2022, 1, 1) => Edition::HS2017,
            _ => Edition::HS2022,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_write_them() {
        for (text, code) in [
            ("02", "02"),
            ("2", "02"),
            ("0203", "0203"),
            ("203", "0203"),
            ("0203 29", "020329"),
            ("10121", "010121"),
            ("8471.30", "847130"),
            ("total", "TOTAL"),
        ] {
            assert_eq!(HsCode::parse(text).unwrap().as_str(), code);
        }
        for text in ["", "77", "00", "8471300000", "84a1", "-1", "²2"] {
            assert!(HsCode::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_code_contains_what_it_is_a_prefix_of() {
        let code = |t| HsCode::parse(t).unwrap();
        assert!(code("02").contains(&code("0203")) && code("0203").contains(&code("0203")));
        assert!(!code("0203").contains(&code("02")) && !code("0203").contains(&code("0204")));
        assert!(HsCode::TOTAL.contains(&code("99")));
        assert_eq!(code("847130").truncate(4), code("8471"));
    }

    #[test]
    fn there_are_96_chapters_in_21_sections_and_two_special_ones() {
        assert_eq!(chapters().len(), 98);
        let sections: std::collections::BTreeSet<_> = chapters().iter().map(|c| c.section).collect();
        assert_eq!(sections.len(), 22);
    }
}
