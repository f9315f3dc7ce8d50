//! Structures of a list against those that were asked for: each of these must be there, wherever it
//! stands where the order is free, and once for each time that it is asked for.

use super::compare::{Comparison, Moved, Within};
use super::stage::Stage;
use crate::ladder::{FieldSpec, Pattern};
use crate::record::Difference;
use crate::wire::{Kind, List, Node, structures};

impl Stage {
    /// Holds a list against what is asked of it.
    pub(super) fn compare_list(
        &self,
        spec: &FieldSpec,
        list: &'static List,
        (node, path): (&Node, &str),
        within: Within<'_>,
        found: &mut Comparison,
    ) {
        let there: Vec<(&Node, &[Node])> = structures(within.nodes).collect();
        let against = |wanted: &FieldSpec, at: usize, mut comparison: Comparison| {
            let (structure, nodes) = there[at];
            let moved = Moved { from: &wanted.path, list: path, name: structure.name() };
            let within = Within { nodes, moved: Some(moved), ..within };
            self.compare_within(&wanted.fields, within, &mut comparison);
            comparison
        };
        let fits = |wanted, at| !against(wanted, at, Comparison::default()).differs;
        let tried = |wanted, at| against(wanted, at, Comparison::in_words());
        let mut taken: Vec<Option<usize>> = vec![None; there.len()];
        let mut left = Vec::new();
        for (which, wanted) in spec.fields.iter().enumerate() {
            if let Pattern::Absent = wanted.hear {
                let mut places = 0..there.len();
                if let Some((node, inside)) =
                    places.find(|at| fits(wanted, *at)).map(|at| there[at])
                {
                    let what = || self.in_words(wanted);
                    found.differ(|| stray((path, spec), wanted, (node, inside), what()));
                }
                continue;
            }
            if list.order.is_empty() {
                match there.get(which) {
                    Some(_) => taken[which] = Some(which),
                    None => left.push(which),
                }
                continue;
            }
            let fitting: Vec<usize> = (0..there.len()).filter(|at| fits(wanted, *at)).collect();
            // A structure that fits several is left to the one that nothing else fits.
            let free = fitting.iter().find(|at| taken[**at].is_none()).copied();
            let swapped = || {
                fitting.iter().copied().find(|at| {
                    let other = taken[*at].and_then(|other| spec.fields.get(other));
                    other.is_some_and(|other| {
                        (0..there.len()).any(|to| taken[to].is_none() && fits(other, to))
                    })
                })
            };
            match (free, free.is_none().then(swapped).flatten()) {
                (Some(at), _) => taken[at] = Some(which),
                (None, Some(at)) => {
                    let other = taken[at].replace(which);
                    let to = (0..there.len()).find(|to| {
                        let other = other.and_then(|other| spec.fields.get(other));
                        taken[*to].is_none() && other.is_some_and(|other| fits(other, *to))
                    });
                    if let Some(to) = to {
                        taken[to] = other;
                    }
                }
                (None, None) => left.push(which),
            }
        }
        for (at, which) in taken.iter().enumerate() {
            if let Some(wanted) = which.and_then(|which| spec.fields.get(which)) {
                let comparison = against(wanted, at, found.another());
                found.extend(comparison);
            }
        }
        for which in left {
            let wanted = &spec.fields[which];
            // The one that is nearest tells more than that something is missing.
            let spare = (0..there.len()).filter(|at| taken[*at].is_none());
            let tries = spare.map(|at| (at, tried(wanted, at).differences));
            let nearest = tries.min_by_key(|(_, differences)| differences.len());
            match nearest.filter(|(_, d)| d.len() * 2 <= wanted.fields.len()) {
                Some((at, differences)) => {
                    taken[at] = Some(which);
                    found.differs = true;
                    found.differences.extend(differences);
                }
                None => found.differ(|| Difference {
                    path: path.to_owned(),
                    expected: self.in_words(wanted),
                    got: match there.len() {
                        0 => format!("no {}", list.noun),
                        _ => format!("no such {}", list.noun),
                    },
                    bits: Some(node.bits()),
                    pos: Some(wanted.pos),
                    source: spec.field.source,
                }),
            }
        }
        let other = taken.iter().position(Option::is_none).filter(|_| spec.only);
        if let Some((node, inside)) = other.map(|at| there[at]) {
            let what = || "else in this list".into();
            found.differ(|| stray((path, spec), spec, (node, inside), what()));
        }
    }

    /// What is asked of a structure.
    fn in_words(&self, spec: &FieldSpec) -> String {
        let parts = spec.fields.iter().map(|f| match f.field.kind {
            Kind::Group(_) | Kind::List(_) => {
                let inner: Vec<String> = f.fields.iter().map(|f| self.in_words(f)).collect();
                format!("{} {}", f.name, inner.join(" "))
            }
            _ => format!("{} {}", f.name, self.describe(&f.hear, f.field)),
        });
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() { self.describe(&spec.hear, spec.field) } else { parts.join(", ") }
    }
}

/// A structure that was not to be there.
fn stray(
    (path, list): (&str, &FieldSpec),
    asked: &FieldSpec,
    (node, inside): (&Node, &[Node]),
    what: String,
) -> Difference {
    let shown = inside.iter().filter(|n| !n.field.kind.has_fields() && !n.field.is_computed());
    let shown: Vec<String> = shown.take(8).map(Node::show).collect();
    Difference {
        path: format!("{path}.{}", node.name()),
        expected: format!("nothing {what}"),
        got: shown.join(" "),
        bits: Some(node.bits()),
        pos: Some(asked.pos),
        source: list.field.source,
    }
}
