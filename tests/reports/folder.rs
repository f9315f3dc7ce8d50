//! A folder with the record of a run, which tests may doctor.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// A folder that goes away with its handle.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("stepladder-reports-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    /// Plays something in memory, with these words behind `run`, and keeps the report.
    pub fn of(words: &[&str]) -> Self {
        let folder = Self::new();
        let output = folder.run(words);
        assert!(output.status.code() != Some(2), "{}", told(&output));
        folder
    }

    /// Plays something in memory, from a seed that is always the same.
    pub fn run(&self, words: &[&str]) -> Output {
        let path = self.path();
        let mut all = vec!["run", "--sim", "--seed", "7", "--report", &path];
        all.extend(words);
        stepladder(&all)
    }

    pub fn path(&self) -> String {
        self.0.display().to_string()
    }

    pub fn text(&self, name: &str) -> String {
        let path = self.0.join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The lines of the record.
    pub fn record(&self) -> Vec<Value> {
        let text = self.text("record.jsonl");
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// Changes every line of the record, and makes the reports again.
    pub fn doctor(&self, mut change: impl FnMut(&mut Value)) {
        let mut record = self.record();
        record.iter_mut().for_each(&mut change);
        let lines: String = record.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(self.0.join("record.jsonl"), lines).expect("writable");
        stepladder::report::make(&self.0).expect("a record that can be read");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the program in the project's folder, as on a machine that is nobody's CI.
pub fn stepladder(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepladder"))
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .expect("it runs")
}

pub fn told(output: &Output) -> String {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Whether a program is there. Where nothing may be missing, one that is not fails the test.
#[expect(clippy::print_stderr, reason = "a test that does nothing must say so")]
pub fn is_there(program: &str) -> bool {
    match Command::new(program).arg("--version").output() {
        Ok(_) => true,
        Err(error) => {
            let needed = std::env::var("CI").as_deref() == Ok("true");
            assert!(!needed, "{program} does not start: {error}");
            eprintln!("ignored: {program} does not start: {error}");
            false
        }
    }
}
