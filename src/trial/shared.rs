//! One play per exchange, though nextest makes every step a process of its own: the first process
//! that needs an exchange plays all of it and writes down what it came to; the others read that.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::judge::Result;

/// Where the processes of one run share what they found.
#[derive(Clone, Debug)]
pub struct Shared {
    folder: PathBuf,
    attempt: String,
}

impl Shared {
    /// The place of this run, where nextest started us.
    pub fn of_this_run() -> Option<Self> {
        let run = std::env::var("NEXTEST_RUN_ID").ok()?;
        let attempt = std::env::var("NEXTEST_ATTEMPT").unwrap_or_else(|_| "1".into());
        let name =
            |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let folder = std::env::temp_dir().join(format!("stepladder-nextest-{}", name(&run)));
        std::fs::create_dir_all(&folder).ok()?;
        Some(Self { folder, attempt: name(&attempt) })
    }

    /// Takes the lock of an exchange; gives what it came to where somebody played it before.
    pub fn claim(&self, case: &str) -> Option<Claim> {
        let name: String =
            case.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        // Names that differ in a replaced character alone stay apart by their digest.
        let digest = case.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        let path = self.folder.join(format!("{name}-{digest:016x}.{}", self.attempt));
        let file =
            File::options().read(true).write(true).create(true).truncate(false).open(path).ok()?;
        file.lock().ok()?;
        Some(Claim { file })
    }
}

/// The lock of an exchange, held until it is dropped.
#[derive(Debug)]
pub struct Claim {
    file: File,
}

impl Claim {
    /// What an earlier process found.
    pub fn found(&mut self) -> Option<Result> {
        let mut text = String::new();
        self.file.seek(SeekFrom::Start(0)).ok()?;
        self.file.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes down what we found.
    pub fn keep(&mut self, result: &Result) {
        if let Ok(text) = serde_json::to_string(result) {
            let _ = self.file.set_len(0);
            let _ = self.file.seek(SeekFrom::Start(0));
            let _ = self.file.write_all(text.as_bytes());
        }
    }
}
