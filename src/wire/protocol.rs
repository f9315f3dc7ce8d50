//! What a protocol file declares besides its layouts: message types, framing, pairing, parameters.

use std::time::Duration;

use super::layout::{Auto, Field, Items, Kind, Layout, Len};
use super::message::{Message, Node};
use super::occurrence::Occurs;

/// A protocol, whole: the one public item of a protocol file.
#[derive(Debug)]
pub struct Protocol {
    /// Name as suites spell it, such as `tacacs+`.
    pub name: &'static str,
    /// Full name.
    pub title: &'static str,
    /// Governing documents.
    pub sources: &'static [&'static str],
    /// What carries it.
    pub transport: Transport,
    /// The port that is asked for where nobody says otherwise; 0 where there are no ports.
    pub port: u16,
    /// What a link of this protocol must be told: shared secrets and the like.
    pub parameters: &'static [Parameter],
    /// The leading fields that all its messages share, as far as they choose the message type and name
    /// the conversation: every message is read twice so far.
    pub head: &'static Layout,
    /// Message types. The first whose selectors fit is taken; the last one takes anything.
    pub messages: &'static [MessageType],
    /// Where one message ends and the next begins.
    pub framing: Framing,
    /// What belongs together.
    pub conversation: Conversation,
}

impl Protocol {
    /// The message type of a name.
    pub fn message(&self, name: &str) -> Option<&'static MessageType> {
        self.messages.iter().find(|m| m.name == name)
    }
}

/// What carries a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// Frames on an Ethernet segment, where everybody hears everybody.
    Ethernet,
}

impl Transport {
    /// Whether it carries streams, which are opened and closed, rather than messages one by one.
    pub fn has_streams(self) -> bool {
        self == Self::Tcp
    }
}

/// Something that a link must be told.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Name in suites, such as `secret`.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Whether a link without it is an error.
    pub required: bool,
}

/// Which end of a link says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The end that opens: the left one of `A -> B` in a suite's links.
    Initiator,
    /// The end that is asked.
    Responder,
    /// Both.
    Either,
}

impl Side {
    /// Whether a message from the initiator, or not, fits.
    pub fn fits(self, from_initiator: bool) -> bool {
        match self {
            Self::Initiator => from_initiator,
            Self::Responder => !from_initiator,
            Self::Either => true,
        }
    }
}

/// One type of message.
#[derive(Debug)]
pub struct MessageType {
    /// Name as suites spell it, such as `access-request`.
    pub name: &'static str,
    /// One line for `explain`.
    pub about: &'static str,
    /// Who says it.
    pub from: Side,
    /// Values of head fields that mark this type; they are also what is said.
    pub when: &'static [(&'static str, u64)],
    /// Whether it opens a conversation rather than following a message.
    pub opens: bool,
    /// The whole message.
    pub layout: &'static Layout,
    /// Whether it may come at any time and is passed over where nobody waits for it.
    pub background: bool,
    /// How it is cut out of a stream where its protocol leaves that to the message type.
    pub flow: Flow,
    /// The types of message that it answers, where it has its form only behind these; empty for any.
    pub answers: &'static [&'static str],
    /// Whether its last octet travels as urgent data of its stream.
    pub urgent: bool,
}

impl MessageType {
    /// The field at a path.
    pub fn field(&self, path: &str) -> Option<&'static Field> {
        super::layout::find_field(self.layout.fields, path)
    }

    /// The table of a list of items.
    fn items(&self, list: &str) -> Option<&'static Items> {
        match self.field(list)?.kind {
            Kind::Items(items) => Some(items),
            _ => None,
        }
    }

    /// How often an item may stand in a list, and where that is said.
    pub fn occurs(&self, list: &str, item: &str) -> Option<(Occurs, &'static str)> {
        let items = self.items(list)?;
        items.occurs(self.name, items.number(item)?)
    }

    /// The section that leaves the order of a list's items free.
    pub fn order(&self, list: &str) -> Option<&'static str> {
        self.items(list).map(|items| items.order).filter(|section| !section.is_empty())
    }

    /// The section that allows octets behind the message.
    pub fn trailing(&self) -> Option<&'static str> {
        let length = self.layout.fields.iter().find(|f| matches!(f.auto, Auto::LengthOfMessage));
        let is_filler = |f: &&Field| {
            matches!(f.auto, Auto::FillTo(_)) || matches!(f.kind, Kind::Octets(Len::Rest))
        };
        let filler = self.layout.fields.last().filter(is_filler);
        length.or(filler).map(|f| f.free).filter(|section| !section.is_empty())
    }
}

/// A message type that follows others, and that the framing cuts out.
pub const fn message(
    name: &'static str,
    when: &'static [(&'static str, u64)],
    from: Side,
    layout: &'static Layout,
    about: &'static str,
) -> MessageType {
    MessageType {
        name,
        about,
        from,
        when,
        opens: false,
        layout,
        background: false,
        flow: Flow::Framed,
        answers: &[],
        urgent: false,
    }
}

/// How messages lie in what carries them.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    /// One datagram, one message.
    Datagram,
    /// One frame, one message. The function tells a frame of the protocol from others on the segment,
    /// given from its first octet on.
    Frame(fn(&[u8]) -> bool),
    /// The function finds the end of the first message, whatever its type.
    Stream(fn(&[u8]) -> Frame),
    /// A stream of text with no frames of its own: the awaited message type says where it ends. The
    /// function cuts at the next thing that is not text, such as a telnet command.
    Text(fn(&[u8]) -> Frame),
    /// All that one end says until it closes its half of the stream is one message.
    UntilClosed,
}

/// Where text that is waited for ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The protocol's framing finds it.
    Framed,
    /// With a line ending.
    Line,
    /// Nowhere: more may come, and what does not match yet may match then.
    Growing,
}

/// The first message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// It has this many octets, all there.
    Whole(usize),
    /// It is not all there.
    Partial,
    /// It cannot be one; the text says why. Everything there is one broken message.
    Broken(&'static str),
}

/// How messages belong together.
#[derive(Debug)]
pub struct Conversation {
    /// Fields whose values name the conversation, such as the RADIUS identifier.
    pub key: &'static [&'static str],
    /// Whether a message of the initiator with an unknown key opens a new one: its head decides.
    pub opens: fn(&[Node]) -> bool,
    /// Whether both ends close the stream after its latest message, given its first two as well.
    pub closes: fn(first: [Option<&Message>; 2], latest: &Message) -> bool,
    /// The section that lets the initiator repeat the octets of an earlier message at any time; empty
    /// where it may not.
    pub repeats: &'static str,
    /// The section that lets the initiator say each message from another port; empty where it may
    /// not.
    pub ports: &'static str,
    /// The section that lets either end close the stream between messages; empty where it may not.
    pub may_close: &'static str,
    /// Whether the responder may repeat as well.
    pub both_repeat: bool,
    /// Whether a message follows the latest one of the other end where there is no key.
    pub in_turn: bool,
    /// Whether the responder answers from a port that it takes for this conversation, to which the
    /// initiator goes on.
    pub answers_anew: bool,
    /// How long a healthy peer may take where a suite says nothing.
    pub patience: Duration,
}

impl Conversation {
    /// Messages that have nothing to do with each other; for what a protocol does not speak of.
    pub const PLAIN: Self = Self {
        key: &[],
        opens: |_| true,
        closes: |_, _| false,
        repeats: "",
        ports: "",
        may_close: "",
        both_repeat: false,
        in_turn: false,
        answers_anew: false,
        patience: Duration::from_secs(5),
    };
}

/// The values of a link's parameters.
#[derive(Clone, Debug, Default)]
pub struct Parameters(pub Vec<(&'static str, Vec<u8>)>);

impl Parameters {
    /// The octets of a parameter.
    pub fn octets(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, octets)| octets.as_slice())
    }
}

/// What a message is read and written against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The link's parameters.
    pub parameters: &'a Parameters,
    /// The message that this one follows: the request of a reply, the last one of the conversation.
    pub previous: Option<&'a Message>,
    /// Whether the initiator of the link says it.
    pub from_initiator: bool,
}
