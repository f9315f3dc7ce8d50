//! What is to be said once more, held against what it was.

use super::compare::Comparison;
use super::stage::{Binding, Stage};
use crate::record::Difference;
use crate::wire::{Message, Node, Value};

impl Stage {
    /// Holds a message octet for octet against an earlier one.
    pub(super) fn compare_again(
        &self,
        name: &str,
        except: &[String],
        message: &Message,
        flow: super::FlowId,
        found: &mut Comparison,
    ) {
        let Some(Binding::Message { message: first, flow: first_flow, .. }) = self.names.get(name)
        else {
            return;
        };
        let excepted = |path: &str| {
            except.iter().any(|e| {
                path == e || path.strip_prefix(e.as_str()).is_some_and(|r| r.starts_with('.'))
            })
        };
        if flow != *first_flow && !excepted("source") {
            found.differences.push(Difference {
                path: "source".into(),
                expected: format!("the address and port of `{name}`"),
                got: "another one".into(),
                bits: None,
                pos: None,
                source: "",
            });
        }
        if first.bytes == message.bytes {
            return;
        }
        let fields = |m: &Message| -> Vec<(String, Node)> {
            m.fields()
                .filter(|(path, node)| {
                    // What stands between a name and its value follows from neither.
                    node.value != Value::Group && !excepted(path) && !path.ends_with(".separator")
                })
                .map(|(path, node)| (path, node.clone()))
                .collect()
        };
        let (old, new) = (fields(first), fields(message));
        let same = |a: &Node, b: &Node| match (a.octets(), b.octets()) {
            (x, y) if x.len() == y.len() && a.bits().len().is_multiple_of(8) => {
                first.clear().get(x) == message.clear().get(y)
            }
            _ => a.value == b.value,
        };
        let before = found.differences.len();
        for (i, (path, node)) in new.iter().enumerate() {
            let nth = new[..i].iter().filter(|(p, _)| p == path).count();
            let was = old.iter().filter(|(p, _)| p == path).nth(nth).map(|(_, n)| n);
            // A length follows from what is excepted; what changed is told by the field itself.
            let follows = matches!(
                node.field.auto,
                crate::wire::Auto::LengthOfMessage
                    | crate::wire::Auto::LengthOf(_)
                    | crate::wire::Auto::CountOf(_)
            ) && !except.is_empty();
            if was.is_some_and(|was| same(was, node)) || follows {
                continue;
            }
            found.differences.push(Difference {
                path: path.clone(),
                expected: was.map_or_else(
                    || format!("nothing, as in `{name}`"),
                    |was| format!("{}, as in `{name}`", was.show()),
                ),
                got: node.show(),
                bits: Some(node.bits()),
                pos: None,
                source: "",
            });
        }
        for (i, (path, node)) in old.iter().enumerate() {
            let nth = old[..i].iter().filter(|(p, _)| p == path).count();
            if new.iter().filter(|(p, _)| p == path).nth(nth).is_none() {
                found.differences.push(Difference {
                    path: path.clone(),
                    expected: format!("{}, as in `{name}`", node.show()),
                    got: "nothing".into(),
                    bits: None,
                    pos: None,
                    source: "",
                });
            }
        }
        // A digest differs because what it covers does; that is told by itself.
        let computed = |d: &Difference| {
            let digest = |m: &Message| {
                let node = m.find(&d.path);
                node.is_some_and(|n| matches!(n.field.auto, crate::wire::Auto::Digest(_)))
            };
            digest(message)
        };
        if found.differences[before..].iter().any(|d| !computed(d)) {
            let kept = found.differences.split_off(before);
            found.differences.extend(kept.into_iter().filter(|d| !computed(d)));
        }
        // The same fields with the same values in another order.
        let order =
            |fields: &[(String, Node)]| fields.iter().map(|(p, _)| p.clone()).collect::<Vec<_>>();
        if found.differences.len() == before && order(&old) != order(&new) {
            found.differences.push(Difference {
                path: String::new(),
                expected: format!("the fields in the order of `{name}`"),
                got: "another order".into(),
                bits: None,
                pos: None,
                source: "",
            });
        }
    }
}
