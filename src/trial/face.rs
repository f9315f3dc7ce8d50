//! libtest's face: names, filters, `--list`, formats and exit codes as cargo, nextest and CI expect.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::io::{ErrorKind, Read, Write};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser};
use libtest_mimic::{Arguments, ColorSetting, Completion, FormatSetting, Trial};
use rustix::process::{Signal, getpid, kill_process};

use super::ending::Ending;
use super::judge::{self, Judged};
use super::paper;
use super::plan::{Group, Options, Plan};
use super::progress::Progress;
use super::run::{Board, Run};
use crate::play::rule_in_force as in_force;
use crate::record::Verdict;
use crate::report::{Journal, Mask, Sheet};

/// libtest's own arguments, as much of them as means something here.
#[derive(Clone, Debug, Default, Parser)]
#[command(no_binary_name = true, disable_version_flag = true)]
pub struct LibtestArguments {
    /// Only trials whose name contains one of these.
    pub filters: Vec<String>,
    /// Filters and --skip are whole names.
    #[arg(long)]
    pub exact: bool,
    /// Trials whose name contains this are left out.
    #[arg(long, value_name = "FILTER")]
    pub skip: Vec<String>,
    /// Print the names and stop.
    #[arg(long)]
    pub list: bool,
    /// Only trials that are ignored.
    #[arg(long)]
    pub ignored: bool,
    /// Ignored trials too.
    #[arg(long)]
    pub include_ignored: bool,
    /// Accepted: everything here is a test.
    #[arg(long)]
    pub test: bool,
    /// Accepted: there are no benchmarks.
    #[arg(long)]
    pub bench: bool,
    /// Accepted: nothing is captured.
    #[arg(long, visible_alias = "no-capture")]
    pub nocapture: bool,
    /// Accepted: nothing is captured.
    #[arg(long)]
    pub show_output: bool,
    /// Unstable flags of libtest.
    #[arg(short = 'Z', value_name = "FLAG")]
    pub unstable: Vec<String>,
    /// One character per trial.
    #[arg(short, long)]
    pub quiet: bool,
    /// Exchanges at once; 1 plays one after another.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub test_threads: Option<u32>,
    /// Where the output goes instead of standard output.
    #[arg(long, value_name = "PATH")]
    pub logfile: Option<String>,
    /// auto, always or never.
    #[arg(long, value_parser = ["auto", "always", "never"])]
    pub color: Option<String>,
    /// pretty, terse or json.
    #[arg(long, value_parser = ["pretty", "terse", "json"])]
    pub format: Option<String>,
}

impl LibtestArguments {
    /// Reads words; `program` is what stands before them, as the help shows it.
    ///
    /// Fails with the help, where that is asked for, or with what is wrong with the words.
    pub fn read(
        program: &str,
        words: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let command = Self::command().bin_name(program);
        Self::from_arg_matches(&command.try_get_matches_from(words)?)
    }
}

/// A run that a whole program is for: `tests/conformance.rs` with `harness = false`.
///
/// Reads libtest's arguments from the command line. A filter that matches nothing is fine here,
/// since `cargo test NAME` hands every filter to every test program.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     stepladder::trial::main_libtest(stepladder::trial::Options {
///         paths: vec!["suites".into()],
///         ..Default::default()
///     })
/// }
/// ```
pub fn main_libtest(options: Options) -> ExitCode {
    main_libtest_all(vec![options])
}

/// Like [`main_libtest`], for several sets of options: each names its own targets.
pub fn main_libtest_all(options: Vec<Options>) -> ExitCode {
    let mut words = std::env::args_os();
    let program = words.next().map(PathBuf::from).unwrap_or_default();
    let program = program.file_name().unwrap_or_default().to_string_lossy();
    let arguments = match LibtestArguments::read(&program, words) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    present(options, arguments, false)
}

/// The exit code for a failure of what was tested.
const FAILED: u8 = 1;
/// The exit code for a failure of ours, of the suites or of the environment.
const BROKEN: u8 = 2;

/// Tells the user on standard error, as a line. That he may have stopped reading stops nothing.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Plans, selects, runs and shows.
///
/// `must_select` makes an empty selection an error.
pub fn present(all: Vec<Options>, arguments: LibtestArguments, must_select: bool) -> ExitCode {
    let only = match (arguments.exact, arguments.filters.as_slice()) {
        (true, [name]) => Some(name.as_str()),
        _ => None,
    };
    let mut runs = Vec::new();
    for options in all {
        match Plan::make(&options, only) {
            Ok(mut plan) => {
                for warning in std::mem::take(&mut plan.warnings) {
                    complain(&warning.render(false));
                }
                let plan = Arc::new(plan);
                // The process ends with the run: to take suites apart piece by piece before it does
                // would take a while and be of no use to anybody.
                std::mem::forget(plan.clone());
                runs.push((options, plan));
            }
            Err(problems) => {
                for problem in problems {
                    complain(&problem.render(false));
                }
                return ExitCode::from(BROKEN);
            }
        }
    }
    let selection = Selection { arguments: &arguments };
    let is_part = runs.iter().any(|(options, _)| options.shard.is_some_and(|(_, parts)| parts > 1));
    let progress = Progress::new(runs.iter().any(|(options, _)| options.ladder));
    let ending = Arc::new(Mutex::new(Ending::default()));
    let mut trials = Vec::new();
    let mut threads = Vec::new();
    let mut shown = Vec::new();
    let (mut names, mut listed) = (HashSet::new(), Vec::new());
    for (mut options, plan) in runs {
        // In memory nothing is waited for: plays at once would take more room and no less time.
        if arguments.test_threads == Some(1) || options.sim {
            options.jobs = 1;
        }
        let board = Arc::new(Board::new(plan.cases.len()));
        let mut wanted: BTreeMap<usize, usize> = BTreeMap::new();
        let shelf = Arc::new(Shelf {
            plan: plan.clone(),
            board: board.clone(),
            strict: options.strict,
            ending: ending.clone(),
        });
        let (mut picked, mut titles) = (Vec::new(), Vec::new());
        for (which, group) in plan.groups.iter().enumerate() {
            let absent = absent(group, &options);
            for index in &group.cases {
                let case = &plan.cases[*index];
                let why = case.skip.as_ref().or(absent.as_ref());
                let missing = why.is_some();
                for at in 0..case.exchange.steps.len() {
                    let what = What::Step(*index, at);
                    let name = what.name(&plan);
                    if !selection.takes(&name, missing) || !names.insert(name.clone()) {
                        continue;
                    }
                    let played = !missing || arguments.ignored || arguments.include_ignored;
                    if played {
                        let last = wanted.entry(*index).or_insert(at);
                        *last = (*last).max(at);
                    }
                    if let Some(why) = why.filter(|_| !played) {
                        shelf.ending().ignored(Verdict::Skipped, why);
                    }
                    picked.push(Pick { missing, played, what });
                    titles.push(name);
                }
            }
            for (at, rule) in group.suite.rules.iter().enumerate() {
                let speaks =
                    group.tested.contains(&rule.from) && in_force(rule, options.profile.as_deref());
                if !speaks {
                    continue;
                }
                let what = What::Rule(which, at);
                let name = what.name(&plan);
                let missing = absent.is_some();
                if !selection.takes(&name, missing) || !names.insert(name.clone()) {
                    continue;
                }
                let played = !missing || arguments.ignored || arguments.include_ignored;
                if played {
                    for index in &group.cases {
                        wanted.insert(*index, usize::MAX);
                    }
                }
                if let Some(why) = absent.as_ref().filter(|_| !played) {
                    shelf.ending().ignored(Verdict::Skipped, why);
                }
                picked.push(Pick { missing, played, what });
                titles.push(name);
            }
        }
        if arguments.list {
            listed.extend(titles);
            continue;
        }
        trials.extend(titles.into_iter().zip(&picked).map(|(name, pick)| shelf.trial(name, pick)));
        let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
        let journal = match paper::begin(&options, &plan, &picked, seed) {
            Ok(journal) => journal,
            Err(error) => {
                let folder = options.report.as_ref().map(|folder| folder.display().to_string());
                let folder = folder.unwrap_or_default();
                complain(&format!("error: the record in {folder} cannot be begun: {error}"));
                return ExitCode::from(BROKEN);
            }
        };
        let run = Run {
            plan: plan.clone(),
            options: options.clone(),
            board: board.clone(),
            journal: journal.clone(),
            seed,
            progress: progress.clone(),
        };
        progress.expects(wanted.len());
        shown.push((shelf, options, picked, journal));
        if !wanted.is_empty() {
            threads.push((run, wanted.into_iter().collect::<Vec<_>>()));
        }
    }
    drop(names);
    let is_empty = trials.is_empty() && listed.is_empty();
    if must_select && is_empty && is_part {
        complain("nothing is left for this part: there are fewer exchanges than parts");
        return match arguments.list || conclude(&shown, &arguments) {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(BROKEN),
        };
    }
    if must_select && is_empty {
        complain("error: nothing is selected: no trial fits the filters");
        return ExitCode::from(BROKEN);
    }
    if arguments.list {
        return list(&arguments, &listed);
    }
    // Before anything is played for it.
    if let Some(path) = &arguments.logfile
        && let Err(error) = std::fs::File::create(path)
    {
        complain(&format!("error: {path} cannot be written: {error}"));
        return ExitCode::from(BROKEN);
    }
    let hushed = hush(&arguments);
    let (showing, shows) = (arguments.clone(), progress.clone());
    let shown_by = std::thread::spawn(move || {
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| show(&showing, trials, &shows)));
        if told.is_err() {
            // What nobody can be told of is not played on. It ends as where somebody stops it.
            let _ = kill_process(getpid(), Signal::TERM);
        }
        told
    });
    // Runs follow each other: two of them would share what belongs to one, such as the machine.
    let play = move || {
        for (run, wanted) in threads {
            run.perform(wanted);
        }
    };
    // Plays go on here, since the memory of other threads grows page by page, unless whoever called us
    // has a runtime here himself.
    let played = match tokio::runtime::Handle::try_current() {
        Ok(_) => std::thread::spawn(play).join(),
        Err(_) => std::panic::catch_unwind(AssertUnwindSafe(play)),
    };
    if played.is_err() {
        // Somebody waits for what will not come.
        shown.iter().for_each(|(shelf, ..)| shelf.give_up());
    }
    let told = shown_by.join().and_then(|told| told);
    progress.finish();
    if played.is_err() {
        complain("error: a play panicked; this is a fault of the harness");
        return ExitCode::from(BROKEN);
    }
    let mut ending = open(&ending);
    if told.is_err() {
        complain("error: what came of it could not be shown to its end");
        ending.broken = true;
    }
    let failed = told.unwrap_or(true);
    for warning in &ending.warnings {
        complain(warning);
    }
    for remark in shown.iter().flat_map(|(shelf, ..)| shelf.board.remarks()) {
        complain(&format!("warning: {remark}"));
    }
    if must_select && !is_part && !failed && ending.is_nothing() {
        complain(&format!("error: {}", ending.nothing()));
        ending.broken = true;
    } else {
        ending.skipped().lines().for_each(complain);
    }
    if let Some(word) = hushed {
        tell(&arguments, &format!("::{word}::\n"));
    }
    if !conclude(&shown, &arguments) {
        return ExitCode::from(BROKEN);
    }
    match (ending.broken, failed) {
        (true, _) => ExitCode::from(BROKEN),
        (false, true) => ExitCode::from(FAILED),
        (false, false) => ExitCode::SUCCESS,
    }
}

/// A run, how it was asked for, what was picked of it, and its record.
type Shown = (Arc<Shelf>, Options, Vec<Pick>, Option<Arc<Journal>>);

/// Ends the records of runs and makes the reports; whether they could be written.
fn conclude(shown: &[Shown], arguments: &LibtestArguments) -> bool {
    for (shelf, options, picked, journal) in shown {
        let Some(journal) = journal else { continue };
        match paper::conclude(shelf, options, picked, journal) {
            Ok(Some(sheet)) => announce(arguments, &sheet),
            Ok(None) => {}
            Err(error) => {
                let folder = options.report.as_ref().map(|folder| folder.display().to_string());
                let folder = folder.unwrap_or_default();
                complain(&format!("error: the report in {folder} cannot be written: {error}"));
                return false;
            }
        }
    }
    true
}

/// Prints names as libtest does, for a reader who may go away.
fn list(arguments: &LibtestArguments, names: &[String]) -> ExitCode {
    let text: String = names.iter().flat_map(|name| [name.as_str(), ": test\n"]).collect();
    let written = match &arguments.logfile {
        Some(path) => std::fs::write(path, text),
        None => std::io::stdout().write_all(text.as_bytes()),
    };
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("error: the names cannot be written: {error}"));
            ExitCode::from(BROKEN)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Tells a job of GitHub to obey nothing that is printed from now on, since peers have a part in it,
/// until a word is said that nobody knows; gives the word.
fn hush(arguments: &LibtestArguments) -> Option<String> {
    let word = paper::is_github_job().then(|| format!("{:032x}", fastrand::u128(..)))?;
    tell(arguments, &format!("::stop-commands::{word}\n"));
    Some(word)
}

/// Prints what a job of GitHub is to be told of a run.
fn announce(arguments: &LibtestArguments, sheet: &Sheet) {
    match paper::tell_github(sheet) {
        Ok(text) => tell(arguments, &text),
        Err(error) => {
            complain(&format!("warning: the summary of the job cannot be written: {error}"))
        }
    }
}

/// Prints for whoever runs the job. Where standard output is for a program to read, it goes to the
/// other one.
fn tell(arguments: &LibtestArguments, text: &str) {
    if arguments.format.as_deref() == Some("json") {
        let _ = std::io::stderr().write_all(text.as_bytes());
        return;
    }
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Why a group's implementation is not played against here, where it is not installed and need not be.
pub(super) fn absent(group: &Group, options: &Options) -> Option<String> {
    let target = group.target.as_ref().filter(|_| !options.all_must_be_there)?;
    target.missing()
}

/// What is to be said at the end. Where a trial panicked with it in its hands, that is our fault.
fn open(ending: &Mutex<Ending>) -> MutexGuard<'_, Ending> {
    ending.lock().unwrap_or_else(|poisoned| {
        let mut ending = poisoned.into_inner();
        ending.broken = true;
        ending
    })
}

/// A trial that was selected.
pub(super) struct Pick {
    /// Known before the run: something is missing.
    missing: bool,
    /// It is played nonetheless, or nothing is missing.
    pub(super) played: bool,
    pub(super) what: What,
}

#[derive(Clone, Copy)]
pub(super) enum What {
    /// Case and step.
    Step(usize, usize),
    /// Group and rule.
    Rule(usize, usize),
}

impl What {
    /// The name of its trial.
    pub(super) fn name(self, plan: &Plan) -> String {
        match self {
            Self::Step(case, step) => {
                let case = &plan.cases[case];
                format!("{}::{}", case.name, case.exchange.steps[step].name)
            }
            Self::Rule(group, rule) => {
                let Group { suite, label, .. } = &plan.groups[group];
                format!("{}::rules::{label}::{}", suite.name, suite.rules[rule].name)
            }
        }
    }
}

/// What trials need to find their verdict.
pub(super) struct Shelf {
    pub(super) plan: Arc<Plan>,
    board: Arc<Board>,
    strict: bool,
    ending: Arc<Mutex<Ending>>,
}

impl Shelf {
    fn ending(&self) -> MutexGuard<'_, Ending> {
        open(&self.ending)
    }

    pub(super) fn judged(&self, what: What) -> Judged {
        match what {
            What::Step(case, step) => {
                let found = self.board.read(case);
                let level = self.plan.cases[case].exchange.steps[step].level;
                found.steps.get(step).cloned().unwrap_or_else(|| Judged {
                    blocked: true,
                    ..Judged::because(Verdict::NotReached, level, "the play ended before it")
                })
            }
            What::Rule(group, rule) => {
                let group = &self.plan.groups[group];
                let found: Vec<_> = group.cases.iter().map(|case| self.board.read(*case)).collect();
                judge::rule(group, &group.suite.rules[rule], &found, &Mask::default())
            }
        }
    }

    /// Writes for whatever was not played that it will not be.
    fn give_up(&self) {
        for (at, case) in self.plan.cases.iter().enumerate() {
            self.board.write(at, judge::all(case, Verdict::Error, "the run broke down before it"));
        }
    }

    fn trial(self: &Arc<Self>, name: String, pick: &Pick) -> Trial {
        let (shelf, what) = (self.clone(), pick.what);
        let trial = Trial::ignorable_test(name, move || {
            let judged = shelf.judged(what);
            let first_line = judged.text.lines().next().unwrap_or_default();
            let first_line = first_line.strip_prefix("error: ").unwrap_or(first_line);
            let mut ending = shelf.ending();
            match judged.verdict {
                Verdict::Skipped | Verdict::NotReached => {
                    ending.ignored(judged.verdict, first_line)
                }
                Verdict::Inconclusive if !judged.fails(shelf.strict) => {
                    ending.ignored(judged.verdict, first_line)
                }
                _ => ending.judged(),
            }
            if judged.fails(shelf.strict) {
                ending.broken |= judged.verdict == Verdict::Error;
                return Err(judged.text.trim_end().to_owned().into());
            }
            match judged.verdict {
                Verdict::Skipped | Verdict::NotReached | Verdict::Inconclusive => {
                    Ok(Completion::ignored_with(first_line))
                }
                Verdict::Fail => {
                    let text = format!("\n{}", judged.text.trim_end());
                    let text = text.replace("\nerror:", "\nwarning:");
                    let text = text.trim_start();
                    let name = what.name(&shelf.plan);
                    let warning = format!("---- {name} ({:?}) ----\n{text}", judged.level);
                    ending.warnings.push(warning);
                    Ok(Completion::Completed)
                }
                _ => Ok(Completion::Completed),
            }
        });
        trial.with_ignored_flag(pick.missing)
    }
}

/// libtest's filters.
struct Selection<'a> {
    arguments: &'a LibtestArguments,
}

impl Selection<'_> {
    fn takes(&self, name: &str, ignored: bool) -> bool {
        let fits = |word: &String| match self.arguments.exact {
            true => name == word,
            false => name.contains(word.as_str()),
        };
        let arguments = self.arguments;
        (arguments.filters.is_empty() || arguments.filters.iter().any(fits))
            && !arguments.skip.iter().any(fits)
            && (!arguments.ignored || ignored)
    }
}

/// Lets libtest-mimic present the trials; whether one of them failed.
///
/// It writes into a pipe of ours, so that a reader who goes away (`| head`) stops the output and
/// not the run. One thread presents them, in order: the plays run by themselves.
fn show(arguments: &LibtestArguments, trials: Vec<Trial>, progress: &Progress) -> bool {
    let mut mimic = Arguments {
        ignored: arguments.ignored,
        include_ignored: arguments.include_ignored,
        quiet: arguments.quiet,
        test_threads: Some(1),
        logfile: arguments.logfile.clone(),
        color: match arguments.color.as_deref() {
            Some("always") => Some(ColorSetting::Always),
            Some("never") => Some(ColorSetting::Never),
            _ => None,
        },
        format: match arguments.format.as_deref() {
            Some("terse") => Some(FormatSetting::Terse),
            Some("json") => Some(FormatSetting::Json),
            Some("pretty") => Some(FormatSetting::Pretty),
            _ => None,
        },
        ..Arguments::default()
    };
    let piped = match (mimic.logfile.is_some(), std::io::pipe()) {
        (false, Ok((reading, writing))) if std::path::Path::new("/proc/self/fd").exists() => {
            use std::os::fd::AsRawFd;
            mimic.logfile = Some(format!("/proc/self/fd/{}", writing.as_raw_fd()));
            if mimic.color.is_none() && std::io::IsTerminal::is_terminal(&std::io::stdout()) {
                mimic.color = Some(ColorSetting::Always);
            }
            let progress = progress.clone();
            Some((std::thread::spawn(move || pump(reading, &progress)), writing))
        }
        _ => None,
    };
    let conclusion = libtest_mimic::run(&mimic, trials);
    if let Some((pump, writing)) = piped {
        drop(writing);
        let _ = pump.join();
    }
    conclusion.has_failed()
}

/// So many octets wait in a pipe at most.
const PIPE: usize = 1 << 16;
/// A short output is copied at once. It comes in pieces, several for each trial.
const FEW_PIECES: usize = 100;
/// A long one gathers for so long, so that it is not copied piece by piece.
const GATHER: Duration = Duration::from_micros(500);

/// Copies to standard output, as long as somebody reads it: whole lines where a line of progress
/// would otherwise be written into them.
fn pump(mut reading: std::io::PipeReader, progress: &Progress) {
    let mut out = std::io::stdout();
    let mut piece = vec![0; PIPE];
    let (mut heard, mut rest) = (true, Vec::new());
    for pieces in 0.. {
        if pieces > FEW_PIECES {
            std::thread::sleep(GATHER);
        }
        let octets = reading.read(&mut piece).unwrap_or(0);
        rest.extend_from_slice(&piece[..octets]);
        let end = match rest.iter().rposition(|octet| *octet == b'\n') {
            _ if octets == 0 || !progress.has_line() => rest.len(),
            Some(at) => at + 1,
            None => 0,
        };
        if end > 0 {
            let mut print = || out.write_all(&rest[..end]).and_then(|()| out.flush()).is_ok();
            heard = heard && progress.aside(&mut print);
            rest.drain(..end);
        }
        if octets == 0 {
            return;
        }
    }
}
