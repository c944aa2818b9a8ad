//! The findings, tables and charts of a coverage question.

use serde_json::{Map, json};
use turnover_data::{Edition, HsCode, Source, editions};
use turnover_measures::{Mapping, Measure, Scope};

use super::claim::{share_words, short, statement};
use super::definition::{Definition, Instruments, Verdict, Ways, Weights};
use super::facts::{CoverageFacts, Item, PreventedTrade};
use super::{listed, measures_in_force, tables};
use crate::answer::{Answer, Figure, Finding, Headline, Interval, Number, Reservation, Unit};
use crate::format::{about, in_sentence, multiple, percent, sentence, usd, usd_short};

/// Words the facts.
pub fn report(facts: &CoverageFacts) -> Answer {
    let template = template(facts);
    let mut findings = vec![claim_finding(facts, &template)];
    findings.extend(share_findings(facts, &template));
    findings.extend(watch_finding(facts, &template));
    findings.extend(prevented_finding(facts, &template));
    findings.extend(emptied_finding(facts, &template));
    findings.extend(beyond_finding(facts, &template));
    let source_line = format!("{}; {}, measures {}", facts.source.name, facts.catalogue.origin, facts.standing_words());
    let (a, b) = (in_sentence(facts.pair.a.name()), in_sentence(facts.pair.b.name()));
    let answer = Answer {
        title: format!(
            "How much of the trade of {a} and {b} measures touch, {}{}",
            facts.on,
            if facts.supposition.is_some() { ", supposed" } else { "" }
        ),
        command: facts.command.clone(),
        findings,
        tables: vec![
            tables::by_definition(facts),
            tables::by_chapter(facts),
            tables::by_instrument_and_sender(facts),
            tables::by_measure(facts),
        ],
        charts: vec![tables::composition_chart(facts, &source_line), tables::definition_chart(facts, &source_line)],
        named: named(facts),
        headline: Some(headline(facts)),
    };
    match &facts.supposition {
        Some(supposition) => answer.supposing(supposition),
        None => answer,
    }
}

/// The verdict in one sentence.
fn headline(facts: &CoverageFacts) -> Headline {
    let reservation = facts.main().and_then(|main| match main.verdict {
        Verdict::Unknown => Some(Reservation {
            sentence: "The catalogue does not claim to hold every measure between the two: shares under measures are the \
                       least that is known."
                .to_owned(),
            weight: 1.0,
        }),
        Verdict::Open => Some(Reservation {
            sentence: format!(
                "Trade by chapter cannot show what a measure on part of a chapter reaches: that leaves between {} and {} of \
                 the trade under sanctions.",
                about(main.share.certain),
                about(main.share.most)
            ),
            weight: main.share.most - main.share.certain,
        }),
        Verdict::Holds | Verdict::Fails => None,
    });
    let is_true = facts.main().and_then(|d| match d.verdict {
        Verdict::Holds => Some(true),
        Verdict::Fails => Some(false),
        Verdict::Open | Verdict::Unknown => None,
    });
    Headline { sentence: short(facts), figure: Figure::Claim(is_true), reservation }
}

fn template(facts: &CoverageFacts) -> Finding {
    let measures = Source {
        vintage: format!("measures {}", facts.standing_words()),
        ..measures_in_force(&facts.catalogue, facts.on)
    };
    let method = match &facts.within[..] {
        [] => "products matched to measures by HS prefix, direction, party and day".to_owned(),
        names => format!(
            "products matched to measures by HS prefix, direction, party and day; within a product, codes count by their \
             share in {}",
            names.join(", then ")
        ),
    };
    Finding::template(Unit::Share, method, vec![facts.source.clone(), measures], caveats(facts), facts.command.clone())
}

/// Values that the JSON promises by name.
fn named(facts: &CoverageFacts) -> Map<String, serde_json::Value> {
    let mut named = Map::new();
    if let Some(claim) = facts.judged() {
        let [n, holds, fails, open, unknown] = claim.counts;
        named.insert(
            "claim".into(),
            json!({
                "untouched_share": facts.claim, "verdict": claim.verdict.word(), "leaning": claim.leaning,
                "definition": claim.main, "definitions": n, "holds": holds, "fails": fails, "depends_on_reading": open,
                "cannot_be_judged": unknown,
            }),
        );
    }
    let senders: Vec<_> = facts.incomplete.iter().map(|(s, t)| json!({"sender": s, "target": t})).collect();
    named.insert("incomplete".into(), senders.into());
    if let Ok(lost) = &facts.prevented {
        named.insert("gone".into(), lost.iter().map(|p| prevented_json(p, facts)).collect());
    }
    named
}

/// With the partial effect that lifting the ban has on all trade of its direction: what is prevented, as log
/// points of what is there.
fn prevented_json(p: &PreventedTrade, facts: &CoverageFacts) -> serde_json::Value {
    let (exporter, importer) = facts.parties(p.forward);
    let there: f64 = facts.items.iter().filter(|i| i.forward == p.forward).map(|i| i.now).sum();
    json!({
        "measure": p.measure, "exporter": exporter, "importer": importer, "usd": p.usd,
        "low": p.interval.low, "high": p.interval.high,
        "log_points": (there > 0.0).then(|| (p.usd / there).ln_1p()),
    })
}

fn caveats(facts: &CoverageFacts) -> Vec<String> {
    let mut out = Vec::new();
    for (exporter, importer) in &facts.missing {
        out.push(format!(
            "These figures have nothing of what {} sold to {} in {}: that is missing, not zero, and \u{201c}both ways\u{201d} is the \
             other way alone.",
            in_sentence(exporter.name()),
            in_sentence(importer.name()),
            facts.year
        ));
    }
    if !facts.incomplete.is_empty() {
        let of: Vec<String> = facts.incomplete.iter().map(|(s, t)| format!("{s} on {t}")).collect();
        out.push(format!(
            "The catalogue does not claim to hold every measure of {}: the upper bound is all trade.",
            listed(&of)
        ));
    }
    let inexact: Vec<&str> = touching(facts)
        .filter(|m| m.products.iter().any(|p| p.in_force(facts.on) && p.mapping != Mapping::Exact))
        .map(|m| m.id.as_str())
        .collect();
    if !inexact.is_empty() {
        out.push(format!(
            "The mapping from the law to HS codes is approximate or partial in {}: it counts in the estimate as far as a code \
             is meant whole, and for certain nowhere.",
            inexact.join(", ")
        ));
    }
    out.extend(edition_caveat(facts));
    if let Err(Some(why)) = &facts.prevented {
        out.push(format!("What bans prevented is not estimated, so there is no counterfactual share: {why}."));
    }
    let exceptions: Vec<String> = touching(facts)
        .filter(|m| !m.exceptions.is_empty())
        .map(|m| format!("{} ({})", m.id, m.exceptions.join("; ")))
        .collect();
    if !exceptions.is_empty() {
        out.push(format!("Exceptions are not taken out: {}.", exceptions.join("; ")));
    }
    out.extend(facts.caveats.iter().cloned());
    out
}

/// The measures in force that touch a product of the data, each once.
fn touching<'f>(facts: &'f CoverageFacts) -> impl Iterator<Item = &'f Measure> {
    let any = |forward: bool| facts.items.iter().any(|i| i.forward == forward && i.known[2].is_any());
    let (there, back) = (any(true), any(false));
    facts.catalogue.between(facts.pair.a, facts.pair.b, facts.on).filter(move |m| {
        let concerns = |forward: bool| {
            let (exporter, importer) = facts.parties(forward);
            m.concerns(exporter, importer, facts.on)
        };
        (there && concerns(true)) || (back && concerns(false))
    })
}

/// Codes of the data that the measures' edition does not have.
fn edition_caveat(facts: &CoverageFacts) -> Option<String> {
    let found = editions(facts.items.iter().map(|i| &i.goods.product));
    let in_force = Edition::in_force(facts.on);
    let stored = if in_force < Edition::HS2022 { Edition::HS2017 } else { Edition::HS2022 };
    let strange = if stored == Edition::HS2022 { &found.only_2017 } else { &found.only_2022 };
    if strange.is_empty() && found.neither.is_empty() {
        return None;
    }
    let some: Vec<&str> = strange.iter().chain(&found.neither).take(4).map(HsCode::as_str).collect();
    Some(format!(
        "{} of the data's codes are not in {}, in which measures of that day are written (such as {}): they are matched by \
         their digits alone, and a code that changed its meaning is matched wrongly.",
        strange.len() + found.neither.len(),
        stored.name(),
        some.join(", ")
    ))
}

fn claim_finding(facts: &CoverageFacts, template: &Finding) -> Finding {
    let claim = percent(facts.claim).replace(".0 ", " ");
    let word = facts.judged().map_or("cannot be judged", |c| c.verdict.word());
    Finding {
        id: "coverage.claim".to_owned(),
        title: format!("The claim that {claim} is not affected"),
        statement: statement(facts),
        value: Number::Word(word.to_owned()),
        unit: Unit::Text,
        definition: format!(
            "true where the share not touched is {claim} or more even if every product that may be touched counts whole, \
             false where it is less even if only what is touched for certain counts, undecided between; cannot be judged \
             where measures are missing that could make it false. Judged by value of the year, both ways, and by \
             sanctions where there are any; counter-measures and trade policy count in definitions of their own"
        ),
        ..template.clone()
    }
}

fn share_findings(facts: &CoverageFacts, template: &Finding) -> Vec<Finding> {
    let wanted = [
        (Weights::Value, Instruments::Sanctions, Ways::Both),
        (Weights::Value, Instruments::Any, Ways::Both),
        (Weights::Value, Instruments::Bans, Ways::Both),
        (Weights::Counterfactual, Instruments::Bans, Ways::Both),
        (Weights::BaseValue, Instruments::Bans, Ways::Both),
        (Weights::BaseValue, Instruments::Any, Ways::Both),
        (Weights::Frequency, Instruments::Any, Ways::Both),
        (Weights::Value, Instruments::Any, Ways::Forward),
        (Weights::Value, Instruments::Any, Ways::Backward),
    ];
    wanted
        .into_iter()
        .filter_map(|key| facts.definitions.iter().find(|d| (d.weights, d.instruments, d.ways) == key))
        .map(|d| share_finding(facts, d, template))
        .collect()
}

fn share_finding(facts: &CoverageFacts, d: &Definition, template: &Finding) -> Finding {
    let by = match d.instruments {
        Instruments::Sanctions => "Sanctions",
        Instruments::Bans => "Bans",
        Instruments::Any => "Measures of any kind",
    };
    let way = match d.ways {
        Ways::Both => String::new(),
        way => {
            let (exporter, importer) = facts.parties(way == Ways::Forward);
            format!(", {exporter} to {importer}")
        }
    };
    let (certain, most) = (about(d.share.certain), about(d.share.most));
    let bounds = match () {
        () if d.is_unknown => format!("; at least {certain}, and no upper bound is known"),
        () if certain == most => String::new(),
        () => format!("; the codes alone bound it between {certain} and {most}"),
    };
    let is_point = d.share.certain == d.share.most;
    Finding {
        id: format!("coverage.{}", d.id),
        title: sentence(&d.title),
        statement: format!("{by} touch {}{way}{bounds}", share_words(facts, d)),
        value: Number::Value(d.share.central),
        interval: (!is_point).then_some(Interval { low: d.share.certain, high: d.share.most }),
        definition: d.text.clone(),
        ..template.clone()
    }
}

/// What a watch list holds.
fn watch_finding(facts: &CoverageFacts, template: &Finding) -> Option<Finding> {
    let watch = facts.watch.as_ref()?;
    let share = watch.share?;
    let mut caveats = template.caveats.clone();
    if !watch.unmatched.is_empty() {
        let codes: Vec<&str> = watch.unmatched.iter().map(HsCode::as_str).collect();
        caveats.insert(
            0,
            format!(
                "{} codes of the list do not exist in the data's edition of the Harmonized System, so that nothing can match \
                 them: {}.",
                codes.len(),
                codes.join(", ")
            ),
        );
    }
    let unmatched = match watch.unmatched.len() {
        0 => String::new(),
        n => format!("; {n} of its codes are not in the data's edition and match nothing"),
    };
    Some(Finding {
        id: "coverage.watch_list".to_owned(),
        title: watch.list.title.clone(),
        statement: format!(
            "Goods of the {} are {} of the trade of {} toward {}{unmatched}",
            watch.list.title,
            about(share.central),
            facts.year,
            in_sentence(watch.list.target.name())
        ),
        value: Number::Value(share.central),
        interval: (share.certain != share.most).then_some(Interval { low: share.certain, high: share.most }),
        definition: format!(
            "value of the list's codes over the value of all goods, {}; {}",
            facts.year, watch.list.legal
        ),
        caveats,
        ..template.clone()
    })
}

/// The trade that bans prevented, as estimated.
fn prevented_finding(facts: &CoverageFacts, template: &Finding) -> Option<Finding> {
    let lost = facts.prevented.as_ref().ok()?;
    let sum = |f: &dyn Fn(&PreventedTrade) -> f64| lost.iter().map(f).sum::<f64>();
    let (gone, low, high) = (sum(&|p| p.usd), sum(&|p| p.interval.low), sum(&|p| p.interval.high));
    let ids: Vec<&str> = lost.iter().map(|p| p.measure.as_str()).collect();
    let mut sources = template.sources.clone();
    sources.extend(facts.partners.clone().filter(|s| !template.sources.contains(s)));
    Some(Finding {
        id: "coverage.gone".to_owned(),
        title: "Trade that is gone".to_owned(),
        statement: format!(
            "Bans ({}) prevented trade worth {} a year (95 % interval {} to {}), which no share of what is left shows",
            ids.join(", "),
            usd(gone),
            usd_short(low),
            usd_short(high)
        ),
        value: Number::Value(gone),
        interval: Some(Interval { low, high }),
        unit: Unit::Usd,
        definition: "covered trade that the estimate expects without the ban, less what it expects with it, a year on \
                     average since it began: the estimate of turnover effect"
            .to_owned(),
        method: "PPML difference-in-differences with effects of partner-year, product-year and partner-product, as \
                 turnover effect gives it"
            .to_owned(),
        sources,
        ..template.clone()
    })
}

/// What became of the trade in products of which bans cover the larger part.
fn emptied_finding(facts: &CoverageFacts, template: &Finding) -> Option<Finding> {
    let base_year = facts.base_year?;
    let at = Instruments::Bans.place();
    let banned: Vec<&Item> = facts.items.iter().filter(|i| i.known[at].central >= 0.5).collect();
    let before: f64 = banned.iter().map(|i| i.base).sum();
    let now: f64 = banned.iter().map(|i| i.now).sum();
    if before <= 0.0 {
        return None;
    }
    let change = now / before - 1.0;
    let moved = if change < 0.0 { format!("{} less", about(-change)) } else { format!("{} more", about(change)) };
    let mut codes: Vec<&str> = banned.iter().filter(|i| i.base > 0.0).map(|i| i.goods.product.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let which = if codes.len() > 8 { format!("{} products", codes.len()) } else { format!("HS {}", codes.join(", ")) };
    Some(Finding {
        id: "coverage.prevented".to_owned(),
        title: "Trade in products under bans".to_owned(),
        statement: format!(
            "Products of which bans cover the larger part ({which}) were traded for {} in {base_year} and for {} in {}: {moved}",
            usd(before),
            usd(now),
            facts.year
        ),
        value: Number::Value(now - before),
        unit: Unit::Usd,
        definition: format!(
            "trade in {} less trade in {base_year}, over products (as fine as the data has them) of which bans {} cover at \
             least half by the best estimate",
            facts.year,
            facts.standing_words()
        ),
        method: "difference between years; other causes than the bans are not taken out".to_owned(),
        ..template.clone()
    })
}

/// Measures in force that product data cannot show.
fn beyond_finding(facts: &CoverageFacts, template: &Finding) -> Option<Finding> {
    let beyond: Vec<String> = facts
        .catalogue
        .between(facts.pair.a, facts.pair.b, facts.on)
        .filter(|m| m.scope != Scope::Goods)
        .map(|m| format!("{} ({})", m.title, m.id))
        .collect();
    if beyond.is_empty() {
        return None;
    }
    let one = beyond.len() == 1;
    Some(Finding {
        id: "coverage.beyond".to_owned(),
        title: "Measures that product data cannot show".to_owned(),
        statement: format!(
            "{} measure{}{} in force can be seen in no product code and count{} in no share here: {}",
            multiple(beyond.len() as f64),
            if one { "" } else { "s" },
            if facts.supposition.is_some() { " supposed to be" } else { "" },
            if one { "s" } else { "" },
            beyond.join(", ")
        ),
        value: Number::Value(beyond.len() as f64),
        unit: Unit::Count,
        definition:
            "measures of the catalogue on regions, persons or users, or on products whose codes are not encoded"
                .to_owned(),
        ..template.clone()
    })
}
