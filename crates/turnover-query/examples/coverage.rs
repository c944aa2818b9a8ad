//! Asks a question as a value and prints what was found, with the command that gives each figure again.
//!
//!     cargo run --release -p turnover-query --example coverage -- USA RUS

#![allow(clippy::print_stdout, reason = "an example talks on the terminal")]

use turnover_query::{Query, QueryError, Reply, Watch, Workspace, answer};

fn main() -> Result<(), QueryError> {
    let mut countries = std::env::args().skip(1);
    let mut next = |usual: &str| countries.next().unwrap_or_else(|| usual.to_owned());
    let (a, b) = (next("USA"), next("RUS"));
    let query = Query::from_json("coverage", serde_json::json!({"a": a, "b": b, "date": "2019-10-31"}))?;
    let Reply::Document(document) = answer(&Workspace::embedded()?, &query, Watch::none())? else { return Ok(()) };
    println!("{}", document.title);
    for finding in document.findings() {
        println!("- {}\n  {}", finding.statement, finding.reproduce);
    }
    Ok(())
}
