//! The nearest known word to a mistyped one.

/// The candidate closest to `word` by edit distance, when it is close enough to be a likely slip
/// (at most a third of the letters differ, case aside).
///
/// ```
/// assert_eq!(turnover_data::nearest("improter", ["exporter", "importer"]), Some("importer"));
/// assert_eq!(turnover_data::nearest("zebra", ["exporter", "importer"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::osa_distance(&wanted, &c.to_lowercase()), c))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, c)| distance * 3 <= wanted.chars().count().max(c.chars().count()))
        .map(|(_, c)| c)
}
