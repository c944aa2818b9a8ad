//! The nearest known word to a mistyped one.

/// The candidate closest to `word` by edit distance, when it is close enough to be a likely slip
/// (at most a third of the letters differ, case aside).
///
/// ```
/// assert_eq!(turnover_data::nearest("improter", ["exporter", "importer"]), Some("importer"));
/// assert_eq!(turnover_data::nearest("zebra", ["exporter", "importer"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance takes time with the product of both lengths, and no long word is a slip.
    const MOST: usize = 60;
    let wanted: String = word.chars().take(MOST).collect::<String>().to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::osa_distance(&wanted, &c.chars().take(MOST).collect::<String>().to_lowercase()), c))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, c)| {
            word.chars().nth(MOST).is_none() && distance * 3 <= wanted.chars().count().max(c.chars().count())
        })
        .map(|(_, c)| c)
}

/// A text from a file as an error may show it: its beginning, without control characters.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 40;
    let mut out: String = text.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        out.push_str("...");
    }
    out
}
