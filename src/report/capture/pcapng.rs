//! The file format of captures: blocks in the order of this machine, a multiple of four octets long.

use std::io::{self, Write};

/// What a block is (pcapng section 11.1).
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;

/// What tells readers the order of octets.
const MAGIC: u32 = 0x1a2b_3c4d;

/// Numbers of options, those of each block.
const COMMENT: u16 = 1;
const APPLICATION: u16 = 4;
const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const RESOLUTION: u16 = 9;
const FLAGS: u16 = 2;

/// Times count nanoseconds.
const NANOSECONDS: u8 = 9;

/// The most octets of a text; the format could hold some more.
const TEXT: usize = 60_000;

/// The most octets of a packet that readers take.
const LONGEST: usize = 262_144;

/// Where the name of the application stands in a file of ours.
pub const APPLICATION_AT: usize = 28;

/// A link type as readers number it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkType {
    /// Frames, from the destination's address on.
    Ethernet = 1,
    /// IP packets, without anything before them.
    Raw = 101,
}

/// Which way a packet went, as the harness sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Between two parties that are both ours, or both under test.
    #[default]
    Neither = 0,
    /// The party under test said it.
    Inbound = 1,
    /// We said it.
    Outbound = 2,
}

/// A packet.
#[derive(Clone, Debug, Default)]
pub struct Packet {
    /// The interface, counted as they were written.
    pub interface: usize,
    /// Nanoseconds since 1970.
    pub time: u64,
    /// Which way.
    pub direction: Direction,
    /// The octets.
    pub octets: Vec<u8>,
    /// What there is to say of it.
    pub comments: Vec<String>,
}

/// A capture that is being written.
pub struct Pcapng<W> {
    out: W,
}

impl<W: Write> Pcapng<W> {
    /// Begins a capture with the name of the program and what there is to say of all of it.
    pub fn begin(out: W, application: &str, comment: &str) -> io::Result<Self> {
        let mut block = Block::default();
        block.number(MAGIC);
        block.octets.extend(1u16.to_ne_bytes());
        block.octets.extend(0u16.to_ne_bytes());
        // How long the section is, is not known beforehand.
        block.octets.extend((-1i64).to_ne_bytes());
        block.text(APPLICATION, application);
        block.text(COMMENT, comment);
        let mut capture = Self { out };
        capture.write(SECTION, block)?;
        Ok(capture)
    }

    /// Describes the next interface.
    pub fn interface(&mut self, kind: LinkType, name: &str, about: &str) -> io::Result<()> {
        let mut block = Block::default();
        block.octets.extend((kind as u16).to_ne_bytes());
        block.octets.extend([0, 0]);
        // Packets are not cut to any length.
        block.number(0);
        block.text(NAME, name);
        block.text(DESCRIPTION, about);
        block.option(RESOLUTION, &[NANOSECONDS]);
        self.write(INTERFACE, block)
    }

    /// Writes a packet.
    pub fn packet(&mut self, packet: &Packet) -> io::Result<()> {
        let mut block = Block::default();
        let kept = &packet.octets[..packet.octets.len().min(LONGEST)];
        block.number(packet.interface as u32);
        block.number((packet.time >> 32) as u32);
        block.number(packet.time as u32);
        block.number(kept.len() as u32);
        block.number(packet.octets.len() as u32);
        block.padded(kept);
        if packet.direction != Direction::Neither {
            block.option(FLAGS, &(packet.direction as u32).to_ne_bytes());
        }
        for comment in &packet.comments {
            block.text(COMMENT, comment);
        }
        self.write(PACKET, block)
    }

    /// Ends the capture.
    pub fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn write(&mut self, kind: u32, mut block: Block) -> io::Result<()> {
        if block.has_options {
            block.number(0);
        }
        // The type, the length at both ends, and what is between them.
        let length = (12 + block.octets.len() as u32).to_ne_bytes();
        self.out.write_all(&kind.to_ne_bytes())?;
        self.out.write_all(&length)?;
        self.out.write_all(&block.octets)?;
        self.out.write_all(&length)
    }
}

/// What stands in a block.
#[derive(Default)]
struct Block {
    octets: Vec<u8>,
    has_options: bool,
}

impl Block {
    fn number(&mut self, number: u32) {
        self.octets.extend(number.to_ne_bytes());
    }

    fn padded(&mut self, octets: &[u8]) {
        self.octets.extend(octets);
        self.octets.resize(self.octets.len().next_multiple_of(4), 0);
    }

    fn text(&mut self, code: u16, text: &str) {
        if !text.is_empty() {
            let end = (0..=text.len().min(TEXT)).rev().find(|end| text.is_char_boundary(*end));
            self.option(code, &text.as_bytes()[..end.unwrap_or_default()]);
        }
    }

    /// An option of fewer than 65,536 octets.
    fn option(&mut self, code: u16, octets: &[u8]) {
        self.has_options = true;
        self.octets.extend(code.to_ne_bytes());
        self.octets.extend((octets.len() as u16).to_ne_bytes());
        self.padded(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_tells_its_length_at_both_ends() {
        let mut octets = Vec::new();
        let mut capture =
            Pcapng::begin(&mut octets, "stepladder 1", &"ä".repeat(TEXT)).expect("whole");
        capture.interface(LinkType::Raw, "odd", "").expect("whole");
        let packet = Packet {
            time: 0x1_0000_0002,
            direction: Direction::Inbound,
            octets: vec![7; 5],
            comments: vec!["one".into(), String::new(), "three".into()],
            ..Packet::default()
        };
        capture.packet(&packet).expect("whole");
        capture
            .packet(&Packet { octets: vec![0; LONGEST + 1], ..Packet::default() })
            .expect("whole");
        capture.end().expect("whole");
        assert!(octets[APPLICATION_AT..].starts_with(b"stepladder 1"));
        let word =
            |at: usize| u32::from_ne_bytes(octets[at..at + 4].try_into().expect("whole")) as usize;
        let (mut at, mut kinds) = (0, Vec::new());
        while at < octets.len() {
            let length = word(at + 4);
            assert_eq!(length % 4, 0);
            assert_eq!(word(at + length - 4), length);
            kinds.push(word(at) as u32);
            at += length;
        }
        assert_eq!(kinds, [SECTION, INTERFACE, PACKET, PACKET]);
        let last = octets.len() - 12 - 20 - LONGEST;
        assert_eq!((word(last + 20), word(last + 24)), (LONGEST, LONGEST + 1));
    }
}
