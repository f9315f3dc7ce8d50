//! The names in a target's file that suites give their meaning: links, triggers, features and the
//! like. One that no suite knows does nothing, and is told.

use std::collections::BTreeSet;

use super::file::{Target, fits};
use crate::diag::{Diagnostic, Pos, Severity, nearest};
use crate::ladder::{Act, Suite};

/// A name, and where it stands.
#[derive(Clone, Debug)]
pub struct Named {
    /// What it names.
    pub sort: Sort,
    /// The name.
    pub name: String,
    /// Its place in the file.
    pub pos: Pos,
}

/// What a name in a target's file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A link on which the target is called.
    Link,
    /// A link on which we are called.
    Listen,
    /// A value for a setting.
    Setting,
    /// Something that the target can be made to do.
    Trigger,
    /// Something that can be seen of it.
    Observation,
    /// A feature that it lacks.
    Feature,
}

impl Sort {
    /// What a suite does with such a name.
    fn verb(self) -> &'static str {
        match self {
            Self::Link | Self::Listen => "has a link",
            Self::Setting => "has a setting",
            Self::Trigger => "has a trigger",
            Self::Observation => "observes",
            Self::Feature => "needs",
        }
    }

    /// The names of this sort that a suite knows, for whoever stands for `party` in it.
    fn known_to<'s>(self, suite: &'s Suite, party: &str, known: &mut BTreeSet<&'s str>) {
        let is = |of: usize| suite.parties.get(of).is_some_and(|one| one.name == party);
        match self {
            Self::Link | Self::Listen => {
                known.extend(suite.links.iter().map(|link| link.name.as_str()));
            }
            Self::Setting => known.extend(suite.settings.keys().map(String::as_str)),
            Self::Trigger | Self::Observation => {
                let mut note = |act: &'s Act| match act {
                    Act::Trigger { party, name } if self == Self::Trigger && is(*party) => {
                        known.insert(name);
                    }
                    Act::Observe(what) if self == Self::Observation && is(what.party) => {
                        known.insert(&what.name);
                    }
                    _ => {}
                };
                suite.exchanges.iter().for_each(|one| one.rungs(&mut |rung| note(&rung.act)));
            }
            Self::Feature => {
                let needs = suite.exchanges.iter().flat_map(|exchange| &exchange.needs);
                known.extend(needs.map(String::as_str));
            }
        }
    }
}

impl Target {
    /// The names that mean nothing to any of `suites`, which are those of a run that it fits.
    ///
    /// Where the suites that it takes are listed one by one, and all of them are here, such a name is a
    /// mistake. Else another suite may know it, and it is a warning: where the run has `all` the suites
    /// of its folders and some of each kind that the target takes, and else where it looks like a slip of
    /// the pen for something that these suites need.
    pub fn strange_names(&self, suites: &[&Suite], all: bool) -> Vec<Diagnostic> {
        let closed =
            self.suites.iter().all(|listed| suites.iter().any(|suite| suite.name == *listed));
        let all =
            all && self.suites.iter().all(|listed| suites.iter().any(|s| fits(listed, &s.name)));
        let mut own = None;
        let strange = self.names.iter().filter_map(|Named { sort, name, pos }| {
            let mut known = BTreeSet::new();
            suites.iter().for_each(|suite| sort.known_to(suite, &self.takes, &mut known));
            let is_own =
                |own: &mut Option<_>| own.get_or_insert_with(|| self.words()).contains(name);
            if known.contains(name.as_str()) || *sort == Sort::Setting && is_own(&mut own) {
                return None;
            }
            // What the target names already is not what it meant.
            let is_given = |known: &&str| {
                self.names.iter().any(|other| other.sort == *sort && other.name == **known)
            };
            known.retain(|name| !is_given(name));
            let is_needed = matches!(sort, Sort::Link | Sort::Listen | Sort::Setting);
            let is_near = is_needed && nearest(name, known.iter().copied()).is_some();
            let (severity, who) = match closed {
                true => (Severity::Error, "that this target takes"),
                false if all || is_near => (Severity::Warning, "of this run"),
                false => return None,
            };
            let title = format!("no suite {who} {} `{name}`", sort.verb());
            let told = Diagnostic::error(&self.source, *pos, title).suggest(name, known);
            Some(Diagnostic { severity, ..told })
        });
        strange.collect()
    }

    /// The links whose addresses need a port and have none.
    pub fn portless(&self, suites: &[&Suite]) -> Vec<Diagnostic> {
        let links = self.names.iter().filter(|named| named.sort == Sort::Link);
        let portless = links.filter_map(|Named { name, pos, .. }| {
            let text = self.links.get(name).filter(|text| !text.contains([':', '{']))?;
            let links = || suites.iter().flat_map(|suite| &suite.links);
            if !links().any(|link| link.name == *name && !link.is_segment()) {
                return None;
            }
            let title = format!("link `{name}` has no port");
            let help = format!("it has `{text}`; an address is written as 127.0.0.1:1812");
            Some(Diagnostic::error(&self.source, *pos, title).help(help))
        });
        portless.collect()
    }

    /// The words in braces in its file and in what it copies: a setting of such a name is put there.
    pub fn words(&self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        // Braces of another meaning are no harm: what is looked up here is asked for by somebody.
        words_of(&self.source.text, &mut words);
        let start = self.start.iter().map(|start| &start.command);
        for file in start.chain(self.triggers.values()).flat_map(|command| &command.files) {
            // One that cannot be read is complained of when it is copied.
            if let Ok(source) = crate::suite::source(&self.folder.join(file)) {
                words_of(&source.text, &mut words);
            }
        }
        words
    }
}

/// The words in braces in a text, but for what the harness itself puts there.
fn words_of(text: &str, words: &mut BTreeSet<String>) {
    let inside = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    let is_name = |word: &&str| {
        !matches!(*word, "" | "dir" | "fresh" | "of")
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    words.extend(inside.filter(is_name).map(str::to_owned));
}
