//! A folder in memory, where there is one, for the files that a question names.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = Path::new("/dev/shm");
    let base = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    base.join(format!("turnover-fuzz-{}", std::process::id()))
});

/// Writes a file into this process's folder and returns its path.
pub fn write(name: &str, text: &str) -> PathBuf {
    let path = FOLDER.join(name);
    let written = path.parent().map(std::fs::create_dir_all).transpose().and_then(|_| std::fs::write(&path, text));
    assert!(written.is_ok(), "{} cannot be written: {written:?}", path.display());
    path
}
