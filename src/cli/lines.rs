//! Lines for whoever reads them while something else goes on, which does not wait for him: he may be
//! slow, stop reading, or go away.

use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::time::Duration;

use crate::diag::counted;

/// Lines that wait to be read, beside what the pipe holds; what comes beyond is left out.
const WAITING: usize = 4096;
/// The most octets of a line.
const LONGEST: usize = 4000;
/// How long is waited at the end until all is written.
const PATIENCE: Duration = Duration::from_secs(1);

/// Standard output, written by a thread of its own.
pub struct Lines {
    to_writer: SyncSender<String>,
    written: Receiver<()>,
    /// How many lines nobody read in time, since the last one that was taken.
    left_out: usize,
}

impl Lines {
    /// Nothing is written yet.
    pub fn new() -> Self {
        let (to_writer, lines) = sync_channel::<String>(WAITING);
        let (done, written) = channel();
        std::thread::spawn(move || {
            let mut out = std::io::stdout();
            for line in lines {
                // Who has gone away comes back no more.
                if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
                    break;
                }
            }
            let _ = done.send(());
        });
        Self { to_writer, written, left_out: 0 }
    }

    /// Has a line written, or leaves it out where too many wait.
    pub fn print(&mut self, line: &str) {
        if self.left_out > 0 {
            let note =
                format!("({} left out, which nobody read)\n", counted(self.left_out, "line"));
            if self.to_writer.try_send(note).is_ok() {
                self.left_out = 0;
            }
        }
        let most = LONGEST.min(line.len());
        let most = (0..=most).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        let line = &line[..most];
        if let Err(TrySendError::Full(_)) = self.to_writer.try_send(format!("{line}\n")) {
            self.left_out += 1;
        }
    }

    /// Waits until all is written, but not for a reader who does not read.
    pub fn finish(self) {
        drop(self.to_writer);
        let _ = self.written.recv_timeout(PATIENCE);
    }
}
