//! Domain Name System, DNS, over TCP: two octets of length in front of each message.
//!
//! RFC 1035 section 4.2.2, RFC 7766. TCP, port 53. The tables are those of `dns.rs`; pointers of
//! names do not count the length.

use std::time::Duration;

use super::dns::{PARAMETERS, TCP_HEAD, TCP_MESSAGES};
use crate::wire::*;

/// DNS over TCP.
pub static PROTOCOL: Protocol = Protocol {
    name: "dns-tcp",
    title: "Domain Name System over TCP",
    sources: &["RFC 1035", "RFC 7766"],
    transport: Transport::Tcp,
    port: 53,
    parameters: PARAMETERS,
    head: &TCP_HEAD,
    messages: TCP_MESSAGES,
    framing: Framing::Stream(frame),
    conversation: Conversation {
        key: &["id"],
        opens: |_| true,
        closes: |_, _| false,
        repeats: "",
        ports: "RFC 7766 section 6.2.1",
        may_close: "RFC 7766 section 6.2.3",
        patience: Duration::from_secs(5),
        ..Conversation::PLAIN
    },
};

/// The length says how many octets follow it.
fn frame(octets: &[u8]) -> Frame {
    match octets {
        [high, low, rest @ ..] => match usize::from(u16::from_be_bytes([*high, *low])) {
            length if length <= rest.len() => Frame::Whole(2 + length),
            _ => Frame::Partial,
        },
        _ => Frame::Partial,
    }
}
