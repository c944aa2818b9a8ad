//! What the tests and the benchmark share: a cluster on loopback, and made tables.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::parquet::arrow::ArrowWriter;
use tempfile::TempDir;

const BIN: &str = env!("CARGO_BIN_EXE_turnover-cluster");

pub(crate) struct Node {
    child: Child,
    log: PathBuf,
    work: PathBuf,
}

#[allow(dead_code, reason = "the benchmark loses nobody")]
impl Node {
    /// As a machine that loses its power.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Parts that it has answered.
    pub(crate) fn answered(&self) -> usize {
        fs::read_to_string(&self.log).unwrap().lines().filter(|l| l.contains(" rows in ")).count()
    }

    /// Files of rows that it has written for others.
    pub(crate) fn files(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let Ok(entries) = fs::read_dir(folder) else { return 0 };
            entries.flatten().map(|e| if e.path().is_dir() { count(&e.path()) } else { 1 }).sum()
        }
        count(&self.work)
    }
}

pub(crate) struct Cluster {
    address: String,
    scheduler: Child,
    pub(crate) executors: Vec<Node>,
    folder: TempDir,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.executors.iter_mut().map(|e| &mut e.child).chain([&mut self.scheduler]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A port that is free together with the next one.
pub(crate) fn port() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

pub(crate) fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(120), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Cluster {
    /// A scheduler and executors of one core each.
    pub(crate) fn start(executors: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spawn = |name: &str, words: &[&str]| {
            let log = folder.path().join(name);
            let child = Command::new(BIN).args(words).stderr(File::create(&log).unwrap()).spawn().unwrap();
            (child, log)
        };
        let at = port();
        let address = format!("127.0.0.1:{at}");
        let (scheduler, _) = spawn("scheduler.log", &["scheduler", "--port", &at.to_string(), "--lost-after", "15"]);
        wait_for("the scheduler listens", || TcpStream::connect(&address).is_ok());
        let start = |i: usize| {
            let work = folder.path().join(format!("work{i}"));
            let at = port().to_string();
            let words = ["executor", "--cores", "1", "--port", &at, "--scheduler", &address, "--work-dir"];
            let (child, log) = spawn(&format!("executor{i}.log"), &[&words[..], &[work.to_str().unwrap()]].concat());
            wait_for("the executor listens", || TcpStream::connect(format!("127.0.0.1:{at}")).is_ok());
            Node { child, log, work }
        };
        let executors = (0..executors).map(start).collect();
        Cluster { address, scheduler, executors, folder }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(BIN);
        command.env("TURNOVER_SCHEDULER", &self.address).args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        done(self.command(words).spawn().unwrap())
    }
}

pub(crate) fn done(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Numbers that look drawn, the same everywhere.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub(crate) fn names(keys: Vec<i32>, names: Vec<String>) -> ArrayRef {
    Arc::new(DictionaryArray::<Int32Type>::try_new(keys.into(), Arc::new(StringArray::from(names))).unwrap())
}

/// Adds rows to a file that is written piece by piece.
pub(crate) fn write(path: &str, columns: Vec<(&str, ArrayRef)>, writer: &mut Option<ArrowWriter<File>>) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let writer =
        writer.get_or_insert_with(|| ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap());
    writer.write(&batch).unwrap();
}

pub(crate) fn product(p: i32) -> String {
    format!("{:02}{:02}", p / 20 + 1, p % 20 + 1)
}

pub(crate) const FORMULA: &str = "trade ~ rta | exporter^year + importer^year + exporter^importer";
pub(crate) const CLUSTERS: &str = "cluster:exporter^importer";

/// Every pair of so many countries in every year, for each product; agreements add 0.3 to the logarithm
/// of trade.
pub(crate) fn panel(path: &str, countries: i32, years: i32, products: i32) {
    let mut draws = Draws(7);
    let mut writer = None;
    let labels: Vec<String> = (0..countries).map(|i| format!("C{i:03}")).collect();
    for p in 0..products {
        let size: Vec<f64> = (0..2 * countries * years).map(|_| draws.next() - 0.5).collect();
        let pairs: Vec<f64> = (0..countries * countries).map(|_| 3.0 * (draws.next() - 0.5)).collect();
        let (mut from, mut to, mut year) = (Vec::new(), Vec::new(), Vec::new());
        let (mut trade, mut rta) = (Vec::new(), Vec::new());
        for i in 0..countries {
            for j in (0..countries).filter(|&j| j != i) {
                for t in 0..years {
                    let agreed = (7 * i + 7 * j + p) % 5 == 0 && t >= years / 2 + (i + j) % 3;
                    let level = 3.0
                        + 0.3 * f64::from(u8::from(agreed))
                        + size[(i * years + t) as usize]
                        + size[((countries + j) * years + t) as usize]
                        + pairs[(i * countries + j) as usize];
                    from.push(i);
                    to.push(j);
                    year.push(1995 + t);
                    trade.push((level.exp() * 2.0 * draws.next()).floor());
                    rta.push(f64::from(u8::from(agreed)));
                }
            }
        }
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("product", names(vec![0; from.len()], vec![product(p)])),
            ("exporter", names(from, labels.clone())),
            ("importer", names(to, labels.clone())),
            ("year", Arc::new(Int32Array::from(year))),
            ("trade", Arc::new(Float64Array::from(trade))),
            ("rta", Arc::new(Float64Array::from(rta))),
        ];
        write(path, columns, &mut writer);
    }
    writer.unwrap().close().unwrap();
}

pub(crate) const COUNTRIES: i32 = 60;
pub(crate) const YEARS: i32 = 28;
pub(crate) const GOODS: i32 = 5_000;

/// Flows drawn one by one; `each` is told exporter, importer, year and value.
pub(crate) fn flows(path: &str, rows: usize, mut each: impl FnMut(i32, i32, i32, f64)) {
    const PIECE: usize = 1_000_000;
    let labels: Vec<String> = (0..COUNTRIES).map(|i| format!("C{i:02}")).collect();
    let codes: Vec<String> = (0..GOODS).map(|p| format!("{p:06}")).collect();
    let (mut draws, mut writer) = (Draws(11), None);
    for start in (0..rows).step_by(PIECE) {
        let (mut from, mut to, mut year) = (Vec::new(), Vec::new(), Vec::new());
        let (mut good, mut trade) = (Vec::new(), Vec::new());
        for _ in 0..PIECE.min(rows - start) {
            let mut below = |n: i32| (draws.next() * f64::from(n)) as i32;
            let (i, j, t, p) = (below(COUNTRIES), below(COUNTRIES), below(YEARS), below(GOODS));
            let value = f64::from(below(1 << 30));
            each(i, j, t, value);
            from.push(i);
            to.push(j);
            year.push(1995 + t);
            good.push(p);
            trade.push(value);
        }
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("year", Arc::new(Int32Array::from(year))),
            ("exporter", names(from, labels.clone())),
            ("importer", names(to, labels.clone())),
            ("product", names(good, codes.clone())),
            ("trade", Arc::new(Float64Array::from(trade))),
        ];
        write(path, columns, &mut writer);
    }
    writer.unwrap().close().unwrap();
}
