//! The words of the command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

const EXAMPLES: &str = "Examples:
  turnover brief USA RUS --times 3
  turnover coverage USA RUS --date 2019-10-31
  turnover reach USA RUS --times 3 --out reach.html
  turnover reach USA RUS --times 3 --levers levers.toml --draws 1000
  turnover simulate --change USA:RUS=-20% --change RUS:USA=-20%
  turnover data describe flows.csv --exporter origin --importer dest --unit thousand-usd

Exit status: 0 answered, 1 no answer could be given (the reason is on standard error), 2 a wrong call.
A fault of the program is 1 too: the message names its place and asks for a report.";

/// How much two countries trade, how much of it sanctions touch, what multiplying it would take.
#[derive(Debug, Parser)]
#[command(name = "turnover", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Where the answer goes.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct OutputArgs {
    /// Print one JSON document, or write it to FILE
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, value_name = "FILE")]
    pub(crate) json: Option<Option<PathBuf>>,
    /// Write the answer to FILE, its kind by the ending: .html .md .tex .csv .parquet .dta .svg .json
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Which table (.csv .tex .parquet .dta) or chart (.svg) goes into --out; all findings or the first
    /// chart by default
    #[arg(long, global = true, value_name = "ID", requires = "out")]
    pub(crate) part: Option<String>,
    /// No progress and no text besides the answer
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Colour on the terminal
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The whole answer on one page
    Brief(Brief),
    /// How much a pair trades: level, trend, composition, both reporters
    Turnover(Turnover),
    /// How much of a pair's trade measures touch, under every definition
    Coverage(Coverage),
    /// What it would take to multiply a pair's trade, in general equilibrium
    Reach(Reach),
    /// What any change in trade costs would do, in general equilibrium
    Simulate(Simulate),
    /// What a measure cost: its effect on trade, year by year, by product and partner
    Effect(Effect),
    /// Where the trade went: third countries whose deliveries rose, and what was lost
    Diversion(Diversion),
    /// Whether what was said is true: a dossier of statements, checked
    Check(Check),
    /// Where the room is: products with unrealised potential, under measures and free of them
    Potential(Potential),
    /// How often pairs of that size multiplied their trade
    History(History),
    /// How likely the multiple is for this pair, with proof of what the forecast is worth
    Outlook(Outlook),
    /// Coefficients by PPML or least squares with many fixed effects
    Estimate(Estimate),
    /// A page to play with, in the browser
    Serve(Serve),
    /// The catalogue of measures
    #[command(subcommand)]
    Measures(Measures),
    /// Files of flows
    #[command(subcommand)]
    Data(Data),
}

impl Command {
    /// The threads that it is to use, if it says so.
    pub(crate) fn threads(&self) -> Option<usize> {
        match self {
            Command::Reach(words) => words.file_model.threads,
            Command::Simulate(words) => words.file_model.threads,
            Command::Estimate(words) => words.threads,
            _ => None,
        }
    }
}

/// The pair.
#[derive(Debug, ClapArgs)]
pub(crate) struct PairArgs {
    /// First country: ISO code or name
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// Second country
    #[arg(value_name = "B")]
    pub(crate) b: String,
}

/// A file of flows, and how to read it.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Your own data")]
pub(crate) struct DataArgs {
    /// A file of flows (CSV or JSON, gzipped or not, Parquet, Stata .dta), a folder with
    /// flows.* and world.*, or a store made by data import
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// Which column is what, and which rows take part.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Your own data")]
pub(crate) struct ReadArgs {
    /// Rows that take part, as in 'year >= 2000 and exporter in ["USA", "RUS"]'
    #[arg(long, value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// Column of the exporter
    #[arg(long, value_name = "COLUMN")]
    pub(crate) exporter: Option<String>,
    /// Column of the importer
    #[arg(long, value_name = "COLUMN")]
    pub(crate) importer: Option<String>,
    /// Column of the reporter, or one country that reports the whole file
    #[arg(long, value_name = "COLUMN|COUNTRY")]
    pub(crate) reporter: Option<String>,
    /// Column of the partner, in files of reporter, partner and flow
    #[arg(long, value_name = "COLUMN")]
    pub(crate) partner: Option<String>,
    /// Column that says import or export, in such files
    #[arg(long, value_name = "COLUMN")]
    pub(crate) flow: Option<String>,
    /// Column of the product (HS)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) product: Option<String>,
    /// Column of the year
    #[arg(long = "year-column", value_name = "COLUMN")]
    pub(crate) year_column: Option<String>,
    /// Column of the value
    #[arg(long, value_name = "COLUMN")]
    pub(crate) value: Option<String>,
    /// Unit of the value; by default the column's name tells, else US dollars
    #[arg(long, value_enum)]
    pub(crate) unit: Option<UnitArg>,
    /// What to do with two values for one flow
    #[arg(long, value_enum, default_value_t = DuplicatesArg::Error)]
    pub(crate) duplicates: DuplicatesArg,
    /// What to do with rows whose country is in no list, such as groups of countries
    #[arg(long, value_enum, default_value_t = UnknownArg::Error)]
    pub(crate) unknown: UnknownArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnitArg {
    Usd,
    ThousandUsd,
    MillionUsd,
    BillionUsd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DuplicatesArg {
    /// Stop and say where they are
    #[default]
    Error,
    /// Add them up
    Sum,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum UnknownArg {
    /// Stop and say where it is
    #[default]
    Error,
    /// Leave them out, and tell which
    Drop,
}

/// The day, the years and the claim of a coverage question.
#[derive(Debug, ClapArgs)]
pub(crate) struct CoverageArgs {
    /// Day on which measures are in force; the end of the year by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// Year of the flows; 2019 for the embedded figures, else the latest by default
    #[arg(long)]
    pub(crate) year: Option<i32>,
    /// Year that stands for trade without measures; the one before the first measure by default
    #[arg(long, value_name = "YEAR")]
    pub(crate) base_year: Option<i32>,
    /// Judge the claim that at least this many per cent of trade are not affected
    #[arg(long, value_name = "PERCENT", default_value_t = 90.0, allow_negative_numbers = true)]
    pub(crate) claim: f64,
    /// Take these measures as lifted, as rus-2014-food,usa-2014-arms
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    pub(crate) lift: Vec<String>,
    /// Take these measures as in force, whatever their dates
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    pub(crate) bring: Vec<String>,
    /// Your own catalogue of measures: a TOML file or a folder of them
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) catalogue: Option<PathBuf>,
}

/// The model's settings.
#[derive(Debug, ClapArgs)]
pub(crate) struct ModelArgs {
    /// Trade elasticity; 4 by default
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) theta: Option<f64>,
    /// What happens to trade imbalances
    #[arg(long, value_enum, default_value_t = ImbalanceArg::Additive)]
    pub(crate) imbalance: ImbalanceArg,
    /// Year of the world; the latest in the data by default
    #[arg(long, value_name = "YEAR")]
    pub(crate) world_year: Option<i32>,
}

/// Which model, and what is drawn through it.
#[derive(Debug, ClapArgs)]
pub(crate) struct FileModelArgs {
    /// One sector, or many with inputs and tariffs; the latter needs --data DIR (docs/economy.md)
    #[arg(long = "model", value_enum, default_value_t = ModelArg::OneSector)]
    pub(crate) kind: ModelArg,
    /// Draw effects and elasticities so often, and give intervals
    #[arg(long, value_name = "N")]
    pub(crate) draws: Option<usize>,
    /// Which draws: the same seed gives the same, at any number of threads
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Threads; all cores by default, the results are the same
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Your own catalogue, for the measures that the file names
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) catalogue: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModelArg {
    /// Armington and its equals
    OneSector,
    /// Caliendo and Parro (2015)
    CaliendoParro,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImbalanceArg {
    /// They keep their size in units of world output
    Additive,
    /// They move with income
    Multiplicative,
    /// There are none, before and after the change
    Balanced,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Brief {
    #[command(flatten)]
    pub(crate) pair: PairArgs,
    /// The multiple that is promised or wished for
    #[arg(long, default_value_t = 3.0, allow_negative_numbers = true)]
    pub(crate) times: f64,
    /// Only these questions, as coverage,reach; the level is always told
    #[arg(long, value_enum, value_delimiter = ',', value_name = "QUESTION", conflicts_with = "without")]
    pub(crate) only: Vec<QuestionArg>,
    /// Levers to pull before the multiple is sought: a TOML file (docs/scenarios.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) levers: Option<PathBuf>,
    /// All but these questions
    #[arg(long, value_enum, value_delimiter = ',', value_name = "QUESTION")]
    pub(crate) without: Vec<QuestionArg>,
    #[command(flatten)]
    pub(crate) coverage: CoverageArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QuestionArg {
    Coverage,
    Effect,
    Reach,
    Potential,
    History,
    Diversion,
    Check,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Turnover {
    #[command(flatten)]
    pub(crate) pair: PairArgs,
    /// Year; 2019 for the embedded figures, else the latest by default
    #[arg(long)]
    pub(crate) year: Option<i32>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Coverage {
    #[command(flatten)]
    pub(crate) pair: PairArgs,
    /// A watch list whose share of the trade is shown beside, as common-high-priority
    #[arg(long, value_name = "ID")]
    pub(crate) watch_list: Option<String>,
    #[command(flatten)]
    pub(crate) coverage: CoverageArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Reach {
    #[command(flatten)]
    pub(crate) pair: PairArgs,
    /// The multiple: 2 doubles the pair's trade, 0.5 halves it
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) times: f64,
    /// Only goods in this direction become cheaper
    #[arg(long, value_name = "FROM:TO", conflicts_with = "levers")]
    pub(crate) only: Option<String>,
    /// Levers to pull before costs fall: a TOML file (docs/scenarios.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) levers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) file_model: FileModelArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Simulate {
    /// A change of trade costs, as USA:RUS=-20%, *:RUS=+10% or USA:RUS=1.0986lp (log points);
    /// may be repeated
    #[arg(long, required_unless_present = "scenario", value_name = "FROM:TO=CHANGE")]
    pub(crate) change: Vec<String>,
    /// Changes and tariffs in a TOML file (docs/scenarios.md)
    #[arg(long, value_name = "FILE", conflicts_with = "change")]
    pub(crate) scenario: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) file_model: FileModelArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Effect {
    /// Id of the measure, as in rus-2014-food
    pub(crate) measure: String,
    /// A partner whose prevented trade is to be told
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) with: Option<String>,
    /// Products that count as covered, as 02,03,04; those of which the measure names a third of the
    /// headings by default
    #[arg(long, value_name = "HS,HS", value_delimiter = ',')]
    pub(crate) products: Option<Vec<String>>,
    /// Partners that the measure reached only later
    #[arg(long, value_enum, default_value_t = LaterArg::Drop)]
    pub(crate) later: LaterArg,
    /// Your own catalogue of measures
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    /// Port; 0 lets the system choose
    #[arg(long, default_value_t = 8377)]
    pub(crate) port: u16,
    /// Address; beyond this machine it needs --token
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    pub(crate) address: IpAddr,
    /// What clients must show: the page at /?token=TEXT, programs as Authorization: Bearer TEXT
    #[arg(long, value_name = "TEXT", env = "TURNOVER_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Another name and port by which clients call the server, as figures.example:8377; may be repeated
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) host_name: Vec<String>,
    /// Your own catalogue of measures
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    /// The dossier (docs/dossiers.md); the founding case by default
    #[arg(value_name = "FILE")]
    pub(crate) dossier: Option<PathBuf>,
    /// Print the checked claims as ClaimReview JSON-LD
    #[arg(long)]
    pub(crate) claim_review: bool,
    /// Print a dossier to begin with
    #[arg(long, conflicts_with_all = ["dossier", "claim_review"])]
    pub(crate) template: bool,
    /// Your own catalogue of measures
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Potential {
    #[command(flatten)]
    pub(crate) pair: PairArgs,
    /// Year of the flows; the latest by default
    #[arg(long)]
    pub(crate) year: Option<i32>,
    /// Day on which measures are in force; the end of the year by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// Take these measures as lifted, as rus-2014-food,usa-2014-arms
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    pub(crate) lift: Vec<String>,
    /// Take these measures as in force, whatever their dates
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    pub(crate) bring: Vec<String>,
    /// Your own catalogue of measures
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Diversion {
    /// Id of the measure, as in rus-2014-food
    pub(crate) measure: String,
    /// Products that count as covered, as 02,03,04; those of which the measure names a third of the
    /// headings by default
    #[arg(long, value_name = "HS,HS", value_delimiter = ',')]
    pub(crate) products: Option<Vec<String>>,
    /// A watch list whose products count as covered, as common-high-priority
    #[arg(long, value_name = "ID", conflicts_with = "products")]
    pub(crate) watch_list: Option<String>,
    /// Your own catalogue of measures
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LaterArg {
    /// Left out from the year in which it reached them
    Drop,
    /// Kept among the untouched
    Control,
    /// Touched from then on
    Treat,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) pair: PairArgs,
    /// The multiple
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) times: f64,
    /// Within so many years
    #[arg(long, default_value_t = 8, allow_negative_numbers = true)]
    pub(crate) years: i32,
    /// Pairs count from so many per cent of all trade on; half of the pair's own share by default
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) least_share: Option<f64>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Outlook {
    #[command(flatten)]
    pub(crate) pair: PairArgs,
    /// The multiple
    #[arg(long, default_value_t = 3.0, allow_negative_numbers = true)]
    pub(crate) times: f64,
    /// Within that number of years
    #[arg(long, default_value_t = 8, allow_negative_numbers = true)]
    pub(crate) years: i32,
    /// Growth of world trade in current dollars, per cent a year; that of the last twenty years by default
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) world_growth: Option<f64>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Estimate {
    /// The file: CSV or JSON, gzipped or not, Parquet or Stata .dta
    pub(crate) file: PathBuf,
    /// One or more formulas, as 'trade ~ rta | exporter^year + importer^year + exporter^importer'
    #[arg(required = true, value_name = "FORMULA")]
    pub(crate) formulas: Vec<String>,
    /// Covariance: iid, hetero, cluster:exporter^importer, cluster:exporter+importer
    #[arg(long, default_value = "hetero", value_name = "KIND")]
    pub(crate) vcov: String,
    /// Small-sample factors
    #[arg(long, value_enum, default_value_t = SscArg::Fixest)]
    pub(crate) ssc: SscArg,
    /// Estimator
    #[arg(long, value_enum, default_value_t = MethodArg::Ppml)]
    pub(crate) method: MethodArg,
    /// Column of weights
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weights: Option<String>,
    /// Column of the offset
    #[arg(long, value_name = "COLUMN")]
    pub(crate) offset: Option<String>,
    /// How far to look for separated observations
    #[arg(long, value_enum, default_value_t = SeparationArg::Full)]
    pub(crate) separation: SeparationArg,
    /// Drop levels of fixed effects with a single observation, as ppmlhdfe does
    #[arg(long)]
    pub(crate) drop_singletons: bool,
    /// Correct coefficients and errors of gravity panels for their bias (Weidner and Zylkin 2021);
    /// errors are then clustered by pair
    #[arg(long, conflicts_with_all = ["vcov", "ssc", "method"])]
    pub(crate) bias_correction: bool,
    /// Only the table of all models side by side: on the terminal, or with --out FILE.tex or .md
    #[arg(long)]
    pub(crate) etable: bool,
    /// Rows that take part, as in 'year >= 2000'
    #[arg(long, value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// Threads; all cores by default, the results are the same
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SscArg {
    /// (n-1)/(n-k), nested effects left out of k, times G/(G-1)
    Fixest,
    /// G/(G-1) alone
    Stata,
    /// None
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArg {
    /// Poisson pseudo-maximum likelihood
    Ppml,
    /// Least squares
    Ols,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeparationArg {
    /// Combinations of regressors and effects too
    Full,
    /// Levels whose outcomes are all zero
    Effects,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Measures {
    /// All measures, or those of a sender, target, product or day
    List {
        /// Sender: a country or EU
        #[arg(long)]
        sender: Option<String>,
        /// Target country
        #[arg(long)]
        target: Option<String>,
        /// In force on that day
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<Date>,
        /// Touching that HS code
        #[arg(long, value_name = "HS")]
        product: Option<String>,
        /// Your own catalogue
        #[arg(long, value_name = "FILE|DIR")]
        catalogue: Option<PathBuf>,
    },
    /// One measure or watch list in full
    Show {
        /// Its id
        id: String,
        /// Your own catalogue
        #[arg(long, value_name = "FILE|DIR")]
        catalogue: Option<PathBuf>,
    },
    /// Finds overlaps, bad codes, missing sources and days in the wrong order
    Check {
        /// Your own catalogue; the program's own by default
        #[arg(value_name = "FILE|DIR")]
        path: Option<PathBuf>,
    },
    /// Trade sanctions on record between two countries, by year and completeness (Global Sanctions Data Base)
    Regimes {
        #[command(flatten)]
        pair: PairArgs,
        /// Those of that day's year; of all years by default
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<Date>,
    },
    /// Turns a published list into a catalogue file: codes of a tariff or an annex, rates by date, Global Trade
    /// Alert's interventions, or the Global Sanctions Data Base
    Import(Box<MeasuresImport>),
}

/// What is imported into a catalogue.
#[derive(Debug, ClapArgs)]
pub(crate) struct MeasuresImport {
    /// What the list is
    pub(crate) kind: ListArg,
    /// The list: a table of any kind that --data reads
    #[arg(value_name = "FILE")]
    pub(crate) list: PathBuf,
    /// Id of the measure
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Title of the measure
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Who imposes it: a country or EU
    #[arg(long)]
    pub(crate) sender: Option<String>,
    /// On whom: a country or EU
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// The sender's flows: import, export or both
    #[arg(long, default_value = "import")]
    pub(crate) direction: String,
    /// ban, denial, licence, quota, duty, tariff or price-cap
    #[arg(long, default_value = "ban")]
    pub(crate) instrument: String,
    /// sanction, counter or trade
    #[arg(long, default_value = "sanction")]
    pub(crate) purpose: String,
    /// Legal source
    #[arg(long, default_value = "")]
    pub(crate) legal: String,
    /// First day, where the list has no dates; rises of rates before it do not count
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<Date>,
    /// First day no longer in force
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) until: Option<Date>,
    /// Year of the codes' edition of the Harmonized System
    #[arg(long, default_value_t = 2017, value_name = "YEAR")]
    pub(crate) edition: i32,
    /// The whole national tariff, which shows the subheadings all of whose lines are listed
    #[arg(long, value_name = "FILE")]
    pub(crate) lines: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListArg {
    /// A list of codes, with a column list, heading or annex, of rates and of days where it has them
    Codes,
    /// Rates by code and day: a code counts from the day on which its rate rises
    Rates,
    /// Global Trade Alert's export of interventions
    Gta,
    /// The Global Sanctions Data Base's cases: a table of regimes, not of measures
    Gsdb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceArg {
    /// CEPII's BACI: BACI_HS*_Y*.csv
    Baci,
    /// Any file that --data reads
    Flows,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Data {
    /// Write flows as this program reads them, to --out FILE.csv, .parquet or .dta
    Export {
        /// Only the trade of these two
        #[arg(value_name = "A B", num_args = 2)]
        pair: Vec<String>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Puts files into a store: Parquet by year with a manifest; a year that is there is replaced
    Import {
        /// What the files are
        source: SourceArg,
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The store, a folder; later --data DIR
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
        #[command(flatten)]
        read: ReadArgs,
    },
    /// The figures that are built in: tables, sources, valuation, where newer ones are to be had
    List,
    /// What is in a file of flows: years, countries, products, totals, gaps, duplicates
    Describe {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        read: ReadArgs,
        /// Column of the year; elsewhere --year is the year asked about, and this is --year-column
        #[arg(long, value_name = "COLUMN", conflicts_with = "year_column")]
        year: Option<String>,
    },
}
