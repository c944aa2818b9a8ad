//! The page and its interface: the questions over HTTP, on loopback unless told otherwise.
//!
//! The findings are those of the command line. The page is embedded; nothing comes from another
//! host, and no file is served that is not embedded. [`run`] listens until it is told to stop.

mod api;
mod ask;
mod assets;
mod budget;
mod data;
mod error;
mod guard;
mod jobs;
mod listen;
mod openapi;
mod show;

use std::net::SocketAddr;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;
use turnover_query::QueryError;

pub use data::Served;
pub use openapi::openapi;

/// Bounds on what a client can make the server do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open connections; more wait.
    pub connections: usize,
    /// Answers worked out at a time; more wait.
    pub working: usize,
    /// Answers waiting; more are refused.
    pub waiting: usize,
    /// Bytes of a question.
    pub question_bytes: usize,
    /// Bytes of a file, as it comes and once it is unpacked.
    pub file_bytes: usize,
    /// Bytes of all files that are received and read at a time, unpacked; others are asked to come again.
    pub reading_bytes: usize,
    /// Files kept; the oldest goes.
    pub files: usize,
    /// Bytes of all flows that are kept; the oldest go.
    pub kept_bytes: usize,
    /// Time for the head of a request.
    pub head: Duration,
    /// Time for its body.
    pub body: Duration,
    /// Time for an answer.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 512,
            working: std::thread::available_parallelism().map_or(2, usize::from),
            waiting: 256,
            question_bytes: 64 << 10,
            file_bytes: 256 << 20,
            reading_bytes: 512 << 20,
            files: 4,
            kept_bytes: 1 << 30,
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(300),
        }
    }
}

/// How to serve.
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What a client must know; needed beyond loopback.
    pub token: Option<String>,
    /// Further names by which the server is called, for example `figures.example:8080`.
    pub hosts: Vec<String>,
    /// What the questions are answered from.
    pub figures: Served,
    /// Bounds.
    pub limits: Limits,
}

/// Why the server could not be run.
#[derive(Debug, Error, Diagnostic)]
pub enum ServerError {
    /// The address cannot be used.
    #[error("cannot listen on {address}")]
    #[diagnostic(help("another program may use the port: choose one with ‹port PORT›"))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Anyone could use it.
    #[error("{0} is not loopback, or the token is too short: whoever reaches this machine could use the server")]
    #[diagnostic(help("say ‹token TEXT› of 16 characters or more, which clients must then show"))]
    Open(SocketAddr),
    /// What the questions are answered from is damaged.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Figures(#[from] QueryError),
    /// The system gives no threads.
    #[error("the server cannot be started")]
    #[diagnostic(help("see whether the system has threads and memory left"))]
    Start(#[source] std::io::Error),
}

/// Shortest token that is taken.
const LEAST_TOKEN: usize = 16;

/// Listens until Ctrl-C or a signal to end, then lets running answers finish. `ready` gets the
/// address, with the port that the system chose where 0 was asked for.
pub fn run(config: Config, ready: impl FnOnce(SocketAddr)) -> Result<(), ServerError> {
    let address = config.listen;
    let known = config.token.as_ref().is_some_and(|t| t.len() >= LEAST_TOKEN);
    if (config.token.is_some() || !address.ip().is_loopback()) && !known {
        return Err(ServerError::Open(address));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Start)?;
    let listen = |source| ServerError::Listen { address, source };
    let done = runtime.block_on(async {
        let socket = listen::bind(address).map_err(listen)?;
        let bound = socket.local_addr().map_err(listen)?;
        let limits = config.limits;
        let app = api::app(config, bound)?;
        ready(bound);
        listen::accept(socket, app, limits).await;
        Ok(())
    });
    // An answer that is still being worked out has nobody to go to.
    runtime.shutdown_background();
    done
}
