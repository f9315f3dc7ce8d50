//! Typed reads of YAML values. Each read says at once what is wrong, with its place, and goes on.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::{Entry, Kind, Node};
use crate::diag::{Diagnostic, Pos, Source};

/// A file being read, and the list of what is wrong with it.
pub struct Reader<'p> {
    /// The file.
    pub source: Arc<Source>,
    /// What is wrong so far.
    pub problems: &'p mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Notes an error.
    pub fn error(&mut self, pos: Pos, title: impl Into<String>) -> &mut Diagnostic {
        self.problems.push(Diagnostic::error(&self.source, pos, title));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    /// Notes an error with the nearest of some words.
    pub fn unknown<'a>(
        &mut self,
        pos: Pos,
        title: impl Into<String>,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) {
        let problem = Diagnostic::error(&self.source, pos, title).suggest(word, candidates);
        self.problems.push(problem);
    }

    /// Refuses keys that are not among `known`.
    pub fn keys(&mut self, node: &Node, known: &[&str]) {
        if !matches!(node.kind, Kind::Map(_)) {
            self.error(node.pos, format!("expected a mapping, found {}", node.shape()));
            return;
        }
        for (key, _) in node.entries() {
            let name = key.text().unwrap_or_default();
            if !known.contains(&name) {
                self.unknown(key.pos, format!("unknown key `{name}`"), name, known.iter().copied());
            }
        }
    }

    /// The entries of the mapping under a key, none where there is no such key.
    pub fn entries_of<'n, 's>(&mut self, node: &'n Node<'s>, key: &str) -> &'n [Entry<'s>] {
        let Some(value) = node.get(key) else { return &[] };
        match &value.kind {
            Kind::Map(entries) => entries,
            _ if value.is_nothing() => &[],
            _ => {
                let title = format!("expected a mapping under `{key}`, found {}", value.shape());
                self.error(value.pos, title);
                &[]
            }
        }
    }

    /// The items of the list under a key, none where there is no such key.
    pub fn items_of<'n, 's>(&mut self, node: &'n Node<'s>, key: &str) -> &'n [Node<'s>] {
        let Some(value) = node.get(key) else { return &[] };
        match &value.kind {
            Kind::List(items) => items,
            _ if value.is_nothing() => &[],
            _ => {
                let title = format!("expected a list under `{key}`, found {}", value.shape());
                self.error(value.pos, title);
                &[]
            }
        }
    }

    /// The text of a scalar.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        match node.text() {
            Some(text) => Some(text.to_owned()),
            None => {
                self.error(node.pos, format!("expected text, found {}", node.shape()));
                None
            }
        }
    }

    /// The text under a key, empty where it is missing.
    pub fn text_of(&mut self, node: &Node, key: &str) -> String {
        node.get(key).and_then(|n| self.text(n)).unwrap_or_default()
    }

    /// One text or a list of them under a key.
    pub fn texts_of(&mut self, node: &Node, key: &str) -> Vec<(String, Pos)> {
        let Some(value) = node.get(key) else { return Vec::new() };
        match &value.kind {
            Kind::List(items) => {
                items.iter().filter_map(|i| self.text(i).map(|t| (t, i.pos))).collect()
            }
            _ => self.text(value).map(|t| (t, value.pos)).into_iter().collect(),
        }
    }

    /// A time such as `500ms`, `2s`, `1.5s`, `5m`, `1h`.
    pub fn time(&mut self, node: &Node) -> Option<Duration> {
        let text = self.text(node)?;
        match duration(&text) {
            Some(time) => Some(time),
            None => {
                self.error(node.pos, format!("`{text}` is not a time")).help =
                    Some("write 500ms, 2s, 1.5s, 5m or 1h".into());
                None
            }
        }
    }

    /// A time, or two with `..` between them.
    pub fn window(&mut self, node: &Node) -> Option<(Duration, Option<Duration>)> {
        let text = self.text(node)?;
        let read = match text.split_once("..") {
            None => duration(&text).map(|t| (t, None)),
            Some((from, "")) => duration(from).map(|t| (t, None)),
            Some(("", to)) => duration(to).map(|t| (Duration::ZERO, Some(t))),
            Some((from, to)) => duration(from).zip(duration(to)).map(|(a, b)| (a, Some(b))),
        };
        if read.is_none() || read.is_some_and(|(a, b)| b.is_some_and(|b| b < a)) {
            self.error(node.pos, format!("`{text}` is not a span of time")).help =
                Some("write 500ms..2s, or one time".into());
            return None;
        }
        read
    }

    /// A whole number.
    pub fn number(&mut self, node: &Node) -> Option<u64> {
        let text = self.text(node)?;
        let number = match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => text.parse(),
        };
        if number.is_err() {
            self.error(node.pos, format!("`{text}` is not a whole number"));
        }
        number.ok()
    }

    /// `3`, `1..4`, `2..` or `..5`.
    pub fn range(&mut self, node: &Node) -> Option<(u64, u64)> {
        let text = self.text(node)?;
        let number = |text: &str| -> Option<u64> {
            match text.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16).ok(),
                None => text.parse().ok(),
            }
        };
        let read = match text.split_once("..") {
            None => number(&text).map(|n| (n, n)),
            Some((from, to)) => {
                let from = if from.is_empty() { Some(0) } else { number(from) };
                let to = if to.is_empty() { Some(u64::MAX) } else { number(to) };
                from.zip(to).filter(|(a, b)| a <= b)
            }
        };
        if read.is_none() {
            self.error(node.pos, format!("`{text}` is not a range")).help =
                Some("write 3, 1..4, 2.. or ..5".into());
        }
        read
    }

    /// A count, which is a range of small numbers.
    pub fn count(&mut self, node: &Node) -> RangeInclusive<u32> {
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        self.range(node).map_or(1..=1, |(a, b)| small(a)..=small(b))
    }

    /// `true` or `false`.
    pub fn truth(&mut self, node: &Node) -> bool {
        match node.text() {
            Some("true") => true,
            Some("false") => false,
            _ => {
                self.error(node.pos, "expected true or false");
                false
            }
        }
    }

    /// A share such as `10%`.
    pub fn share(&mut self, node: &Node) -> f64 {
        let text = self.text(node).unwrap_or_default();
        match text.strip_suffix('%').and_then(|n| n.parse::<f64>().ok()) {
            Some(percent) if (0.0..=1000.0).contains(&percent) => percent / 100.0,
            _ => {
                self.error(node.pos, format!("`{text}` is not a share such as 10%"));
                0.0
            }
        }
    }
}

/// A time such as `500ms`, `2s`, `1.5s`, `5m`, `1h`; at most a year.
pub fn duration(text: &str) -> Option<Duration> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(at);
    let factor = match unit {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let seconds = number.parse::<f64>().ok()? * factor;
    (0.0..=31_536_000.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_needs_its_unit() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("5"), None);
        assert_eq!(duration("-1s"), None);
        assert_eq!(duration("99999999h"), None);
    }
}
