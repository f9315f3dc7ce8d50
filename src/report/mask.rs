//! What reports do not show: secrets, and characters that a terminal would obey.

use std::borrow::Cow;

use crate::diag::cleaned;
use crate::wire::{Message, Value};

/// The secrets of a play.
#[derive(Clone, Debug, Default)]
pub struct Mask(Vec<Secret>);

#[derive(Clone, Debug)]
struct Secret {
    text: String,
    /// Its octets as hexadecimal digits.
    hex: String,
}

impl Mask {
    /// Masks these texts wherever they appear. Very short ones would mask everything.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let long = secrets.into_iter().filter(|secret| secret.len() >= 3);
        Self(long.map(|text| Secret { hex: hex::encode(&text), text }).collect())
    }

    /// A text without secrets.
    pub fn text<'t>(&self, text: impl Into<Cow<'t, str>>) -> String {
        let mut text = cleaned(text);
        for Secret { text: secret, hex } in &self.0 {
            if has(&text, secret) {
                text = text.replace(secret, "********").into();
            }
            if has(&text, hex) {
                text = text.replace(hex, &"**".repeat(secret.len())).into();
            }
        }
        text.into_owned()
    }

    /// The octets of a message as they travelled, with stars for secrets that travelled in the clear.
    pub fn travelled(&self, message: &Message) -> Vec<u8> {
        let mut octets = message.bytes.clone();
        for node in message.nodes.iter().filter(|node| matches!(node.value, Value::Octets(_))) {
            if let Some(shown) = octets.get_mut(node.octets())
                && self.0.iter().any(|secret| secret.is_in(shown))
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
        match self.opened(message, &travelled) {
            Some(opened) => (opened, true),
            None => (travelled, false),
        }
    }

    /// The octets of a message with what is sealed laid open, where there is anything, given those
    /// that travelled.
    pub fn opened(&self, message: &Message, travelled: &[u8]) -> Option<Vec<u8>> {
        let mut octets = message.clear().to_vec();
        if octets.len() != message.bytes.len() {
            return None;
        }
        for node in &message.nodes {
            let Value::Octets(value) = &node.value else { continue };
            if self.0.iter().any(|secret| secret.is_in(value))
                && let (Some(shown), Some(sealed)) =
                    (octets.get_mut(node.octets()), travelled.get(node.octets()))
            {
                shown.copy_from_slice(sealed);
            }
        }
        self.stars(&mut octets);
        (octets != travelled).then_some(octets)
    }

    /// Puts stars in the place of secrets, wherever they stand: what could not be read has no fields.
    fn stars(&self, octets: &mut [u8]) {
        for Secret { text: secret, .. } in &self.0 {
            let secret = secret.as_bytes();
            let mut from = 0;
            while let Some(at) = octets[from..].windows(secret.len()).position(|w| w == secret) {
                let end = from + at + secret.len();
                octets[from + at..end].fill(b'*');
                from = end;
            }
        }
    }
}

impl Secret {
    fn is_in(&self, octets: &[u8]) -> bool {
        octets.windows(self.text.len()).any(|window| window == self.text.as_bytes())
    }
}

/// Whether a text, which mostly is the shorter one, has another in it.
fn has(text: &str, part: &str) -> bool {
    part.len() <= text.len() && text.contains(part)
}
