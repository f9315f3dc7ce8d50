//! The protocols: one file each, all of the same shape.
//!
//! 1. Head: full name, RFC and sections, transport and port, the header drawn in text.
//! 2. Code lists. 3. Layouts, fields in wire order. 4. Message types.
//! 5. Framing, and what belongs together. 6. Computed fields. 7. Tests with real messages.
//!
//! Each file's one public item is `PROTOCOL`. The list of files is made by `build.rs`: put a file
//! here and its protocol is known everywhere, to suites, `explain`, `decode` and the schema.

include!(concat!(env!("OUT_DIR"), "/protocols.rs"));

/// The protocol of a name such as `tacacs+`.
pub fn by_name(name: &str) -> Option<&'static crate::wire::Protocol> {
    PROTOCOLS.iter().copied().find(|p| p.name == name)
}
