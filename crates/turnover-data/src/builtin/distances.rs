//! Distances between countries, for margins of freight and for ease of trade.

use std::collections::HashMap;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::country::Iso3;
use crate::error::DataError;
use crate::flows::Source;

use super::packed::Packed;

const NAME: &str = "distances";
static PACKED: &[u8] = include_bytes!("../../../../figures/world/distances.tqf");

/// Kilometres between the people of two countries: CEPII GeoDist's `distw`, to three digits.
#[derive(Debug, Clone, Default)]
pub struct Distances {
    km: HashMap<(Iso3, Iso3), f64>,
}

impl Distances {
    /// The built-in distances of 224 countries.
    pub fn built_in() -> Result<&'static Self, DataError> {
        static READ: OnceLock<Distances> = OnceLock::new();
        if let Some(read) = READ.get() {
            return Ok(read);
        }
        let packed = Packed::open(NAME, PACKED)?;
        let mut km = HashMap::new();
        for block in packed.blocks().map(str::to_owned).collect::<Vec<_>>() {
            let a = Iso3::parse(&block)?;
            for series in packed.series(&block, &|_| true)? {
                let b = Iso3::parse(&series.partner)?;
                for (_, value) in series.values {
                    km.insert((a, b), value);
                    km.insert((b, a), value);
                }
            }
        }
        Ok(READ.get_or_init(|| Distances { km }))
    }

    /// The distance; `None` where one of the two is not in the table.
    pub fn km(&self, a: Iso3, b: Iso3) -> Option<f64> {
        self.km.get(&(a, b)).copied()
    }

    /// With a distance of one's own.
    #[must_use]
    pub fn with(mut self, a: Iso3, b: Iso3, km: f64) -> Self {
        self.km.insert((a, b), km);
        self.km.insert((b, a), km);
        self
    }

    /// Where they come from.
    pub fn source() -> Source {
        Source {
            name: "CEPII GeoDist (Mayer and Zignago 2011), population-weighted distances".to_owned(),
            vintage: "2011, read from a public replication repository".to_owned(),
            hash: crate::read::hex(&Sha256::digest(PACKED)),
        }
    }
}
