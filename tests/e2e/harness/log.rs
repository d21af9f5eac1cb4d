//! What the parts of the running shop print, kept and written to a file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Every line so far.
#[derive(Debug)]
pub struct Log {
    lines: Mutex<Vec<String>>,
    file: Mutex<File>,
}

impl Log {
    pub(super) fn in_file(path: &Path) -> std::io::Result<Self> {
        Ok(Self {
            lines: Mutex::default(),
            file: Mutex::new(File::create(path)?),
        })
    }

    /// Takes everything in until the other side is gone.
    pub(super) fn follow(&self, stream: impl Read) {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            // A full disk must not stop the shop, which waits for us to read.
            let _ = writeln!(file, "{line}");
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push(line);
        }
    }

    /// A copy of all lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clone()
    }
}
