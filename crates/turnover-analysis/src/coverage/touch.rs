//! How much of one product a set of measures touches: for certain, by the best estimate, and at most.

use std::collections::BTreeSet;

use jiff::civil::Date;
use turnover_data::{Edition, HsCode, headings};
use turnover_measures::{Mapping, Products};

use super::within::WithinShares;

/// A product of the data, with the codes beneath it that the data has apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Goods {
    /// The code.
    pub(crate) product: HsCode,
    /// Codes beneath it that are products of their own, so that this one is the rest.
    pub(crate) below: Vec<HsCode>,
}

/// Parts of a product's value, from 0 to 1, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Touch {
    /// Touched for certain: exact codes cover all of it.
    pub certain: f64,
    /// Touched by the best estimate: codes that are meant as a whole, by their share within it.
    pub central: f64,
    /// The same with codes of which only a part is meant counted whole.
    pub wide: f64,
    /// Touched at most: all of it where any code lies within it.
    pub most: f64,
}

impl Touch {
    /// The larger of two at each end: what two sets of measures touch together at least.
    pub(crate) fn unknown(self) -> Touch {
        Touch { most: 1.0, ..self }
    }

    /// Whether anything touches it, as far as is known.
    pub fn is_any(&self) -> bool {
        self.most > 0.0
    }
}

impl Goods {
    /// All of a product.
    #[cfg(test)]
    pub(crate) fn whole(product: HsCode) -> Self {
        Goods { product, below: Vec::new() }
    }

    fn apart(&self, code: &HsCode) -> bool {
        self.below.iter().any(|b| b.contains(code))
    }

    /// What groups of products, all in force, touch of it. Without shares within it, the estimate lies
    /// between what is certain and the most.
    pub(crate) fn touch(&self, groups: &[&Products], on: Date, shares: &mut WithinShares) -> Touch {
        let meant = |g: &Products| g.mapping != Mapping::Part;
        let exact = |g: &Products| g.mapping == Mapping::Exact;
        let named = |which: &dyn Fn(&Products) -> bool| groups.iter().any(|g| which(g) && g.names(self.product));
        let inner = |which: &dyn Fn(&Products) -> bool| -> BTreeSet<HsCode> {
            let of = groups.iter().filter(|g| which(g)).flat_map(|g| g.within(self.product).iter().copied());
            of.filter(|c| !self.apart(c)).collect()
        };
        let all = inner(&|_| true);
        let most = named(&|_| true) || !all.is_empty();
        if !most {
            return Touch::default();
        }
        let certain = named(&exact) || self.covers_every_heading(&inner(&exact), on);
        if certain {
            return Touch { certain: 1.0, central: 1.0, wide: 1.0, most: 1.0 };
        }
        let mut part = |codes: &BTreeSet<HsCode>| match codes.is_empty() {
            true => Some(0.0),
            false => shares.share(self, codes),
        };
        let central = if named(&meant) { Some(1.0) } else { part(&inner(&meant)) };
        let wide = if named(&|_| true) { Some(1.0) } else { part(&all) };
        let central = central.unwrap_or(0.0);
        Touch { certain: 0.0, central, wide: wide.unwrap_or(1.0).max(central), most: 1.0 }
    }

    /// Whether codes cover each heading of a chapter, as embargoes on "all headings of 07" do without naming
    /// the chapter.
    fn covers_every_heading(&self, codes: &BTreeSet<HsCode>, on: Date) -> bool {
        if self.product.level() != 2 || codes.is_empty() {
            return false;
        }
        let all = headings(self.product, Edition::in_force(on));
        let mut rest = all.iter().filter(|h| !self.apart(h)).peekable();
        rest.peek().is_some() && rest.all(|h| codes.contains(h))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::within::ShareTable;

    fn code(text: &str) -> HsCode {
        HsCode::parse(text).unwrap()
    }

    fn group(mapping: Mapping, codes: &[&str]) -> Products {
        let mut codes: Vec<HsCode> = codes.iter().map(|c| code(c)).collect();
        codes.sort_unstable();
        Products { what: String::new(), mapping, codes, ad_valorem: None, from: None, until: None, note: None }
    }

    fn shares() -> WithinShares {
        let values = [("0203", 30.0), ("0207", 50.0), ("0206", 20.0)];
        WithinShares::of(vec![ShareTable::new("test".into(), 4, values.map(|(c, v)| (code(c), v)))])
    }

    fn touch(goods: &Goods, groups: &[&Products]) -> Touch {
        goods.touch(groups, "2019-10-31".parse().unwrap(), &mut shares())
    }

    #[test]
    fn a_chapter_is_touched_by_the_shares_within_it() {
        let (pork, offal) = (group(Mapping::Exact, &["0203"]), group(Mapping::Part, &["0206"]));
        let found = touch(&Goods::whole(code("02")), &[&pork, &offal]);
        assert_eq!(found, Touch { certain: 0.0, central: 0.3, wide: 0.5, most: 1.0 });
        assert_eq!(touch(&Goods::whole(code("95")), &[&pork]), Touch::default());
        assert_eq!(touch(&Goods::whole(code("0203")), &[&pork]).certain, 1.0);
        assert_eq!(touch(&Goods::whole(code("0206")), &[&offal]), Touch { wide: 1.0, most: 1.0, ..Touch::default() });
    }

    #[test]
    fn what_the_data_has_apart_is_not_touched_again() {
        let pork = group(Mapping::Exact, &["0203"]);
        let rest = Goods { product: code("02"), below: vec![code("0203")] };
        assert_eq!(touch(&rest, &[&pork]), Touch::default());
    }

    #[test]
    fn a_whole_chapter_barred_counts_whole() {
        let headings: Vec<String> = (1..=14).map(|n| format!("07{n:02}")).collect();
        let all = group(Mapping::Exact, &headings.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(touch(&Goods::whole(code("07")), &[&all]).certain, 1.0);
        let chapter = group(Mapping::Approximate, &["72"]);
        assert_eq!(
            touch(&Goods::whole(code("72")), &[&chapter]),
            Touch { certain: 0.0, central: 1.0, wide: 1.0, most: 1.0 }
        );
    }
}
