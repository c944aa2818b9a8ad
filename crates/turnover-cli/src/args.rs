//! What the command line takes: the questions of `turnover-query`, and what only a shell has.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;
use turnover_query::options::{CatalogueOptions, DataOptions, PairOptions, ReadOptions};
use turnover_query::{MeasureList, Query};

const EXAMPLES: &str = "Examples:
  turnover brief USA RUS --times 3
  turnover coverage USA RUS --date 2019-10-31
  turnover reach USA RUS --times 3 --out reach.html
  turnover reach USA RUS --times 3 --levers levers.toml --draws 1000
  turnover simulate --change USA:RUS=-20% --change RUS:USA=-20%
  turnover data describe flows.csv --exporter origin --importer dest --unit thousand-usd

Exit status: 0 answered, 1 no answer could be given (the reason is on standard error), 2 a wrong call.
A fault of the program is 1 too: the message names its place and asks for a report.";

/// How much do two countries trade, how much of it do sanctions touch, and what would multiplying it take?
///
/// Turnover answers from raw trade data to a page that can be checked: every figure with its source, its
/// definition and the command that gives it again. Without files of your own it uses embedded figures of the
/// United States and Russia.
#[derive(Debug, Parser)]
#[command(name = "turnover", version, about, long_about, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Where the answer goes, and what it may use.
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
    /// Threads; all cores by default, the results are the same
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<usize>,
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
    #[command(flatten)]
    Query(Query),
    /// Serve an interactive page in the browser, and the questions over HTTP
    Serve(Serve),
    /// The catalogue of measures
    #[command(subcommand)]
    Measures(Measures),
    /// Files of flows
    #[command(subcommand)]
    Data(Data),
    /// Print completions for a shell: turnover completions bash > /etc/bash_completion.d/turnover
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page: turnover man > turnover.1
    Man,
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
    /// Another name and port by which clients call the server, for example figures.example:8377; may be repeated
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) host_name: Vec<String>,
    #[command(flatten)]
    pub(crate) catalogue: CatalogueOptions,
    #[command(flatten)]
    pub(crate) data: DataOptions,
    #[command(flatten)]
    pub(crate) read: ReadOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Measures {
    /// All measures, or those of a sender, target, product or day
    List(MeasureList),
    /// One measure or watch list in full
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        catalogue: CatalogueOptions,
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
        pair: PairOptions,
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
        data: DataOptions,
        #[command(flatten)]
        read: ReadOptions,
    },
    /// Puts files into a store, all or none: Parquet by year with a manifest; a year that is there is replaced
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
        read: ReadOptions,
    },
    /// Makes a store of what is whole in a damaged one, and names what must be imported again
    Repair {
        /// The store
        #[arg(value_name = "DIR")]
        store: PathBuf,
    },
    /// Brings a store of an earlier schema up to date, in its place
    Migrate {
        /// The store
        #[arg(value_name = "DIR")]
        store: PathBuf,
    },
    /// The figures that are built in: tables, sources, valuation, where newer ones are to be had
    List,
    /// The files that are read, by source
    Formats,
    /// What is in a file of flows: years, countries, products, totals, gaps, duplicates
    Describe {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        read: ReadOptions,
        /// Column of the year; elsewhere --year is the year asked about, and this is --year-column
        #[arg(long, value_name = "COLUMN", conflicts_with = "year_column")]
        year: Option<String>,
    },
}
