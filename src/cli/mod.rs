//! Words to calls, calls to exit codes.
//!
//! | exit | meaning |
//! |---|---|
//! | 0 | all that was selected passed |
//! | 1 | what was tested failed, or got worse |
//! | 2 | a suite, a target, the environment or the harness is at fault, or nothing was selected or judged |

mod check;
mod exchange;
mod explain;
mod lines;
mod load;
mod report;
mod requirements;
mod score;
mod serve;
mod words;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::diag::Diagnostic;
use crate::trial::{LibtestArguments, Options, complain, present};
use words::{Command, RunWords, Words};

/// The exit code for a failure of what was tested.
const FAILED: u8 = 1;
/// The exit code for wrong words, suites, targets.
const BROKEN: u8 = 2;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let words = match Words::try_parse() {
        Ok(words) => words,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { BROKEN } else { 0 });
        }
    };
    match words.command {
        Command::Run(run) => self::run(run, None),
        Command::List(run) => self::run(run, Some("--list")),
        Command::Check(check) => check::check(&check),
        Command::Report(words) => report::report(&words),
        Command::Requirements(words) => requirements::requirements(&words),
        Command::Score(score) => score::score(&score),
        Command::Serve(serve) => serve::serve(&serve),
        Command::Load(words) => load::load(&words),
        Command::Targets(targets) => explain::targets(&targets),
        Command::Explain(explain) => explain::explain(&explain),
        Command::Decode(decode) => explain::decode(&decode),
        Command::Schema => explain::schema(),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Words::command(),
                "stepladder",
                &mut std::io::stdout(),
            );
            ExitCode::SUCCESS
        }
    }
}

fn run(words: RunWords, more: Option<&str>) -> ExitCode {
    let mut libtest: Vec<String> = more.map(str::to_owned).into_iter().collect();
    libtest.extend(words.libtest.clone());
    let arguments = match LibtestArguments::read("stepladder run --", &libtest) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { BROKEN } else { 0 });
        }
    };
    let set = match pairs("--set", &words.set) {
        Ok(set) => set,
        Err(problem) => {
            refuse_with(&problem);
            return ExitCode::from(BROKEN);
        }
    };
    if words.sim && !words.target.is_empty() {
        return refuse("--sim plays against the built-in peer; a target is a real one");
    }
    let options = Options {
        paths: words.paths,
        targets: words.target,
        target_root: words.targets,
        play_as: words.play_as,
        every_side: words.every_side,
        set,
        profile: words.profile,
        strict: words.strict,
        jobs: words.jobs,
        shard: words.shard,
        seed: words.seed,
        timeout_scale: words.timeout_scale,
        sim: words.sim,
        report: words.report,
        ladder: words.ladder,
        show_secrets: words.show_secrets,
        ..Options::default()
    };
    present(vec![options], arguments, true)
}

/// One clear message about wrong words.
fn refuse(what: &str) -> ExitCode {
    complain(&format!("error: {what}"));
    ExitCode::from(BROKEN)
}

/// Like [`refuse`], with whatever a message has to say.
fn refuse_with(problem: &Diagnostic) {
    complain(problem.render(false).trim_end_matches('\n'));
}

/// What is worth knowing beside what was asked for.
fn warn(what: &str) {
    complain(&format!("warning: {what}"));
}

/// What a flag was given as names and values.
fn pairs(flag: &str, words: &[String]) -> Result<BTreeMap<String, String>, Diagnostic> {
    let pair = |word: &String| match word.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Diagnostic::plain(format!("{flag} takes KEY=VALUE, not `{word}`"))),
    };
    words.iter().map(pair).collect()
}

/// Prints for a reader who may go away.
fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
