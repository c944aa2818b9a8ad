//! The first screen of a brief: what each answer says in one sentence, and the two things that a reader must hold
//! against them.

use turnover_analysis::format::{multiple, usd, usd_range};
use turnover_analysis::{Figure, Headline, Reservation};

/// Reservations that are shown first; the rest stand with the findings.
const RESERVATIONS: usize = 2;

/// The sentences, the level with what its multiple would be, and the weightiest reservations.
pub(super) fn lead(level: Option<&Headline>, others: &[&Headline], times: f64) -> (Vec<String>, Vec<String>) {
    let sentence = |h: &Headline| match h.figure {
        Figure::Turnover(now) => {
            let [low, high] = [now.low, now.high].map(|x| x * times);
            let wanted = if low == high { usd(low) } else { usd_range(low, high) };
            format!("{}; times {} would be {wanted}.", h.sentence, multiple(times))
        }
        _ => format!("{}.", h.sentence),
    };
    let all = || level.into_iter().chain(others.iter().copied());
    let mut against: Vec<&Reservation> = all().filter_map(|h| h.reservation.as_ref()).collect();
    against.sort_by(|x, y| y.weight.total_cmp(&x.weight));
    let reservations = against.into_iter().take(RESERVATIONS).map(|r| r.sentence.clone()).collect();
    (all().map(sentence).collect(), reservations)
}

#[cfg(test)]
mod tests {
    use turnover_analysis::Interval;

    use super::*;

    fn headline(sentence: &str, figure: Figure, weight: Option<f64>) -> Headline {
        let reservation = weight.map(|weight| Reservation { sentence: format!("against {sentence}"), weight });
        Headline { sentence: sentence.to_owned(), figure, reservation }
    }

    #[test]
    fn the_weightiest_reservations_come_first_and_are_two() {
        let level = headline("level", Figure::Turnover(Interval { low: 1e9, high: 2e9 }), Some(0.4));
        let claim = headline("claim", Figure::Claim(None), Some(1.0));
        let cut = headline("cut", Figure::CostCut(0.2), Some(0.5));
        let (lead, against) = lead(Some(&level), &[&claim, &cut], 3.0);
        assert_eq!(lead[0], "level; times 3 would be 3.00 to 6.00 billion US dollars.");
        assert_eq!(lead[1..], ["claim.", "cut."]);
        assert_eq!(against, ["against claim", "against cut"]);
    }
}
