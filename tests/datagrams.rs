//! Datagrams over real sockets that do not do as they should: answers from elsewhere, ports that nobody
//! listens on for a while, and answers that are legal and no help.
#![cfg(feature = "live")]

use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// One question, and one answer without records.
const ONCE: &str = "
  once:
    steps:
      - step: answered
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - server -> client: {response: {rcode: NOERROR}}
            within: 1s
";

/// One question that is not to be answered.
const SILENT: &str = "
  silent:
    steps:
      - step: kept
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - silent: server -> client
            for: 500ms
";

/// One that is answered, two that nobody hears, and one that is answered again.
const IN_BETWEEN: &str = "
  in-between:
    steps:
      - step: there
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - server -> client: {response: {rcode: NOERROR}}
      - step: away
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - silent: server -> client
            for: 200ms
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - silent: server -> client
            for: 400ms
      - step: back
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - server -> client: {response: {rcode: NOERROR}}
";

/// One question that may be declined.
const DECLINED: &str = "
  declined:
    steps:
      - step: answered
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - either:
              - server -> client: {response: {rcode: NOERROR}}
              - - server -> client: {response: {rcode: REFUSED}}
                - inconclusive: it does not answer us
      - step: answered-again
        ladder:
          - client -> server: {query: {question: {name: www.example.test., type: A}}}
          - server -> client: {response: {rcode: NOERROR}}
";

/// A folder with a suite and a target, that goes away with its handle.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, exchange: &str, server: SocketAddr) -> Self {
        let name = format!("stepladder-datagrams-{}-{name}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0).expect("the temporary folder can be written");
        let suite = format!(
            "suite: try\nparties: {{client: who asks, server: who answers}}\n\
             links: {{dns: {{client -> server: dns}}}}\nexchanges:{exchange}"
        );
        let target =
            format!("target: there\ntakes: server\nsuites: [try]\nlinks: {{dns: '{server}'}}\n");
        for (file, text) in [("try.yaml", suite), ("target.yaml", target)] {
            std::fs::write(folder.0.join(file), text).expect("the folder can be written");
        }
        folder
    }

    /// The exit code of a run, and what it printed.
    fn run(&self) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stepladder"));
        command.arg("run").arg(self.0.join("try.yaml")).arg("--target").arg(&self.0);
        let output = command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).output();
        let output = output.expect("the binary starts");
        let told = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&told).into_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn socket() -> (UdpSocket, SocketAddr) {
    socket_at("127.0.0.1:0")
}

fn socket_at(address: &str) -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind(address).expect("a socket");
    let wait = socket.set_read_timeout(Some(Duration::from_secs(20)));
    wait.expect("a time to wait for");
    let address = socket.local_addr().expect("an address");
    (socket, address)
}

/// A question, from where, and the answer to it.
fn asked(server: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 512];
    let (octets, from) = server.recv_from(&mut buffer).expect("a question");
    buffer[2] |= 0x80;
    (buffer[..octets].to_vec(), from)
}

#[test]
fn an_answer_from_elsewhere_is_told_and_not_taken() {
    let (server, address) = socket();
    let (other, elsewhere) = socket();
    let answers = std::thread::spawn(move || {
        let (answer, from) = asked(&server);
        other.send_to(&answer, from).expect("it leaves");
        server
    });
    let (code, told) = Folder::new("elsewhere", ONCE, address).run();
    answers.join().expect("a question came");
    assert_eq!(code, Some(1), "{told}");
    let but = "the response did not come within 1.00 s, but from elsewhere";
    for words in [but, &format!("expected  the response from {address}"), &elsewhere.to_string()] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn an_answer_from_elsewhere_breaks_a_silence() {
    // A stranger's octets, another question's answer, and the answer itself.
    let told = |which: fn(Vec<u8>) -> Vec<u8>| {
        let (server, address) = socket();
        let (other, elsewhere) = socket();
        let answers = std::thread::spawn(move || {
            let (answer, from) = asked(&server);
            other.send_to(&which(answer), from).expect("it leaves");
            server
        });
        let (code, told) = Folder::new("silent", SILENT, address).run();
        answers.join().expect("a question came");
        (code, told, elsewhere)
    };
    let (code, words, _) = told(|_| vec![7; 30]);
    assert_eq!(code, Some(0), "{words}");
    let (code, words, _) = told(|mut answer| {
        answer[0] ^= 1;
        answer
    });
    assert_eq!(code, Some(0), "{words}");
    let (code, words, elsewhere) = told(|answer| answer);
    assert_eq!(code, Some(1), "{words}");
    let spoke =
        format!("`server` was to be silent towards `client` and said response from {elsewhere}");
    assert!(words.contains(&spoke), "{words}");
}

#[test]
fn who_is_anywhere_is_on_this_host() {
    let (server, address) = socket();
    let answers = std::thread::spawn(move || {
        let (answer, from) = asked(&server);
        server.send_to(&answer, from).expect("it leaves");
    });
    let anywhere = SocketAddr::from(([0, 0, 0, 0], address.port()));
    let (code, told) = Folder::new("anywhere", ONCE, anywhere).run();
    answers.join().expect("a question came");
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn strangers_disturb_nobody() {
    let (server, address) = socket();
    let (other, _) = socket();
    let answers = std::thread::spawn(move || {
        let (answer, from) = asked(&server);
        for n in 0..200u8 {
            other.send_to(&[n; 700], from).expect("it leaves");
        }
        other.send_to(&answer, from).expect("it leaves");
        server.send_to(&answer, from).expect("it leaves");
    });
    let (code, told) = Folder::new("strangers", ONCE, address).run();
    answers.join().expect("a question came");
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn whoever_was_away_is_heard_again() {
    away_for_a_while("in-between", "127.0.0.1:0");
}

#[test]
fn whoever_was_away_is_heard_again_over_ipv6() {
    if UdpSocket::bind("[::1]:0").is_ok() {
        away_for_a_while("in-between-v6", "[::1]:0");
    }
}

fn away_for_a_while(name: &str, at: &str) {
    let (server, address) = socket_at(at);
    let answers = std::thread::spawn(move || {
        let (answer, from) = asked(&server);
        server.send_to(&answer, from).expect("it leaves");
        drop(server);
        // Two questions come meanwhile, at once and after 200 ms; the last one after 600.
        std::thread::sleep(Duration::from_millis(400));
        let server = UdpSocket::bind(address).expect("the port is still free");
        server.set_read_timeout(Some(Duration::from_secs(20))).expect("a time to wait for");
        let (answer, from) = asked(&server);
        server.send_to(&answer, from).expect("it leaves");
    });
    let folder = Folder::new(name, IN_BETWEEN, address);
    let (code, told) = folder.run();
    answers.join().expect("questions came");
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn what_is_legal_and_no_help_passes_nothing_and_fails_where_it_is_a_must() {
    let told = |exchange: &str| {
        let (server, address) = socket();
        let answers = std::thread::spawn(move || {
            let (mut answer, from) = asked(&server);
            answer[3] |= 5;
            server.send_to(&answer, from).expect("it leaves");
        });
        let came = Folder::new("declined", exchange, address).run();
        answers.join().expect("a question came");
        came
    };
    let (code, words) = told(DECLINED);
    assert_eq!(code, Some(1), "{words}");
    let title = "error: inconclusive: it does not answer us\n";
    for line in [title, "the response of 34 octets", "rcode=REFUSED", "answered-again ... ignored"]
    {
        assert!(words.contains(line), "{line}: {words}");
    }
    let (code, words) = told(&DECLINED.replacen("ladder:", "level: SHOULD\n        ladder:", 1));
    assert_eq!(code, Some(2), "{words}");
    let ignored = "inconclusive: it does not answer us";
    assert!(words.contains(ignored), "{words}");
}
