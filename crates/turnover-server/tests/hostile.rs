//! What the server does with requests that no page sends, and that it answers the next one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use turnover_server::{Config, Limits, Served, ServerError, openapi, run};

mod support;

use support::{answers, get, json, post, send, server, start, status, talk};

const PAIR: &str = r#"{"a": "USA", "b": "RUS"}"#;

#[test]
fn other_names_and_other_pages_are_turned_away() {
    let to = server(None, Limits::default());
    let named = |host: &str| status(&talk(to, &format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")));
    assert_eq!(named(&to.to_string()), 200);
    assert_eq!(named(&format!("localhost:{}", to.port())), 200);
    assert_eq!(named("figures.example:80"), 200, "a name that was given");
    for host in ["evil.example", "127.0.0.1", "localhost.evil.example:80", &format!("evil.example:{}", to.port()), ""] {
        assert_eq!(named(host), 421, "{host}");
    }
    assert_eq!(status(&talk(to, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n")), 421, "no name");
    let twice = format!("GET / HTTP/1.1\r\nHost: {to}\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&talk(to, &twice)), 400);
    let ask = |headers: &str| status(&post(to, "/api/v1/answers/turnover", headers, PAIR));
    assert_eq!(ask(&format!("Origin: http://{to}\r\nSec-Fetch-Site: same-origin\r\n")), 200);
    assert_eq!(ask("Origin: http://evil.example\r\n"), 403);
    assert_eq!(ask("Origin: null\r\n"), 403);
    assert_eq!(ask(&format!("Origin: http://{to}.evil.example\r\n")), 403);
    assert_eq!(ask("Sec-Fetch-Site: cross-site\r\n"), 403);
    let follow =
        |mode: &str| status(&get(to, "/", &format!("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: {mode}\r\n")));
    assert_eq!((follow("navigate"), follow("no-cors")), (200, 403), "a link may be followed, nothing may be embedded");
    answers(to);
}

#[test]
fn bodies_have_limits() {
    let limits = Limits { body: Duration::from_millis(600), head: Duration::from_millis(600), ..Limits::default() };
    let to = server(None, limits);
    let began = Instant::now();
    let head = |path: &str, rest: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {to}\r\nContent-Type: application/json\r\nConnection: close\r\n{rest}\r\n"
        )
    };
    // A gigabyte that is only promised is refused before it comes.
    for path in ["/api/v1/answers/reach", "/api/v1/files?name=f.csv", "/api/v1/jobs"] {
        assert_eq!(status(&talk(to, &head(path, "Content-Length: 1073741824\r\n"))), 413, "{path}");
    }
    // One that comes in chunks is cut off at the limit.
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(head("/api/v1/answers/reach", "Transfer-Encoding: chunked\r\n").as_bytes()).unwrap();
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    let sent = (0..32_768).take_while(|_| stream.write_all(chunk.as_bytes()).is_ok()).count();
    assert!(sent < 1000, "{sent} chunks were taken");
    assert!(began.elapsed() < Duration::from_secs(20));
    // A body that does not come, and a head that does not.
    let slow = talk(to, &format!("{}{{", head("/api/v1/answers/reach", "Content-Length: 100\r\n")));
    assert_eq!(status(&slow), 408, "{slow}");
    let began = Instant::now();
    let stuck = talk(to, "GET / HTTP/1.1\r\nHost: ");
    assert!(status(&stuck) != 200 && began.elapsed() < Duration::from_secs(10), "{stuck}");
    answers(to);
}

#[test]
fn no_file_is_served_that_was_not_asked_to() {
    let to = server(None, Limits::default());
    for path in [
        "/../../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/page.js/../../Cargo.toml",
        "/./index.html",
        "/index.html%00.js",
        "/api/v1/jobs/../../../etc/passwd",
        "/api/v2/meta",
    ] {
        assert_eq!(status(&get(to, path, "")), 404, "{path}");
    }
    for (path, kind) in [("/", "text/html"), ("/page.js", "text/javascript"), ("/world.json", "application/json")] {
        let answer = get(to, path, "");
        assert!(status(&answer) == 200 && answer.contains(&format!("content-type: {kind}")), "{path}");
        for header in
            ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff", "x-frame-options: DENY"]
        {
            assert!(answer.contains(header), "{path}: {header}");
        }
    }
    let tag = get(to, "/page.css", "").lines().find_map(|l| l.strip_prefix("etag: ").map(str::to_owned)).unwrap();
    assert_eq!(status(&get(to, "/page.css", &format!("If-None-Match: {tag}\r\n"))), 304);
    assert_eq!(status(&talk(to, &format!("DELETE / HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n"))), 405);
    // A lever cannot make the server read a file.
    let lever = r#"{"a": "USA", "b": "RUS", "times": 3, "lever": [{"title": "x", "estimate": "/etc/passwd", "coefficient": "x"}]}"#;
    assert_eq!(status(&post(to, "/api/v1/answers/reach", "", lever)), 400);
    let title = r#"{"a": "USA", "b": "RUS", "times": 3, "lever": [{"title": "x\"\nestimate = \"/etc/passwd\"\ncoefficient = \"", "exporter": "USA", "importer": "RUS", "log_points": 0.1}]}"#;
    assert_eq!(status(&post(to, "/api/v1/answers/reach", "", title)), 200, "text stays text");
    // Nor can any option that names a file on the command line.
    for (question, body) in [
        ("reach", r#"{"a": "USA", "b": "RUS", "times": 3, "levers": "/etc/passwd"}"#),
        ("simulate", r#"{"scenario": "/etc/passwd"}"#),
        ("negotiate", r#"{"a": "USA", "b": "RUS", "levers": "/etc/passwd"}"#),
        ("design", r#"{"a": "USA", "b": "RUS", "goal": "turnover x 2", "limits": "/etc/passwd"}"#),
        ("check", r#"{"dossier": "/etc/passwd"}"#),
        ("check", r#"{"since": "/etc/passwd"}"#),
        ("read", r#"{"file": "/etc/passwd"}"#),
        ("read", r#"{"file": "-"}"#),
        ("coverage", r#"{"a": "USA", "b": "RUS", "catalogue": "/etc"}"#),
        ("turnover", r#"{"a": "USA", "b": "RUS", "filter": "year > 2000"}"#),
        ("brief", r#"{"a": "USA", "b": "RUS", "levers": "/etc/passwd"}"#),
    ] {
        let answer = post(to, &format!("/api/v1/answers/{question}"), "", body);
        assert_eq!(status(&answer), 422, "{question}: {}", start(&answer));
    }
    let file = r#"{"a": "USA", "b": "RUS", "data": "/etc/passwd"}"#;
    assert_eq!(status(&post(to, "/api/v1/answers/turnover", "", file)), 404);
    assert_eq!(
        status(&post(to, "/api/v1/answers/estimate", "", r#"{"file": "/etc/passwd", "formulas": ["y ~ x"]}"#)),
        404
    );
    answers(to);
}

#[test]
fn questions_that_make_no_sense_are_answered_so() {
    let to = server(None, Limits::default());
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(20_000), "]".repeat(20_000));
    for (body, wanted) in [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("{}", 400),
        ("{\"a\": \"USA\", \"times\": 3}", 400),
        ("{\"a\": 5, \"b\": \"RUS\", \"times\": 3}", 400),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 3, \"surprise\": 1}", 400),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 1e999}", 400),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": \"3\"}", 400),
        (deep.as_str(), 400),
        ("{\"a\": \"USA\", \"b\": \"USA\", \"times\": 3}", 422),
        ("{\"a\": \"Atlantis\", \"b\": \"RUS\", \"times\": 3}", 422),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": -1}", 422),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 3, \"theta\": 0}", 422),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 1e300}", 422),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 3, \"data\": \"no-such-file\"}", 404),
        ("{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 3, \"lever\": [{\"title\": \"x\", \"exporter\": \"USA\"}]}", 422),
        (
            "{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 3, \"lever\": [{\"title\": \"x\", \"tariff_equivalent_percent\": \"9\"}]}",
            400,
        ),
        (
            "{\"a\": \"USA\", \"b\": \"RUS\", \"times\": 3, \"lever\": [{\"exporter\": \"USA\", \"log_points\": 1e300}]}",
            422,
        ),
    ] {
        let answer = post(to, "/api/v1/answers/reach", "", body);
        let short: String = body.chars().take(60).collect();
        assert_eq!(status(&answer), wanted, "{short}: {}", start(&answer));
        assert!(json(&answer)["error"].as_str().unwrap().len() > 5);
    }
    assert_eq!(status(&post(to, "/api/v1/answers/everything", "", "{}")), 404);
    assert_eq!(
        status(&post(to, "/api/v1/answers/coverage", "", r#"{"a": "USA", "b": "RUS", "lift": ["no-such-measure"]}"#)),
        422
    );
    let stranger = post(to, "/api/v1/answers/effect", "", r#"{"between": "DEU:FRA"}"#);
    assert_eq!(status(&stranger), 422, "there is no measure to ask about");
    let plain = format!(
        "POST /api/v1/answers/reach HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    assert_eq!(status(&talk(to, &plain)), 415, "a form of another page cannot send JSON");
    assert_eq!(status(&talk(to, "\u{0}\u{1}\u{2}\r\n\r\n")), 400);
    answers(to);
}

#[test]
fn ten_thousand_connections_come_and_go() {
    let to = server(None, Limits::default());
    for at in 0..10_000 {
        let Ok(mut stream) = TcpStream::connect(to) else { continue };
        if at % 3 == 0 {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x");
        }
    }
    answers(to);
}

#[test]
fn a_token_opens_the_server() {
    let to = server(Some("a-token-of-sixteen"), Limits::default());
    assert_eq!(status(&get(to, "/", "")), 401);
    assert_eq!(status(&get(to, "/api/v1/meta", "Authorization: Bearer wrong\r\n")), 401);
    assert_eq!(status(&get(to, "/api/v1/meta", "Authorization: Bearer a-token-of-sixteen\r\n")), 200);
    assert_eq!(status(&get(to, "/?token=wrong", "")), 401);
    let entered = get(to, "/?token=a-token-of-sixteen", "");
    assert!(status(&entered) == 303 && entered.contains("HttpOnly; SameSite=Strict"), "{entered}");
    assert_eq!(status(&get(to, "/", "Cookie: other=1; turnover_token=a-token-of-sixteen\r\n")), 200);
    let open = |listen: &str, token: Option<&str>| {
        let config = Config {
            listen: listen.parse().unwrap(),
            token: token.map(str::to_owned),
            hosts: Vec::new(),
            figures: Served::embedded().unwrap(),
            limits: Limits::default(),
        };
        run(config, |_| panic!("it listens"))
    };
    assert!(matches!(open("0.0.0.0:0", None), Err(ServerError::Open(_))));
    assert!(matches!(open("0.0.0.0:0", Some("short")), Err(ServerError::Open(_))));
}

#[test]
fn long_answers_are_followed_and_stopped() {
    let to = server(None, Limits { working: 1, ..Limits::default() });
    let begin = |question: &str| {
        let ask =
            if question == "potential" { r#"{"a": "BVT", "b": "HMD"}"# } else { r#"{"measure": "rus-2014-food"}"# };
        let body = format!(r#"{{"question": "{question}", "ask": {ask}}}"#);
        let answer = post(to, "/api/v1/jobs", "", &body);
        assert_eq!(status(&answer), 202, "{}", start(&answer));
        json(&answer)["id"].as_str().unwrap().to_owned()
    };
    let events = |id: &str| get(to, &format!("/api/v1/jobs/{id}/events"), "");
    let stop = |id: &str| {
        status(&talk(to, &format!("DELETE /api/v1/jobs/{id} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n")))
    };
    let first = begin("effect");
    let second = begin("diversion");
    assert_eq!(stop(&second), 204, "while it waits or works");
    let told = events(&second);
    assert!(told.contains("event: stopped") && !told.contains("event: answer"), "{told}");
    let told = events(&first);
    assert!(told.contains("event: answer") && told.contains("effect.log_points"), "{told}");
    assert!(events(&first).contains("event: answer"), "who comes late hears the end");
    let refused = begin("potential");
    assert!(events(&refused).contains("event: refused"));
    assert_eq!((stop("99"), status(&events("99"))), (404, 404));
    answers(to);
}

#[test]
fn files_are_read_or_refused_with_their_columns() {
    let to = server(None, Limits { files: 2, ..Limits::default() });
    let send = |words: &str, body: &str| post(to, &format!("/api/v1/files?{words}"), "", body);
    let good = "year,exporter,importer,value_usd\n2019,DEU,FRA,5\n2019,FRA,DEU,3\n";
    let answer = send("name=a.csv", good);
    assert_eq!(status(&answer), 201, "{}", start(&answer));
    let id = json(&answer)["id"].as_str().unwrap().to_owned();
    let ask =
        |id: &str| post(to, "/api/v1/answers/turnover", "", &format!(r#"{{"a": "DEU", "b": "FRA", "data": "{id}"}}"#));
    assert!(ask(&id).contains("turnover turnover DEU FRA --year 2019 --data a.csv"));
    let odd = send("name=odd.csv", "y,o,d,v\n2019,DEU,FRA,5\n");
    assert_eq!(status(&odd), 422);
    assert_eq!(json(&odd)["columns"][1]["cells"][0], "DEU");
    assert_eq!(
        status(&send(
            "name=odd.csv&exporter=o&importer=d&year_column=y&value=v&unit=million-usd",
            "y,o,d,v\n2019,DEU,FRA,5\n"
        )),
        201
    );
    for (words, body) in [
        ("name=x.csv", ""),
        ("name=x.csv", "PK\u{3}\u{4}"),
        ("name=x.csv", "year,exporter,importer,value_usd\n2019,DEU,FRA,-5\n"),
        ("name=x.csv&filter=year%20%3E", good),
        ("name=../../x.csv", "PAR1"),
    ] {
        assert_eq!(status(&send(words, body)), 422, "{words}");
    }
    for words in ["surprise=1", "unit=rubles", "duplicates=some"] {
        assert_eq!(status(&send(&format!("name=x.csv&{words}"), good)), 400, "{words}");
    }
    // The oldest makes room.
    for name in ["b", "c"] {
        assert_eq!(status(&send(&format!("name={name}.csv"), good)), 201);
    }
    assert_eq!(status(&ask(&id)), 404);
}

/// The most memory that this process has held, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default().to_owned();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0) << 10
}

#[test]
fn a_small_file_that_unpacks_to_gigabytes_is_refused() {
    let to = server(None, Limits { file_bytes: 64 << 20, reading_bytes: 160 << 20, ..Limits::default() });
    let packed = |text: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    };
    // gzip files may follow each other: four gigabytes in a few megabytes, behind an honest table.
    let zeros = packed(&vec![b'0'; 32 << 20]);
    let honest = packed(b"year,exporter,importer,value_usd\n2019,USA,RUS,1\n");
    let bomb = [&honest[..], &zeros.repeat(128)].concat();
    assert!(bomb.len() < 24 << 20, "{}", bomb.len());
    let answer = send(to, "/api/v1/files?name=bomb.csv.gz", &bomb);
    assert_eq!(status(&answer), 413, "{}", start(&answer));
    assert!(answer.contains("more than 64 MiB once it is unpacked"), "{}", start(&answer));
    // Many at once wait for memory or are asked to come again; none takes the server down.
    let codes: Vec<u16> = std::thread::scope(|scope| {
        let sent = || scope.spawn(|| status(&send(to, "/api/v1/files?name=bomb.csv.gz", &bomb)));
        let all: Vec<_> = (0..8).map(|_| sent()).collect();
        all.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(codes.iter().all(|c| [413, 503].contains(c)) && codes.contains(&413), "{codes:?}");
    assert!(peak() < 1 << 30, "{} MiB", peak() >> 20);
    // What was taken is given back, and an honest file is read.
    assert_eq!(status(&send(to, "/api/v1/files?name=a.csv.gz", &honest)), 201);
    answers(to);
}

/// Each address of the description is there, and asked wrongly it says so.
#[test]
fn the_description_is_of_this_server() {
    let to = server(None, Limits::default());
    let served = json(&get(to, "/api/v1/openapi.json", ""));
    assert_eq!(served, openapi());
    for (path, methods) in served["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let path = path.replace("{id}", "0");
            let answer = talk(
                to,
                &format!("{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
            );
            // 404 of a job that there is not, not of an address that there is not.
            assert!(
                !answer.contains("there is nothing here") && status(&answer) != 405,
                "{method} {path}: {}",
                start(&answer)
            );
            let other = talk(
                to,
                &format!("PUT {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
            );
            assert_eq!(status(&other), 405, "{path}");
        }
    }
}
