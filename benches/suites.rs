//! Reading suites, choosing among their steps, and playing in memory.

use std::hint::black_box;

use common::{cast, load, login, many};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stepladder::sim;

#[expect(dead_code, reason = "each bench uses what it needs")]
mod common;

fn suites(criterion: &mut Criterion) {
    let mut reading = criterion.benchmark_group("reading");
    reading.sample_size(10);
    let mut text = many("bench/many", 1);
    for exchanges in (500..).step_by(500) {
        text = many("bench/many", exchanges);
        if text.len() > 2_000_000 {
            break;
        }
    }
    reading.throughput(Throughput::Bytes(text.len() as u64));
    reading.bench_function("a suite of 2 MB", |b| b.iter(|| load(black_box(text.clone()))));
    reading.finish();
    let mut memory = criterion.benchmark_group("in memory");
    let one = cast(&load(many("bench/one", 1)), "case-00000", "server");
    memory.bench_function("one exchange, both sides", |b| b.iter(|| sim::self_play(&one)));
    let login = login();
    memory.bench_function("a login of 13 steps, both sides", |b| b.iter(|| sim::self_play(&login)));
    memory.finish();
}

criterion_group!(benches, suites);
criterion_main!(benches);
