//! Judged exchanges over sockets, against a loop of bare sockets that does the same and judges
//! nothing.
//!
//! The bench starts itself anew for each figure: a responder, and one after the other the clients that
//! are compared, all of them on one processor. A round measures each of them once; the medians of the
//! rounds and the ratios of each round's figures are shown, so that what else the machine does falls on
//! both sides.
//!
//! ```sh
//! cargo bench --bench exchanges            # all
//! cargo bench --bench exchanges -- udp     # whose name begins so
//! ROUNDS=9 cargo bench --bench exchanges
//! cargo bench --bench exchanges -- silence # how much longer than asked for silences are
//! ```

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench that cannot go on ends")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use common::{SECRET, cast, load, many, questions, repeated, silent};
use md5::{Digest as _, Md5};
use rustix::thread::{CpuSet, sched_setaffinity};
use stepladder::ladder::Role;
use stepladder::live::{Doors, Gate, Scene, block_on, perform};
use stepladder::play::Cast;
use stepladder::record::{Happening, Report, Verdict};
use tokio::sync::watch;

#[expect(dead_code, reason = "each bench uses what it needs")]
mod common;

/// What a client does: name, what it is compared with, exchanges.
const CLIENTS: &[(&str, &str, usize)] = &[
    ("udp 1 raw", "", 10_000),
    ("udp 1 raw, a socket each", "udp 1 raw", 10_000),
    ("udp 1 ours", "udp 1 raw", 10_000),
    ("udp 1 ours, one play", "udp 1 raw", 10_000),
    ("udp 1 radclient", "udp 1 raw", 10_000),
    ("udp 1 pyrad", "udp 1 raw", 3_000),
    ("udp 64 raw", "", 20_000),
    ("udp 64 raw, a socket each", "udp 64 raw", 20_000),
    ("udp 64 ours", "udp 64 raw", 20_000),
    ("udp 64 ours, 64 plays", "udp 64 raw", 20_000),
    ("udp 64 ours, by load", "udp 64 raw", 20_000),
    ("udp 64 radclient", "udp 64 raw", 20_000),
    ("tcp each raw", "", 5_000),
    ("tcp each ours", "tcp each raw", 5_000),
    ("tcp kept raw", "", 10_000),
    ("tcp kept ours", "tcp kept raw", 10_000),
    ("dns 64 raw", "", 20_000),
    ("dns 64 ours, 64 plays", "dns 64 raw", 20_000),
    ("dns 64 dnsperf", "dns 64 raw", 20_000),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.as_slice() {
        [role, rest @ ..] if role == "responder" => respond(rest),
        [role, name, to, count] if role == "client" => {
            let took = client(name, to.parse().unwrap(), count.parse().unwrap());
            println!("{took}");
        }
        [role, to] if role == "silences" => silences(to.parse().unwrap()),
        [name] if name == "silence" => {
            println!(
                "{:<28} {:>8} {:>8} {:>8} {:>8}",
                "ms too long", "least", "median", "p99", "most"
            );
            let (mut responder, to) = responder("udp");
            let mut client = myself(&["silences", &to]);
            std::io::copy(&mut client.stdout.take().unwrap(), &mut std::io::stdout()).unwrap();
            client.wait().unwrap();
            responder.kill().unwrap();
            responder.wait().unwrap();
        }
        names => compare(names.first().map_or("", String::as_str)),
    }
}

/// What a client took: exchanges a second, its own processor time for 10,000 exchanges in seconds, and
/// the most memory it had, in KiB.
#[derive(Clone, Copy, Default)]
struct Took {
    rate: f64,
    cpu: f64,
    memory: u64,
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.rate, self.cpu, self.memory)
    }
}

/// Measures everything whose name begins so.
fn compare(beginning: &str) {
    let rounds: usize = std::env::var("ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    // One processor for everybody: on a virtual machine, waking another one costs what its host says.
    let mut one = CpuSet::new();
    one.set(0);
    sched_setaffinity(None, &one).unwrap();
    let mut all: BTreeMap<&str, Vec<Took>> = BTreeMap::new();
    for _ in 0..rounds {
        for (name, _, count) in CLIENTS.iter().filter(|(name, ..)| name.starts_with(beginning)) {
            if let Some(took) = run(name, *count) {
                all.entry(name).or_default().push(took);
            }
        }
    }
    println!(
        "{:<28} {:>10} {:>7} {:>7} {:>9} {:>8}",
        "", "each s", "ratio", "spread", "cpu/10k", "KiB"
    );
    for (name, against, _) in CLIENTS {
        let Some(took) = all.get(name) else { continue };
        let rate = median(took.iter().map(|t| t.rate));
        let cpu = median(took.iter().map(|t| t.cpu));
        let memory = took.iter().map(|t| t.memory).max().unwrap_or(0);
        let ratios = || {
            let base = all.get(against)?;
            Some(took.iter().zip(base).map(|(t, b)| t.rate / b.rate))
        };
        let ratio = ratios().map_or(String::new(), |r| format!("{:.2}", median(r)));
        let spread = ratios().map_or(String::new(), |r| {
            let (least, most) = r.fold((f64::MAX, 0.0f64), |(a, b), r| (a.min(r), b.max(r)));
            format!("{least:.2}-{most:.2}")
        });
        println!("{name:<28} {rate:>10.0} {ratio:>7} {spread:>9} {cpu:>7.3} {memory:>8}");
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Runs one client against a responder of its own; `None` where it is not installed.
fn run(name: &str, count: usize) -> Option<Took> {
    let (mut responder, to) = responder(name.split(' ').next().unwrap());
    let took = if name.ends_with("dnsperf") {
        dnsperf(&to, count)
    } else if name.ends_with("radclient") {
        let outstanding = name.split(' ').nth(1).unwrap();
        radclient(&to, outstanding, count)
    } else if name.ends_with("pyrad") {
        pyrad(&to, count)
    } else if name.ends_with("load") {
        by_load(&to, count)
    } else {
        let client = myself(&["client", name, &to, &count.to_string()]);
        let said = client.wait_with_output().unwrap();
        let words = String::from_utf8(said.stdout).unwrap();
        let mut numbers = words.split_whitespace().map(|n| n.parse::<f64>().unwrap());
        let mut next = || numbers.next().unwrap();
        Some(Took { rate: next(), cpu: next(), memory: next() as u64 })
    };
    responder.kill().unwrap();
    responder.wait().unwrap();
    took
}

/// A responder, and where it is.
fn responder(transport: &str) -> (Child, String) {
    let mut responder = myself(&["responder", transport]);
    let mut line = String::new();
    BufReader::new(responder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (responder, line.trim().to_owned())
}

fn myself(words: &[&str]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(words).stdout(Stdio::piped()).spawn().unwrap()
}

// What users would pick instead.

/// `radclient`, one request so often.
fn radclient(to: &str, outstanding: &str, count: usize) -> Option<Took> {
    let one = "User-Name=\"alice@lab.example.org\"\nNAS-IP-Address=192.0.2.1\nNAS-Port=7\n\
               NAS-Port-Type=Virtual\nAcct-Status-Type=Start\nAcct-Session-Id=\"0000000a0000000b\"\n\
               Calling-Station-Id=\"02-00-00-00-00-01\"\nAcct-Delay-Time=0\n\n";
    let file = std::env::temp_dir().join(format!("stepladder-bench-{}", std::process::id()));
    std::fs::write(&file, one).unwrap();
    let began = Instant::now();
    let ran = Command::new("radclient")
        .args(["-q", "-p", outstanding, "-c", &count.to_string(), "-f"])
        .arg(&file)
        .args([to, "acct", SECRET])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let took = began.elapsed().as_secs_f64();
    std::fs::remove_file(&file).unwrap();
    ran.ok().filter(|status| status.success())?;
    Some(Took { rate: count as f64 / took, ..Took::default() })
}

/// A client of pyrad, which times itself.
fn pyrad(to: &str, count: usize) -> Option<Took> {
    const CLIENT: &str = r#"
import io, sys, time
from pyrad.client import Client
from pyrad.dictionary import Dictionary
words = """
ATTRIBUTE User-Name 1 string
ATTRIBUTE NAS-IP-Address 4 ipaddr
ATTRIBUTE NAS-Port 5 integer
ATTRIBUTE Calling-Station-Id 31 string
ATTRIBUTE Acct-Status-Type 40 integer
ATTRIBUTE Acct-Delay-Time 41 integer
ATTRIBUTE Acct-Session-Id 44 string
ATTRIBUTE NAS-Port-Type 61 integer
"""
port, count, secret = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
client = Client("127.0.0.1", acctport=port, secret=secret, dict=Dictionary(io.StringIO(words)))
def one():
    request = client.CreateAcctPacket(User_Name="alice@lab.example.org", NAS_IP_Address="192.0.2.1",
        NAS_Port=7, NAS_Port_Type=5, Acct_Status_Type=1, Acct_Session_Id="0000000a0000000b",
        Calling_Station_Id="02-00-00-00-00-01", Acct_Delay_Time=0)
    assert client.SendPacket(request).code == 5
one()
began = time.monotonic()
for _ in range(count):
    one()
print(count / (time.monotonic() - began))
"#;
    let port = to.rsplit(':').next().unwrap();
    let ran = Command::new("/usr/bin/python3")
        .args(["-c", CLIENT, port, &count.to_string(), SECRET])
        .output()
        .ok()?;
    let rate = String::from_utf8(ran.stdout).ok()?.trim().parse().ok()?;
    Some(Took { rate, ..Took::default() })
}

/// `stepladder load`, one exchange so often, 64 at once: the program as it is used.
fn by_load(to: &str, count: usize) -> Option<Took> {
    let folder = std::env::temp_dir().join(format!("stepladder-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (suite, target) = (folder.join("one.yaml"), folder.join("target.yaml"));
    std::fs::write(&suite, many("one", 1)).unwrap();
    let links = format!("target: there\ntakes: server\nsuites: [one]\nlinks: {{acct: '{to}'}}\n");
    std::fs::write(target, links).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_stepladder"))
        .args(["load", &format!("{}::case-00000", suite.display()), "--format", "json", "--target"])
        .arg(&folder)
        .args(["--count", &count.to_string()])
        .output();
    std::fs::remove_dir_all(&folder).unwrap();
    let ran = ran.ok().filter(|ran| ran.status.success())?;
    let said: serde_json::Value = serde_json::from_slice(&ran.stdout).ok()?;
    let lasted = said["lasted_ms"].as_f64()? / 1e3;
    Some(Took { rate: count as f64 / lasted, ..Took::default() })
}

/// `dnsperf`, one question so often, 64 of them outstanding on 64 sockets.
fn dnsperf(to: &str, count: usize) -> Option<Took> {
    let file = std::env::temp_dir().join(format!("stepladder-bench-{}", std::process::id()));
    std::fs::write(&file, "www.example.test. A\n".repeat(count)).unwrap();
    let port = to.rsplit(':').next().unwrap();
    let ran = Command::new("dnsperf")
        .args(["-s", "127.0.0.1", "-p", port, "-q", "64", "-c", "64", "-n", "1", "-d"])
        .arg(&file)
        .output();
    std::fs::remove_file(&file).unwrap();
    let said = String::from_utf8(ran.ok()?.stdout).ok()?;
    let line = said.lines().find(|line| line.trim_start().starts_with("Queries per second:"))?;
    Some(Took { rate: line.split_whitespace().last()?.parse().ok()?, ..Took::default() })
}

// The responder.

/// Answers for ever. Says its address first.
fn respond(words: &[String]) {
    if words[0] == "udp" || words[0] == "dns" {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        println!("{}", socket.local_addr().unwrap());
        let mut buffer = [0; 4096];
        loop {
            let (octets, from) = socket.recv_from(&mut buffer).unwrap();
            // Whoever has gone does not hear it.
            let _ = if words[0] == "udp" {
                socket.send_to(&acknowledged(&buffer[..octets]), from)
            } else {
                // The question back, as an answer without records.
                buffer[2] |= 0x80;
                socket.send_to(&buffer[..octets], from)
            };
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        let mut buffer = [0; 4096];
        while let Ok(octets @ 1..) = stream.read(&mut buffer) {
            // The question back, as an answer without records.
            buffer[4] |= 0x80;
            if stream.write_all(&buffer[..octets]).is_err() {
                break;
            }
        }
    }
}

/// An Accounting-Response (RFC 2866 section 3).
fn acknowledged(request: &[u8]) -> [u8; 20] {
    let mut reply = [5, request[1], 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    reply[4..].copy_from_slice(&request[4..20]);
    let digest = Md5::new().chain_update(reply).chain_update(SECRET).finalize();
    reply[4..].copy_from_slice(&digest);
    reply
}

// The clients.

/// Does what its name says so many times, after a tenth of it to warm up.
fn client(name: &str, to: SocketAddr, count: usize) -> Took {
    match name {
        "udp 1 raw" => {
            let socket = socket(to);
            timed(count, |count| (0..count).for_each(|n| raw(&socket, n)))
        }
        "udp 1 raw, a socket each" => {
            timed(count, |count| (0..count).for_each(|n| raw(&socket(to), n)))
        }
        "udp 64 raw" | "dns 64 raw" => {
            let (send, receive) = match name {
                "udp 64 raw" => (send as fn(&UdpSocket, usize), receive as fn(&UdpSocket)),
                _ => (send_question as fn(&UdpSocket, usize), receive_answer as fn(&UdpSocket)),
            };
            let sockets: Vec<UdpSocket> = (0..64).map(|_| socket(to)).collect();
            timed(count, |count| {
                sockets.iter().for_each(|socket| send(socket, 0));
                for (n, socket) in (0..count).zip(sockets.iter().cycle()) {
                    receive(socket);
                    if n + 64 < count {
                        send(socket, n);
                    }
                }
            })
        }
        "udp 64 raw, a socket each" => timed(count, |count| {
            let new = || {
                let socket = socket(to);
                send(&socket, 0);
                socket
            };
            let mut sockets: Vec<UdpSocket> = (0..64).map(|_| new()).collect();
            for n in 0..count {
                receive(&sockets[n % 64]);
                if n + 64 < count {
                    sockets[n % 64] = new();
                }
            }
        }),
        "udp 1 ours" => {
            let cast = cast(&load(many("bench/one", 1)), "case-00000", "server");
            ours(count, 1, to, &cast)
        }
        "udp 64 ours" => {
            let cast = cast(&load(many("bench/one", 1)), "case-00000", "server");
            ours(count, 64, to, &cast)
        }
        "udp 1 ours, one play" => {
            plays(count, 1, to, |count| cast(&load(repeated("bench/all", count)), "all", "server"))
        }
        "udp 64 ours, 64 plays" => {
            plays(count, 64, to, |count| cast(&load(repeated("bench/all", count)), "all", "server"))
        }
        "dns 64 ours, 64 plays" => plays(count, 64, to, |count| {
            cast(
                &load(questions("bench/dns", count, ["dns", "query", "response"])),
                "all",
                "server",
            )
        }),
        "tcp each raw" => timed(count, |count| {
            (0..count).for_each(|_| {
                let mut stream = stream(to);
                ask(&mut stream);
            });
        }),
        "tcp kept raw" => {
            let mut stream = stream(to);
            timed(count, |count| (0..count).for_each(|_| ask(&mut stream)))
        }
        "tcp each ours" => {
            let cast = cast(&load(questions("bench/tcp", 1, STREAM)), "all", "server");
            ours(count, 1, to, &cast)
        }
        "tcp kept ours" => {
            let suite = |count| load(questions("bench/tcp", count, STREAM));
            plays(count, 1, to, |count| cast(&suite(count), "all", "server"))
        }
        other => panic!("no client is called {other}"),
    }
}

/// Plays silences of 50 ms after an answer, and says how much longer than that they were.
fn silences(to: SocketAddr) {
    let cast = cast(&load(silent("bench/silent", 1, "50ms")), "case-00000", "server");
    for (at_once, times) in [(1, 40), (64, 20)] {
        let all: Rc<RefCell<Vec<f64>>> = Rc::default();
        let late = all.clone();
        let measure = move |report: &Report| {
            let heard = report
                .events
                .iter()
                .rfind(|event| matches!(event.what, Happening::Message { role: Role::Hear, .. }));
            let lasted = report.lasted - heard.unwrap().at;
            late.borrow_mut().push(lasted.as_secs_f64() * 1e3 - 50.0);
        };
        each_at_once(at_once * times, at_once, to, &cast, measure);
        let mut late = all.take();
        late.sort_by(f64::total_cmp);
        let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
        println!(
            "{:<28} {:>8.3} {:>8.3} {:>8.3} {:>8.3}",
            format!("{at_once} at once"),
            at(0.0),
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
}

fn timed(count: usize, mut work: impl FnMut(usize)) -> Took {
    work(warm_up(count));
    let (began, cpu) = (Instant::now(), processor());
    work(count);
    let took = began.elapsed().as_secs_f64();
    let cpu = (processor() - cpu) * 10_000.0 / count as f64;
    Took { rate: count as f64 / took, cpu, memory: memory() }
}

fn warm_up(count: usize) -> usize {
    (count / 10).max(64)
}

/// The processor time of this process, which has one thread, in seconds.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = stat.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::NAN) / 1e9
}

/// The most memory of this process so far, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn socket(to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(to).unwrap();
    socket
}

fn raw(socket: &UdpSocket, n: usize) {
    send(socket, n);
    receive(socket);
}

/// As many octets as our request has.
fn send(socket: &UdpSocket, n: usize) {
    let mut request = [7; 110];
    (request[0], request[1]) = (4, n as u8);
    socket.send(&request).unwrap();
}

fn receive(socket: &UdpSocket) {
    let mut buffer = [0; 4096];
    assert_eq!(socket.recv(&mut buffer).unwrap(), 20);
}

/// A question of as many octets as ours.
fn send_question(socket: &UdpSocket, n: usize) {
    let mut question = [0; 34];
    question[1] = n as u8;
    socket.send(&question).unwrap();
}

fn receive_answer(socket: &UdpSocket) {
    let mut buffer = [0; 4096];
    assert_eq!(socket.recv(&mut buffer).unwrap(), 34);
}

/// Questions on a stream: protocol, question, answer.
const STREAM: [&str; 3] = ["dns-tcp", "tcp-query", "tcp-response"];

fn stream(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A question of as many octets as ours, behind its length.
fn ask(stream: &mut TcpStream) {
    let mut question = [0; 36];
    question[1] = 34;
    stream.write_all(&question).unwrap();
    let mut buffer = [0; 4096];
    assert_eq!(stream.read(&mut buffer).unwrap(), 36);
}

/// Plays a cast so many times, so many of them at once, each in sockets of its own.
fn ours(count: usize, at_once: usize, to: SocketAddr, cast: &Cast) -> Took {
    timed(count, |count| ours_at_once(count, at_once, to, cast))
}

fn ours_at_once(count: usize, at_once: usize, to: SocketAddr, cast: &Cast) {
    each_at_once(count, at_once, to, cast, |_| ());
}

fn each_at_once(
    count: usize,
    at_once: usize,
    to: SocketAddr,
    cast: &Cast,
    look: impl Fn(&Report) + Clone + 'static,
) {
    let all = async {
        let (_keep, stop) = watch::channel(false);
        let mut tasks = tokio::task::JoinSet::new();
        let gate = Gate::default();
        for _ in 0..at_once {
            let (cast, gate, stop) = (cast.clone(), gate.clone(), stop.clone());
            let look = look.clone();
            tasks.spawn_local(async move {
                for _ in 0..count / at_once {
                    let report = played(cast.clone(), to, &gate, stop.clone()).await;
                    passed(&report);
                    look(&report);
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    };
    block_on(all).unwrap();
}

/// Plays so many casts at once, in each of which a share of the exchanges follows each other.
fn plays(count: usize, at_once: usize, to: SocketAddr, cast: impl Fn(usize) -> Cast) -> Took {
    let casts: BTreeMap<usize, Cast> =
        [count, warm_up(count)].map(|n| (n, cast(n / at_once))).into();
    timed(count, |count| ours_at_once(at_once, at_once, to, &casts[&count]))
}

async fn played(cast: Cast, to: SocketAddr, gate: &Gate, stop: watch::Receiver<bool>) -> Report {
    let gate = Some(gate.clone());
    let scene = Scene { reach: [(0, to)].into(), gate, ..Scene::new(stop) };
    perform(cast, Doors::default(), scene).await
}

fn passed(report: &Report) {
    let good = report.steps.iter().all(|step| step.verdict == Verdict::Pass);
    assert!(good, "{:?}", report.steps);
    assert!(report.lasted < Duration::from_secs(60));
}
