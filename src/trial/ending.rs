//! What is said at the end of a run, beside what libtest says: broken SHOULDs, why trials were ignored,
//! and whether anything was judged at all.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::diag::{clean, counted};
use crate::record::Verdict;

/// How many reasons for ignoring trials are told.
const REASONS: usize = 20;

/// What the trials of a run came to, as far as its end speaks of it.
#[derive(Debug, Default)]
pub struct Ending {
    /// One ended in an error.
    pub broken: bool,
    /// Broken SHOULDs, as people read them.
    pub warnings: Vec<String>,
    /// One was judged.
    judged: bool,
    /// For how many trials there was this reason not to judge them.
    ignored: BTreeMap<(Verdict, String), usize>,
}

impl Ending {
    /// A trial was judged.
    pub fn judged(&mut self) {
        self.judged = true;
    }

    /// A trial was not judged: it was skipped, not reached, or came to nothing.
    pub fn ignored(&mut self, verdict: Verdict, why: &str) {
        *self.ignored.entry((verdict, clean(why))).or_default() += 1;
    }

    /// Whether there were trials, and nothing came of any of them.
    pub fn is_nothing(&self) -> bool {
        !self.judged && !self.ignored.is_empty()
    }

    /// That nothing was judged, and why.
    pub fn nothing(&self) -> String {
        let reasons = self.reasons(|_| true);
        let mut told: Vec<&str> = reasons.iter().take(REASONS).map(|(why, _)| *why).collect();
        let more = counted(reasons.len() - told.len(), "more reason");
        if reasons.len() > told.len() {
            told.push(&more);
        }
        format!("nothing was judged: {}", told.join("; "))
    }

    /// Why trials were skipped, a line for each reason. What was not reached is told where it stands.
    pub fn skipped(&self) -> String {
        let reasons = self.reasons(|verdict| verdict != Verdict::NotReached);
        let line = |(why, trials): &(&str, usize)| format!("{trials} ignored: {why}\n");
        let mut text: String = reasons.iter().take(REASONS).map(line).collect();
        if let Some(rest @ [_, ..]) = reasons.get(REASONS..) {
            let trials: usize = rest.iter().map(|(_, trials)| trials).sum();
            let reasons = counted(rest.len(), "more reason");
            text += &format!("{trials} ignored for {reasons}\n");
        }
        text
    }

    /// Reasons and for how many trials, those for most first.
    fn reasons(&self, of: impl Fn(Verdict) -> bool) -> Vec<(&str, usize)> {
        let ignored = self.ignored.iter().filter(|((verdict, _), _)| of(*verdict));
        let mut reasons: Vec<_> = ignored.map(|((_, why), n)| (why.as_str(), *n)).collect();
        reasons.sort_by_key(|(_, trials)| Reverse(*trials));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_told_once_and_not_all_of_very_many() {
        let mut ending = Ending::default();
        for trial in 0..50 {
            ending.ignored(Verdict::Skipped, &format!("reason {:02}", trial % 25));
            ending.ignored(Verdict::Skipped, "it is not installed");
        }
        ending.ignored(Verdict::NotReached, "no message");
        let text = ending.skipped();
        assert!(
            text.starts_with("50 ignored: it is not installed\n2 ignored: reason 00\n"),
            "{text}"
        );
        assert!(text.ends_with("12 ignored for 6 more reasons\n"), "{text}");
        assert_eq!(text.lines().count(), 21, "{text}");
        assert!(ending.is_nothing());
        assert!(ending.nothing().ends_with("; 7 more reasons"), "{}", ending.nothing());
        ending.judged();
        assert!(!ending.is_nothing());
    }
}
