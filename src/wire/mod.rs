//! The layout engine: a message is described once, and that table decodes, encodes, verifies,
//! shows and explains it.
//!
//! | file | what |
//! |---|---|
//! | `layout` | the words of the tables: fields, kinds of value, code lists, computed fields |
//! | `octets` | octets of a value, most of which are few |
//! | `value` | what a field holds, and its text form in suites and reports |
//! | `message` | a message with the place of every field, and what is wrong with it |
//! | `decode` | octets into a message; never fails as a whole, what is wrong becomes a fault |
//! | `occurrence` | how often items may stand in messages |
//! | `verify` | what holds for the values of a message that was read |
//! | `encode` | chosen values into octets; whatever was not chosen is computed |
//! | `decode/items`, `encode/items` | lists of items, and those of which one ends the list |
//! | `name` | names made of labels, with pointers to earlier ones |
//! | `text` | values that travel as text: numbers in digits, words of a list, addresses |
//! | `damage` | damage done to a message on purpose |
//! | `edit` | one change to a finished message |
//! | `protocol` | what a protocol file declares besides layouts: message types, framing, pairing |
//! | `dump` | octets as people read them, with a field marked |
//!
//! Knows no protocol by name. Decoding takes anything; encoding fails only where the caller asks for
//! what the layout cannot hold.

mod damage;
mod decode;
mod dump;
mod edit;
mod encode;
mod layout;
mod message;
mod name;
mod occurrence;
mod octets;
mod protocol;
mod text;
mod value;
mod verify;

pub use decode::decode;
pub use dump::hex_dump;
pub use edit::Edit;
pub use encode::{Assignment, Corruption, Draft, EncodeError, Entry, Place, encode};
pub use layout::*;
pub use message::{Fault, Head, Label, Message, Node, count, find, inside, structures};
pub use occurrence::{Occurrence, Occurs, occurrence};
pub use octets::Octets;
pub use protocol::*;
pub use text::*;
pub use value::{Value, parse_octets, show_octets, show_text};
