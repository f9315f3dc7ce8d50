//! Any octets, as any message of any protocol: no panic, and every field inside the message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stepladder::proto::PROTOCOLS;
use stepladder::wire::{Context, Parameters, decode};

fuzz_target!(|octets: &[u8]| {
    let [which, side, octets @ ..] = octets else { return };
    let protocol = PROTOCOLS[usize::from(*which) % PROTOCOLS.len()];
    let parameters =
        Parameters(protocol.parameters.iter().map(|p| (p.name, b"secret".to_vec())).collect());
    let from_initiator = side & 1 == 0;
    let head = protocol.head(octets);
    let kind = protocol.classify(&head, from_initiator, side & 2 == 0, None);
    let context = Context { parameters: &parameters, previous: None, from_initiator };
    let first = decode(kind, &context, octets);
    for node in &first.nodes {
        let bits = node.bits();
        assert!(bits.start <= bits.end && bits.end <= octets.len() * 8);
        let _ = node.show();
    }
    // And as what follows something just as wild.
    let context = Context { previous: Some(&first), from_initiator: !from_initiator, ..context };
    let kind = protocol.classify(&head, !from_initiator, false, None);
    let _ = decode(kind, &context, octets);
});
