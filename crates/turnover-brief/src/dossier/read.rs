//! From TOML to a dossier, strictly.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use turnover_analysis::Pair;

use super::{Dossier, DossierError, Kind, Statement};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    schema: u32,
    id: String,
    title: String,
    pair: [String; 2],
    as_of: Date,
    #[serde(default)]
    statement: Vec<Statement>,
}

const HELP: &str = "docs/dossiers.md has the schema; turnover check --template prints a file to begin with";

impl Dossier {
    /// The founding case, which the program carries.
    pub fn embedded() -> Result<Self, DossierError> {
        let path = "dossiers/us-russia-2019-12.toml";
        Self::parse(path, include_str!("../../../../dossiers/us-russia-2019-12.toml"))
    }

    /// A file.
    pub fn read(path: &Path) -> Result<Self, DossierError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| DossierError::File {
            path: name.clone(),
            what: format!("cannot be read ({})", e.kind()),
            help: "check the path".to_owned(),
        })?;
        Self::parse(&name, &text)
    }

    /// From text; `path` stands for the file in messages.
    pub fn parse(path: &str, text: &str) -> Result<Self, DossierError> {
        let wrong = |what: String| DossierError::File { path: path.to_owned(), what, help: HELP.to_owned() };
        let text: Text = toml::from_str(text).map_err(|e| wrong(e.to_string().trim().to_owned()))?;
        if text.schema != 1 {
            return Err(wrong(format!("has schema {}; this program reads schema 1", text.schema)));
        }
        // A dossier's id is also its file's name where dossiers are kept.
        if !is_id(&text.id) {
            return Err(wrong(format!("has the id `{}`; letters, digits and hyphens were expected", text.id)));
        }
        let mut ids = BTreeSet::new();
        for s in &text.statement {
            if !ids.insert(&s.id) {
                return Err(wrong(format!("two statements are called `{}`", s.id)));
            }
            if let Some(what) = fault(s, text.as_of) {
                return Err(wrong(format!("statement `{}` {what}", s.id)));
            }
        }
        if text.statement.is_empty() {
            return Err(wrong("has no [[statement]]".to_owned()));
        }
        Ok(Dossier {
            id: text.id,
            title: text.title,
            pair: Pair::resolve(&text.pair[0], &text.pair[1])?,
            as_of: text.as_of,
            statements: text.statement,
        })
    }

    /// A dossier to begin with.
    pub fn template() -> &'static str {
        "schema = 1\nid = \"my-dossier\"\ntitle = \"Who said what\"\npair = [\"USA\", \"RUS\"]\nas_of = \"2019-12-31\"\n\n\
         [[statement]]\nid = \"first\"\ndate = \"2019-12-10\"        # a day, a month (2019-12) or a year\n\
         speaker = \"Name\"\nrole = \"Office\"\nkind = \"claim\"\ntopic = \"trade\"\n\
         said = \"What was said, paraphrased.\"\nsource = \"Where it was reported\"\nchecks = [\n    \
         { question = \"turnover\", year = 2019, billion_usd = 27, tolerance_percent = 3 },\n    \
         { question = \"turnover\", from_year = 2016, to_year = 2019, change_percent = 33, tolerance_points = 5 },\n]\n\n\
         [[statement]]\nid = \"second\"\ndate = \"2019-12-10\"\nspeaker = \"Name\"\nrole = \"Office\"\nkind = \"offer\"\n\
         topic = \"institutions\"\nsaid = \"What was offered, paraphrased.\"\nsource = \"Where it was reported\"\n\
         status = \"open\"\nstatus_date = \"2019-12-31\"\n"
    }
}

fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !id.is_empty() && id.len() <= 80 && id.chars().all(is_plain) && !id.starts_with('-')
}

/// What is wrong with a statement.
fn fault(s: &Statement, as_of: Date) -> Option<String> {
    if !is_id(&s.id) {
        return Some("has an id of other signs than letters, digits and hyphens".to_owned());
    }
    if s.said.trim().is_empty() || s.speaker.trim().is_empty() || s.source.trim().is_empty() {
        return Some("needs said, speaker and source".to_owned());
    }
    if s.date.first() > as_of {
        return Some(format!("of {} is later than as_of, {as_of}", s.date));
    }
    if matches!(s.kind, Kind::Offer | Kind::Promise) && s.status.is_none() {
        return Some("is an offer or promise and needs a status".to_owned());
    }
    let is_address = |u: &String| {
        (u.starts_with("https://") || u.starts_with("http://"))
            && !u.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    if let Some(url) = s.url.as_ref().filter(|u| !is_address(u)) {
        return Some(format!("has the url `{url}`; an address that begins with https:// was expected"));
    }
    let fault = s.claims().find_map(super::check::Check::fault)?;
    Some(format!("has a check that cannot be made: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(change: &[(&str, &str)]) -> String {
        let mut text = Dossier::template().to_owned();
        for (a, b) in change {
            assert!(text.contains(a), "{a}");
            text = text.replace(a, b);
        }
        Dossier::parse("d.toml", &text).unwrap_err().to_string()
    }

    #[test]
    fn the_template_and_the_founding_case_can_be_read() {
        assert_eq!(Dossier::parse("t", Dossier::template()).unwrap().statements[0].claims().count(), 2);
        assert_eq!(Dossier::embedded().unwrap().id, "us-russia-2019-12");
    }

    #[test]
    fn ids_that_lead_out_of_a_folder_are_refused() {
        for id in ["../../x", "a/b", "", "a.b", "-a", "c:\\\\x"] {
            assert!(error(&[("my-dossier", id)]).contains("letters, digits and hyphens"), "{id}");
            assert!(error(&[("\"first\"", &format!("\"{id}\""))]).contains("letters, digits and hyphens"), "{id}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        for level in ["nan", "inf", "-27", "0"] {
            let found = error(&[("billion_usd = 27", &format!("billion_usd = {level}"))]);
            assert!(found.contains("a number above 0 was expected"), "{found}");
        }
        assert!(error(&[("tolerance_percent = 3", "tolerance_percent = nan")]).contains("0 to 100"));
        assert!(error(&[("change_percent = 33", "change_percent = inf")]).contains("change_percent is inf"));
        assert!(error(&[("from_year = 2016", "from_year = 2020")]).contains("an earlier and a later year"));
        assert!(error(&[("year = 2019, billion_usd = 27, ", "")]).contains("needs year and billion_usd"));
        assert!(error(&[("\"2019-12-10\"        #", "\"December\" #")]).contains("a day, a month or a year"));
    }
}
