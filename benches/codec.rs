//! Decoding and encoding: one message of every protocol that others made, and a parser for RADIUS
//! written by hand beside them.

use std::hint::black_box;

use common::{ONE_OF_EVERY, Real, SECRET};
use criterion::{Criterion, criterion_group, criterion_main};
use md5::{Digest as _, Md5};

#[expect(dead_code, reason = "each bench uses what it needs")]
mod common;

/// A RADIUS packet as one would write it for one server.
struct Packet<'p> {
    code: u8,
    identifier: u8,
    authenticator: &'p [u8],
    attributes: Vec<(u8, &'p [u8])>,
}

/// Parses a packet, and verifies the authenticator of an Accounting-Request.
fn by_hand(octets: &[u8]) -> Option<Packet<'_>> {
    let (head, mut rest) = octets.split_at_checked(20)?;
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    if length != octets.len() {
        return None;
    }
    let mut attributes = Vec::with_capacity(16);
    while let [number, length, ..] = *rest {
        let value = rest.get(2..usize::from(length))?;
        attributes.push((number, value));
        rest = &rest[usize::from(length)..];
    }
    Some(Packet { code: head[0], identifier: head[1], authenticator: &head[4..], attributes })
}

fn verified(octets: &[u8]) -> Option<Packet<'_>> {
    let packet = by_hand(octets)?;
    let mut md5 = Md5::new();
    md5.update(&octets[..4]);
    md5.update([0; 16]);
    md5.update(&octets[20..]);
    md5.update(SECRET);
    (md5.finalize().as_slice() == packet.authenticator).then_some(packet)
}

/// Writes the same packet.
fn written(packet: &Packet<'_>) -> Vec<u8> {
    let mut octets = Vec::with_capacity(128);
    octets.extend([packet.code, packet.identifier, 0, 0]);
    octets.extend([0; 16]);
    for (number, value) in &packet.attributes {
        octets.extend([*number, value.len() as u8 + 2]);
        octets.extend_from_slice(value);
    }
    let length = octets.len() as u16;
    octets[2..4].copy_from_slice(&length.to_be_bytes());
    let mut md5 = Md5::new();
    md5.update(&octets);
    md5.update(SECRET);
    let digest = md5.finalize();
    octets[4..20].copy_from_slice(&digest);
    octets
}

fn codec(criterion: &mut Criterion) {
    let mut decode = criterion.benchmark_group("decode");
    for file in ONE_OF_EVERY {
        let real = Real::read(file);
        let name = format!("{}, {} octets", real.name, real.octets.len());
        decode.bench_function(name, |b| b.iter(|| black_box(&real).decode()));
    }
    // A packet of 110 octets, ours and by hand.
    let real = Real::radius();
    decode.bench_function("radius, 110 octets", |b| b.iter(|| black_box(&real).decode()));
    decode.bench_function("radius, 110 octets, by hand", |b| {
        b.iter(|| verified(black_box(&real.octets)).is_some());
    });
    decode.bench_function("radius, 110 octets, by hand, not verified", |b| {
        b.iter(|| by_hand(black_box(&real.octets)).map(|p| p.attributes.len()));
    });
    decode.finish();
    let mut encode = criterion.benchmark_group("encode");
    for file in ONE_OF_EVERY {
        let real = Real::read(file);
        let draft = real.draft();
        let name = format!("{}, {} octets", real.name, real.octets.len());
        encode.bench_function(name, |b| b.iter(|| black_box(&real).encode(black_box(&draft))));
    }
    let draft = real.draft();
    encode.bench_function("radius, 110 octets", |b| b.iter(|| real.encode(black_box(&draft))));
    let packet = by_hand(&real.octets).expect("a packet");
    encode.bench_function("radius, 110 octets, by hand", |b| {
        b.iter(|| written(black_box(&packet)));
    });
    encode.finish();
}

criterion_group!(benches, codec);
criterion_main!(benches);
