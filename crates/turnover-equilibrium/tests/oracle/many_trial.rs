//! One economy of many sectors: drawn, changed, solved by both, compared.

use super::dice::Dice;
use super::tally::Tally;

pub(crate) fn run(_: &mut Dice, _: &mut Tally) {}
