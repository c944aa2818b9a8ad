//! A formula, and models from it on a small table.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use turnover_gravity::formula::{Specification, design, panel, parse};
use turnover_gravity::{Column, Frame};

static FRAME: LazyLock<Frame> = LazyLock::new(|| {
    let number = |f: &dyn Fn(usize) -> f64| Column::Number((0..12).map(f).collect());
    let text = |f: &dyn Fn(usize) -> &'static str| Column::text(&(0..12).map(|r| Some(f(r))).collect::<Vec<_>>());
    Frame::new(vec![
        ("y".into(), number(&|r| r as f64)),
        ("x".into(), number(&|r| if r == 3 { f64::NAN } else { (r * r % 7) as f64 })),
        ("t".into(), number(&|r| (2000 + r % 3) as f64)),
        ("i".into(), text(&|r| ["A", "B"][r / 6])),
        ("j".into(), text(&|r| ["C", "D"][r / 3 % 2])),
    ])
    .unwrap_or_default()
});

fuzz_target!(|text: &str| {
    let Ok(formula) = parse(text) else { return };
    let _ = formula.columns();
    let Ok(designs) = design(&formula, &FRAME, &Specification::default()) else { return };
    for d in designs {
        assert_eq!(d.model.y.len(), d.sample.rows.len());
        let _ = panel(&formula, &FRAME, &d.sample);
    }
});
