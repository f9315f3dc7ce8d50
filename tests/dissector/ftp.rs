//! What tshark shows of FTP.

use super::{Case, Cases};

pub const FTP: Cases = Cases {
    protocol: "ftp",
    options: &[],
    dissector: "ftp",
    parameters: &[],
    remarks: &[],
    cases: &[
        Case {
            kind: "user",
            fields: &[("name", "alice")],
            shows: &[("ftp.request.command", "USER"), ("ftp.request.arg", "alice")],
        },
        Case {
            kind: "pass",
            fields: &[("password", "rabbit")],
            shows: &[("ftp.request.command", "PASS"), ("ftp.request.arg", "rabbit")],
        },
        Case {
            kind: "acct",
            fields: &[("account", "x7")],
            shows: &[("ftp.request.command", "ACCT"), ("ftp.request.arg", "x7")],
        },
        Case {
            kind: "cwd",
            fields: &[("path", "pub dir")],
            shows: &[("ftp.request.command", "CWD"), ("ftp.request.arg", "pub dir")],
        },
        Case {
            kind: "smnt",
            fields: &[("path", "/mnt")],
            shows: &[("ftp.request.command", "SMNT"), ("ftp.request.arg", "/mnt")],
        },
        Case {
            kind: "retr",
            fields: &[("path", "big.bin")],
            shows: &[("ftp.request.command", "RETR"), ("ftp.request.arg", "big.bin")],
        },
        Case {
            kind: "stor",
            fields: &[("path", "in/new.bin")],
            shows: &[("ftp.request.command", "STOR"), ("ftp.request.arg", "in/new.bin")],
        },
        Case {
            kind: "appe",
            fields: &[("path", "in/log")],
            shows: &[("ftp.request.command", "APPE"), ("ftp.request.arg", "in/log")],
        },
        Case {
            kind: "rnfr",
            fields: &[("path", "old")],
            shows: &[("ftp.request.command", "RNFR"), ("ftp.request.arg", "old")],
        },
        Case {
            kind: "rnto",
            fields: &[("path", "new")],
            shows: &[("ftp.request.command", "RNTO"), ("ftp.request.arg", "new")],
        },
        Case {
            kind: "dele",
            fields: &[("path", "gone")],
            shows: &[("ftp.request.command", "DELE"), ("ftp.request.arg", "gone")],
        },
        Case {
            kind: "rmd",
            fields: &[("path", "d")],
            shows: &[("ftp.request.command", "RMD"), ("ftp.request.arg", "d")],
        },
        Case {
            kind: "mkd",
            fields: &[("path", "a\"b")],
            shows: &[("ftp.request.command", "MKD"), ("ftp.request.arg", "a\"b")],
        },
        Case {
            kind: "list",
            fields: &[("path", "-l")],
            shows: &[("ftp.request.command", "LIST"), ("ftp.request.arg", "-l")],
        },
        Case {
            kind: "nlst",
            fields: &[("path", "pub")],
            shows: &[("ftp.request.command", "NLST"), ("ftp.request.arg", "pub")],
        },
        Case {
            kind: "stat",
            fields: &[("path", "pub")],
            shows: &[("ftp.request.command", "STAT"), ("ftp.request.arg", "pub")],
        },
        Case {
            kind: "mlst",
            fields: &[("path", "f")],
            shows: &[("ftp.request.command", "MLST"), ("ftp.request.arg", "f")],
        },
        Case {
            kind: "mlsd",
            fields: &[("path", "d")],
            shows: &[("ftp.request.command", "MLSD"), ("ftp.request.arg", "d")],
        },
        Case {
            kind: "size",
            fields: &[("path", "f")],
            shows: &[("ftp.request.command", "SIZE"), ("ftp.request.arg", "f")],
        },
        Case {
            kind: "mdtm",
            fields: &[("path", "f")],
            shows: &[("ftp.request.command", "MDTM"), ("ftp.request.arg", "f")],
        },
        Case {
            kind: "help",
            fields: &[("topic", "retr")],
            shows: &[("ftp.request.command", "HELP"), ("ftp.request.arg", "retr")],
        },
        Case {
            kind: "site",
            fields: &[("command", "HELP")],
            shows: &[("ftp.request.command", "SITE"), ("ftp.request.arg", "HELP")],
        },
        Case {
            kind: "opts",
            fields: &[("command", "MLST type;size;")],
            shows: &[("ftp.request.command", "OPTS"), ("ftp.request.arg", "MLST type;size;")],
        },
        Case {
            kind: "rest",
            fields: &[("offset", "4294967296")],
            shows: &[("ftp.request.command", "REST"), ("ftp.request.arg", "4294967296")],
        },
        Case {
            kind: "epsv",
            fields: &[("family", "1")],
            shows: &[("ftp.request.command", "EPSV"), ("ftp.request.arg", "1")],
        },
        Case {
            kind: "type",
            fields: &[("type", "I")],
            shows: &[("ftp.request.command", "TYPE"), ("ftp.request.arg", "I")],
        },
        Case {
            kind: "stru",
            fields: &[("structure", "F")],
            shows: &[("ftp.request.command", "STRU"), ("ftp.request.arg", "F")],
        },
        Case {
            kind: "mode",
            fields: &[("mode", "S")],
            shows: &[("ftp.request.command", "MODE"), ("ftp.request.arg", "S")],
        },
        Case { kind: "cdup", fields: &[], shows: &[("ftp.request.command", "CDUP")] },
        Case { kind: "quit", fields: &[], shows: &[("ftp.request.command", "QUIT")] },
        Case { kind: "rein", fields: &[], shows: &[("ftp.request.command", "REIN")] },
        Case { kind: "pasv", fields: &[], shows: &[("ftp.request.command", "PASV")] },
        Case { kind: "stou", fields: &[], shows: &[("ftp.request.command", "STOU")] },
        Case { kind: "abor", fields: &[], shows: &[("ftp.request.command", "ABOR")] },
        Case { kind: "pwd", fields: &[], shows: &[("ftp.request.command", "PWD")] },
        Case { kind: "syst", fields: &[], shows: &[("ftp.request.command", "SYST")] },
        Case { kind: "noop", fields: &[], shows: &[("ftp.request.command", "NOOP")] },
        Case { kind: "feat", fields: &[], shows: &[("ftp.request.command", "FEAT")] },
        Case {
            kind: "allo",
            fields: &[("octets", "1000"), ("record", "80")],
            shows: &[("ftp.request.command", "ALLO"), ("ftp.request.arg", "1000 R 80")],
        },
        Case {
            kind: "command",
            fields: &[("verb", "MFMT"), ("argument", "20260102030405 f")],
            shows: &[("ftp.request.command", "MFMT"), ("ftp.request.arg", "20260102030405 f")],
        },
        Case {
            kind: "port",
            fields: &[("host", "192.0.2.1"), ("port", "5001")],
            shows: &[
                ("ftp.request.command", "PORT"),
                ("ftp.active.cip", "192.0.2.1"),
                ("ftp.active.port", "5001"),
            ],
        },
        Case {
            kind: "eprt",
            fields: &[("host", "192.0.2.1"), ("port", "5001")],
            shows: &[
                ("ftp.request.command", "EPRT"),
                ("ftp.eprt.af", "1"),
                ("ftp.eprt.ip", "192.0.2.1"),
                ("ftp.eprt.port", "5001"),
            ],
        },
        Case {
            kind: "eprt",
            fields: &[("family", "2"), ("host", "2001:db8::7"), ("port", "65535")],
            shows: &[
                ("ftp.eprt.af", "2"),
                ("ftp.eprt.ipv6", "2001:db8::7"),
                ("ftp.eprt.port", "65535"),
            ],
        },
        Case {
            kind: "reply",
            fields: &[("code", "220"), ("text", "hello")],
            shows: &[("ftp.response.code", "220"), ("ftp.response.arg", "hello")],
        },
        Case {
            kind: "reply",
            fields: &[
                ("code", "211"),
                ("first", "Features"),
                ("lines.0.line", " SIZE"),
                ("text", "End"),
            ],
            shows: &[("ftp.response.code", "211")],
        },
        Case {
            kind: "passive",
            fields: &[("host", "192.0.2.2"), ("port", "4660")],
            shows: &[
                ("ftp.response.code", "227"),
                ("ftp.passive.ip", "192.0.2.2"),
                ("ftp.passive.port", "4660"),
            ],
        },
        Case {
            kind: "extended-passive",
            fields: &[("port", "6446")],
            shows: &[("ftp.response.code", "229"), ("ftp.epsv.port", "6446")],
        },
        Case {
            kind: "pathname",
            fields: &[("path", "/a\"b"), ("text", "made")],
            shows: &[("ftp.response.code", "257"), ("ftp.response.arg", "\"/a\"\"b\" made")],
        },
        Case {
            kind: "size-is",
            fields: &[("octets", "70000")],
            shows: &[("ftp.response.code", "213"), ("ftp.response.arg", "70000")],
        },
        Case {
            kind: "modified",
            fields: &[("time", "20260102030405")],
            shows: &[("ftp.response.code", "213"), ("ftp.response.arg", "20260102030405")],
        },
        Case { kind: "will", fields: &[("option", "1")], shows: &[] },
        Case { kind: "wont", fields: &[("option", "1")], shows: &[] },
        Case { kind: "do", fields: &[("option", "1")], shows: &[] },
        Case { kind: "dont", fields: &[("option", "1")], shows: &[] },
        Case { kind: "synch", fields: &[], shows: &[] },
        Case { kind: "telnet", fields: &[("command", "interrupt-process")], shows: &[] },
    ],
};
