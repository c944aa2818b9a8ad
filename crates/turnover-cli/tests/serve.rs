//! `turnover serve` as a user runs it: it says where it is, answers, and ends when told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

#[test]
fn it_says_where_it_is_and_ends_when_told_to() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_turnover"))
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let host = line.trim().strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
    assert!(host.starts_with("127.0.0.1:"), "{line}");
    let mut stream = TcpStream::connect(&host).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("<title>Turnover</title>"));
    let end = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(end.success());
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{out:?}");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
}

#[test]
fn wrong_calls_are_refused() {
    let refused = |words: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_turnover")).arg("serve").args(words).output().unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let (code, said) = refused(&["--address", "0.0.0.0"]);
    assert!(code == Some(2) && said.contains("is not loopback"), "{said}");
    let (code, said) = refused(&["--token", "short"]);
    assert!(code == Some(2) && said.contains("16 characters"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, said) = refused(&["--port", &taken.local_addr().unwrap().port().to_string()]);
    assert!(code == Some(1) && said.contains("cannot listen on 127.0.0.1"), "{said}");
    let (code, said) = refused(&["--data", "no-such.csv"]);
    assert!(code == Some(1) && said.contains("no-such.csv"), "{said}");
}
