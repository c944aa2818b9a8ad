//! What the command does: questions go to `turnover-query`; the rest is here and in `measures.rs` and `files.rs`.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::CommandFactory;
use turnover_query::{Knowledge, Query, Reply, Workspace, answer};

use crate::args::{self, Args, Command, Data};
use crate::errors::CliError;
use crate::output::Output;
use crate::{builtin, files, measures, stores, threads};

pub(crate) fn run(args: &Args, output: &Output) -> Result<(), CliError> {
    threads::start(args.output.threads)?;
    output.check()?;
    match &args.command {
        Command::Query(query) => ask(query, output),
        Command::Serve(serve) => run_serve(serve, output),
        Command::Measures(command) => measures::run(command, output),
        Command::Data(Data::Import { source, files: names, into, read }) => {
            stores::import(*source, names, into, read, output)
        }
        Command::Data(Data::List) => builtin::list(output),
        Command::Data(Data::Formats) => measures::formats(output),
        Command::Data(Data::Repair { store }) => stores::repair(store, output),
        Command::Data(Data::Migrate { store }) => stores::migrate(store, output),
        Command::Data(Data::Export { pair, data, read }) => files::export(pair, data, read, output),
        Command::Data(Data::Describe { file, read, year }) => files::describe(file, read, year.as_ref(), output),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "turnover", &mut text);
            print(&text)
        }
        Command::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Args::command()).render(&mut text).map_err(CliError::Print)?;
            print(&text)
        }
    }
}

fn print(text: &[u8]) -> Result<(), CliError> {
    std::io::stdout().lock().write_all(text).map_err(CliError::Print)
}

fn ask(query: &Query, output: &Output) -> Result<(), CliError> {
    let workspace = query.open()?;
    match output.watched("answering", |watch| answer(&workspace, query, watch))? {
        // Of a page the terminal shows no tables.
        Reply::Document(document) => {
            let turned = document.sections.iter().any(|s| s.answer.named.get("verdict_changed") == Some(&true.into()));
            output.answer(*document, !matches!(query, Query::Brief(_)))?;
            if turned { Err(CliError::Turned) } else { Ok(()) }
        }
        Reply::Plain { json, text } => {
            output.plain(&json, || text)?;
            if json["verdict_changed"] == true { Err(CliError::Turned) } else { Ok(()) }
        }
    }
}

fn run_serve(serve: &args::Serve, output: &Output) -> Result<(), CliError> {
    let knowledge = Arc::new(Knowledge::open(serve.catalogue.catalogue.as_deref())?);
    let workspace = Workspace::open(&serve.data, &serve.read, knowledge)?;
    let config = turnover_server::Config {
        listen: SocketAddr::new(serve.address, serve.port),
        token: serve.token.clone(),
        hosts: serve.host_name.clone(),
        figures: turnover_server::Served {
            workspace,
            data: serve.data.clone(),
            read: serve.read.clone(),
            catalogue: serve.catalogue.clone(),
        },
        limits: turnover_server::Limits::default(),
    };
    let mut printed = Ok(());
    turnover_server::run(config, |bound| {
        let page = format!("http://{bound}/");
        let json = serde_json::json!({"page": page, "interface": format!("{page}api/v1/openapi.json")});
        printed = output.plain(&json, || format!("{page}\nCtrl-C ends it.\n"));
    })?;
    printed
}
