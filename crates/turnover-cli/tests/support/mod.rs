//! Runs the built command in a folder of its own.

use std::path::Path;
use std::process::{Command, Output};

/// A folder that goes away with the test.
pub(crate) struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    pub(crate) fn new() -> Self {
        Room { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file into the folder.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// Runs `turnover` with words as a shell would split them; single quotes keep words together.
    pub(crate) fn run(&self, words: &str) -> Output {
        let mut args = Vec::new();
        for (at, part) in words.split('\'').enumerate() {
            if at % 2 == 1 {
                args.push(part.to_owned());
            } else {
                args.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        self.command(&args)
    }

    /// Runs `turnover` with words that are split already.
    pub(crate) fn command(&self, args: &[String]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_turnover"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("NO_COLOR")
            .env_remove("RUST_BACKTRACE")
            .output()
            .unwrap()
    }

    /// Runs and expects an answer; returns standard output.
    pub(crate) fn answer(&self, words: &str) -> String {
        let out = self.run(words);
        let errors = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{words}: {errors}");
        assert_eq!(errors, "", "{words}");
        String::from_utf8(out.stdout).unwrap()
    }
}
