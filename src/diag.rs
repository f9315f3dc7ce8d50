//! Messages that point: a title, a place in somebody's file, a remark under it, and what to do next.
//!
//! Knows how a message is laid out; knows nothing of suites, targets or protocols.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A file as it was read, kept so that a message can show the lines around a place.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user wrote it.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A place in a [`Source`]: line and column count from 1, the range is in octets of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pos {
    /// Line, from 1; 0 where there is no place.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// First octet.
    pub start: u32,
    /// One past the last octet.
    pub end: u32,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; nothing is refused.
    Warning,
    /// The file cannot be used as it is.
    Error,
}

/// One message about one place.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One lowercase sentence without a full stop.
    pub title: String,
    /// The file and the place, where there is one.
    pub at: Option<(Arc<Source>, Pos)>,
    /// What stands under the marked characters.
    pub remark: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(source: &Arc<Source>, pos: Pos, title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            title: title.into(),
            at: Some((source.clone(), pos)),
            remark: String::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(source: &Arc<Source>, pos: Pos, title: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(source, pos, title) }
    }

    /// An error that no file place belongs to.
    pub fn plain(title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            title: title.into(),
            at: None,
            remark: String::new(),
            help: None,
        }
    }

    /// Says something under the marked characters.
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    /// Says what to do next.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the nearest of `candidates` to `word`, or the list of them where none is near.
    pub fn suggest<'a>(self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        let all: Vec<&str> = candidates.into_iter().collect();
        match nearest(word, all.iter().copied()) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None if all.is_empty() => self,
            None if all.len() > 24 => {
                self.help(format!("one of {} and {} more", join(&all[..24]), all.len() - 24))
            }
            None => self.help(format!("one of {}", join(&all))),
        }
    }

    /// `file:line:column`, or nothing.
    pub fn place(&self) -> Option<String> {
        self.at.as_ref().map(|(source, pos)| format!("{}:{}:{}", source.path, pos.line, pos.column))
    }

    /// The message with the lines around its place, ending in a line break.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = clean(&self.title);
        let mut group = annotate_snippets::Group::with_title(level.primary_title(title.as_str()));
        let remark = clean(&self.remark);
        if let Some((source, pos)) = &self.at {
            let (excerpt, first_line, offset) = lines_around(&source.text, *pos);
            let start = (pos.start as usize).saturating_sub(offset).min(excerpt.len());
            let end = (pos.end as usize).saturating_sub(offset).clamp(start, excerpt.len());
            let end = one_line(excerpt, start, end);
            let mark = AnnotationKind::Primary.span(start..end);
            let mark = if remark.is_empty() { mark } else { mark.label(remark.as_str()) };
            group = group.element(
                Snippet::source(excerpt)
                    .line_start(first_line)
                    .path(source.path.as_str())
                    .fold(false)
                    .annotation(mark),
            );
        }
        let help = self.help.as_deref().map(clean);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut text = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
        if self.at.is_none() && !remark.is_empty() {
            text.push_str("\n  ");
            text.push_str(&remark);
        }
        text.push('\n');
        text
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place() {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.title)?;
        if !self.remark.is_empty() {
            write!(f, ": {}", self.remark)?;
        }
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// The line of `pos` with one line before and one after: text, number of its first line, its offset.
fn lines_around(text: &str, pos: Pos) -> (&str, usize, usize) {
    let at = floor_char(text, (pos.start as usize).min(text.len()));
    let line_start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let (first, line) = match text[..line_start].len().checked_sub(1) {
        Some(before) => (text[..before].rfind('\n').map_or(0, |i| i + 1), pos.line.max(2) - 1),
        None => (0, pos.line.max(1)),
    };
    let line_end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    let last = match text.get(line_end + 1..) {
        Some(rest) => rest.find('\n').map_or(text.len(), |i| line_end + 1 + i),
        None => line_end,
    };
    // A line of a generated file can be megabytes long: show its neighbourhood only.
    let (from, to) = (first.max(at.saturating_sub(400)), last.min(at + 400));
    (&text[floor_char(text, from)..floor_char(text, to)], line as usize, floor_char(text, from))
}

fn floor_char(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Cuts a range that spans lines to its first line, and makes it at least one character wide.
fn one_line(text: &str, start: usize, end: usize) -> usize {
    let end = text[start..end].find('\n').map_or(end, |i| start + i);
    if end > start {
        return end;
    }
    text[start..].chars().next().map_or(end, |c| start + c.len_utf8())
}

/// The candidate nearest to `word`, where one is near enough to be a slip of the pen.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (distance(&word.to_lowercase(), &c.to_lowercase()), c))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Edits between two words: insert, delete, replace, or swap of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best =
                (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

fn join(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}

/// So many of something: `1 suite`, `2 suites`.
pub fn counted<N: fmt::Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let end = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{end}")
}

/// `text` without anything a terminal would obey: control, bidirectional and zero-width characters
/// are shown as `\x1b`, `\u{202e}` and the like. Line breaks and tabs stay.
pub fn clean<'t>(text: impl Into<Cow<'t, str>>) -> String {
    cleaned(text).into_owned()
}

/// The same; a text that has nothing of the kind is given back.
pub fn cleaned<'t>(text: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
    use fmt::Write as _;
    let text = text.into();
    // Piece by piece, which the processor does with many octets at once.
    let plain = |octet: &u8| matches!(octet, b' '..=b'~' | b'\n' | b'\t');
    let mut pieces = text.as_bytes().chunks(32);
    if pieces.all(|piece| piece.iter().fold(true, |all, octet| all & plain(octet))) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if (c as u32) < 0x100 && c.is_control() => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{061c}' => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_word() {
        assert_eq!(nearest("stepz", ["step", "about"]), Some("step"));
        assert_eq!(nearest("Acct-Sesion-Id", ["Acct-Session-Id"]), Some("Acct-Session-Id"));
        assert_eq!(nearest("colour", ["step", "about"]), None);
    }

    #[test]
    fn the_caret_stands_under_the_place() {
        let source =
            Arc::new(Source { path: "a.yaml".into(), text: "one: 1\ntwo: 2\nthree: 3\n".into() });
        let pos = Pos { line: 2, column: 1, start: 7, end: 10 };
        let text =
            Diagnostic::error(&source, pos, "unknown key `two`").remark("here").render(false);
        assert!(text.contains("--> a.yaml:2:1"), "{text}");
        assert!(text.contains("^^^ here"), "{text}");
    }

    #[test]
    fn a_terminal_escape_is_shown_and_not_obeyed() {
        assert_eq!(clean("a\x1b[31mb\u{202e}"), "a\\x1b[31mb\\u{202e}");
    }
}
