//! A server for tests, and a client that sends raw requests.

#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "test code, of which each file uses a part")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::Value;
use turnover_server::{Config, Limits, Served, run};

/// A server of its own, on a port of the system's choice; it ends with the test program.
pub(crate) fn server(token: Option<&str>, limits: Limits) -> SocketAddr {
    let (send, receive) = channel();
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        token: token.map(str::to_owned),
        hosts: vec!["figures.example:80".to_owned()],
        figures: Served::embedded().unwrap(),
        limits,
    };
    std::thread::spawn(move || run(config, |bound| send.send(bound).unwrap()));
    receive.recv_timeout(Duration::from_secs(10)).unwrap()
}

/// Sends bytes and returns what comes until the server closes.
pub(crate) fn talk(to: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(request.as_bytes());
    read(&mut stream)
}

pub(crate) fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut block = [0; 4096];
    loop {
        match stream.read(&mut block) {
            Ok(0) => break,
            Ok(n) => bytes.extend(&block[..n]),
            // A refusal may come while the client still sends, and the rest is cut off.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => break,
            Err(e) => panic!("{e}"),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Enough of an answer for a message.
pub(crate) fn start(answer: &str) -> String {
    answer.chars().take(300).collect()
}

pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}

pub(crate) fn get(to: SocketAddr, path: &str, headers: &str) -> String {
    talk(to, &format!("GET {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n{headers}\r\n"))
}

pub(crate) fn post(to: SocketAddr, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    talk(
        to,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ),
    )
}

/// The same with bytes.
pub(crate) fn send(to: SocketAddr, path: &str, body: &[u8]) -> String {
    let length = body.len();
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    read(&mut stream)
}

pub(crate) fn json(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The server is there and answers.
pub(crate) fn answers(to: SocketAddr) {
    let answer = post(to, "/api/v1/answers/reach", "", r#"{"a": "USA", "b": "RUS", "times": 3}"#);
    assert_eq!(status(&answer), 200, "{}", start(&answer));
    assert!((json(&answer)["cost_cut"].as_f64().unwrap() - 0.242).abs() < 1e-3);
}
