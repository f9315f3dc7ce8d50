//! Any text as a suite: no panic, no hang; what can be read is looked over and played in memory.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use stepladder::diag::Source;
use stepladder::ladder::Projection;
use stepladder::play::Cast;
use stepladder::{sim, suite};

fuzz_target!(|text: &str| {
    let source = Arc::new(Source { path: "fuzz.yaml".into(), text: text.into() });
    let mut problems = Vec::new();
    let loaded = suite::suite_from_source(&source, suite::Common::default(), &mut problems);
    problems.iter().for_each(|p| drop(p.render(false)));
    let Some(loaded) = loaded else { return };
    suite::lint(&loaded).iter().for_each(|p| drop(p.render(false)));
    let loaded = Arc::new(loaded);
    for exchange in loaded.exchanges.iter().take(3) {
        for party in 0..loaded.parties.len() {
            let projection = Projection::testing(&loaded, &[party]);
            if exchange.cannot_test(&loaded, &projection).is_some() {
                continue;
            }
            sim::self_play(&Cast::new(&loaded, exchange, projection));
        }
    }
});
