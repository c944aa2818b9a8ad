//! The exponential of many numbers at once.

/// `out[k] = exp(x[k])`, within two units of the last place; 0 below -708 and infinite above 709.
/// Written without branches so that the compiler turns it into vector instructions.
pub(crate) fn exp_all(x: &[f64], out: &mut [f64]) {
    pulp::Arch::new().dispatch(Lanes { x, out });
}

struct Lanes<'a> {
    x: &'a [f64],
    out: &'a mut [f64],
}

impl pulp::WithSimd for Lanes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        exp_lanes(self.x, self.out);
    }
}

#[inline(always)]
fn exp_lanes(x: &[f64], out: &mut [f64]) {
    for (x, y) in x.iter().zip(out) {
        *y = exp(*x);
    }
}

/// exp(x) = 2^k exp(r) with r = x - k log 2 in [-0.347, 0.347], exp(r) by its Taylor polynomial to
/// degree 13, whose remainder there is below 1e-17.
#[inline(always)]
fn exp(x: f64) -> f64 {
    const LOG2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LOG2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // Adding and subtracting 1.5 * 2^52 rounds to the nearest integer.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let clamped = x.clamp(-708.0, 709.0);
    let shifted = clamped * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (clamped - k * LOG2_HIGH) - k * LOG2_LOW;
    const INVERSE_FACTORIAL: [f64; 12] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    let mut p = INVERSE_FACTORIAL[0];
    for c in &INVERSE_FACTORIAL[1..] {
        p = p * r + c;
    }
    let small = 1.0 + (r + r * r * p);
    // The low bits of `shifted` hold k; moved to the exponent they make 2^k. Two factors, since
    // 2^k itself overflows for the largest k.
    let power = |k: f64| f64::from_bits(((k + ROUND).to_bits() << 52).wrapping_add(1023 << 52));
    let half = (k * 0.5 + ROUND) - ROUND;
    let y = small * power(half) * power(k - half);
    if x < -708.0 {
        0.0
    } else if x > 709.0 {
        f64::INFINITY
    } else if x.is_nan() {
        x
    } else {
        y
    }
}

#[cfg(test)]
mod tests {
    use super::exp_all;

    #[test]
    fn it_is_the_exponential() {
        let x: Vec<f64> = (-70_000..70_000).map(|k| f64::from(k) * 0.01 + 0.001_234).collect();
        let mut y = vec![0.0; x.len()];
        exp_all(&x, &mut y);
        for (x, y) in x.iter().zip(&y) {
            assert!((y / x.exp() - 1.0).abs() < 5e-16, "{x}: {y} {}", x.exp());
        }
        let edge = [f64::NEG_INFINITY, -800.0, 0.0, 1.0, 710.0, f64::INFINITY, f64::NAN];
        let mut y = [0.5; 7];
        exp_all(&edge, &mut y);
        assert_eq!(&y[..3], &[0.0, 0.0, 1.0]);
        assert!((y[3] / std::f64::consts::E - 1.0).abs() < 5e-16);
        assert!(y[4] == f64::INFINITY && y[5] == f64::INFINITY && y[6].is_nan());
    }
}
