//! What tshark shows of telnet.

use super::{Case, Cases};

pub const TELNET: Cases = Cases {
    protocol: "telnet",
    options: &[],
    dissector: "telnet",
    parameters: &[],
    remarks: &[],
    cases: &[
        Case {
            kind: "will",
            fields: &[("option", "echo")],
            shows: &[("telnet.cmd", "251"), ("telnet.subcmd", "1")],
        },
        Case {
            kind: "wont",
            fields: &[("option", "suppress-go-ahead")],
            shows: &[("telnet.cmd", "252"), ("telnet.subcmd", "3")],
        },
        Case {
            kind: "do",
            fields: &[("option", "terminal-type")],
            shows: &[("telnet.cmd", "253"), ("telnet.subcmd", "24")],
        },
        Case {
            kind: "dont",
            fields: &[("option", "linemode")],
            shows: &[("telnet.cmd", "254"), ("telnet.subcmd", "34")],
        },
        Case {
            kind: "subnegotiation",
            fields: &[("option", "window-size"), ("parameters", "0x00ff0018")],
            shows: &[("telnet.naws_subopt.width", "255"), ("telnet.naws_subopt.height", "24")],
        },
        Case {
            kind: "command",
            fields: &[("command", "are-you-there")],
            shows: &[("telnet.cmd", "246")],
        },
        Case {
            kind: "line",
            fields: &[("line", "alice")],
            shows: &[("telnet.data", "alice\\r\\n")],
        },
        Case { kind: "text", fields: &[("text", "login: ")], shows: &[("telnet.data", "login: ")] },
        Case { kind: "escaped-text", fields: &[("text", "0xff")], shows: &[] },
    ],
};
