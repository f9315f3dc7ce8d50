//! A ladder drawn with characters, rung by rung: parties are lifelines, messages go between them.

use super::console::{gist, shown};
use super::mask::Mask;
use crate::ladder::{Ends, Suite};
use crate::record::{Event, Happening};

/// The least distance between two lifelines.
const GAP: usize = 22;
/// The width of the time in front.
const TIME: usize = 11;
/// The most characters of what stands behind a rung.
const BEHIND: usize = 76;

/// The names of the parties, each above its lifeline.
pub fn lifelines(suite: &Suite) -> String {
    let gap = gap(suite);
    let mut line = String::new();
    for (at, party) in suite.parties.iter().enumerate() {
        let column = TIME + 2 + at * gap;
        let from = column.saturating_sub(party.name.chars().count() / 2);
        let fill = from.saturating_sub(line.chars().count());
        line.push_str(&" ".repeat(fill));
        line.push_str(&party.name);
    }
    line
}

/// One rung, without the end of its line.
pub fn rung(suite: &Suite, event: &Event, mask: &Mask) -> String {
    let mut row = Row::new(suite);
    let mut behind = String::new();
    match &event.what {
        Happening::Message { ends, message, note, .. } => {
            row.arrow(*ends, message.kind.name, '-', None);
            behind = gist(message, mask);
            if let Some(note) = note {
                behind = format!("({note}) {behind}");
            }
        }
        Happening::Opened(ends) => row.arrow(*ends, "connects", '.', None),
        Happening::Closed(ends) => row.arrow(*ends, "closes", '.', Some('x')),
        Happening::Refused(ends, why) => {
            row.arrow(*ends, "refused", '.', Some('x'));
            behind = mask.text(why);
        }
        Happening::Silence(ends, lasting) => {
            row.arrow(*ends, &format!("silent {}", shown(*lasting)), ' ', Some(' '));
        }
        Happening::Observed(party, what) => {
            behind = format!("{} shows {}", suite.parties[*party].name, mask.text(what));
        }
        Happening::Triggered(party, trigger) => {
            behind = format!("{} is made to {trigger}", suite.parties[*party].name);
        }
        Happening::Note(note) => behind = mask.text(note),
    }
    let behind: String = behind.replace('\n', " ").chars().take(BEHIND).collect();
    let row: String = row.cells.into_iter().collect();
    format!("{:>TIME$}  {row}  {behind}", shown(event.at)).trim_end().to_owned()
}

/// How far lifelines stand apart: enough for every name.
fn gap(suite: &Suite) -> usize {
    let longest = suite.parties.iter().map(|party| party.name.chars().count() + 2).max();
    longest.unwrap_or_default().max(GAP)
}

struct Row {
    cells: Vec<char>,
    gap: usize,
}

impl Row {
    fn new(suite: &Suite) -> Self {
        let gap = gap(suite);
        let mut cells = vec![' '; suite.parties.len().saturating_sub(1) * gap + 1];
        cells.iter_mut().step_by(gap).for_each(|cell| *cell = '|');
        Self { cells, gap }
    }

    /// Draws from one lifeline to another, with words in the middle.
    fn arrow(&mut self, ends: Ends, words: &str, line: char, head: Option<char>) {
        let (from, to) = (ends.from * self.gap, ends.to * self.gap);
        let (left, right) = (from.min(to) + 1, from.max(to));
        if left >= right {
            return;
        }
        self.cells[left..right].fill(line);
        let at = if to > from { right - 1 } else { left };
        self.cells[at] = head.unwrap_or(if to > from { '>' } else { '<' });
        let room = (right - left).saturating_sub(4);
        let words: Vec<char> =
            format!(" {} ", words.chars().take(room).collect::<String>()).chars().collect();
        let first = left + (right - left).saturating_sub(words.len()) / 2;
        for (cell, c) in self.cells[first..right].iter_mut().zip(words) {
            *cell = c;
        }
    }
}
