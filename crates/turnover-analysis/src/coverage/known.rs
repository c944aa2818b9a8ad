//! What is not known is not nought: a pair that the catalogue does not hold gets the regimes on record
//! instead of a share.

use jiff::civil::Date;
use turnover_measures::{Catalogue, Regimes};

use crate::error::AnalysisError;
use crate::format::in_sentence;
use crate::pair::Pair;

/// Refuses a pair of which the catalogue knows nothing, with what is on record about it: before any figures
/// are looked at, since they cannot help.
///
/// # Errors
///
/// The catalogue has no measure between the two and claims nothing about them.
pub fn known(catalogue: &Catalogue, pair: Pair, on: Date) -> Result<(), AnalysisError> {
    if catalogue.knows(pair.a, pair.b) {
        return Ok(());
    }
    Err(AnalysisError::Change {
        what: format!(
            "not answered: the catalogue has no measure between {} and {}, which is a gap of the catalogue, not a sign that \
             there is none; {}",
            in_sentence(pair.a.name()),
            in_sentence(pair.b.name()),
            on_record(pair, on)?
        ),
        help: format!(
            "write the measures with their codes into a file (docs/catalogue.md) and give it with ‹catalogue FILE›; \
             turnover measures import makes one from a published list, and turnover measures regimes {} shows the record",
            pair.words()
        ),
    })
}

/// The trade sanctions on record between the two, in a clause.
pub(crate) fn on_record(pair: Pair, on: Date) -> Result<String, AnalysisError> {
    let regimes = Regimes::embedded()?;
    let mut found: Vec<String> = regimes.between(pair.a, pair.b, on.year()).iter().map(|s| s.regime.words()).collect();
    found.dedup();
    let year = on.year().min(regimes.last_year);
    let later = if on.year() > regimes.last_year { ", the last year of the record" } else { "" };
    Ok(match &found[..] {
        [] => format!(
            "no trade sanction between the two is on record in {year}{later} (Global Sanctions Data Base), which says nothing of duties and quotas"
        ),
        list => format!("on record in {year}{later} (Global Sanctions Data Base): {}", list.join("; ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(a: &str, b: &str, day: &str) -> String {
        let catalogue = Catalogue::embedded().unwrap();
        known(&catalogue, Pair::resolve(a, b).unwrap(), day.parse().unwrap()).unwrap_err().to_string()
    }

    /// GSDB case 72; the pairs are those for which no catalogue file is at hand.
    #[test]
    fn a_pair_without_a_catalogue_gets_the_record_and_no_share() {
        let cuba = refusal("USA", "CUB", "2019-12-31");
        assert!(cuba.starts_with("not answered"), "{cuba}");
        assert!(cuba.contains("complete on exports and imports (case 72)"), "{cuba}");
        assert!(refusal("IRN", "DEU", "2019-12-31").contains("on record in 2019"));
        assert!(refusal("JPN", "RUS", "2023-12-31").contains("2022, the last year of the record"));
        assert!(refusal("DEU", "BRA", "2019-12-31").contains("no trade sanction between the two is on record"));
    }
}
