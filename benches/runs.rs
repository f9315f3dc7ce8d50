//! The program as a whole, as a user starts it: time, processor time and memory from its start to its
//! exit.
//!
//! ```sh
//! cargo bench --bench runs              # all
//! cargo bench --bench runs -- listing   # whose name begins so
//! ```

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench that cannot go on ends")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{many, silent};

#[expect(dead_code, reason = "each bench uses what it needs")]
mod common;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let beginning = words.first().map_or("", String::as_str);
    let rounds: usize = std::env::var("ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let corpus = Corpus::new();
    println!("{:<44} {:>9} {:>9} {:>8}", "", "ms", "cpu ms", "KiB");
    for (name, words) in corpus.runs() {
        if !name.starts_with(beginning) {
            continue;
        }
        let mut took: Vec<Took> = (0..rounds).map(|_| run(&words)).collect();
        took.sort_by_key(|took| took.lasted);
        let middle = &took[rounds / 2];
        let lasted = middle.lasted.as_secs_f64() * 1e3;
        println!("{name:<44} {lasted:>9.1} {:>9} {:>8}", middle.cpu, middle.memory);
    }
}

/// Suites in a folder that goes with it.
struct Corpus(PathBuf);

impl Corpus {
    fn new() -> Self {
        let root = std::env::temp_dir().join(format!("stepladder-runs-{}", std::process::id()));
        let write = |path: &str, text: String| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("one.yaml", many("one", 1));
        write("many.yaml", many("many", 10_000));
        for part in 0..20 {
            write(&format!("parts/part-{part:02}.yaml"), many(&format!("part-{part:02}"), 500));
        }
        write("silent.yaml", silent("silent", 200, "2s"));
        write("waiting.yaml", silent("waiting", 10_000, "1s"));
        Self(root)
    }

    /// What is run, and with which words.
    fn runs(&self) -> Vec<(&'static str, Vec<String>)> {
        let at = |path: &str| self.0.join(path).display().to_string();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let one = "part-07::case-00250::server::acknowledged";
        vec![
            ("one exchange, in memory", words(&["run", &at("one.yaml"), "--sim"])),
            ("one exchange, over sockets", words(&["run", &at("one.yaml")])),
            ("10,000 exchanges, in memory", words(&["run", &at("many.yaml"), "--sim"])),
            (
                "10,000 exchanges, in memory, with reports",
                words(&["run", &at("many.yaml"), "--sim", "--report", &at("report")]),
            ),
            ("10,000 exchanges, over sockets", words(&["run", &at("many.yaml")])),
            ("listing 10,000 steps", words(&["run", &at("many.yaml"), "--", "--list"])),
            ("listing 10,000 steps in 20 files", words(&["run", &at("parts"), "--", "--list"])),
            (
                "one step by name out of 10,000 in 20 files",
                words(&["run", &at("parts"), "--sim", "--", "--exact", one]),
            ),
            ("200 silences of 2 s, over sockets", words(&["run", &at("silent.yaml")])),
            (
                "10,000 silences of 1 s, 10,000 at once",
                words(&["run", &at("waiting.yaml"), "--jobs", "10000"]),
            ),
            // It is the record of the run with reports.
            ("the reports of 10,000 exchanges anew", words(&["report", &at("report")])),
        ]
    }
}

impl Drop for Corpus {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Took {
    lasted: Duration,
    /// Milliseconds, in steps of ten.
    cpu: u64,
    /// KiB at most, as looked at every two milliseconds.
    memory: u64,
}

fn run(words: &[String]) -> Took {
    let before = processor();
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepladder"))
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let watch = std::thread::spawn(move || {
        let mut most = 0;
        while let Some(now) = memory(&status) {
            most = most.max(now);
            std::thread::sleep(Duration::from_millis(2));
        }
        most
    });
    let ended = child.wait().unwrap();
    let lasted = began.elapsed();
    if !ended.success() {
        println!("this run failed: {}", words.join(" "));
    }
    Took { lasted, cpu: processor() - before, memory: watch.join().unwrap() }
}

/// The most memory that a process had, while it is there.
fn memory(status: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The processor time of children that have ended, in milliseconds.
fn processor() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, rest) = text.rsplit_once(')').unwrap();
    let ticks = rest.split_whitespace().skip(13).take(2);
    ticks.map(|n| n.parse::<u64>().unwrap()).sum::<u64>() * 10
}
