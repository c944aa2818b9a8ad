//! Choices from a fuzzer's bytes.

/// Bytes that are used up as choices are made; when none is left, the first choice is taken.
///
/// Three questions in four are tame: each word is one that the program may take, so that they get as far as
/// numbers. The fourth is wild, and seldom gets past what reads it.
pub struct Draw<'a> {
    bytes: std::slice::Iter<'a, u8>,
    wild: bool,
}

impl<'a> Draw<'a> {
    /// Choices from these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut draw = Draw { bytes: bytes.iter(), wild: false };
        draw.wild = draw.once_in(4);
        draw
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    /// A number below `n`, of one byte.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n.max(1)
    }

    /// True in one of `n` cases, and never once the bytes are used up.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// Whether words may be wrong.
    pub fn is_wild(&self) -> bool {
        self.wild
    }

    /// True in one of `n` cases of a wild question.
    pub fn slips(&mut self, n: usize) -> bool {
        self.once_in(n) && self.wild
    }

    /// One of a list.
    pub fn one<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }

    /// A generator of many numbers from two bytes, so that a column does not use up the input.
    pub fn stream(&mut self) -> Stream {
        let seed = u16::from_le_bytes([self.byte(), self.byte()]);
        Stream(u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number with a chance to be one that programs trip over.
    pub fn number(&mut self) -> f64 {
        match self.below(4) {
            0 => f64::from(self.byte()) / 8.0 - 16.0,
            1 => f64::from(self.byte()),
            2 => NASTY[self.below(NASTY.len())],
            _ => f64::from(i16::from_le_bytes([self.byte(), self.byte()])),
        }
    }
}

/// Numbers at the edges of what a 64-bit float holds, and of what a number of rows is.
pub const NASTY: [f64; 22] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1e300,
    -1e300,
    1e-300,
    5e-324,
    f64::MAX,
    f64::MIN_POSITIVE,
    1e160,
    1e-160,
    9_007_199_254_740_993.0,
    4_294_967_295.0,
    1e15,
    -1e15,
    1e-9,
    99.999_999_999,
    -99.999_999_999,
];

/// Random numbers (Marsaglia's xorshift).
pub struct Stream(u64);

impl Stream {
    /// The next, of 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// The next, below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() >> 33) as usize % n.max(1)
    }

    /// The next, from 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}
