//! The numbers of a coverage question, without words: products with their values and what touches them, the
//! definitions with their shares, and what is not known.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use turnover_data::{Flows, HsCode, Iso3, Source};
use turnover_measures::{Catalogue, Direction, Instrument, Measure, Products, Scope, WatchList};

use super::Question;
use super::definition::{self, Definition, Instruments};
use super::supposed::suppose;
use super::touch::{Goods, Touch};
use super::within::WithinShares;
use crate::answer::Interval;
use crate::effect::Prevented;
use crate::error::AnalysisError;
use crate::pair::{Pair, PairFlows};

/// One product of one direction, with its values and how far each set of measures touches it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// From the pair's first country to its second.
    pub(crate) forward: bool,
    /// What it is.
    pub(crate) goods: Goods,
    /// Value in the year, US dollars.
    pub(crate) now: f64,
    /// Value in the base year, US dollars.
    pub(crate) base: f64,
    /// By [`Instruments::ALL`]: what touches it, what is not known counted at most.
    pub(crate) touch: [Touch; 3],
    /// The same, by the measures that are known.
    pub(crate) known: [Touch; 3],
    /// Whether measures may touch it that the catalogue does not hold by code.
    pub(crate) unknown: [bool; 3],
}

/// Trade that a ban prevented, a year on average since it began.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PreventedTrade {
    pub(crate) measure: String,
    pub(crate) forward: bool,
    pub(crate) usd: f64,
    pub(crate) interval: Interval,
}

/// What a watch list holds of the trade.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchFacts {
    /// The list.
    pub list: WatchList,
    /// The share of the trade toward the list's target.
    pub share: Option<Touch>,
    /// Codes of the list that the data's edition of the Harmonized System does not have.
    pub unmatched: Vec<HsCode>,
}

/// Everything that the report of a coverage question is worded from.
#[derive(Debug, Clone)]
pub struct CoverageFacts<'a> {
    /// Whose trade.
    pub pair: Pair,
    /// The measures, with what is supposed.
    pub catalogue: Cow<'a, Catalogue>,
    /// The day on which measures are in force.
    pub on: Date,
    /// What is supposed that is not so.
    pub supposition: Option<String>,
    /// The year of the flows.
    pub year: i32,
    /// The year that stands for trade without measures.
    pub base_year: Option<i32>,
    /// The claim: at least this share is not affected.
    pub claim: f64,
    /// The definitions that apply, with their shares and verdicts.
    pub definitions: Vec<Definition>,
    /// Directions of which the data has nothing in the year, as (exporter, importer).
    pub missing: Vec<(Iso3, Iso3)>,
    /// Who of the two, as sender toward the other, the catalogue does not claim to know fully.
    pub incomplete: Vec<(Iso3, Iso3)>,
    /// What the watch list asked for holds.
    pub watch: Option<WatchFacts>,
    /// Where the shares within chapters are from.
    pub within: Vec<String>,
    /// The flows.
    pub source: Source,
    /// Their caveats.
    pub caveats: Vec<String>,
    /// The flows on which what was prevented is estimated.
    pub(crate) partners: Option<Source>,
    /// Shares within chapters.
    pub(crate) shares: Directions,
    pub(crate) items: Vec<Item>,
    /// What bans prevented a year, or why that is not known where there are any.
    pub(crate) prevented: Result<Vec<PreventedTrade>, Option<String>>,
    /// The estimates that this rests on, for another question of the same pair.
    pub estimated: Vec<Prevented>,
    /// Words that ask again.
    pub(crate) command: String,
}

impl CoverageFacts<'_> {
    /// `in force on 2019-12-31`, which must not be said of measures that are supposed.
    pub(crate) fn standing_words(&self) -> String {
        format!("{}in force on {}", if self.supposition.is_some() { "supposed to be " } else { "" }, self.on)
    }

    pub(crate) fn parties(&self, forward: bool) -> (Iso3, Iso3) {
        if forward { (self.pair.a, self.pair.b) } else { (self.pair.b, self.pair.a) }
    }

    /// The measures in force on one direction of trade.
    pub(crate) fn standing(&self, forward: bool) -> impl Iterator<Item = &Measure> {
        let (exporter, importer) = self.parties(forward);
        self.catalogue.measures.iter().filter(move |m| m.concerns(exporter, importer, self.on))
    }

    /// The definition of a key, if it applies.
    pub fn definition(&self, id: &str) -> Option<&Definition> {
        self.definitions.iter().find(|d| d.id == id)
    }

    /// What the measures chosen by `select` touch of an item.
    pub(crate) fn touch(&self, item: &Item, shares: &mut WithinShares, select: impl Fn(&Measure) -> bool) -> Touch {
        let groups: Vec<&Products> = self
            .standing(item.forward)
            .filter(|m| select(m))
            .flat_map(|m| m.products.iter().filter(|p| p.in_force(self.on)))
            .collect();
        item.goods.touch(&groups, self.on, shares)
    }
}

/// Works the question out. `partners` is the trade of one of the two with many partners by product and year:
/// what bans prevented is estimated on it.
///
/// # Errors
///
/// The claim is not a share; the catalogue knows nothing of the pair; the data has no trade of the pair, or
/// none in the year.
pub fn compute<'a>(
    flows: &Flows,
    partners: Option<&Flows>,
    catalogue: &'a Catalogue,
    question: &Question,
) -> Result<CoverageFacts<'a>, AnalysisError> {
    if !(0.0..=1.0).contains(&question.claim) {
        return Err(AnalysisError::Range {
            what: "‹claim›",
            found: format!("{}", question.claim * 100.0),
            expected: "a percentage from 0 to 100",
            help: "‹claim 90› judges the statement that 90 % of trade is not affected".to_owned(),
        });
    }
    let pair = question.pair;
    let year_end = |y: i32| Date::new(i16::try_from(y).ok()?, 12, 31).ok();
    let asked = question.date.or_else(|| year_end(question.year?));
    super::known::known(catalogue, pair, asked.unwrap_or(Date::MAX))?;
    let p = PairFlows::new(flows, pair)?;
    let wanted = question.year.or_else(|| {
        let of_day = question.date.map(|d| i32::from(d.year()))?;
        p.years().contains(&of_day).then_some(of_day)
    });
    let year = p.year_or_latest(wanted)?;
    let on = question.date.or_else(|| year_end(year)).unwrap_or(date(2019, 12, 31));
    // A measure that is lifted has a name only before it is.
    let supposition = question.supposition(catalogue);
    let catalogue = match question.lift.is_empty() && question.bring.is_empty() {
        true => Cow::Borrowed(catalogue),
        false => Cow::Owned(suppose(catalogue, &question.lift, &question.bring)?),
    };
    let base_year = match question.base_year {
        Some(base) => Some(p.year_or_latest(Some(base))?),
        None => usual_base_year(&catalogue, pair, on).filter(|y| p.years().contains(y)),
    };
    let mut estimated = question.estimated.clone();
    let prevented = prevented(partners, &catalogue, pair, on, &mut estimated);
    let incomplete = catalogue.incomplete(pair.a, pair.b, on);
    let mut facts = CoverageFacts {
        pair,
        on,
        supposition,
        catalogue,
        year,
        base_year,
        claim: question.claim,
        definitions: Vec::new(),
        missing: Vec::new(),
        incomplete,
        watch: None,
        within: Vec::new(),
        source: p.source.clone(),
        caveats: p.caveats.clone(),
        partners: partners.map(|f| f.source.clone()),
        shares: Directions::default(),
        items: Vec::new(),
        prevented,
        estimated,
        command: question.command.clone(),
    };
    let mut shares = Directions::new(flows, partners, pair)?;
    facts.items = items(&p, &facts, &mut shares);
    let has = |forward: bool| facts.items.iter().any(|i| i.forward == forward && i.now > 0.0);
    facts.missing = [true, false].into_iter().filter(|f| !has(*f)).map(|f| facts.parties(f)).collect();
    facts.definitions = definition::all(&facts, question.claim);
    if let Some(id) = &question.watch_list {
        facts.watch = Some(super::watch::compute(&facts, id, &mut shares)?);
    }
    facts.within = shares.used();
    facts.shares = shares;
    Ok(facts)
}

/// Shares within chapters for both directions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directions {
    forward: WithinShares,
    backward: WithinShares,
}

impl Directions {
    pub(crate) fn new(flows: &Flows, partners: Option<&Flows>, pair: Pair) -> Result<Self, AnalysisError> {
        let data: Vec<&Flows> = [Some(flows), partners].into_iter().flatten().collect();
        Ok(Directions {
            forward: WithinShares::new(&data, pair.a, pair.b)?,
            backward: WithinShares::new(&data, pair.b, pair.a)?,
        })
    }

    pub(crate) fn of(&mut self, forward: bool) -> &mut WithinShares {
        if forward { &mut self.forward } else { &mut self.backward }
    }

    fn used(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self.forward.used().chain(self.backward.used()).collect();
        names.into_iter().map(str::to_owned).collect()
    }
}

/// The year before the first measure on goods between the pair that is in force on the day; measures that
/// every country of a kind meets count last.
fn usual_base_year(catalogue: &Catalogue, pair: Pair, on: Date) -> Option<i32> {
    let first = |sanctions: bool| {
        catalogue
            .between(pair.a, pair.b, on)
            .filter(|m| m.scope != Scope::Region && m.scope != Scope::Parties)
            .filter(|m| !sanctions || m.purpose != turnover_measures::Purpose::Trade)
            .filter_map(Measure::first_day)
            // One that is taken as in force has no date.
            .filter(|d| *d > Date::MIN)
            .min()
    };
    Some(i32::from(first(true).or_else(|| first(false))?.year()) - 1)
}

fn items(p: &PairFlows, facts: &CoverageFacts, shares: &mut Directions) -> Vec<Item> {
    let mut out = Vec::new();
    for forward in [true, false] {
        let now = p.composition(facts.year, forward);
        let base = facts.base_year.map(|b| p.composition(b, forward)).unwrap_or_default();
        // Where the levels of the two years differ, each year's goods are items of their own.
        let goods: BTreeSet<(HsCode, Vec<HsCode>)> =
            now.iter().chain(&base).map(|part| (part.product, part.below.clone())).collect();
        let value = |list: &[crate::pair::Part], product: HsCode, below: &[HsCode]| {
            list.iter().filter(|x| x.product == product && x.below == below).map(|x| x.value_usd).sum::<f64>()
        };
        let unknown = unknown(facts, forward);
        for (product, below) in goods {
            let (now, base) = (value(&now, product, &below), value(&base, product, &below));
            let none = [Touch::default(); 3];
            let mut item =
                Item { forward, goods: Goods { product, below }, now, base, touch: none, known: none, unknown };
            for (at, set) in Instruments::ALL.into_iter().enumerate() {
                item.known[at] = facts.touch(&item, shares.of(forward), |m| set.counts(m));
                item.touch[at] = if unknown[at] { item.known[at].unknown() } else { item.known[at] };
            }
            out.push(item);
        }
    }
    out
}

/// Whether measures on a direction may be missing: none of the two claims to be complete, or a measure's
/// codes are not listed.
fn unknown(facts: &CoverageFacts, forward: bool) -> [bool; 3] {
    Instruments::ALL.map(|set| {
        !facts.incomplete.is_empty() || facts.standing(forward).any(|m| m.scope == Scope::Unlisted && set.counts(m))
    })
}

/// What the bans of one of the two prevented a year, by the estimated effect of each that can be estimated. Of
/// measures on the same products the first counts.
fn prevented(
    partners: Option<&Flows>,
    catalogue: &Catalogue,
    pair: Pair,
    on: Date,
    estimated: &mut Vec<Prevented>,
) -> Result<Vec<PreventedTrade>, Option<String>> {
    let bans: Vec<&Measure> = catalogue
        .between(pair.a, pair.b, on)
        .filter(|m| m.instrument == Instrument::Ban && m.scope == Scope::Goods && m.direction == Direction::Import)
        .filter(|m| m.purpose != turnover_measures::Purpose::Trade)
        .filter(|m| m.first_day().is_some_and(|d| d > Date::MIN && d < on))
        .collect();
    let Some(flows) = partners.filter(|_| !bans.is_empty()) else {
        return Err(None);
    };
    let mut out: Vec<PreventedTrade> = Vec::new();
    let mut counted: Vec<HsCode> = Vec::new();
    let mut why = None;
    for ban in bans {
        let forward = ban.concerns(pair.a, pair.b, on);
        let partner = if forward { pair.a } else { pair.b };
        let made = estimated.iter().find(|p| p.measure == ban.id && p.partner == partner).cloned();
        let found = match made {
            Some(made) => Ok(made),
            None => crate::effect::prevented(flows, catalogue, &ban.id, partner)
                .inspect(|made| estimated.push(made.clone())),
        };
        match found {
            Ok(p) if !p.home.includes(if forward { pair.b } else { pair.a }) => {}
            Ok(p) if p.products.iter().any(|c| counted.contains(c)) => {}
            Ok(p) => {
                counted.extend(&p.products);
                out.push(PreventedTrade { measure: ban.id.clone(), forward, usd: p.usd, interval: p.interval });
            }
            Err(e) => why = why.or(Some(e.to_string())),
        }
    }
    if out.is_empty() { Err(why) } else { Ok(out) }
}
