//! The messages of a flow, and which of them belong to a conversation.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::wire::{Message, Node, Value, find};

/// Every message on a flow, and whether the initiator said it.
#[derive(Debug, Default)]
pub struct History {
    all: Vec<(Arc<Message>, bool)>,
    /// The place of the latest message of a conversation, by the sum of its key, and of the latest one
    /// that the initiator said. Few messages are looked through instead.
    index: BTreeMap<u64, (usize, Option<usize>)>,
}

impl History {
    /// As many are looked through as fast as they are looked up.
    const FEW: usize = 16;

    /// Keeps a message; `key` are the fields that name its conversation.
    pub fn keep(&mut self, message: Arc<Message>, by_initiator: bool, key: &[&str]) {
        self.all.push((message, by_initiator));
        if key.is_empty() || self.all.len() <= Self::FEW {
            return;
        }
        let unknown = if self.index.is_empty() { 0 } else { self.all.len() - 1 };
        for (at, (message, by_initiator)) in self.all.iter().enumerate().skip(unknown) {
            let place = self.index.entry(sum(&message.nodes, key)).or_default();
            place.0 = at;
            if *by_initiator {
                place.1 = Some(at);
            }
        }
    }

    /// The latest message of the conversation that a head names, and of it the latest one that the
    /// initiator said where only that is wanted.
    pub fn of(
        &self,
        head: &[Node],
        key: &[&str],
        by_initiator: bool,
    ) -> Option<&(Arc<Message>, bool)> {
        let belongs = |(message, by): &&(Arc<Message>, bool)| {
            (*by || !by_initiator)
                && key.iter().all(|path| {
                    message.find(path).map(|n| &n.value) == find(head, path).map(|n| &n.value)
                })
        };
        if self.all.len() > Self::FEW {
            let (latest, asked) = *self.index.get(&sum(head, key))?;
            let at = if by_initiator { asked? } else { latest };
            // Another key may have the same sum.
            if let Some(found) = self.all.get(at).filter(belongs) {
                return Some(found);
            }
        }
        self.all.iter().rev().find(belongs)
    }

    /// All messages in order, each with whether the initiator said it.
    pub fn all(&self) -> &[(Arc<Message>, bool)] {
        &self.all
    }
}

/// The values of a key as one number; different ones mostly have different numbers.
fn sum(nodes: &[Node], key: &[&str]) -> u64 {
    let add = |sum: u64, number: u64| (sum ^ number).wrapping_mul(0x0100_0000_01b3);
    key.iter().fold(0xcbf2_9ce4_8422_2325, |sum, path| {
        match find(nodes, path).map(|node| &node.value) {
            Some(Value::Uint(number)) => add(sum, *number),
            Some(Value::Octets(octets)) => {
                octets.iter().fold(sum, |sum, o| add(sum, u64::from(*o)))
            }
            Some(Value::Group) | None => sum,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{
        Context, Field, Layout, MessageType, Parameters, Side, decode, layout, message, uint,
    };

    const FIELDS: &[Field] = &[uint("kind", 8), uint("identifier", 8)];
    static LAYOUT: Layout = layout("try", "nowhere", FIELDS);
    static KIND: MessageType = message("try", &[], Side::Either, &LAYOUT, "");
    const KEY: &[&str] = &["identifier"];

    fn said(kind: u8, identifier: u8) -> Arc<Message> {
        let nobody = Parameters::default();
        let context = Context { parameters: &nobody, previous: None, from_initiator: true };
        Arc::new(decode(&KIND, &context, vec![kind, identifier]))
    }

    #[test]
    fn the_latest_message_of_a_conversation_is_found_among_few_and_among_many() {
        for number in [3, 8, 9, 200] {
            let mut history = History::default();
            for identifier in 0..number {
                history.keep(said(1, identifier), true, KEY);
                history.keep(said(2, identifier), false, KEY);
            }
            for identifier in 0..number {
                let head = said(0, identifier);
                let found = |by_initiator| {
                    let (found, by) = history.of(&head.nodes, KEY, by_initiator).expect("kept");
                    (found.bytes.as_slice(), *by)
                };
                assert_eq!(found(false), (&[2, identifier][..], false));
                assert_eq!(found(true), (&[1, identifier][..], true));
            }
            assert!(history.of(&said(1, number).nodes, KEY, false).is_none());
        }
    }
}
