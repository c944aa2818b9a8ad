//! What a time does in its clause, by the words before it.

use super::{Clock, Role};
use crate::interval::Interval;
use crate::token::TokenKind;

impl Clock<'_, '_> {
    /// The role of a time by the words before it, and where its preposition begins.
    pub(super) fn role(&self, i: usize, floor: usize) -> (usize, Role) {
        let mut k = i;
        while k > floor
            && matches!(
                self.word(k - 1),
                "the"
                    | "all"
                    | "whole"
                    | "full"
                    | "calendar"
                    | "year"
                    | "entire"
                    | "month"
                    | "early"
                    | "late"
                    | "mid"
                    | "-"
            )
        {
            k -= 1;
        }
        if k >= floor + 2
            && self.word(k - 1) == "of"
            && matches!(self.word(k - 2), "end" | "close" | "course" | "beginning" | "start" | "turn" | "whole" | "all")
        {
            k -= 2;
            while k > floor && self.word(k - 1) == "the" {
                k -= 1;
            }
        }
        if k <= floor {
            return (i, Role::In);
        }
        let (before, two) = (self.word(k - 1), if k >= floor + 2 { self.word(k - 2) } else { "" });
        let role = match (two, before) {
            (_, "since") | ("ever", "after") => Role::Since,
            (_, "by" | "until" | "till" | "before") => Role::Target,
            ("than" | "were" | "as" | "against" | "was" | "those" | "that" | "been", "in" | "during" | "for") => {
                if matches!(two, "was" | "were") && !self.compares(k, floor) { Role::In } else { Role::Base }
            }
            ("compared" | "comparison" | "relative" | "contrast", _) => Role::Base,
            (_, "over") if self.after_figure(k - 1) => Role::Base,
            (_, "than" | "against" | "versus" | "from" | "vs") => Role::Base,
            ("those" | "that" | "level" | "levels" | "figure" | "figures" | "same" | "volume" | "months", "of") => {
                Role::Base
            }
            (_, "on") if self.after_figure(k - 1) => Role::Base,
            (_, "with" | "to") if self.word(k.wrapping_sub(3)) == "compared" => Role::Base,
            _ => Role::In,
        };
        let prep = matches!(
            before,
            "in" | "since"
                | "by"
                | "for"
                | "during"
                | "of"
                | "than"
                | "over"
                | "from"
                | "against"
                | "on"
                | "until"
                | "at"
                | "with"
                | "to"
                | "throughout"
        );
        (if prep { k - 1 } else { i }, role)
    }

    /// "What they were in 1995", "as it was in 2010".
    fn compares(&self, k: usize, floor: usize) -> bool {
        (floor.max(k.saturating_sub(5))..k).any(|j| matches!(self.word(j), "what" | "as" | "than"))
    }

    /// "Up 5 % on 2018".
    fn after_figure(&self, k: usize) -> bool {
        (k.saturating_sub(3)..k).any(|j| {
            matches!(
                self.word(j),
                "percent" | "%" | "cent" | "third" | "quarter" | "half" | "fifth" | "tenth" | "up" | "down"
            )
        })
    }

    /// "Between 2014 and 2019", "from 2016 to 2019", "2014-2019": a base and a period.
    pub(super) fn two_years(&self, i: usize) -> Option<(usize, Interval, Interval)> {
        let lead = usize::from(matches!(self.word(i), "between" | "from"));
        let a = self.year_at(i + lead)?;
        let joins = match self.word(i + lead + 1) {
            "and" => self.word(i) == "between",
            "to" => self.word(i) == "from",
            "-" | "–" => true,
            _ => false,
        };
        let token =
            self.tokens.get(i + lead + 2).filter(|t| joins && t.kind == TokenKind::Number && t.text.len() == 4)?;
        let b: i16 = token.text.parse().ok().filter(|b| *b > a && *b <= 2100)?;
        Some((lead + 3, Interval::year(a)?, Interval::year(b)?))
    }
}
