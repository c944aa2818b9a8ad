//! Periods: years, months, quarters, halves, fiscal years, and what counts from the day of the text.

mod role;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::interval::Interval;
use crate::lexicon::Lexicon;
use crate::token::{Token, TokenKind};

/// A time that is named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Time {
    Span(Interval),
    Day(Date),
    /// "A year earlier", "year on year".
    YearBefore,
    /// "The same month", "the same eight months of 2020".
    Same {
        year: Option<i16>,
        months: Option<i8>,
    },
    /// A time that gives no period: "in a year", "within a week".
    Vague,
}

/// What a time does in its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    In,
    /// What a change is measured from.
    Base,
    Since,
    /// When a forecast is to come true.
    Target,
}

/// A time in a sentence, by tokens; its preposition is included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mention {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) time: Time,
    pub(crate) role: Role,
    /// Whether the year was said or follows from the day of the text.
    pub(crate) month_only: bool,
}

struct Found {
    len: usize,
    time: Time,
    role: Option<Role>,
    month_only: bool,
}

fn found(len: usize, time: Time) -> Option<Found> {
    Some(Found { len, time, role: None, month_only: false })
}

/// The reader of times: the words, and the day from which they count.
struct Clock<'t, 'a> {
    lexicon: &'t Lexicon,
    tokens: &'t [Token<'a>],
    date: Date,
}

/// All times of a sentence.
pub(crate) fn mentions(lexicon: &Lexicon, tokens: &[Token<'_>], date: Date) -> Vec<Mention> {
    let clock = Clock { lexicon, tokens, date };
    let mut out: Vec<Mention> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if let Some((len, a, b)) = clock.two_years(i) {
            out.push(Mention { start: i, end: i + 1, time: Time::Span(a), role: Role::Base, month_only: false });
            out.push(Mention { start: i + 1, end: i + len, time: Time::Span(b), role: Role::In, month_only: false });
            i += len;
            continue;
        }
        match clock.time(i) {
            Some(f) => {
                let (start, role) = clock.role(i, out.last().map_or(0, |m| m.end));
                out.push(Mention {
                    start,
                    end: i + f.len,
                    time: f.time,
                    role: f.role.unwrap_or(role),
                    month_only: f.month_only,
                });
                i += f.len;
            }
            None => i += 1,
        }
    }
    out
}

impl Clock<'_, '_> {
    fn word(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| &t.lower)
    }

    fn words(&self, i: usize) -> [&str; 5] {
        std::array::from_fn(|k| self.word(i + k))
    }

    fn time(&self, i: usize) -> Option<Found> {
        self.so_far(i)
            .or_else(|| self.same(i))
            .or_else(|| self.year_to(i))
            .or_else(|| self.some_months(i))
            .or_else(|| self.quarter_or_half(i))
            .or_else(|| self.fiscal(i))
            .or_else(|| self.month_range(i))
            .or_else(|| self.day_or_month(i))
            .or_else(|| self.weekday(i))
            .or_else(|| self.relative(i))
            .or_else(|| self.within(i))
            .or_else(|| self.plain_year(i))
    }

    fn year_at(&self, i: usize) -> Option<i16> {
        let token = self.tokens.get(i).filter(|t| t.kind == TokenKind::Number && t.text.len() == 4)?;
        let year: i16 = token.text.parse().ok().filter(|y| (1800..=2100).contains(y))?;
        let next = self.word(i + 1);
        let counted = matches!(
            next,
            "percent"
                | "%"
                | "per"
                | "million"
                | "billion"
                | "tonnes"
                | "tons"
                | "dollars"
                | "euros"
                | "people"
                | "times"
        ) || self.lexicon.currencies.longest(self.tokens, i + 1, true).is_some();
        let money = i > 0
            && token.glued
            && matches!(self.tokens[i - 1].text, "$" | "€" | "£" | "¥" | "₽" | "₹" | "-" | "–" | "/");
        (!counted && !money).then_some(year)
    }

    /// "of 2019", "of the year", "of last year", "2019": the year after a part of it, and its length.
    fn year_after(&self, i: usize) -> Option<(usize, i16)> {
        let skip = usize::from(matches!(self.word(i), "of" | "in"));
        if let Some(year) =
            self.year_at(i + skip).or_else(|| if self.word(i) == "," { self.year_at(i + 1) } else { None })
        {
            return Some((skip.max(usize::from(self.word(i) == ",")) + 1, year));
        }
        if skip == 0 && !matches!(self.word(i), "this" | "last") {
            return None;
        }
        let this = self.date.year();
        match [self.word(i + skip), self.word(i + skip + 1)] {
            ["this" | "current", "year"] => Some((skip + 2, this)),
            ["last" | "previous", "year"] => Some((skip + 2, this - 1)),
            _ => None,
        }
    }

    /// The latest year in which months up to `last` had ended by the day of the text.
    fn latest(&self, last: i8) -> i16 {
        let year = self.date.year();
        match Interval::months(year, last, year, last) {
            Some(m) if m.to <= self.date => year,
            _ => year - 1,
        }
    }

    fn months_of(&self, first: i8, last: i8, i: usize, len: usize) -> Option<Found> {
        if let Some((more, year)) = self.year_after(i + len) {
            return found(len + more, Time::Span(Interval::months(year, first, year, last)?));
        }
        let of_year = [self.word(i + len), self.word(i + len + 1), self.word(i + len + 2)] == ["of", "the", "year"];
        let year = self.latest(last);
        let span = Interval::months(year, first, year, last)?;
        Some(Found { len: len + if of_year { 3 } else { 0 }, time: Time::Span(span), role: None, month_only: true })
    }

    fn so_far(&self, i: usize) -> Option<Found> {
        let len = match self.words(i) {
            ["so" | "thus", "far", "this", "year", _] => 4,
            ["so" | "thus", "far", "in", _, _] if self.year_at(i + 3) == Some(self.date.year()) => 4,
            ["this", "year", "so", "far", _] => 4,
            ["since", "the", "start" | "beginning", "of", "the" | "this"] if self.word(i + 5) == "year" => 6,
            ["year", "to", "date", ..] => 3,
            ["year", "-", "to", "-", "date"] => 5,
            _ => return None,
        };
        let from = Date::new(self.date.year(), 1, 1).ok()?;
        Some(Found { len, time: Time::Span(Interval { from, to: self.date }), role: Some(Role::In), month_only: false })
    }

    /// "The same months of 2021", "the same period a year earlier", "the corresponding month".
    fn same(&self, i: usize) -> Option<Found> {
        if !matches!(self.word(i), "same" | "corresponding" | "comparable") {
            return None;
        }
        let (n, months) = self.count(i + 1).map_or((0, None), |(n, v)| (n, Some(v)));
        let unit = i + 1 + n;
        if !matches!(self.word(unit), "months" | "month" | "period" | "quarter" | "time" | "half" | "span" | "stretch")
        {
            return None;
        }
        let len = unit + 1 - i;
        let months = months.and_then(|v| i8::try_from(v).ok()).filter(|m| (1..=12).contains(m));
        if let Some((more, year)) = self.year_after(i + len) {
            return found(len + more, Time::Same { year: Some(year), months });
        }
        let before = match self.words(i + len) {
            ["a", "year", "before" | "earlier" | "ago", ..] => 3,
            ["the", "year", "before", ..] | ["the", "previous", "year", ..] | ["of", "last", "year", ..] => 3,
            ["one", "year", "earlier" | "before", ..] => 3,
            ["of", "the", "previous", "year", ..] | ["of", "the", "year", "before", ..] => 4,
            ["in", "the", "previous", "year", ..] => 4,
            ["last", "year", ..] => 2,
            _ => 0,
        };
        if before > 0 {
            return found(len + before, Time::YearBefore);
        }
        found(len, Time::Same { year: None, months })
    }

    /// "In the year to October", "twelve months to March 2019".
    fn year_to(&self, i: usize) -> Option<Found> {
        let len = match self.words(i) {
            ["year", "to", ..] => 2,
            ["twelve" | "12", "months", "to" | "until" | "ending" | "ended", ..] => 3,
            ["year", "ending" | "ended" | "until", "in", ..] => 3,
            ["year", "ending" | "ended" | "until", ..] => 2,
            _ => return None,
        };
        let (n, month) = self.month_at(i + len)?;
        let (more, year) = self.year_after(i + len + n).unwrap_or((0, self.latest(month)));
        let (first_year, first) = if month == 12 { (year, 1) } else { (year - 1, month + 1) };
        found(len + n + more, Time::Span(Interval::months(first_year, first, year, month)?))
    }

    fn count(&self, i: usize) -> Option<(usize, i32)> {
        let token = self.tokens.get(i)?;
        if token.kind == TokenKind::Number {
            return token.text.parse().ok().filter(|n| (1..100).contains(n)).map(|n| (1, n));
        }
        let (len, value) = self.lexicon.cardinals.longest(self.tokens, i, true)?;
        Some((len, value as i32)).filter(|(_, n)| *n > 0)
    }

    fn some_months(&self, i: usize) -> Option<Found> {
        let which = self.word(i);
        if !matches!(which, "first" | "opening" | "last" | "past" | "final" | "previous") {
            return None;
        }
        let (n, count) = self.count(i + 1)?;
        if !matches!(self.word(i + 1 + n), "months" | "month") || !(1..=12).contains(&count) {
            let years = matches!(self.word(i + 1 + n), "years" | "decades" | "weeks" | "days" | "quarters");
            return if years { found(n + 2, Time::Vague) } else { None };
        }
        let count = count as i8;
        if matches!(which, "first" | "opening") {
            return self.months_of(1, count, i, n + 2);
        }
        if self.year_after(i + n + 2).is_some() {
            return self.months_of(13 - count, 12, i, n + 2);
        }
        let last = self.date.first_of_month().checked_sub(1.days()).ok()?;
        let from = last.first_of_month().checked_sub((i64::from(count) - 1).months()).ok()?;
        found(n + 2, Time::Span(Interval { from, to: last }))
    }

    fn quarter_or_half(&self, i: usize) -> Option<Found> {
        let glued = self.tokens.get(i + 1).is_some_and(|t| t.glued && t.kind == TokenKind::Number && t.text.len() == 1);
        let (len, place, size) = match (self.word(i), self.word(i + 1)) {
            ("q", n) if glued => (2, n.parse::<i8>().ok()?, 3),
            ("h", n) if glued => (2, n.parse::<i8>().ok()?, 6),
            ("last" | "final", "quarter") if self.word(i + 2) == "of" => (2, 4, 3),
            ("last" | "final", "half") if self.word(i + 2) == "of" => (2, 2, 6),
            (_, unit @ ("quarter" | "half")) => {
                let (_, place) = self.lexicon.ordinals.longest(self.tokens, i, true)?;
                (2, place as i8, if unit == "quarter" { 3 } else { 6 })
            }
            _ => return None,
        };
        let len = len + usize::from(self.word(i + len) == "-") * 2;
        if !(1..=12 / size).contains(&place) {
            return None;
        }
        self.months_of(size * (place - 1) + 1, size * place, i, len)
    }

    /// "2019-20", "the fiscal year 2019/20", "FY2019-20".
    fn fiscal(&self, i: usize) -> Option<Found> {
        let skip = match self.words(i) {
            ["fiscal" | "financial" | "budget", "year", ..] => 2,
            ["fy" | "fiscal", ..] => 1,
            _ => 0,
        };
        let year = self.tokens.get(i + skip).filter(|t| t.kind == TokenKind::Number && t.text.len() == 4)?;
        let year: i16 = year.text.parse().ok().filter(|y| (1800..=2100).contains(y))?;
        let short =
            self.tokens.get(i + skip + 2).filter(|t| t.glued && t.kind == TokenKind::Number && t.text.len() == 2)?;
        let follows = short.text.parse::<i16>().ok()? == (year + 1) % 100;
        if !follows || !matches!(self.word(i + skip + 1), "-" | "–" | "/") {
            return None;
        }
        found(skip + 3, Time::Span(Interval::months(year, 4, year + 1, 3)?))
    }

    fn month_at(&self, i: usize) -> Option<(usize, i8)> {
        let token = self.tokens.get(i).filter(|t| t.is_capital())?;
        let (mut len, month) = self.lexicon.months.longest(self.tokens, i, true)?;
        if token.text.len() <= 4 && self.word(i + len) == "." {
            len += 1;
        }
        Some((len, month as i8))
    }

    /// "Between January and March", "from January to June 2020", "January-September".
    fn month_range(&self, i: usize) -> Option<Found> {
        let (n, first) = self.month_at(i)?;
        let (between, first_year) = self.year_after(i + n).unwrap_or((0, 0));
        let at = i + n + between;
        let joins = match self.word(at) {
            "to" | "through" | "until" | "-" | "–" | "till" => true,
            "and" => matches!(self.word(i.wrapping_sub(1)), "between" | "both"),
            _ => false,
        };
        let (m, last) = self.month_at(at + 1).filter(|_| joins)?;
        let end = at + 1 + m;
        let (more, year, said) = self.year_after(end).map_or((0, self.latest(last), false), |(n, y)| (n, y, true));
        let from_year = if first_year > 0 {
            first_year
        } else if first > last {
            year - 1
        } else {
            year
        };
        let pair = self.word(at) == "and" && last == first % 12 + 1 && self.word(i.wrapping_sub(1)) != "between";
        let span = Interval::months(from_year, first, year, last).filter(|_| !pair || said || last > 0)?;
        Some(Found { len: end + more - i, time: Time::Span(span), role: Some(Role::In), month_only: !said })
    }

    /// "3 March 2019", "March 3", "March 2019", "in January and February".
    fn day_or_month(&self, i: usize) -> Option<Found> {
        let day_at = |k: usize| -> Option<(usize, i8)> {
            let t = self.tokens.get(k).filter(|t| t.kind == TokenKind::Number && t.text.len() <= 2)?;
            let suffix =
                self.tokens.get(k + 1).is_some_and(|t| t.glued && matches!(&*t.lower, "st" | "nd" | "rd" | "th"));
            Some((1 + usize::from(suffix), t.text.parse().ok()?))
        };
        if let Some((d, day)) = day_at(i)
            && let Some((m, month)) = self.month_at(i + d + usize::from(self.word(i + d) == "of"))
        {
            let at = i + d + usize::from(self.word(i + d) == "of") + m;
            return self.day(i, at, month, day);
        }
        let (n, month) = self.month_at(i)?;
        if let Some((d, day)) = day_at(i + n).filter(|(_, d)| (1..=31).contains(d))
            && !matches!(self.word(i + n + d), "percent" | "%" | "million" | "billion")
        {
            return self.day(i, i + n + d, month, day);
        }
        let next = self.month_at(i + n + 1).filter(|(_, m)| self.word(i + n) == "and" && *m == month % 12 + 1);
        let (len, last) = next.map_or((n, month), |(m, last)| (n + 1 + m, last));
        let before = self.word(i.wrapping_sub(1));
        if let Some((more, year)) = self.year_after(i + len) {
            let from = if month > last { year - 1 } else { year };
            return found(len + more, Time::Span(Interval::months(from, month, year, last)?));
        }
        let prepositions = [
            "in", "since", "of", "for", "during", "until", "by", "to", "from", "last", "early", "late", "mid", "than",
            "with", "this",
        ];
        let (first, capital) = (i == 0 || self.tokens[i - 1].text == "“", self.tokens[i].text.len() > 3);
        if !(prepositions.contains(&before) || first && capital || capital && month != 5 && month != 3) {
            return None;
        }
        let started = Date::new(self.date.year(), last, 1).is_ok_and(|d| d <= self.date);
        let year = if started { self.date.year() } else { self.date.year() - 1 };
        let from = if month > last { year - 1 } else { year };
        Some(Found { len, time: Time::Span(Interval::months(from, month, year, last)?), role: None, month_only: true })
    }

    fn day(&self, i: usize, at: usize, month: i8, day: i8) -> Option<Found> {
        if let Some((more, year)) = self.year_after(at) {
            return found(at + more - i, Time::Day(Date::new(year, month, day).ok()?));
        }
        let this = Date::new(self.date.year(), month, day).ok()?;
        let date = if this <= self.date { this } else { Date::new(self.date.year() - 1, month, day).ok()? };
        found(at - i, Time::Day(date))
    }

    fn weekday(&self, i: usize) -> Option<Found> {
        let back = match self.words(i) {
            ["yesterday", ..] => 1,
            ["today", ..] => 0,
            ["the", "day", "before", "yesterday", _] => {
                return found(4, Time::Day(self.date.checked_sub(2.days()).ok()?));
            }
            _ => {
                self.tokens.get(i).filter(|t| t.is_capital())?;
                let (_, day) = self.lexicon.weekdays.longest(self.tokens, i, true)?;
                let day = Weekday::from_monday_one_offset(day as i8).ok()?;
                i64::from(self.date.weekday().since(day))
            }
        };
        found(1, Time::Day(self.date.checked_sub(back.days()).ok()?))
    }

    fn relative(&self, i: usize) -> Option<Found> {
        let year = self.date.year();
        let of_year = |len, year| found(len, Time::Span(Interval::year(year)?));
        let base = |len| Some(Found { len, time: Time::YearBefore, role: Some(Role::Base), month_only: false });
        match self.words(i) {
            ["year", "on" | "over", "year", ..] => base(3),
            ["year", "-", "on" | "over", "-", "year"] => base(5),
            ["y", "/", "y", ..] | ["on", "the", "year", ..] => base(3),
            ["yoy", ..] => base(1),
            ["year" | "a", "year", "before" | "earlier" | "ago", ..] => found(3, Time::YearBefore),
            ["one" | "the", "year", "before" | "earlier" | "ago", ..] => found(3, Time::YearBefore),
            ["the", "previous" | "preceding" | "prior", "year", ..] => found(3, Time::YearBefore),
            ["twelve" | "12", "months", "earlier" | "before" | "ago", ..] => found(3, Time::YearBefore),
            ["previous" | "preceding" | "prior", "year", ..] => found(2, Time::YearBefore),
            ["last", "year", ..] => of_year(2, year - 1),
            ["past", "year", ..] => found(2, Time::Vague),
            ["this" | "current", "year", ..] => of_year(2, year),
            ["next", "year", ..] => Some(Found { role: Some(Role::Target), ..of_year(2, year + 1)? }),
            ["last", "month", ..] => {
                let last = self.date.first_of_month().checked_sub(1.days()).ok()?;
                found(2, Time::Span(Interval { from: last.first_of_month(), to: last }))
            }
            ["this", "month", ..] => {
                found(2, Time::Span(Interval { from: self.date.first_of_month(), to: self.date.last_of_month() }))
            }
            ["every" | "each" | "per" | "a", "year" | "month" | "week", ..] => found(2, Time::Vague),
            _ => self.years_ago(i),
        }
    }

    fn years_ago(&self, i: usize) -> Option<Found> {
        let (n, count) = if self.word(i) == "a" && self.word(i + 1) == "decade" { (1, 10) } else { self.count(i)? };
        if !matches!(self.word(i + n), "years" | "decade")
            || !matches!(self.word(i + n + 1), "ago" | "earlier" | "before")
        {
            return None;
        }
        let year = self.date.year().checked_sub(i16::try_from(count).ok()?)?;
        found(n + 2, Time::Span(Interval::year(year)?))
    }

    /// "Within five years", "over the next decade", "in five years' time".
    fn within(&self, i: usize) -> Option<Found> {
        let prep = matches!(self.word(i), "within" | "in" | "over" | "inside");
        let next = matches!(self.words(i), [_, "the", "next" | "coming" | "following", ..]);
        if !prep {
            return None;
        }
        let at = i + 1 + if next { 2 } else { 0 };
        let (n, count) = match (self.word(at), self.word(at + 1)) {
            ("a", "decade") => (1, 10),
            ("decade", _) if next => (0, 10),
            ("a", "year" | "week" | "month" | "day") => return found(at + 2 - i, Time::Vague),
            _ => self.count(at)?,
        };
        let after = at + n;
        let years = matches!(self.word(after), "years" | "decade");
        if !years {
            return matches!(self.word(after), "weeks" | "months" | "days" | "hours")
                .then_some(())
                .and_then(|()| found(after + 1 - i, Time::Vague));
        }
        if self.word(i) == "over" && !next {
            return found(after + 1 - i, Time::Vague);
        }
        let year = self.date.year().checked_add(i16::try_from(count).ok()?)?;
        Some(Found {
            len: after + 1 - i,
            time: Time::Span(Interval::year(year)?),
            role: Some(Role::Target),
            month_only: false,
        })
    }

    fn plain_year(&self, i: usize) -> Option<Found> {
        let year = self.year_at(i)?;
        let decade = self.tokens.get(i + 1).is_some_and(|t| t.glued && t.text == "s");
        if decade {
            return found(2, Time::Vague);
        }
        found(1, Time::Span(Interval::year(year)?))
    }
}
