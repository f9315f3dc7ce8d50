//! Runs the harness against private implementations, and holds what it says against what it should.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use stepladder::target::{Absent, Network};

use crate::targets::{Peer, here};

/// A wrong peer, and how it is caught.
pub struct Wrong {
    /// What it does wrong, as its script names it.
    pub name: &'static str,
    /// The suite that it is held against.
    pub suite: &'static str,
    /// The trials that fail. A single one is played alone, several in the whole suite. With none the
    /// peer is unusual, not wrong: the whole suite passes.
    pub fails: &'static [&'static str],
    /// What is said about each of them.
    pub says: &'static [&'static str],
    /// More arguments of the script.
    pub more: &'static [&'static str],
    /// How many times the time is given; less where what never comes is waited for.
    pub scale: &'static str,
    /// The mutant that does the same, as `stepladder score` names it; empty where none does.
    pub like: &'static str,
}

/// What most wrong peers have in common.
pub const WRONG: Wrong =
    Wrong { name: "", suite: "", fails: &[], says: &[], more: &[], scale: "1", like: "" };

/// Holds a right peer against whole suites.
pub fn passes(peer: Peer, more: &[&str], suites: &[&str], skip: &[&str]) {
    if !python_starts() {
        return;
    }
    let suites: Vec<PathBuf> = suites.iter().map(|s| here("suites").join(s)).collect();
    let skip: Vec<&str> = skip.iter().flat_map(|s| ["--skip", *s]).collect();
    let came = play(&peer(more), &suites, "1", &skip);
    assert_eq!(came.code, Some(0), "{}", came.text);
    // Rules are shared by the suites of a folder, and not every suite has a message for each.
    let steps = came.text.lines().filter(|line| line.ends_with("... ignored"));
    let left_out: Vec<&str> = steps.filter(|line| !line.contains("::rules::")).collect();
    assert!(left_out.is_empty() && came.text.contains(" 0 failed"), "{}", came.text);
    assert!(!came.text.contains("running 0 tests"), "{}", came.text);
}

/// Holds wrong peers against their suites, and tells of all that are not caught as they should be.
pub fn are_caught(peer: Peer, table: &[Wrong]) {
    if !python_starts() {
        return;
    }
    let (next, missed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(wrong) = table.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = is_caught(peer, wrong) {
                        let why = format!("{} against {}: {why}", wrong.name, wrong.suite);
                        missed.lock().unwrap_or_else(PoisonError::into_inner).push(why);
                    }
                }
            });
        }
    });
    let missed = missed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

fn is_caught(peer: Peer, wrong: &Wrong) -> Result<(), String> {
    let more = [&["--wrong", wrong.name], wrong.more].concat();
    let suite = here("suites").join(format!("{}.yaml", wrong.suite));
    let alone = match wrong.fails {
        [trial] => vec!["--exact", *trial],
        _ => Vec::new(),
    };
    let came = play(&peer(&more), &[suite], wrong.scale, &alone);
    let due = if wrong.fails.is_empty() { 0 } else { 1 };
    if came.code != Some(due) {
        return Err(format!("it ended with {:?}, not with {due}\n{}", came.code, came.text));
    }
    if came.text.contains(" 0 passed") && wrong.fails.is_empty() {
        return Err(format!("nothing was played\n{}", came.text));
    }
    for trial in wrong.fails {
        let Some(told) = told(&came.text, trial) else {
            return Err(format!("{trial} did not fail\n{}", came.text));
        };
        if let Some(word) = wrong.says.iter().find(|word| !told.contains(**word)) {
            return Err(format!("{trial} does not say {word:?}\n{told}"));
        }
    }
    Ok(())
}

/// What is told of a trial that failed.
fn told<'t>(text: &'t str, trial: &str) -> Option<&'t str> {
    let failed = |line: &str| {
        line.strip_prefix("test ")
            .and_then(|l| l.strip_suffix("FAILED"))
            .is_some_and(|l| l.trim_end().trim_end_matches('.').trim_end() == trial)
    };
    text.lines().find(|line| failed(line))?;
    let (_, after) = text.split_once(&format!("---- {trial} ----\n"))?;
    let end = after.find("\n---- ").or_else(|| after.find("\nfailures:\n"));
    Some(&after[..end.unwrap_or(after.len())])
}

/// How many peers run at once, in all tests together.
const AT_ONCE: usize = 4;

static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// What a run came to.
struct Came {
    code: Option<i32>,
    text: String,
}

/// Runs the harness against a target, and sees to it that nothing is left of either.
fn play(target: &str, suites: &[PathBuf], scale: &str, libtest: &[&str]) -> Came {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let running = ENDED.wait_while(running, |running| *running >= AT_ONCE);
    *running.unwrap_or_else(PoisonError::into_inner) += 1;
    let _turn = Turn;
    let folder = Folder::new();
    let (peer, rest) = (folder.0.join("peer"), folder.0.join("rest"));
    for path in [&peer, &rest] {
        fs::create_dir(path).expect("the temporary folder can be written");
    }
    fs::write(peer.join("target.yaml"), target).expect("the temporary folder can be written");
    let mut harness = Command::new(env!("CARGO_BIN_EXE_stepladder"));
    harness.arg("run").args(suites).arg("--target").arg(&peer).arg("--strict");
    harness.args(["--timeout-scale", scale]).arg("--report").arg(folder.0.join("report"));
    harness.arg("--").args(libtest);
    // Its children live below this folder, where they are found if any is left.
    harness.env("TMPDIR", &rest).env_remove("NEXTEST_RUN_ID");
    let output = harness.output().expect("the harness starts");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(folder.0.join("report/junit.xml").is_file(), "no report was written\n{text}");
    nothing_is_left(&rest);
    Came { code: output.status.code(), text }
}

/// A place among those that run at once.
struct Turn;

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        ENDED.notify_one();
    }
}

/// No child of the harness is left, nor any of their folders. A child that was killed may take a
/// moment to go.
fn nothing_is_left(folder: &Path) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let files = fs::read_dir(folder).map_or(0, Iterator::count);
        let children = children_below(folder);
        if files == 0 && children.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{files} files and these processes are left: {children:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes that work below a folder, where the system tells.
fn children_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let processes = processes.filter_map(|entry| Some(entry.ok()?.path()));
    processes
        .filter(|path| fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder)))
        .collect()
}

/// Whether there is a Python; where there is none the test is skipped, and says so.
fn python_starts() -> bool {
    let Err(error) = Command::new("python3").arg("--version").output() else { return true };
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "python3 does not start: {error}");
    skip(&format!("python3 does not start: {error}"));
    false
}

/// Whether networks of their own can be made; where the right is missing the test is skipped, and
/// says so.
pub fn networks_are_made() -> bool {
    // Who makes one leaves the network that he was in, for ever.
    let made = std::thread::spawn(|| Network::of_ours().map(drop)).join();
    let Err(absent) = made.expect("a network is made or not") else { return true };
    let may_be_skipped = matches!(absent, Absent::Missing(_));
    assert!(may_be_skipped && std::env::var("CI").as_deref() != Ok("true"), "{}", absent.why());
    skip(absent.why());
    false
}

#[expect(clippy::print_stderr, reason = "a skipped test tells so")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

/// A temporary folder that goes when the run ends, however it ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("stepladder-peers-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
