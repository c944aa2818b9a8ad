//! One product's room.

use turnover_data::HsCode;
use turnover_measures::Extent;

/// One product of one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProductFacts {
    /// The product.
    pub product: HsCode,
    /// Exports now, in US dollars.
    pub actual_usd: f64,
    /// The indicator: supply share times demand times ease of trade, in US dollars; at most the demand.
    pub potential_usd: f64,
    /// The exporter's share of the world's exports.
    pub supply_share: f64,
    /// The importer's imports from all, in US dollars.
    pub demand_usd: f64,
    /// Revealed comparative advantage of the exporter (Balassa 1965).
    pub advantage: f64,
    /// Density in the product space around the product (Hidalgo and others 2007), 0 to 1.
    pub density: f64,
    /// How far measures touch it.
    pub extent: Extent,
    /// Whether nothing is reported where much would be expected and no measure bars it whole: more likely a cell
    /// that is kept secret or was never reported than a market that nobody has found.
    pub is_suspect_zero: bool,
}

impl ProductFacts {
    /// Potential less actual exports, where that is above 0; in US dollars. A suspect zero is no room.
    pub fn unrealised_usd(&self) -> f64 {
        if self.is_suspect_zero { 0.0 } else { (self.potential_usd - self.actual_usd).max(0.0) }
    }
}
