//! What reports do not show: secrets, and characters that a terminal would obey.

use crate::wire::{Message, Value};

/// The secrets of a play.
#[derive(Clone, Debug, Default)]
pub struct Mask(Vec<Vec<u8>>);

impl Mask {
    /// Masks these texts wherever they appear. Very short ones would mask everything.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        Self(secrets.into_iter().map(String::into_bytes).filter(|s| s.len() >= 3).collect())
    }

    /// A text without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut text = crate::diag::clean(text);
        for secret in &self.0 {
            if let Ok(secret) = std::str::from_utf8(secret) {
                text = text.replace(secret, "********");
            }
            let hex = hex::encode(secret);
            if text.contains(&hex) {
                text = text.replace(&hex, &"**".repeat(secret.len()));
            }
        }
        text
    }

    /// The octets of a message as they travelled, with stars for secrets that travelled in the clear.
    pub fn travelled(&self, message: &Message) -> Vec<u8> {
        let mut octets = message.bytes.clone();
        for node in message.nodes.iter().filter(|node| matches!(node.value, Value::Octets(_))) {
            if let Some(shown) = octets.get_mut(node.octets())
                && self.0.iter().any(|secret| holds(shown, secret))
            {
                shown.fill(b'*');
            }
        }
        self.stars(&mut octets);
        octets
    }

    /// The octets of a message to show: with what is sealed laid open, but for secrets, which stay
    /// as they travelled; and whether anything was laid open.
    pub fn octets(&self, message: &Message) -> (Vec<u8>, bool) {
        let travelled = self.travelled(message);
        let mut octets = message.clear().to_vec();
        if octets.len() != message.bytes.len() {
            return (travelled, false);
        }
        for node in &message.nodes {
            let Value::Octets(value) = &node.value else { continue };
            if self.0.iter().any(|secret| holds(value, secret))
                && let (Some(shown), Some(sealed)) =
                    (octets.get_mut(node.octets()), travelled.get(node.octets()))
            {
                shown.copy_from_slice(sealed);
            }
        }
        self.stars(&mut octets);
        let opened = octets != travelled;
        (octets, opened)
    }

    /// Puts stars in the place of secrets, wherever they stand: what could not be read has no fields.
    fn stars(&self, octets: &mut [u8]) {
        for secret in &self.0 {
            let mut from = 0;
            while let Some(at) = octets[from..].windows(secret.len()).position(|w| w == *secret) {
                let end = from + at + secret.len();
                octets[from + at..end].fill(b'*');
                from = end;
            }
        }
    }
}

fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|w| w == needle)
}
