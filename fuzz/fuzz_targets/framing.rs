//! Any octets as a stream: a frame never claims more than is there, and cutting always ends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stepladder::proto::PROTOCOLS;
use stepladder::wire::{Frame, Framing};

fuzz_target!(|octets: &[u8]| {
    for protocol in PROTOCOLS {
        let (Framing::Stream(frame) | Framing::Text(frame)) = protocol.framing else { continue };
        let mut rest = octets;
        while !rest.is_empty() {
            match frame(rest) {
                Frame::Whole(octets) => {
                    assert!(octets > 0 && octets <= rest.len());
                    rest = &rest[octets..];
                }
                Frame::Partial | Frame::Broken(_) => break,
            }
        }
    }
});
