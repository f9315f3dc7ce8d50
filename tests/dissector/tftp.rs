//! What tshark shows of TFTP.

use super::{Case, Cases};

pub const TFTP: Cases = Cases {
    protocol: "tftp",
    options: &[],
    dissector: "tftp",
    parameters: &[],
    remarks: &["TFTP ERROR packet"],
    cases: &[
        Case {
            kind: "rrq",
            fields: &[
                ("filename", "big.bin"),
                ("mode", "netascii"),
                ("options.blksize", "1428"),
                ("options.tsize", "0"),
            ],
            shows: &[
                ("tftp.opcode", "1"),
                ("tftp.source_file", "big.bin"),
                ("tftp.type", "netascii"),
                ("tftp.option.name", "blksize|tsize"),
                ("tftp.option.value", "1428|0"),
            ],
        },
        Case {
            kind: "oack",
            fields: &[("options.blksize", "1428")],
            shows: &[("tftp.opcode", "6"), ("tftp.option.name", "blksize")],
        },
        Case {
            kind: "wrq",
            fields: &[("filename", "new.bin"), ("mode", "octet")],
            shows: &[
                ("tftp.opcode", "2"),
                ("tftp.destination_file", "new.bin"),
                ("tftp.type", "octet"),
            ],
        },
        Case {
            kind: "data",
            fields: &[("block", "1"), ("data", "hello")],
            shows: &[("tftp.opcode", "3"), ("tftp.block", "1")],
        },
        Case {
            kind: "ack",
            fields: &[("block", "1")],
            shows: &[("tftp.opcode", "4"), ("tftp.block", "1")],
        },
        Case {
            kind: "error",
            fields: &[("code", "disk-full"), ("message", "no room")],
            shows: &[
                ("tftp.opcode", "5"),
                ("tftp.error.code", "3"),
                ("tftp.error.message", "no room"),
            ],
        },
        // No document knows the opcode, and neither does tshark.
        Case {
            kind: "other",
            fields: &[("opcode", "9")],
            shows: &[
                ("_ws.malformed", "[Malformed Packet: TFTP]|_ws.malformed"),
                ("_ws.expert.message", "Malformed Packet (Exception occurred)"),
            ],
        },
    ],
};
