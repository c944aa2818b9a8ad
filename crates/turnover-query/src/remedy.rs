//! What to do about an error, before a face has put it into its own terms.
//!
//! The crates below know no command line: where their advice, or a message, names an option, it stands between
//! the marks `‹` and `›`, with its value if there is one: `drop such rows with ‹filter EXPR›`. Each face writes
//! options as its users write them.

use turnover_brief::Document;

/// A piece of advice: words, and the options that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy(Vec<Advice>);

/// A piece of a [`Remedy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Words that are the same for everyone.
    Words(String),
    /// An option of the question, by its name in the query, and the value advised.
    Option {
        /// Name, for example `year_column`.
        name: String,
        /// Value, for example `EXPR`.
        value: Option<String>,
    },
}

impl Remedy {
    /// Reads text with marked options.
    pub fn parse(text: &str) -> Self {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some((before, marked)) = rest.split_once('‹') {
            let Some((option, after)) = marked.split_once('›') else { break };
            if !before.is_empty() {
                out.push(Advice::Words(before.to_owned()));
            }
            let (name, value) = option.split_once(' ').map_or((option, None), |(n, v)| (n, Some(v.to_owned())));
            out.push(Advice::Option { name: name.to_owned(), value });
            rest = after;
        }
        if !rest.is_empty() {
            out.push(Advice::Words(rest.to_owned()));
        }
        Remedy(out)
    }

    /// The pieces.
    pub fn advice(&self) -> &[Advice] {
        &self.0
    }

    /// The options that it names.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|a| if let Advice::Option { name, .. } = a { Some(name.as_str()) } else { None })
    }

    /// The advice with each option as a face writes it.
    pub fn worded(&self, option: impl Fn(&str, Option<&str>) -> String) -> String {
        self.0
            .iter()
            .map(|a| match a {
                Advice::Words(words) => words.clone(),
                Advice::Option { name, value } => option(name, value.as_deref()),
            })
            .collect()
    }

    /// As a shell's user writes options: `--year-column COLUMN`.
    pub fn for_shell(&self) -> String {
        self.worded(|name, value| {
            let value = value.map_or_else(String::new, |v| format!(" {v}"));
            format!("--{}{value}", name.replace('_', "-"))
        })
    }

    /// As keyword arguments: `year_column=...`.
    pub fn for_python(&self) -> String {
        self.worded(|name, value| match value {
            Some(value) if value.chars().any(|c| c.is_lowercase()) => format!("{name}=\"{value}\""),
            _ => name.to_owned(),
        })
    }

    /// As fields of a form or members of an object: `year_column`.
    pub fn for_page(&self) -> String {
        self.worded(|name, value| match value {
            Some(value) if value.chars().any(|c| c.is_lowercase()) => format!("“{}” {value}", label(name)),
            _ => format!("“{}”", label(name)),
        })
    }
}

/// Puts what a document says of options into a face's terms.
pub fn word(document: &mut Document, how: impl Fn(&Remedy) -> String) {
    let put = |text: &mut String| {
        if text.contains('‹') {
            *text = how(&Remedy::parse(text));
        }
    };
    for gap in &mut document.unanswered {
        put(&mut gap.why);
        gap.help.iter_mut().for_each(put);
    }
    for answer in document.sections.iter_mut().map(|s| &mut s.answer) {
        for finding in &mut answer.findings {
            put(&mut finding.statement);
            finding.caveats.iter_mut().for_each(put);
        }
    }
}

/// What a form calls an option.
pub fn label(name: &str) -> String {
    match name {
        "data" => "your own file".to_owned(),
        "filter" => "rows that take part".to_owned(),
        "year_column" => "year".to_owned(),
        "times" => "multiple".to_owned(),
        "theta" => "trade elasticity".to_owned(),
        "imbalance" => "trade imbalances".to_owned(),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_face_has_its_own_terms() {
        let remedy = Remedy::parse("name it with ‹year_column COLUMN›, or set ‹unknown drop›; see docs");
        assert_eq!(remedy.for_shell(), "name it with --year-column COLUMN, or set --unknown drop; see docs");
        assert_eq!(remedy.for_python(), "name it with year_column, or set unknown=\"drop\"; see docs");
        assert_eq!(remedy.for_page(), "name it with “year”, or set “unknown” drop; see docs");
        assert_eq!(remedy.options().collect::<Vec<_>>(), ["year_column", "unknown"]);
        assert_eq!(Remedy::parse("a ‹b").for_shell(), "a ‹b", "an open mark is text");
        assert_eq!(Remedy::parse("").advice(), []);
    }
}
