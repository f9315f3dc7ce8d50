//! Lines for whoever reads them while something else goes on, which does not wait for him: he may be
//! slow, stop reading, or go away.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::time::Duration;

use crate::diag::counted;

/// Lines that wait to be read, beside what the pipe holds; what comes beyond is left out.
const WAITING: usize = 4096;
/// The most octets of a line.
const LONGEST: usize = 4000;
/// How long is waited at the end until one more line is written.
const PATIENCE: Duration = Duration::from_secs(1);

/// Standard output, written by a thread of its own.
pub struct Lines {
    to_writer: SyncSender<(String, usize)>,
    /// How many lines there were, and of how many whoever reads was told.
    printed: usize,
    told: Arc<AtomicUsize>,
    end: Receiver<io::Result<()>>,
    /// How many lines nobody read in time, since the last one that was taken.
    left_out: usize,
}

impl Lines {
    /// Nothing is written yet.
    pub fn new() -> Self {
        let (to_writer, lines) = sync_channel::<(String, usize)>(WAITING);
        let (ended, end) = channel();
        let told = Arc::new(AtomicUsize::new(0));
        let tells = told.clone();
        std::thread::spawn(move || {
            let mut out = io::stdout();
            let written = lines.into_iter().try_for_each(|(text, lines)| {
                out.write_all(text.as_bytes()).and_then(|()| out.flush())?;
                tells.fetch_add(lines, Ordering::Relaxed);
                Ok(())
            });
            let _ = ended.send(written);
        });
        Self { to_writer, printed: 0, told, end, left_out: 0 }
    }

    /// Has a line written, or leaves it out where too many wait.
    pub fn print(&mut self, line: &str) {
        self.printed += 1;
        let mut text = String::new();
        if self.left_out > 0 {
            let left_out = counted(self.left_out, "line");
            text = format!("({left_out} left out, which nobody read)\n");
        }
        let most = LONGEST.min(line.len());
        let most = (0..=most).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        text += &line[..most];
        text.push('\n');
        match self.to_writer.try_send((text, self.left_out + 1)) {
            Ok(()) => self.left_out = 0,
            Err(_) => self.left_out += 1,
        }
    }

    /// Waits until all is written, but not for a reader who does not read. Returns how many lines he
    /// was not told of, unless he has gone away, who comes back no more.
    pub fn finish(self) -> usize {
        drop(self.to_writer);
        loop {
            let told = self.told.load(Ordering::Relaxed);
            let end = self.end.recv_timeout(PATIENCE);
            let now = self.told.load(Ordering::Relaxed);
            match end {
                Ok(Err(_)) => return 0,
                Err(RecvTimeoutError::Timeout) if now > told => {}
                _ => return self.printed - now,
            }
        }
    }
}
