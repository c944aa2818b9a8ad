//! Messages of the command line in the package's words.

/// Names options as keywords: `--base-year` is `base_year`. A whole command, which begins with `turnover `, is one
/// for a shell and stays as it is.
pub(crate) fn in_python(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let flag = &after[2..];
        let end = flag.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(flag.len());
        let begins = out.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '-');
        let in_command = out.rsplit(['\n', ';', '`', '\'']).next().is_some_and(|piece| piece.contains("turnover "));
        if begins && !in_command && flag.starts_with(|c: char| c.is_ascii_lowercase()) {
            out.push_str(&flag[..end].replace('-', "_"));
        } else {
            out.push_str(&after[..2 + end]);
        }
        rest = &flag[end..];
    }
    out.push_str(rest);
    out
}
