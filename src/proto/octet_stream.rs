//! Octets of no protocol: what a stream carries from its beginning to its end.
//!
//! For streams whose contents another protocol speaks of, such as the data connections of RFC 959. TCP;
//! the port is told in that other protocol.
//!
//! ```text
//! data   every octet that one end says, until it closes its half
//! ```

use crate::wire::*;

/// Plain octets.
pub static PROTOCOL: Protocol = Protocol {
    name: "octet-stream",
    title: "Octets of a stream",
    sources: &["RFC 9293"],
    transport: Transport::Tcp,
    port: 0,
    parameters: &[],
    head: &HEAD,
    messages: MESSAGES,
    framing: Framing::UntilClosed,
    conversation: Conversation::PLAIN,
};

// Layouts.

const HEAD: Layout = layout("head", "RFC 9293", &[]);

const DATA: Layout = layout(
    "data",
    "RFC 9293",
    &[octets("data", Len::Rest).about("everything that is said before the stream is closed")],
);

// Message types.

static MESSAGES: &[MessageType] = &[MessageType {
    opens: true,
    ..message("data", &[], Side::Either, &DATA, "all that one end says")
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_stands_for_itself() {
        let nobody = Parameters::default();
        let context = Context { parameters: &nobody, previous: None, from_initiator: true };
        let message = decode(&MESSAGES[0], &context, b"\x00\xff\r\n");
        assert_eq!(message.faults, []);
        assert_eq!(message.find("data").and_then(|n| n.value.octets()), Some(&b"\x00\xff\r\n"[..]));
    }
}
