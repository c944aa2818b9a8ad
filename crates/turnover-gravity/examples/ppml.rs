//! The effect of an agreement on trade, from a small panel made here: PPML with three families of effects.
//!
//!     cargo run --release -p turnover-gravity --example ppml

#![allow(clippy::print_stdout, reason = "an example talks on the terminal")]

use turnover_gravity::formula::{Specification, design, parse};
use turnover_gravity::{Cluster, Column, Covariance, Frame, Settings, SmallSample, poisson};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Ten countries, six years; pairs whose numbers add up to a multiple of 3 agree in the fourth year,
    // and trade 1.35 times as much from then on (0.3 log points).
    let (countries, years) = (10, 6);
    let (mut trade, mut agreement) = (Vec::new(), Vec::new());
    let (mut exporter, mut importer, mut year) = (Vec::new(), Vec::new(), Vec::new());
    // SplitMix64 (Steele, Lea and Flood 2014), so that the example needs no other crate.
    let mut state = 7u64;
    let mut uniform = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    for i in 0..countries {
        for j in (0..countries).filter(|j| *j != i) {
            for t in 0..years {
                let agrees = (i + j) % 3 == 0 && t >= 3;
                let index = 0.3 * f64::from(i) + 0.2 * f64::from(j * t) / 6.0 + 0.3 * f64::from(u8::from(agrees));
                trade.push(index.exp() * (0.8 + 0.4 * uniform()));
                agreement.push(f64::from(u8::from(agrees)));
                exporter.push(f64::from(i));
                importer.push(f64::from(j));
                year.push(f64::from(2000 + t));
            }
        }
    }
    let frame = Frame::new(vec![
        ("trade".to_owned(), Column::Number(trade)),
        ("agreement".to_owned(), Column::Number(agreement)),
        ("exporter".to_owned(), Column::Number(exporter)),
        ("importer".to_owned(), Column::Number(importer)),
        ("year".to_owned(), Column::Number(year)),
    ])
    .ok_or("columns of unequal length")?;

    let formula = parse("trade ~ agreement | exporter^year + importer^year + exporter^importer")?;
    let designs = design(&formula, &frame, &Specification::default())?;
    let model = &designs[0].model;
    let fit = poisson(model, &Settings::default())?;

    // Errors clustered by pair; the codes of the third family are the pairs.
    let pairs = model.effects.as_ref().map(|e| e.families()[2].codes.clone()).unwrap_or_default();
    let by_pair = Covariance::Clustered(vec![Cluster { name: "pair".to_owned(), codes: pairs }]);
    for line in fit.table(&by_pair, SmallSample::Fixest)? {
        println!(
            "{}: {:.3} ({:.3}), 95 % CI {:.3} to {:.3}",
            line.name, line.estimate, line.std_error, line.low, line.high
        );
    }
    println!("{} observations, {} Newton steps", fit.nobs, fit.iterations);
    Ok(())
}
