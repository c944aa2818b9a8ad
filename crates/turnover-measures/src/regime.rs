//! Regimes on record: which state had a trade sanction on which other, from when to when and how complete,
//! without product codes. They are what is known of pairs whose measures no catalogue holds.
//!
//! Source: Global Sanctions Data Base (Felbermayr, Kirilakha, Syropoulos, Yalcin and Yotov 2020), third
//! release, its trade sanctions.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Serialize;
use turnover_data::{DataError, Iso3, RawColumn, RawTable, Source, figures};

/// How much of a direction of trade a regime forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Some goods.
    Partial,
    /// All goods.
    Complete,
}

impl Reach {
    fn word(self) -> &'static str {
        match self {
            Reach::Partial => "partial",
            Reach::Complete => "complete",
        }
    }
}

/// A sender or target of a regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// One country.
    Country(Iso3),
    /// The European Union or the Communities before it: the members in the year.
    EuropeanUnion,
    /// The United Nations: every country but the target.
    UnitedNations,
    /// The Group of Seven.
    GroupOfSeven,
    /// A group whose members are not listed here, so that it matches no country.
    Other(String),
}

/// Members of the Group of Seven.
pub const SEVEN: [&str; 7] = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];

impl Actor {
    /// Its code in the quoted table.
    pub fn code(&self) -> String {
        match self {
            Actor::Country(c) => c.to_string(),
            Actor::EuropeanUnion => "EU".to_owned(),
            Actor::UnitedNations => "UN".to_owned(),
            Actor::GroupOfSeven => "G7".to_owned(),
            Actor::Other(name) => name.clone(),
        }
    }

    fn parse(text: &str) -> Self {
        match text.trim() {
            "EU" | "EEC" => Actor::EuropeanUnion,
            "UN" => Actor::UnitedNations,
            "G7" => Actor::GroupOfSeven,
            name => Iso3::resolve(name).map_or_else(|_| Actor::Other(name.to_owned()), Actor::Country),
        }
    }

    fn name(&self) -> String {
        match self {
            Actor::Country(c) => c.name().to_owned(),
            Actor::EuropeanUnion => "European Union".to_owned(),
            Actor::UnitedNations => "United Nations".to_owned(),
            Actor::GroupOfSeven => "Group of Seven".to_owned(),
            Actor::Other(name) => name.clone(),
        }
    }

    fn includes(&self, country: Iso3, year: i16) -> bool {
        match self {
            Actor::Country(c) => *c == country,
            Actor::EuropeanUnion => Date::new(year, 7, 1).is_ok_and(|d| country.is_eu_member(d)),
            Actor::UnitedNations => true,
            Actor::GroupOfSeven => SEVEN.contains(&country.as_str()),
            Actor::Other(_) => false,
        }
    }
}

/// One case of trade sanctions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regime {
    /// Number of the case in the source.
    pub case: u32,
    /// Who imposed it.
    pub senders: Vec<Actor>,
    /// On whom.
    pub targets: Vec<Actor>,
    /// First year.
    pub begin: i16,
    /// Last year; the last of [`Regimes::last_year`] where it still stood then.
    pub end: i16,
    /// The senders' exports to the target.
    pub exports: Option<Reach>,
    /// The senders' imports from the target.
    pub imports: Option<Reach>,
}

impl Regime {
    fn stands(&self, sender: Iso3, target: Iso3, year: i16) -> bool {
        sender != target
            && (self.begin..=self.end).contains(&year)
            && self.targets.iter().any(|a| a.includes(target, year) && *a != Actor::UnitedNations)
            && self.senders.iter().any(|a| a.includes(sender, year))
    }

    /// Who imposed it, by name.
    pub fn sender_names(&self) -> String {
        names(&self.senders)
    }

    /// On whom, by name.
    pub fn target_names(&self) -> String {
        names(&self.targets)
    }

    /// `complete on exports and imports`, `partial on imports`.
    pub fn reach_words(&self) -> String {
        match (self.exports, self.imports) {
            (Some(x), Some(m)) if x == m => format!("{} on exports and imports", x.word()),
            (Some(x), Some(m)) => format!("{} on exports and {} on imports", x.word(), m.word()),
            (Some(x), None) => format!("{} on exports", x.word()),
            (None, Some(m)) => format!("{} on imports", m.word()),
            (None, None) => "of a kind that is not stated".to_owned(),
        }
    }

    /// `United States on Cuba 1962-2022, complete on exports and imports (case 72)`.
    pub fn words(&self) -> String {
        format!(
            "{} on {} {}-{}, {} (case {})",
            self.sender_names(),
            self.target_names(),
            self.begin,
            self.end,
            self.reach_words(),
            self.case
        )
    }
}

fn names(actors: &[Actor]) -> String {
    let all: Vec<String> = actors.iter().map(Actor::name).collect();
    match &all[..] {
        [some @ .., last] if !some.is_empty() && all.len() <= 3 => format!("{} and {last}", some.join(", ")),
        [first, second, rest @ ..] => format!("{first}, {second} and {} others", rest.len()),
        _ => all.concat(),
    }
}

/// A regime between two countries, with who of them is the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The regime.
    pub regime: &'a Regime,
    /// The sender of the two.
    pub sender: Iso3,
    /// The target of the two.
    pub target: Iso3,
}

/// All regimes on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Regimes {
    /// The regimes, by case.
    pub list: Vec<Regime>,
    /// The last year that the record covers.
    pub last_year: i16,
    /// Where it comes from.
    pub source: Source,
}

const KEY: &str = "trade_sanctions_gsdb";
static EMBEDDED: LazyLock<Result<Regimes, String>> = LazyLock::new(|| {
    let csv = include_str!("../../../figures/trade_sanctions_gsdb.csv");
    let (table, source, _) = figures::quoted(KEY, csv).map_err(|e| e.to_string())?;
    Regimes::from_quoted(&table, source).map_err(|e| e.to_string())
});

impl Regimes {
    /// The record that the program carries.
    ///
    /// # Errors
    ///
    /// The program was built with a damaged table.
    pub fn embedded() -> Result<&'static Regimes, DataError> {
        EMBEDDED.as_ref().map_err(|what| DataError::Format {
            path: format!("figures/{KEY}.csv"),
            what: what.clone(),
            help: "the program was built with a damaged table; build it again".to_owned(),
        })
    }

    /// The regimes between two countries in a year, in either direction. For years after the record's last,
    /// those that still stood in the last.
    pub fn between(&self, a: Iso3, b: Iso3, year: i16) -> Vec<Standing<'_>> {
        let year = year.min(self.last_year);
        let toward = |sender: Iso3, target: Iso3| {
            self.list.iter().filter(move |r| r.stands(sender, target, year)).map(move |regime| Standing {
                regime,
                sender,
                target,
            })
        };
        toward(a, b).chain(toward(b, a)).collect()
    }

    /// From the table under `figures/`: `case,target,sender,begin,end,exports,imports`, parties separated by `+`.
    fn from_quoted(table: &RawTable, source: Source) -> Result<Self, DataError> {
        let columns = ["case", "target", "sender", "begin", "end", "exports", "imports"];
        let mut list = Vec::with_capacity(table.rows);
        for row in 0..table.rows {
            let cells = cells(table, columns, row)?;
            let actors = |text: &str| text.split('+').map(Actor::parse).collect();
            let reach = |text: &str| match text {
                "c" => Some(Reach::Complete),
                "p" => Some(Reach::Partial),
                _ => None,
            };
            list.push(Regime {
                case: number(table, &columns, &cells, 0, row)?,
                targets: actors(&cells[1]),
                senders: actors(&cells[2]),
                begin: number(table, &columns, &cells, 3, row)?,
                end: number(table, &columns, &cells, 4, row)?,
                exports: reach(&cells[5]),
                imports: reach(&cells[6]),
            });
        }
        let last_year = list.iter().map(|r| r.end).max().unwrap_or_default();
        Ok(Regimes { list, last_year, source })
    }

    /// From the data base as its authors publish it: a CSV file of cases, of which those with a trade sanction
    /// count.
    ///
    /// # Errors
    ///
    /// A column is missing, or a number is not one.
    pub fn from_gsdb(table: &RawTable) -> Result<Self, DataError> {
        let columns = ["case_id", "sanctioned_state", "sanctioning_state", "begin", "end", "trade", "descr_trade"];
        let mut list = Vec::new();
        for row in 0..table.rows {
            let cells = cells(table, columns, row)?;
            if number::<u32>(table, &columns, &cells, 5, row)? == 0 {
                continue;
            }
            let words: Vec<&str> = cells[6].split(',').map(str::trim).collect();
            let reach = |prefix: &str| {
                let has = |kind: &str| words.contains(&format!("{prefix}_{kind}").as_str());
                has("compl").then_some(Reach::Complete).or_else(|| has("part").then_some(Reach::Partial))
            };
            list.push(Regime {
                case: number(table, &columns, &cells, 0, row)?,
                targets: actors(&cells[1]),
                senders: actors(&cells[2]),
                begin: number(table, &columns, &cells, 3, row)?,
                end: number(table, &columns, &cells, 4, row)?,
                exports: reach("exp"),
                imports: reach("imp"),
            });
        }
        let last_year = list.iter().map(|r| r.end).max().unwrap_or_default();
        let source = Source {
            name: "Global Sanctions Data Base".to_owned(),
            vintage: format!("cases to {last_year}, {}", table.path),
            hash: table.sha256.clone(),
        };
        Ok(Regimes { list, last_year, source })
    }

    /// The table that is quoted under `figures/`.
    pub fn to_csv(&self) -> String {
        let codes = |actors: &[Actor]| actors.iter().map(Actor::code).collect::<Vec<_>>().join("+");
        let letter = |r: Option<Reach>| match r {
            Some(Reach::Complete) => "c",
            Some(Reach::Partial) => "p",
            None => "",
        };
        let mut out = String::from("case,target,sender,begin,end,exports,imports\n");
        for r in &self.list {
            out.push_str(&format!(
                "{},{},{},{},{},{},{}\n",
                r.case,
                codes(&r.targets),
                codes(&r.senders),
                r.begin,
                r.end,
                letter(r.exports),
                letter(r.imports)
            ));
        }
        out
    }
}

fn cells<const N: usize>(table: &RawTable, columns: [&str; N], row: usize) -> Result<[String; N], DataError> {
    let mut out = [const { String::new() }; N];
    for (slot, name) in out.iter_mut().zip(columns) {
        let column: &RawColumn = table.column(name).ok_or_else(|| DataError::Format {
            path: table.path.clone(),
            what: format!("has no column `{name}`"),
            help: format!("the columns {} are needed", columns.join(", ")),
        })?;
        *slot = column.show(row).map(|s| s.trim().to_owned()).unwrap_or_default();
    }
    Ok(out)
}

fn number<T: std::str::FromStr>(
    table: &RawTable,
    columns: &[&str],
    cells: &[String],
    at: usize,
    row: usize,
) -> Result<T, DataError> {
    cells[at].parse().map_err(|_| DataError::Cell {
        path: table.path.clone(),
        place: table.place(row),
        column: columns[at].to_owned(),
        expected: "a whole number".to_owned(),
        found: cells[at].clone(),
        help: "the file must be the data base's own CSV of cases".to_owned(),
    })
}

/// Names of the source that are not the short English names of the country table. Those with a comma come
/// first, since a comma also separates parties.
const ALIASES: [(&str, &str); 15] = [
    ("Congo, Democratic Republic of the", "COD"),
    ("Egypt, Arab Rep.", "EGY"),
    ("Gambia, The", "GMB"),
    ("Korea, North", "PRK"),
    ("Korea, South", "KOR"),
    ("Yemen, North", "YEM"),
    ("Cote d'Ivoire", "CIV"),
    ("Ethiopia (excludes Eritrea)", "ETH"),
    ("FRY", "SCG"),
    ("Macedonia", "MKD"),
    ("Malaya", "MYS"),
    ("North Vietnam", "VNM"),
    ("Rhodesia", "ZWE"),
    ("South Vietnam", "VNM"),
    ("Transjordan", "JOR"),
];

/// Parties as the source names them, separated by commas.
fn actors(text: &str) -> Vec<Actor> {
    let mut text = text.to_owned();
    for (name, code) in ALIASES {
        text = text.replace(name, code);
    }
    text.split(',').map(Actor::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(a: &str, b: &str, year: i16) -> Vec<String> {
        let (a, b) = (Iso3::parse(a).unwrap(), Iso3::parse(b).unwrap());
        Regimes::embedded().unwrap().between(a, b, year).iter().map(|s| s.regime.words()).collect()
    }

    /// GSDB, third release, cases 72 and 97.
    #[test]
    fn the_embargo_on_cuba_is_on_record() {
        let found = between("USA", "CUB", 2019);
        assert_eq!(found, ["United States on Cuba 1962-2022, complete on exports and imports (case 72)"]);
        assert_eq!(between("CUB", "USA", 2024), found, "in either order, and after the record ends");
        assert!(between("USA", "CUB", 1959).is_empty());
    }

    /// GSDB, third release, cases 1000, 1001 and 1005.
    #[test]
    fn groups_count_by_their_members_in_the_year() {
        assert!(between("DEU", "RUS", 2015).iter().any(|w| w.contains("case 1000")));
        assert!(between("GBR", "RUS", 2015).iter().any(|w| w.contains("case 1000")));
        assert!(!between("GBR", "RUS", 2021).iter().any(|w| w.contains("case 1000")), "not a member any more");
        assert!(between("NOR", "RUS", 2015).iter().any(|w| w.contains("case 1001")), "named beside the EU");
        assert!(between("USA", "RUS", 2019).iter().any(|w| w.contains("case 1005")));
        assert!(between("DEU", "FRA", 2019).is_empty());
    }

    #[test]
    fn the_sources_own_table_gives_the_quoted_one() {
        let text = "case_id,sanctioned_state,sanctioning_state,begin,end,trade,descr_trade\n\
                    1,\"Korea, North\",\"EU, Macedonia, Kosovo\",2006,2022,1,\"exp_part,imp_compl\"\n\
                    2,Cuba,United States,1962,2022,0,\n";
        let table = RawTable::from_bytes("g.csv", text.as_bytes()).unwrap();
        let regimes = Regimes::from_gsdb(&table).unwrap();
        assert_eq!(regimes.to_csv(), "case,target,sender,begin,end,exports,imports\n1,PRK,EU+MKD+XKX,2006,2022,p,c\n");
    }
}
