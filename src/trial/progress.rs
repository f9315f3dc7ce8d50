//! What a person at a terminal sees while a run lasts: a line that says how far it is and what is
//! waited for; and, where asked for, each ladder as it grows.
//!
//! Both go to standard error, so that standard output stays libtest's.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::judge::Result as Found;
use super::plan::Case;
use crate::play::Play;
use crate::record::{Event, Verdict};
use crate::report::{self, Mask};

/// How often the line is written anew.
const TICK: Duration = Duration::from_millis(120);
/// What takes less is not worth a line.
const SOON: Duration = Duration::from_millis(300);
/// The widest that the line gets where the terminal does not say how wide it is.
const WIDTH: usize = 78;

/// What is seen of a run; clones show the same one.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Whether there is a terminal for the line.
    line: bool,
    /// Whether ladders are drawn.
    ladder: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    expected: usize,
    ended: usize,
    playing: BTreeMap<String, Waiting>,
    /// Whether the line stands on the terminal.
    drawn: bool,
    /// The exchange whose rung was drawn last.
    speaker: String,
    /// The step of that rung.
    step: String,
    finished: bool,
}

#[derive(Debug)]
struct Waiting {
    what: String,
    since: Instant,
}

impl Progress {
    /// Nothing is to be seen yet. `ladder` is whether exchanges are drawn.
    pub fn new(ladder: bool) -> Self {
        let line = std::io::stderr().is_terminal();
        Self { line, ladder, state: Arc::default() }
    }

    /// Whether there is a line.
    pub fn has_line(&self) -> bool {
        self.line
    }

    /// Whether anybody looks.
    pub fn is_wanted(&self) -> bool {
        self.line || self.ladder
    }

    /// So many exchanges are to come; the line is drawn from now on.
    pub fn expects(&self, exchanges: usize) {
        let mut state = self.state();
        let first = state.expected == 0;
        state.expected += exchanges;
        drop(state);
        if self.line && first {
            let progress = self.clone();
            std::thread::spawn(move || {
                std::thread::sleep(SOON);
                while progress.draw() {
                    std::thread::sleep(TICK);
                }
            });
        }
    }

    /// An exchange begins.
    pub fn begins(&self, case: &str) {
        if self.line {
            let waiting = Waiting { what: "the start".into(), since: Instant::now() };
            self.state().playing.insert(case.to_owned(), waiting);
        }
    }

    /// An exchange has gone as far as it can.
    pub fn waits(&self, case: &str, play: &Play) {
        if !self.line {
            return;
        }
        let what = play.waiting_for();
        if let Some(waiting) = self.state().playing.get_mut(case)
            && waiting.what != what
        {
            *waiting = Waiting { what, since: Instant::now() };
        }
    }

    /// An exchange has ended.
    pub fn ends(&self, case: &str) {
        if self.line {
            let mut state = self.state();
            state.playing.remove(case);
            state.ended += 1;
        }
    }

    /// Something happened in an exchange.
    pub fn happened(&self, case: &Case, event: &Event, mask: &Mask) {
        if !self.ladder {
            return;
        }
        let step = event.step.and_then(|step| case.exchange.steps.get(step));
        let rung = report::rung(&case.suite, event, mask);
        self.tell(case, step.map(|step| step.name.as_str()), &format!("{rung}\n"));
    }

    /// An exchange was judged: what its steps came to.
    pub fn judged(&self, case: &Case, found: &Found) {
        if !self.ladder {
            return;
        }
        let mut text = String::new();
        for (step, judged) in case.exchange.steps.iter().zip(&found.steps) {
            let first = match judged.verdict {
                Verdict::Pass => "",
                _ => judged.text.lines().next().unwrap_or_default(),
            };
            let word = judged.verdict.word();
            text += format!("{word:>11}  {}  {first}", step.name).trim_end();
            text.push('\n');
        }
        self.tell(case, None, &text);
    }

    /// Writes the line anew, with other words than those about exchanges.
    pub fn show(&self, words: &str) {
        if self.line {
            let mut state = self.state();
            let _ = write!(std::io::stderr().lock(), "\r\x1b[2K{}", cut(words, width()));
            state.drawn = true;
        }
    }

    /// Lets something be printed where the line stands.
    pub fn aside(&self, print: &mut dyn FnMut() -> bool) -> bool {
        let mut state = self.state();
        state.wipe();
        print()
    }

    /// All is over, and the line is gone.
    pub fn finish(&self) {
        let mut state = self.state();
        state.finished = true;
        state.wipe();
    }

    /// Writes of an exchange, under its name where another one was written of before, and under the
    /// step, where that is a new one.
    fn tell(&self, case: &Case, step: Option<&str>, text: &str) {
        let mut state = self.state();
        state.wipe();
        let mut out = String::new();
        if state.speaker != case.name {
            case.name.clone_into(&mut state.speaker);
            state.step.clear();
            out = format!("\n==> {}\n{}\n", case.name, report::lifelines(&case.suite));
        }
        if let Some(step) = step.filter(|step| *step != state.step) {
            step.clone_into(&mut state.step);
            out += &format!("  {step}\n");
        }
        out += text;
        let _ = std::io::stderr().lock().write_all(out.as_bytes());
    }

    /// Draws the line; whether it is to be drawn again.
    fn draw(&self) -> bool {
        let mut state = self.state();
        if state.finished {
            return false;
        }
        let longest = state.playing.iter().min_by_key(|(_, waiting)| waiting.since);
        let (ended, expected, playing) = (state.ended, state.expected, state.playing.len());
        let mut line = format!("{ended}/{expected} exchanges, {playing} playing");
        if let Some((case, waiting)) = longest {
            let since = waiting.since.elapsed().as_secs_f64();
            line += &format!("; {since:.1} s for {} in {case}", waiting.what);
        }
        let _ = write!(std::io::stderr().lock(), "\r\x1b[2K{}", cut(&line, width()));
        state.drawn = true;
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        match self.state.lock() {
            Ok(state) => state,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

impl State {
    fn wipe(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[2K");
        }
    }
}

/// How many characters a line of the terminal has, less one.
fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok();
    size.map(|size| usize::from(size.ws_col)).filter(|width| *width > 1).map_or(WIDTH, |w| w - 1)
}

/// As much of a text as fits.
fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at])
}
