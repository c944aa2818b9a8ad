//! Load on the server, on loopback and bounded: fifty clients, each asking on one connection.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CLIENTS: usize = 50;

/// The program on a port of the system's choice; it ends with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut child = Command::new("target/release/turnover")
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("target/release/turnover: {e}; build it first"))?;
    let stdout = child.stdout.take().ok_or("no output")?;
    let server = Server(child);
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let host = line.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
    println!("{CLIENTS} clients on loopback, one connection each");
    println!("{:<28} {:>9} {:>8} {:>8} {:>8} {:>7}", "request", "requests", "per s", "p50 ms", "p99 ms", "errors");
    let page = |_: usize| ("GET", "/".to_owned(), String::new());
    let small = |_: usize| ("GET", "/api/v1/meta".to_owned(), String::new());
    let reach = |n: usize| {
        let times = 1.0 + (n % 90) as f64 / 10.0;
        ("POST", "/api/v1/answers/reach".to_owned(), format!("{{\"a\": \"USA\", \"b\": \"RUS\", \"times\": {times}}}"))
    };
    let turnover =
        |_: usize| ("POST", "/api/v1/answers/turnover".to_owned(), "{\"a\": \"USA\", \"b\": \"RUS\"}".to_owned());
    load(&host, "the page", 400, &page)?;
    load(&host, "lists (meta)", 100, &small)?;
    load(&host, "turnover", 40, &turnover)?;
    load(&host, "reach, re-solved each time", 20, &reach)?;
    drop(server);
    Ok(())
}

type Ask<'a> = &'a (dyn Fn(usize) -> (&'static str, String, String) + Sync);

/// `each` requests by each client; prints a row, and fails where one was not answered.
fn load(host: &str, name: &str, each: usize, ask: Ask) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let results: Vec<(Vec<f64>, usize)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|c| scope.spawn(move || client(host, c * each, each, ask))).collect();
        clients.into_iter().map(|c| c.join().unwrap_or((Vec::new(), each))).collect()
    });
    let wall = began.elapsed().as_secs_f64();
    let errors: usize = results.iter().map(|r| r.1).sum();
    let mut times: Vec<f64> = results.into_iter().flat_map(|r| r.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((share * times.len() as f64) as usize).copied().unwrap_or(f64::NAN) * 1e3;
    println!(
        "{name:<28} {:>9} {:>8.0} {:>8.1} {:>8.1} {errors:>7}",
        times.len(),
        times.len() as f64 / wall,
        at(0.5),
        at(0.99)
    );
    if errors > 0 { Err(format!("{errors} requests were not answered").into()) } else { Ok(()) }
}

/// Seconds by request, and how many were not answered.
fn client(host: &str, from: usize, each: usize, ask: Ask) -> (Vec<f64>, usize) {
    let mut times = Vec::with_capacity(each);
    let Ok(stream) = TcpStream::connect(host) else { return (times, each) };
    let _ = stream.set_nodelay(true);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    let mut reader = BufReader::new(stream);
    for n in 0..each {
        let (method, path, body) = ask(from + n);
        let began = Instant::now();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if reader.get_mut().write_all(request.as_bytes()).is_err() || !answered(&mut reader) {
            return (times, each - n);
        }
        times.push(began.elapsed().as_secs_f64());
    }
    (times, 0)
}

/// Reads one answer; whether it is one.
fn answered(reader: &mut BufReader<TcpStream>) -> bool {
    let (mut status, mut length, mut first) = (String::new(), 0, true);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        if first {
            (status, first) = (line, false);
        } else if line == "\r\n" {
            break;
        } else if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).is_ok() && status.contains(" 200 ")
}
