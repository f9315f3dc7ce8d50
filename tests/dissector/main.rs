//! An independent dissector agrees: tshark reads every type of message that we encode, finds nothing
//! malformed in it, and shows the values that we chose.

mod arp;
mod dhcpv4;
mod dns;
mod ftp;
mod telnet;
mod tftp;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use stepladder::proto::PROTOCOLS;
use stepladder::wire::*;

/// A message to encode, and what tshark must show of it.
struct Case {
    kind: &'static str,
    /// Paths and values as a suite spells them; those of one list stand together.
    fields: &'static [(&'static str, &'static str)],
    /// tshark's fields, and what they show; several values of one field are parted by `|`.
    shows: &'static [(&'static str, &'static str)],
}

/// The cases of one protocol. A reply follows the case before it, on the same ports.
struct Cases {
    protocol: &'static str,
    /// What tshark is told, and what it calls the protocol.
    options: &'static [&'static str],
    dissector: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    /// What tshark remarks on messages that are in order.
    remarks: &'static [&'static str],
    cases: &'static [Case],
}

const CASES: &[Cases] = &[
    arp::ARP,
    dhcpv4::DHCPV4,
    Cases { protocol: "dhcpv4-ethernet", ..dhcpv4::DHCPV4 },
    dns::UDP,
    dns::TCP,
    RADIUS,
    TACACS,
    ftp::FTP,
    telnet::TELNET,
    tftp::TFTP,
];

const RADIUS: Cases = Cases {
    protocol: "radius",
    options: &["radius.shared_secret:wonderland", "radius.validate_authenticator:TRUE"],
    dissector: "radius",
    parameters: &[("secret", "wonderland"), ("password", "rabbit")],
    remarks: &[],
    cases: &[
        Case {
            kind: "access-request",
            fields: &[
                ("identifier", "77"),
                ("attributes.Message-Authenticator", ""),
                ("attributes.User-Name", "alice"),
                ("attributes.User-Password", "follow the white rabbit"),
                ("attributes.NAS-IP-Address", "192.0.2.7"),
                ("attributes.NAS-Port", "4000000000"),
                ("attributes.NAS-Port-Type", "Virtual"),
                ("attributes.Service-Type", "Framed"),
                ("attributes.Framed-Protocol", "PPP"),
                ("attributes.State", "0x0102ff"),
                ("attributes.Called-Station-Id", "02-00-00-00-00-01"),
                ("attributes.Proxy-State", "0x00"),
                ("attributes.Connect-Info", "CONNECT"),
                ("attributes.NAS-Port-Id", "tty7"),
                ("attributes.Vendor-Specific.vendor_id", "9"),
                ("attributes.Vendor-Specific.string", "0x0103ff"),
            ],
            shows: &[
                ("radius.code", "1"),
                ("radius.id", "77"),
                ("radius.User_Name", "alice"),
                ("radius.User_Password", "follow the white rabbit"),
                ("radius.NAS_IP_Address", "192.0.2.7"),
                ("radius.NAS_Port", "4000000000"),
                ("radius.NAS_Port_Type", "5"),
                ("radius.Service_Type", "2"),
                ("radius.Framed_Protocol", "1"),
                ("radius.State", "0102ff"),
                ("radius.Called_Station_Id", "02-00-00-00-00-01"),
                ("radius.Proxy_State", "00"),
                ("radius.Connect_Info", "CONNECT"),
                ("radius.NAS_Port_Id", "tty7"),
                ("radius.avp.vendor_id", "9"),
            ],
        },
        Case {
            kind: "access-challenge",
            fields: &[
                ("attributes.Reply-Message", "Which way?"),
                ("attributes.State", "0x2a"),
                ("attributes.Message-Authenticator", ""),
                ("attributes.Prompt", "Echo"),
            ],
            shows: &[
                ("radius.code", "11"),
                ("radius.id", "77"),
                ("radius.authenticator.valid", "1"),
                ("radius.Reply_Message", "Which way?"),
                ("radius.State", "2a"),
                ("radius.Prompt", "1"),
            ],
        },
        Case {
            kind: "access-request",
            fields: &[
                ("identifier", "255"),
                ("attributes.User-Name", "alice"),
                ("attributes.CHAP-Password.chap_ident", "9"),
                ("attributes.CHAP-Challenge", "0x000102030405060708090a0b0c0d0e0f"),
            ],
            shows: &[
                ("radius.id", "255"),
                ("radius.CHAP_Ident", "0x09"),
                ("radius.CHAP_Challenge", "000102030405060708090a0b0c0d0e0f"),
            ],
        },
        Case {
            kind: "access-accept",
            fields: &[
                ("attributes.Framed-IP-Address", "192.0.2.10"),
                ("attributes.Framed-IP-Netmask", "255.255.255.0"),
                ("attributes.Framed-Routing", "Listen"),
                ("attributes.Filter-Id", "std.ppp"),
                ("attributes.Framed-MTU", "1500"),
                ("attributes.Framed-Compression", "VJ TCP/IP"),
                ("attributes.Login-IP-Host", "192.0.2.11"),
                ("attributes.Login-Service", "Telnet"),
                ("attributes.Login-TCP-Port", "23"),
                ("attributes.Callback-Number", "555"),
                ("attributes.Callback-Id", "home"),
                ("attributes.Framed-Route", "192.0.2.0/24 192.0.2.1 1"),
                ("attributes.Framed-IPX-Network", "4294967294"),
                ("attributes.Class", "0xff00"),
                ("attributes.Session-Timeout", "3600"),
                ("attributes.Idle-Timeout", "600"),
                ("attributes.Termination-Action", "RADIUS-Request"),
                ("attributes.Login-LAT-Service", "lat"),
                ("attributes.Login-LAT-Node", "node"),
                ("attributes.Framed-AppleTalk-Link", "1"),
                ("attributes.Framed-AppleTalk-Network", "2"),
                ("attributes.Framed-AppleTalk-Zone", "zone"),
                ("attributes.Port-Limit", "2"),
                ("attributes.Login-LAT-Port", "port"),
                ("attributes.ARAP-Zone-Access", "Use zone filter exclusively"),
                ("attributes.ARAP-Security", "3"),
                ("attributes.ARAP-Security-Data", "data"),
                ("attributes.Password-Retry", "4"),
                ("attributes.Configuration-Token", "token"),
                ("attributes.Acct-Interim-Interval", "300"),
                ("attributes.Framed-Pool", "pool"),
            ],
            shows: &[
                ("radius.code", "2"),
                ("radius.authenticator.valid", "1"),
                ("radius.Framed-IP-Address", "192.0.2.10"),
                ("radius.Framed_IP_Netmask", "255.255.255.0"),
                ("radius.Framed_Routing", "2"),
                ("radius.Filter_Id", "std.ppp"),
                ("radius.Framed_MTU", "1500"),
                ("radius.Framed_Compression", "1"),
                ("radius.Login-IP-Host", "192.0.2.11"),
                ("radius.Login_Service", "0"),
                ("radius.Login_TCP_Port", "23"),
                ("radius.Callback_Number", "555"),
                ("radius.Callback_Id", "home"),
                ("radius.Framed_Route", "192.0.2.0/24 192.0.2.1 1"),
                ("radius.Class", "ff00"),
                ("radius.Session_Timeout", "3600"),
                ("radius.Idle_Timeout", "600"),
                ("radius.Termination_Action", "1"),
                ("radius.Login_LAT_Service", "lat"),
                ("radius.Login_LAT_Node", "node"),
                ("radius.Framed_AppleTalk_Link", "1"),
                ("radius.Framed_AppleTalk_Network", "2"),
                ("radius.Framed_AppleTalk_Zone", "zone"),
                ("radius.Port_Limit", "2"),
                ("radius.ARAP_Zone_Access", "4"),
                ("radius.ARAP_Security", "3"),
                ("radius.ARAP_Security_Data", "data"),
                ("radius.Password_Retry", "4"),
                ("radius.Configuration_Token", "token"),
                ("radius.Acct_Interim_Interval", "300"),
                ("radius.Framed_Pool", "pool"),
            ],
        },
        Case { kind: "access-request", fields: &[], shows: &[("radius.length", "20")] },
        Case {
            kind: "access-reject",
            fields: &[],
            shows: &[("radius.code", "3"), ("radius.authenticator.valid", "1")],
        },
        Case {
            kind: "accounting-request",
            fields: &[
                ("attributes.Acct-Status-Type", "Stop"),
                ("attributes.Acct-Session-Id", "0000001A"),
                ("attributes.Acct-Delay-Time", "1"),
                ("attributes.Acct-Input-Octets", "2"),
                ("attributes.Acct-Output-Octets", "3"),
                ("attributes.Acct-Authentic", "Local"),
                ("attributes.Acct-Session-Time", "61"),
                ("attributes.Acct-Input-Packets", "4"),
                ("attributes.Acct-Output-Packets", "5"),
                ("attributes.Acct-Terminate-Cause", "Host Request"),
                ("attributes.Acct-Multi-Session-Id", "m1"),
                ("attributes.Acct-Link-Count", "6"),
                ("attributes.Acct-Input-Gigawords", "7"),
                ("attributes.Acct-Output-Gigawords", "8"),
                ("attributes.Message-Authenticator", ""),
            ],
            shows: &[
                ("radius.code", "4"),
                ("radius.Acct_Status_Type", "2"),
                ("radius.Acct_Session_Id", "0000001A"),
                ("radius.Acct_Delay_Time", "1"),
                ("radius.Acct_Input_Octets", "2"),
                ("radius.Acct_Output_Octets", "3"),
                ("radius.Acct_Authentic", "2"),
                ("radius.Acct_Session_Time", "61"),
                ("radius.Acct_Input_Packets", "4"),
                ("radius.Acct_Output_Packets", "5"),
                ("radius.Acct_Terminate_Cause", "18"),
                ("radius.Acct_Multi_Session_Id", "m1"),
                ("radius.Acct_Link_Count", "6"),
                ("radius.Acct_Input_Gigawords", "7"),
                ("radius.Acct_Output_Gigawords", "8"),
            ],
        },
        Case {
            kind: "accounting-response",
            fields: &[("attributes.Message-Authenticator", "")],
            shows: &[("radius.code", "5"), ("radius.authenticator.valid", "1")],
        },
        Case {
            kind: "status-server",
            fields: &[("attributes.Message-Authenticator", "")],
            shows: &[("radius.code", "12"), ("radius.length", "38")],
        },
        Case {
            kind: "status-client",
            fields: &[("attributes.NAS-Identifier", "nas")],
            shows: &[("radius.code", "13"), ("radius.NAS_Identifier", "nas")],
        },
        Case {
            kind: "access-challenge",
            fields: &[
                ("attributes.EAP-Message.code", "Request"),
                ("attributes.EAP-Message.identifier", "42"),
                ("attributes.EAP-Message.data", "0x0410000102030405060708090a0b0c0d0e0f"),
                ("attributes.State", "0x2a"),
                ("attributes.Message-Authenticator", ""),
            ],
            shows: &[
                ("eap.code", "1"),
                ("eap.id", "42"),
                ("eap.len", "22"),
                ("eap.type", "4"),
                // It has an opinion on MD5-Challenge.
                ("_ws.expert.message", "Vulnerable to MITM attacks. If possible, change EAP type."),
            ],
        },
        Case { kind: "password-request", fields: &[], shows: &[("radius.code", "7")] },
        Case { kind: "request", fields: &[("code", "40")], shows: &[("radius.code", "40")] },
        Case { kind: "packet", fields: &[("code", "41")], shows: &[("radius.code", "41")] },
    ],
};

const TACACS: Cases = Cases {
    protocol: "tacacs+",
    options: &["tacplus.key:wonderland"],
    dissector: "tacplus",
    parameters: &[("key", "wonderland")],
    remarks: &[],
    cases: &[
        Case {
            kind: "authen-start",
            fields: &[
                ("header_flags.single_connect", "true"),
                ("session_id", "305419896"),
                ("action", "login"),
                ("priv_lvl", "max"),
                ("authen_type", "ascii"),
                ("authen_service", "enable"),
                ("user", "alice"),
                ("port", "tty7"),
                ("rem_addr", "192.0.2.7"),
            ],
            shows: &[
                ("tacplus.majvers", "192"),
                ("tacplus.minvers", "0"),
                ("tacplus.type", "1"),
                ("tacplus.seqno", "1"),
                ("tacplus.flags.singleconn", "1"),
                ("tacplus.flags.unencrypted", "0"),
                ("tacplus.session_id", "305419896"),
                ("tacplus.authen_action", "1"),
                ("tacplus.privilege_level", "15"),
                ("tacplus.authentication_type", "1"),
                ("tacplus.service", "2"),
                ("tacplus.user", "alice"),
                ("tacplus.port", "tty7"),
                ("tacplus.remote_address", "192.0.2.7"),
            ],
        },
        Case {
            kind: "authen-reply",
            fields: &[
                ("status", "getpass"),
                ("flags.noecho", "true"),
                ("server_msg", "Password: "),
            ],
            shows: &[
                ("tacplus.seqno", "2"),
                ("tacplus.session_id", "305419896"),
                ("tacplus.body_authen_rep.status", "0x05"),
                ("tacplus.body_authen_rep.flags", "0x01"),
                ("tacplus.body_authen_rep.server_msg", "Password: "),
            ],
        },
        Case {
            kind: "authen-continue",
            fields: &[("user_msg", "rabbit"), ("flags.abort", "true")],
            shows: &[
                ("tacplus.seqno", "3"),
                ("tacplus.session_id", "305419896"),
                ("tacplus.body_authen_req_cont.user", "rabbit"),
                ("tacplus.body_authen_req_cont.flags", "0x01"),
            ],
        },
        Case {
            kind: "authen-start",
            fields: &[
                ("minor_version", "1"),
                ("authen_type", "pap"),
                ("user", "alice"),
                ("data", "rabbit"),
            ],
            shows: &[
                ("tacplus.minvers", "1"),
                ("tacplus.authentication_type", "2"),
                ("tacplus.user", "alice"),
                ("tacplus.auth_password", "rabbit"),
            ],
        },
        Case {
            kind: "authen-start",
            fields: &[("header_flags.unencrypted", "true"), ("user", "alice")],
            shows: &[("tacplus.flags.unencrypted", "1"), ("tacplus.user", "alice")],
        },
        Case {
            kind: "author-request",
            fields: &[
                ("authen_method", "tacacsplus"),
                ("authen_service", "login"),
                ("user", "alice"),
                ("port", "tty7"),
                ("rem_addr", "192.0.2.7"),
                ("args.service", "shell"),
                ("args.cmd*", ""),
            ],
            shows: &[
                ("tacplus.type", "2"),
                ("tacplus.body_author_req.auth_method", "0x06"),
                ("tacplus.body_author_req.arg_count", "2"),
                ("tacplus.user", "alice"),
                ("tacplus.arg_length", "13|4"),
                ("tacplus.arg_value", "service=shell|cmd*"),
            ],
        },
        Case {
            kind: "author-response",
            fields: &[
                ("status", "pass_repl"),
                ("server_msg", "down here"),
                ("data", "log"),
                ("args.priv-lvl", "15"),
            ],
            shows: &[
                ("tacplus.seqno", "2"),
                ("tacplus.body_author_rep.auth_status", "0x02"),
                ("tacplus.body_author_rep.arg_count", "1"),
                ("tacplus.arg_value", "priv-lvl=15"),
            ],
        },
        Case {
            kind: "acct-request",
            fields: &[
                ("flags.start", "true"),
                ("user", "alice"),
                ("args.task_id", "7"),
                ("args.service", "shell"),
            ],
            shows: &[
                ("tacplus.type", "3"),
                ("tacplus.acct.flags", "0x02"),
                ("tacplus.acct.flags.start", "1"),
                ("tacplus.acct.flags.stop", "0"),
                ("tacplus.user", "alice"),
                ("tacplus.arg_value", "task_id=7|service=shell"),
            ],
        },
        Case {
            kind: "acct-reply",
            fields: &[("status", "success"), ("server_msg", "noted"), ("data", "x")],
            shows: &[
                ("tacplus.seqno", "2"),
                ("tacplus.body_acct.status", "0x01"),
                ("tacplus.body_acct.server_msg", "noted"),
                ("tacplus.body_acct.data", "x"),
            ],
        },
        Case {
            kind: "packet",
            fields: &[("type", "4"), ("body_octets", "0x00")],
            shows: &[
                ("tacplus.type", "4"),
                ("tacplus.packet_len", "1"),
                // It knows no packet of another type.
                ("_ws.expert.message", "Bogus data"),
            ],
        },
    ],
};

#[test]
fn an_independent_dissector_agrees_with_what_we_send() {
    if let Err(error) = Command::new("tshark").arg("--version").output() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "tshark does not start: {error}");
        skip(&format!("tshark does not start: {error}"));
        return;
    }
    for protocol in PROTOCOLS {
        let known = CASES.iter().find(|c| c.protocol == protocol.name);
        // A protocol that nobody has chosen values for yet has its fixtures to vouch for it.
        let Some(cases) = known else {
            skip(&format!("{} has no cases", protocol.name));
            continue;
        };
        for kind in protocol.messages {
            let covered = cases.cases.iter().any(|c| c.kind == kind.name);
            assert!(covered, "{}: `{}` has no case", protocol.name, kind.name);
        }
        check(protocol, cases);
    }
}

#[expect(clippy::print_stderr, reason = "a test that was not run says so")]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}

/// Encodes every case with its fields, and every type with none, and asks tshark about them.
fn check(protocol: &'static Protocol, cases: &Cases) {
    let parameters =
        cases.parameters.iter().map(|(name, value)| (*name, value.as_bytes().to_vec())).collect();
    let parameters = Parameters(parameters);
    let mut capture = Capture::new(protocol);
    let mut expected: Vec<(&str, &[(&str, &str)])> = Vec::new();
    // What has no mark of its own is nothing without a chosen field.
    let plain = protocol.messages.iter().filter(|m| !m.when.is_empty());
    let plain: Vec<Case> = plain.map(|m| Case { kind: m.name, fields: &[], shows: &[] }).collect();
    // The latest message of either end, the initiator's first.
    let mut latest: [Option<Message>; 2] = [None, None];
    let mut drawn = 0u8;
    for case in cases.cases.iter().chain(&plain) {
        let kind = protocol.message(case.kind).unwrap_or_else(|| panic!("no type {}", case.kind));
        let opens = kind.opens || kind.from == Side::Either;
        let from_initiator = kind.from.fits(true);
        let context = Context {
            parameters: &parameters,
            previous: latest[usize::from(from_initiator)].as_ref().filter(|_| !opens),
            from_initiator,
        };
        let draft = Draft { fields: entries(kind, case.fields), ..Draft::default() };
        let message = encode(kind, &context, &draft, &mut |_, octets| {
            drawn = drawn.wrapping_add(1);
            vec![drawn; octets]
        })
        .unwrap_or_else(|e| panic!("{}: {e}", case.kind));
        // Text in which nothing was said does not travel.
        if message.bytes.is_empty() {
            continue;
        }
        capture.add(&message.bytes, from_initiator, opens);
        expected.push((case.kind, case.shows));
        latest[usize::from(!from_initiator)] = Some(message);
    }

    let folder = Folder::new(protocol.name);
    let file = folder.0.join("messages.pcap");
    fs::write(&file, &capture.octets).expect("the temporary folder can be written");
    let mut fields = vec!["frame.protocols", "_ws.malformed", "_ws.expert.message"];
    let shown = cases.cases.iter().flat_map(|c| c.shows).map(|(field, _)| *field);
    for field in shown {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    let mut tshark = Command::new("tshark");
    tshark.arg("-n").arg("-r").arg(&file).args(["-T", "fields"]);
    tshark.args(["-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|"]);
    for option in ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"]
        .iter()
        .chain(cases.options)
    {
        tshark.arg("-o").arg(option);
    }
    for field in &fields {
        tshark.arg("-e").arg(field);
    }
    let output = tshark.output().expect("tshark has started before");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{}: a line for each packet", protocol.name);
    let mut wrong = Vec::new();
    for ((kind, shows), line) in expected.iter().zip(&lines) {
        let values: Vec<&str> = line.split('\t').collect();
        let mut expect = |field: &str, fits: &dyn Fn(&str) -> bool, wanted: &str| {
            let at = fields.iter().position(|f| *f == field);
            let value = at.and_then(|at| values.get(at)).copied().unwrap_or_default();
            if !fits(value) {
                wrong.push(format!("{kind}: {field} is `{value}`, not `{wanted}`: {line}"));
            }
        };
        // Something may be carried inside it, such as EAP.
        let reached = |v: &str| v.split(':').any(|layer| layer == cases.dissector);
        expect("frame.protocols", &reached, cases.dissector);
        let shown = |field: &str| shows.iter().any(|(shown, _)| *shown == field);
        if !shown("_ws.malformed") {
            expect("_ws.malformed", &str::is_empty, "");
        }
        if !shown("_ws.expert.message") {
            let fits = |v: &str| v.is_empty() || cases.remarks.contains(&v);
            expect("_ws.expert.message", &fits, "");
        }
        for (field, wanted) in *shows {
            expect(field, &|v| v == *wanted, wanted);
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", protocol.name, wrong.join("\n"));
}

/// Fields as an author would write them; dotted paths with one head stand in one list.
fn entries(kind: &MessageType, values: &[(&str, &str)]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (path, text) in values {
        let field = kind.field(path).unwrap_or_else(|| panic!("{}: no {path}", kind.name));
        let value = field.kind.parse(text).unwrap_or_else(|e| panic!("{path}: {e}"));
        add(&mut entries, path, value);
    }
    entries
}

fn add(entries: &mut Vec<Entry>, path: &str, value: Value) {
    let Some((head, rest)) = path.split_once('.') else {
        entries.push(Entry::new(path.to_owned(), Assignment::Value(value)));
        return;
    };
    let at = entries.iter().position(|e| e.name == head).unwrap_or_else(|| {
        let list = Assignment::Fields(Vec::new());
        entries.push(Entry::new(head.to_owned(), list));
        entries.len() - 1
    });
    if let Assignment::Fields(list) = &mut entries[at].assignment {
        add(list, rest, value);
    }
}

/// A capture file: frames as they are, and of anything else IPv4 packets without link layer, between
/// two made-up hosts.
struct Capture {
    octets: Vec<u8>,
    protocol: &'static Protocol,
    /// The port of the initiator, another for each conversation.
    port: u16,
    packets: u32,
    /// The sequence numbers of both ends of a stream, the initiator's first.
    sent: [u32; 2],
}

impl Capture {
    fn new(protocol: &'static Protocol) -> Self {
        // The classic format: magic number, version 2.4, zone, accuracy, longest packet, and the
        // link type: 1 is Ethernet, 101 means raw IP.
        let mut octets = Vec::new();
        let link_type = if protocol.transport == Transport::Ethernet { 1 } else { 101 };
        for word in [0xa1b2_c3d4u32, 0x0002_0004, 0, 0, 0x4_0000, link_type] {
            octets.extend(word.to_be_bytes());
        }
        Self { octets, protocol, port: 40000, packets: 0, sent: [1, 1] }
    }

    fn add(&mut self, payload: &[u8], from_initiator: bool, opens: bool) {
        if opens {
            self.port += 1;
            self.sent = [1, 1];
        }
        let hosts = [[192, 0, 2, 1], [192, 0, 2, 2]];
        let ports = [self.port, self.protocol.port];
        let (us, them) = if from_initiator { (0, 1) } else { (1, 0) };
        let (number, mut segment) = match self.protocol.transport {
            Transport::Ethernet => return self.packet(payload),
            Transport::Udp => (17u8, Vec::new()),
            Transport::Tcp => (6, Vec::new()),
        };
        segment.extend(ports[us].to_be_bytes());
        segment.extend(ports[them].to_be_bytes());
        let sum_at = if number == 17 {
            segment.extend((8 + payload.len() as u16).to_be_bytes());
            6
        } else {
            segment.extend(self.sent[us].to_be_bytes());
            segment.extend(self.sent[them].to_be_bytes());
            // Five words of header, PSH and ACK, and a wide window.
            segment.extend([0x50, 0x18, 0xff, 0xff]);
            self.sent[us] += payload.len() as u32;
            16
        };
        segment.extend([0, 0]);
        if number == 6 {
            segment.extend([0, 0]);
        }
        segment.extend(payload);
        let length = segment.len() as u16;
        let mut covered = [hosts[us], hosts[them]].concat();
        covered.extend([0, number]);
        covered.extend(length.to_be_bytes());
        covered.extend(&segment);
        segment[sum_at..sum_at + 2].copy_from_slice(&checksum(&covered));

        let mut packet = vec![0x45, 0];
        packet.extend((20 + length).to_be_bytes());
        packet.extend([0, 0, 0x40, 0, 64, number, 0, 0]);
        packet.extend([hosts[us], hosts[them]].concat());
        let sum = checksum(&packet);
        packet[10..12].copy_from_slice(&sum);
        packet.extend(segment);
        self.packet(&packet);
    }

    fn packet(&mut self, packet: &[u8]) {
        self.packets += 1;
        for word in [1_700_000_000 + self.packets, 0, packet.len() as u32, packet.len() as u32] {
            self.octets.extend(word.to_be_bytes());
        }
        self.octets.extend(packet);
    }
}

/// The checksum of the internet protocols (RFC 1071).
fn checksum(octets: &[u8]) -> [u8; 2] {
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
    let mut sum: u32 = octets.chunks(2).map(word).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

/// A temporary folder that goes when the test ends, however it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("stepladder-dissector-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
