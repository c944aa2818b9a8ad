//! The checked claims as schema.org ClaimReview, JSON-LD: one review for each claim.

use serde_json::{Value, json};
use turnover_analysis::format::sentence;

use super::judge::Checked;
use super::verdict::Verdict;

impl Verdict {
    /// ClaimReview's rating from 1 (false) to 5 (true).
    fn rating(self) -> Option<u32> {
        match self {
            Verdict::Holds => Some(5),
            Verdict::Depends | Verdict::Undecided => Some(3),
            Verdict::Fails => Some(1),
            Verdict::Unchecked => None,
        }
    }
}

impl Checked {
    /// The checked claims as JSON-LD. What cannot be checked has no rating and no review.
    pub fn claim_review(&self) -> Value {
        let mut reviews = Vec::new();
        for (s, judged) in self.dossier.statements.iter().zip(&self.results) {
            let mut appearance = json!({ "@type": "CreativeWork", "description": s.source });
            if let Some(url) = &s.url {
                appearance["url"] = json!(url);
            }
            for claim in &judged.claims {
                let Some(rating) = claim.verdict.rating() else { continue };
                reviews.push(json!({
                    "@type": "ClaimReview",
                    "claimReviewed": claim.claim.as_ref().unwrap_or(&s.said),
                    "itemReviewed": {
                        "@type": "Claim",
                        "datePublished": s.date.to_string(),
                        "author": { "@type": "Person", "name": s.speaker, "jobTitle": s.role },
                        "appearance": appearance,
                    },
                    "reviewRating": {
                        "@type": "Rating", "ratingValue": rating, "worstRating": 1, "bestRating": 5,
                        "alternateName": sentence(claim.verdict.words()),
                        "ratingExplanation": claim.why,
                    },
                    "author": { "@type": "Organization", "name": "Turnover" },
                    "datePublished": self.dossier.as_of.to_string(),
                }));
            }
        }
        json!({ "@context": "https://schema.org", "@graph": reviews })
    }
}
