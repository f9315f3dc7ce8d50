//! The command line: each flag once, with its help.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// Plays network exchanges described as ladders of messages, against real devices, servers and
/// clients, and reports each step as a test case.
#[derive(Debug, Parser)]
#[command(name = "stepladder", version, max_term_width = 100)]
pub struct Words {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play exchanges and show each step as a test case.
    #[command(after_help = "Examples:
  stepladder run suites/tacacs/telnet-login.yaml
  stepladder run suites/radius --target my-server
  stepladder run suites/radius -- --exact radius/pap::accept::server::answered
  stepladder run suites/tacacs --as user,server --set key=secret")]
    Run(RunWords),
    /// Print the names of the trials that `run` would show.
    List(RunWords),
    /// Look suites over: every part, and a play of every exchange against itself.
    Check(CheckWords),
    /// Measure how good suites are: make the party under test wrong on purpose, and count what is
    /// noticed.
    #[command(after_help = "Examples:
  stepladder score suites/radius
  stepladder score suites/tacacs --as server
  stepladder score --format json
  stepladder score --soak 10000")]
    Score(ScoreWords),
    /// Make the files of a report again from its record, or hold two records against each other.
    #[command(after_help = "Examples:
  stepladder report reports/lab
  stepladder report --against reports/yesterday reports/today
  stepladder report --against reports/main reports/branch --format markdown")]
    Report(ReportWords),
    /// Show what the standards demand, and which step or rule looks at it.
    #[command(after_help = "Examples:
  stepladder requirements suites/radius
  stepladder requirements --status missing
  stepladder requirements --format json")]
    Requirements(RequirementsWords),
    /// Play a party for whoever calls, right or wrong on purpose, so that others see what their
    /// code makes of such a peer.
    #[command(after_help = "Examples:
  stepladder serve radius/pap::accept --as server
  stepladder serve radius/pap::accept --as server --list
  stepladder serve radius/pap::accept --as server --mutant 0:authenticator:wrong
  stepladder serve radius/pap::accept --as server --listen auth=127.0.0.1:1812 --every 3
  stepladder serve tacacs/authentication::pap --as nas --reach aaa=127.0.0.1:49 --count 10")]
    Serve(ServeWords),
    /// Play one exchange again and again, many at once, and judge every reply.
    #[command(after_help = "Examples:
  stepladder load radius/pap::accept --until accepted --target my-server --duration 10s
  stepladder load radius/pap::accept --until accepted --target my-server --rate 2000
  stepladder load tacacs/authentication::pap --target my-server --count 10000 --report reports/load")]
    Load(LoadWords),
    /// List the targets, and what keeps them from being run here.
    Targets(TargetsWords),
    /// Explain a protocol, a message or a field.
    #[command(after_help = "Examples:
  stepladder explain
  stepladder explain radius
  stepladder explain radius access-request
  stepladder explain radius access-request attributes.Acct-Status-Type")]
    Explain(ExplainWords),
    /// Decode octets.
    #[command(after_help = "Example:
  stepladder decode radius 05ab0014 --from responder")]
    Decode(DecodeWords),
    /// Print the JSON Schema of suites, for editors.
    Schema,
    /// Print completions for a shell.
    Completions {
        /// bash, zsh, fish, elvish or powershell.
        shell: clap_complete::Shell,
    },
}

/// What to play, and against whom.
#[derive(Debug, Args)]
pub struct RunWords {
    /// Suite files, or folders of them.
    #[arg(value_name = "PATH", default_value = "suites")]
    pub paths: Vec<PathBuf>,
    /// An implementation to test: a name, or the folder of its target.yaml. May be repeated.
    /// Without it the built-in peer is played against.
    #[arg(long, value_name = "NAME|DIR")]
    pub target: Vec<String>,
    /// The folder in which targets are found by name.
    #[arg(long, value_name = "DIR", default_value = "fixtures/targets")]
    pub targets: PathBuf,
    /// The parties that we play; the others are under test.
    #[arg(long = "as", value_name = "PARTY", value_delimiter = ',', conflicts_with = "target")]
    pub play_as: Vec<String>,
    /// Test every party that an exchange can test, not only the last-named one.
    #[arg(long, conflicts_with_all = ["target", "play_as"])]
    pub every_side: bool,
    /// Give a setting of the suites another value.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The dialect to test: exchanges and rules of this profile are played too.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// A broken SHOULD is a failure, not a warning.
    #[arg(long)]
    pub strict: bool,
    /// Exchanges at once.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = jobs)]
    pub jobs: usize,
    /// Play only this part of the exchanges, such as 1/4; `report --merge` puts the reports of all
    /// parts together.
    #[arg(long, value_name = "M/N", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// Draw everything that is drawn from this number.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Give peers so many times the time.
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = scale)]
    pub timeout_scale: f64,
    /// Play in memory, under a clock that jumps over waiting.
    #[arg(long)]
    pub sim: bool,
    /// Write the record of the run into this folder, and all that is made of it.
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Show secrets, in the report and on the console: captures say which secret opens what.
    #[arg(long)]
    pub show_secrets: bool,
    /// Draw each exchange as text while it runs, on standard error.
    #[arg(long)]
    pub ladder: bool,
    /// libtest's own arguments: a filter, --list, --exact, --skip, --format json, --test-threads.
    #[arg(last = true, value_name = "LIBTEST-ARGUMENTS")]
    pub libtest: Vec<String>,
}

fn scale(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|scale| *scale > 0.0 && *scale <= 1000.0);
    number.ok_or_else(|| "a number above 0, at most 1000".into())
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(m, n)| Some((m.parse().ok()?, n.parse().ok()?)));
    parts
        .filter(|(part, all)| (1..=*all).contains(part))
        .ok_or_else(|| "a part and the number of parts, such as 1/4".into())
}

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=100_000) => Ok(number),
        _ => Err("a number from 1 to 100000".into()),
    }
}

/// What to look over.
#[derive(Debug, Args)]
pub struct CheckWords {
    /// Suite files, or folders of them.
    #[arg(value_name = "PATH", default_value = "suites")]
    pub paths: Vec<PathBuf>,
    /// Warnings are errors, and each is shown whole.
    #[arg(long)]
    pub strict: bool,
}

/// What to score.
#[derive(Debug, Args)]
pub struct ScoreWords {
    /// Suite files, or folders of them.
    #[arg(value_name = "PATH", default_value = "suites")]
    pub paths: Vec<PathBuf>,
    /// The parties that we play; the others are made wrong.
    #[arg(long = "as", value_name = "PARTY", value_delimiter = ',')]
    pub play_as: Vec<String>,
    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "markdown"])]
    pub format: String,
    /// Show every mutant and what became of it, not only those that were missed.
    #[arg(long)]
    pub all: bool,
    /// Fail where the score of a suite is below this.
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub least: Option<f64>,
    /// Only mutants whose full name contains this.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Draw everything that is drawn from this number.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Threads; one for each processor where not given.
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<usize>,
    /// Instead: play the exchanges against the built-in peer so many times, over sockets, with
    /// jitter and with busy processors. Nobody is wrong, so whatever fails is a race of ours.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with_all = ["format", "all", "least", "only", "threads"])]
    pub soak: Option<u32>,
}

fn score(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    number.ok_or_else(|| "a score from 0 to 1".into())
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1024) => Ok(number),
        _ => Err("a number from 1 to 1024".into()),
    }
}

/// Which record.
#[derive(Debug, Args)]
pub struct ReportWords {
    /// The folder that a run wrote its report into.
    #[arg(value_name = "DIR")]
    pub record: PathBuf,
    /// The folder of an older report: say what got worse, what got better, and what is otherwise.
    /// Nothing is written. Ends with 1 where something got worse.
    #[arg(long, value_name = "OLD")]
    pub against: Option<PathBuf>,
    /// The folders of reports of the parts of one run (`run --shard`): put their records together
    /// into DIR, and make its files.
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "against")]
    pub merge: Vec<PathBuf>,
    /// How to show the comparison.
    #[arg(long, value_name = "FORMAT", default_value = "text", requires = "against",
        value_parser = ["text", "json", "markdown"])]
    pub format: String,
}

/// Which requirements.
#[derive(Debug, Args)]
pub struct RequirementsWords {
    /// Suite files, or folders of them.
    #[arg(value_name = "PATH", default_value = "suites")]
    pub paths: Vec<PathBuf>,
    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
    /// Only those of this status.
    #[arg(long, value_name = "STATUS", value_parser = ["covered", "excused", "missing"])]
    pub status: Option<String>,
}

/// What to play for others.
#[derive(Debug, Args)]
pub struct ServeWords {
    /// The exchange: the name or the file of its suite, and its own name.
    #[arg(value_name = "SUITE::EXCHANGE")]
    pub exchange: String,
    /// The parties to play; the others are those who call, or are called.
    #[arg(long = "as", value_name = "PARTY", value_delimiter = ',', required = true)]
    pub play_as: Vec<String>,
    /// Be wrong in this way in every exchange; `--list` and `score` print the names.
    #[arg(long, value_name = "ID")]
    pub mutant: Option<String>,
    /// Be wrong in every N-th exchange, in one way after the other.
    #[arg(long, value_name = "N", conflicts_with = "mutant", value_parser = several)]
    pub every: Option<usize>,
    /// List all the ways of being wrong, and end.
    #[arg(long, conflicts_with_all = ["mutant", "every"])]
    pub list: bool,
    /// Where to listen; otherwise on a port of 127.0.0.1 that the kernel chooses. For frames, the interface.
    #[arg(long, value_name = "LINK=ADDRESS")]
    pub listen: Vec<String>,
    /// Whom to call.
    #[arg(long, value_name = "LINK=ADDRESS")]
    pub reach: Vec<String>,
    /// Give a setting of the suite another value.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// End after so many exchanges. Who calls others plays one; who is called goes on until Ctrl-C.
    #[arg(long, value_name = "N", value_parser = several)]
    pub count: Option<usize>,
    /// Draw everything that is drawn from this number.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The folder in which suites are found by name.
    #[arg(long, value_name = "DIR", default_value = "suites")]
    pub suites: PathBuf,
}

fn several(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "a number from 1".into())
}

/// How long a load lasts where nobody says otherwise.
pub const LOAD: Duration = Duration::from_secs(10);

/// What to play as load, and how.
#[derive(Debug, Args)]
pub struct LoadWords {
    /// The exchange: the name or the file of its suite, and its own name.
    #[arg(value_name = "SUITE::EXCHANGE")]
    pub exchange: String,
    /// The implementation to test: a name, or the folder of its target.yaml. Without it the built-in
    /// peer is played against, in the same process.
    #[arg(long, value_name = "NAME|DIR")]
    pub target: Option<String>,
    /// The folder in which targets are found by name.
    #[arg(long, value_name = "DIR", default_value = "fixtures/targets")]
    pub targets: PathBuf,
    /// Begin so many plays a second, whether or not earlier ones have ended; times count from when
    /// a play was due. Without it a new play begins whenever one has ended.
    #[arg(long, value_name = "N", value_parser = rate)]
    pub rate: Option<f64>,
    /// Plays at once at most: 64, 4096 with a rate, 8 per processor where each starts a program.
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub concurrency: Option<usize>,
    /// How long plays begin; 10s where neither this nor --count is given.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub duration: Option<Duration>,
    /// How many plays begin.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// End each play after this step.
    #[arg(long, value_name = "STEP")]
    pub until: Option<String>,
    /// Give a setting of the suite another value.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The dialect to test.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// A broken SHOULD is a failure.
    #[arg(long)]
    pub strict: bool,
    /// Draw everything that is drawn from this number.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Write the record and the reports into this folder.
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
    /// The folder in which suites are found by name.
    #[arg(long, value_name = "DIR", default_value = "suites")]
    pub suites: PathBuf,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse().ok();
    number.filter(|n| (0.001..=1e6).contains(n)).ok_or_else(|| "a number up to 1000000".into())
}

fn time(text: &str) -> Result<Duration, String> {
    crate::suite::duration(text)
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "a time such as 500ms, 10s or 2m".into())
}

/// Which targets.
#[derive(Debug, Args)]
pub struct TargetsWords {
    /// The folder in which targets are found.
    #[arg(long, value_name = "DIR", default_value = "fixtures/targets")]
    pub targets: PathBuf,
}

/// What to explain.
#[derive(Debug, Args)]
pub struct ExplainWords {
    /// A protocol; without it all of them are listed.
    pub protocol: Option<String>,
    /// One of its messages.
    pub message: Option<String>,
    /// One of the message's fields.
    pub field: Option<String>,
}

/// What to decode.
#[derive(Debug, Args)]
pub struct DecodeWords {
    /// The protocol.
    pub protocol: String,
    /// The octets in hexadecimal, or `-` to read them from standard input.
    pub octets: String,
    /// Who said them: initiator or responder.
    #[arg(long, default_value = "initiator", value_parser = ["initiator", "responder"])]
    pub from: String,
    /// A parameter of the link, such as secret=testing123.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The octets of the message that this one answers.
    #[arg(long, value_name = "HEX")]
    pub answers: Option<String>,
    /// Print the fields as a suite would say them.
    #[arg(long)]
    pub yaml: bool,
}
