//! What benches share: messages that others made, a suite of one exchange, generated suites.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use stepladder::diag::Source;
use stepladder::ladder::{Projection, Suite};
use stepladder::play::Cast;
use stepladder::record::Happening;
use stepladder::wire::*;
use stepladder::{sim, suite};

/// The secret of every link.
pub const SECRET: &str = "testing123";

/// A message that others made, ready to be decoded.
pub struct Real {
    /// Its protocol and type.
    pub name: String,
    kind: &'static MessageType,
    parameters: Parameters,
    previous: Option<Message>,
    from_initiator: bool,
    /// Its octets.
    pub octets: Vec<u8>,
}

impl Real {
    /// The first message of `fixtures/messages/{file}.hex`.
    pub fn read(file: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/messages");
        let text = std::fs::read_to_string(root.join(format!("{file}.hex"))).unwrap();
        let (mut keys, mut hex) = (BTreeMap::new(), String::new());
        for line in text.lines() {
            match line.strip_prefix("# ") {
                Some(line) => keys.extend(line.split_once(": ")),
                None => hex.push_str(line),
            }
        }
        let previous = keys.get("follows").map(|name| {
            let (folder, _) = file.split_once('/').unwrap();
            Self::read(&format!("{folder}/{name}")).decode()
        });
        let protocol = stepladder::proto::by_name(keys["protocol"]).unwrap();
        let known = protocol.parameters.iter();
        let value = |p: &Parameter| Some((p.name, keys.get(p.name)?.as_bytes().to_vec()));
        let all = parse_octets(&hex).unwrap();
        let octets = match protocol.framing {
            Framing::Stream(frame) | Framing::Text(frame) => match frame(&all) {
                Frame::Whole(octets) => all[..octets].to_vec(),
                other => panic!("{file}: {other:?}"),
            },
            _ => all,
        };
        let first = keys["messages"].split_whitespace().next().unwrap();
        Self {
            name: format!("{} {first}", protocol.name),
            kind: protocol.message(first).unwrap(),
            parameters: Parameters(known.filter_map(value).collect()),
            previous,
            from_initiator: keys["from"] == "initiator",
            octets,
        }
    }

    /// An Accounting-Request of 110 octets of our own making.
    pub fn radius() -> Self {
        let suite = load(many("bench/one", 1));
        let (report, _) = sim::self_play(&cast(&suite, "case-00000", "server"));
        let said = report.events.iter().find_map(|event| match &event.what {
            Happening::Message { message, .. } => Some(message.bytes.clone()),
            _ => None,
        });
        let octets = said.unwrap();
        assert_eq!(octets.len(), 110);
        let protocol = stepladder::proto::by_name("radius").unwrap();
        Self {
            name: "radius accounting-request".into(),
            kind: protocol.message("accounting-request").unwrap(),
            parameters: Parameters(vec![("secret", SECRET.into())]),
            previous: None,
            from_initiator: true,
            octets,
        }
    }

    fn context(&self) -> Context<'_> {
        let previous = self.previous.as_ref();
        Context { parameters: &self.parameters, previous, from_initiator: self.from_initiator }
    }

    /// Decodes and verifies it.
    pub fn decode(&self) -> Message {
        decode(self.kind, &self.context(), &self.octets)
    }

    /// What an author would choose to say the same.
    pub fn draft(&self) -> Draft {
        let message = self.decode();
        assert!(message.faults.is_empty(), "{}: {:?}", self.name, message.faults);
        Draft { fields: message.draft(&[]), ..Draft::default() }
    }

    /// Encodes a draft.
    pub fn encode(&self, draft: &Draft) -> Message {
        encode(self.kind, &self.context(), draft, &mut |_, n| vec![0; n]).unwrap()
    }
}

/// One message of every protocol.
pub const ONE_OF_EVERY: &[&str] = &[
    "arp/request-linux",
    "dhcpv4/dhcpd-offer-plain",
    "dhcpv4-ethernet/offer-dhcpd",
    "dns/named-mx-reply",
    "dns/named-tcp-reply",
    "ftp/vsftpd-passive",
    "octet-stream/vsftpd-list",
    "radius/accounting-start-request",
    "tacacs/author-1",
    "telnet/client-terminal-type",
    "tftp/oack-tftpd-hpa",
];

/// The attributes of an Accounting-Request of 110 octets.
pub const ATTRIBUTES: &str = "{User-Name: alice@lab.example.org, NAS-IP-Address: 192.0.2.1, \
     NAS-Port: 7, NAS-Port-Type: Virtual, Acct-Status-Type: Start, \
     Acct-Session-Id: 0000000a0000000b, Calling-Station-Id: 02-00-00-00-00-01, \
     Acct-Delay-Time: 0}";

/// A suite of RADIUS accounting: the parts in front of its exchanges.
fn accounting(name: &str) -> String {
    format!(
        "suite: {name}\nparties: {{nas: the client, server: the server}}\n\
         links:\n  acct: {{nas -> server: radius, secret: $secret}}\n\
         settings:\n  secret: {{secret: {SECRET}}}\nexchanges:\n"
    )
}

/// One exchange: a request and its response.
fn exchange(text: &mut String, name: &str) {
    let _ = write!(
        text,
        "  {name}:\n    about: What is reported is acknowledged.\n    steps:\n      \
         - step: acknowledged\n        about: The server answers within its time.\n        \
         ladder:\n          - nas -> server:\n              accounting-request:\n                \
         attributes: {ATTRIBUTES}\n          - server -> nas: accounting-response\n            \
         within: 3s\n"
    );
}

/// A suite of so many exchanges of one request each.
pub fn many(name: &str, exchanges: usize) -> String {
    let mut text = accounting(name);
    (0..exchanges).for_each(|n| exchange(&mut text, &format!("case-{n:05}")));
    text
}

/// A suite of so many exchanges in which the server says nothing for a time, having answered.
pub fn silent(name: &str, exchanges: usize, time: &str) -> String {
    let mut text = many(name, 0);
    for n in 0..exchanges {
        exchange(&mut text, &format!("case-{n:05}"));
        let _ = write!(
            text,
            "      - step: silent\n        ladder:\n          - silent: server -> nas\n            \
             for: {time}\n"
        );
    }
    text
}

/// A suite of one exchange in which so many requests follow each other on one link.
pub fn repeated(name: &str, times: usize) -> String {
    let mut text = accounting(name);
    let _ = write!(
        text,
        "  all:\n    steps:\n      - step: acknowledged\n        ladder:\n          \
         - repeat:\n              - nas -> server: {{accounting-request: {{attributes: {ATTRIBUTES}}}}}\n              \
         - server -> nas: accounting-response\n            count: {times}\n"
    );
    text
}

/// A suite of one exchange in which so many questions follow each other on one link: its protocol,
/// what a question is called in it, and what an answer.
pub fn questions(name: &str, times: usize, [protocol, question, answer]: [&str; 3]) -> String {
    format!(
        "suite: {name}\nparties: {{client: the client, server: the server}}\nlinks:\n  \
         ask: {{client -> server: {protocol}}}\nexchanges:\n  all:\n    steps:\n      \
         - step: answered\n        ladder:\n          - repeat:\n              \
         - client -> server: {{{question}: {{question: {{name: www.example.test., type: A}}}}}}\n              \
         - server -> client: {{{answer}: {{rcode: NOERROR}}}}\n            count: {times}\n"
    )
}

/// A suite from its text.
pub fn load(text: String) -> Arc<Suite> {
    let source = Arc::new(Source { path: "bench.yaml".into(), text });
    let mut problems = Vec::new();
    let suite = suite::suite_from_source(&source, suite::Common::default(), &mut problems);
    let words: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
    assert!(words.is_empty(), "{}", words.join("\n"));
    Arc::new(suite.unwrap())
}

/// A cast that tests the party of a name, in the exchange of a name.
pub fn cast(suite: &Arc<Suite>, exchange: &str, tested: &str) -> Cast {
    let tested = suite.party(tested).unwrap();
    let exchange = suite.exchange(exchange).unwrap();
    Cast { seed: 7, ..Cast::new(suite, exchange, Projection::testing(suite, &[tested])) }
}

/// The thirteen steps of a telnet login over TACACS+, in which the server is tested.
pub fn login() -> Cast {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/tacacs/telnet-login.yaml");
    let (suite, _) = suite::load(&path);
    cast(&Arc::new(suite.unwrap()), "login", "server")
}
