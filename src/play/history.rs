//! The messages of a flow, and which of them belong to a conversation.

use std::collections::HashMap;
use std::sync::Arc;

use crate::wire::{Message, Node, Value, find};

/// Every message on a flow, and whether the initiator said it.
#[derive(Debug, Default)]
pub struct History {
    all: Vec<(Arc<Message>, bool)>,
    /// The place of the latest message of a conversation, by its key, and of the latest one that the
    /// initiator said. Few messages are looked through instead.
    index: HashMap<Key, (usize, Option<usize>)>,
}

/// The values that name a conversation.
type Key = Vec<Option<Value>>;

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
            let place = self.index.entry(named(&message.nodes, key)).or_default();
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
        if self.all.len() <= Self::FEW {
            let mut latest = self.all.iter().rev().filter(|(_, by)| *by || !by_initiator);
            return latest.find(|(message, _)| {
                key.iter().all(|path| {
                    message.find(path).map(|n| &n.value) == find(head, path).map(|n| &n.value)
                })
            });
        }
        let (latest, asked) = self.index.get(&named(head, key))?;
        self.all.get(if by_initiator { (*asked)? } else { *latest })
    }

    /// All messages in order, each with whether the initiator said it.
    pub fn all(&self) -> &[(Arc<Message>, bool)] {
        &self.all
    }
}

fn named(nodes: &[Node], key: &[&str]) -> Key {
    key.iter().map(|path| find(nodes, path).map(|node| node.value.clone())).collect()
}
