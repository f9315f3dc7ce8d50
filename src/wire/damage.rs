//! Damage done to an encoded message on purpose: before seals and digests are computed anew, and to
//! digests themselves afterwards.

use std::ops::Range;

use super::encode::{Corruption, EncodeError, finish};
use super::layout::Auto;
use super::message::{Message, find};
use super::protocol::Context;

/// Does the damage.
pub(super) fn corrupt(
    message: &mut Message,
    context: &Context<'_>,
    corruption: &Corruption,
) -> Result<(), EncodeError> {
    let before = message.clone();
    let index = |path: &str| {
        before
            .nodes
            .iter()
            .position(|n| find(&before.nodes, path).is_some_and(|f| std::ptr::eq(f, n)))
    };
    let place = |path: &str| match before.field(path) {
        Some(node) => {
            let digest = matches!(node.field.auto, Auto::Digest(_));
            Ok((node.value_bits(), digest))
        }
        None => {
            Err(EncodeError { path: path.into(), what: "the message has no such field".into() })
        }
    };
    // All of it is in the clear until it is sealed again.
    if let Some(opened) = message.opened.take() {
        message.bytes = opened;
    }
    for at in corruption.keep.iter().filter_map(|path| index(path)) {
        message.nodes[at].chosen = true;
    }
    let early = |digest: bool| !digest;
    for (path, number) in &corruption.set {
        let (bits, digest) = place(path)?;
        if early(digest) {
            put(&mut message.bytes, bits, *number);
        }
    }
    for path in &corruption.flip {
        let (bits, digest) = place(path)?;
        if early(digest) {
            flip(&mut message.bytes, bits);
        }
    }
    if let Some(octets) = corruption.truncate {
        message.bytes.truncate(octets);
    }
    message.bytes.extend_from_slice(&corruption.append);
    finish(message, context);
    for (path, number) in &corruption.set {
        let (bits, digest) = place(path)?;
        if digest {
            put(&mut message.bytes, bits, *number);
        }
    }
    for path in &corruption.flip {
        let (bits, digest) = place(path)?;
        if digest {
            flip(&mut message.bytes, bits);
        }
    }
    if let Some(octets) = &corruption.octets {
        message.bytes.clone_from(octets);
        message.opened = None;
        message.nodes.clear();
    }
    Ok(())
}

/// Writes a number into bits; bits past the end are lost.
pub(super) fn put(bytes: &mut [u8], bits: Range<usize>, number: u64) {
    let width = bits.len();
    // Whole octets at once.
    if width <= 64 && bits.start.is_multiple_of(8) && width.is_multiple_of(8) {
        let octets = number.to_be_bytes();
        let octets = &octets[8 - width / 8..];
        if let Some(place) = bytes.get_mut(bits.start / 8..bits.end / 8) {
            place.copy_from_slice(octets);
            return;
        }
    }
    // Within one octet.
    let before = bits.start % 8;
    if (1..=8 - before).contains(&width)
        && let Some(octet) = bytes.get_mut(bits.start / 8)
    {
        let behind = 8 - before - width;
        let mask = 0xff >> before & 0xff << behind;
        *octet = *octet & !mask | (number as u8) << behind & mask;
        return;
    }
    for (i, bit) in bits.enumerate() {
        let shift = width - 1 - i;
        let one = if shift < 64 { (number >> shift & 1) as u8 } else { 0 };
        if let Some(octet) = bytes.get_mut(bit / 8) {
            let mask = 1 << (7 - bit % 8);
            *octet = (*octet & !mask) | (one * mask);
        }
    }
}

pub(super) fn flip(bytes: &mut [u8], bits: Range<usize>) {
    let Some(last) = bits.end.checked_sub(1) else { return };
    if let Some(octet) = bytes.get_mut(last / 8) {
        *octet ^= 1 << (7 - last % 8);
    }
}
