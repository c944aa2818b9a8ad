//! The words of the command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

const EXAMPLES: &str = "Examples:
  turnover-cluster scheduler
  turnover-cluster executor --cores 8
  turnover-cluster each product --out effects.csv -- estimate flows.parquet 'trade ~ rta | exporter^year + importer^year + exporter^importer' --vcov cluster:exporter^importer
  turnover-cluster each product --digits 2 --out chapters.csv -- coverage USA RUS --data store --year 2019
  turnover-cluster compress flows.parquet --by exporter,importer,year,product --sum trade --out cells.parquet

Exit status: 0 answered, 1 no answer could be given (the reason is on standard error), 2 a wrong call.";

/// Turnover's questions asked of every product or sector at once, on a Ballista cluster.
#[derive(Debug, Parser)]
#[command(name = "turnover-cluster", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hands out the work: one per cluster
    Scheduler(Scheduler),
    /// Does the work: one per machine
    Executor(Executor),
    /// Asks a question of every part of a table, as of every product
    Each(Each),
    /// Adds a table's rows up to cells
    Compress(Compress),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Scheduler {
    /// Address; whoever reaches it can have any file read that an executor can read
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    pub(crate) address: IpAddr,
    /// Port
    #[arg(long, default_value_t = 50050)]
    pub(crate) port: u16,
    /// Seconds of silence after which an executor counts as lost and its work goes to others; a busy one
    /// gives a sign every 5 seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(15..=86_400))]
    pub(crate) lost_after: u64,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Executor {
    #[command(flatten)]
    pub(crate) scheduler: SchedulerArg,
    /// Address; whoever reaches it can have any file read that this executor can read
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    pub(crate) address: IpAddr,
    /// Name by which the other machines reach this one; the address by default
    #[arg(long, value_name = "HOST")]
    pub(crate) host_name: Option<String>,
    /// Port; the one after it is taken as well
    #[arg(long, default_value_t = 50051, value_parser = clap::value_parser!(u16).range(1..=65_534))]
    pub(crate) port: u16,
    /// Tasks at once; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) cores: Option<u16>,
    /// Folder for what goes from task to task; a temporary one by default
    #[arg(long, value_name = "DIR")]
    pub(crate) work_dir: Option<PathBuf>,
    /// Memory in MiB, beyond which tasks write to the folder; 70 % of the machine's by default
    #[arg(long, value_name = "MIB")]
    pub(crate) memory: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SchedulerArg {
    /// Where the scheduler is
    #[arg(long, default_value = "127.0.0.1:50050", value_name = "HOST:PORT", env = "TURNOVER_SCHEDULER")]
    pub(crate) scheduler: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct JobArgs {
    #[command(flatten)]
    pub(crate) scheduler: SchedulerArg,
    /// Pieces that the work is cut into: some for each core of the cluster
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) pieces: u32,
    /// No progress and no text besides the answer
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Each {
    /// Column whose every value is a part of the table, as product; several as product,year
    #[arg(value_name = "COLUMN,COLUMN", value_delimiter = ',', required = true)]
    pub(crate) columns: Vec<String>,
    /// Only so many first characters of it, as 2 for the chapters of an HS code
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(crate) digits: Option<u8>,
    /// Write the joined table to FILE, its kind by the ending: .csv .parquet .dta .tex .md .html .json
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Which table of each answer is joined; the coefficients of an estimate, else all findings
    #[arg(long, value_name = "ID")]
    pub(crate) part: Option<String>,
    /// Write each part's whole answer to FILE, as one line of JSON
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) answers: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) job: JobArgs,
    /// The question in the words of the command turnover, with its table
    #[arg(last = true, required = true, value_name = "QUESTION")]
    pub(crate) question: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Compress {
    /// A Parquet file, a folder of them, or a store made by turnover data import
    pub(crate) table: PathBuf,
    /// Columns that make a cell, as exporter,importer,year
    #[arg(long, value_name = "COLUMN,COLUMN", value_delimiter = ',', required = true)]
    pub(crate) by: Vec<String>,
    /// Columns that are added up
    #[arg(long, value_name = "COLUMN,COLUMN", value_delimiter = ',', required = true)]
    pub(crate) sum: Vec<String>,
    /// Rows that take part, as in 'year >= 2000'
    #[arg(long, value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// The file of cells
    #[arg(long, value_name = "FILE.parquet")]
    pub(crate) out: PathBuf,
    /// Print what was done as one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) job: JobArgs,
}
