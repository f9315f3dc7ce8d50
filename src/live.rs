//! A play on real sockets, under tokio. So thin that it decides nothing: octets, time and closed
//! doors go in, and what the play asks for is carried out.
//!
//! Everything of one play runs on one thread (plays are not `Send`); many plays share it.
//!
//! | file | what |
//! |---|---|
//! | `doors` | the sockets on which our parties are called |
//! | `jitter` | what is said goes out some time later |
//! | `runtime` | what a process is to many plays |
//! | `serve` | parties that are played for whoever calls |
//! | `traffic` | who calls whom in an exchange |

mod doors;
mod jitter;
mod runtime;
mod serve;
mod traffic;

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::spawn_local;

use crate::ladder::{Aside, LinkId, PartyId};
use crate::play::{Cast, Ended, FlowId, Input, Look, Output, Play, Sight};
use crate::record::{Event, Report};
use crate::wire::Transport;
use doors::{Call, Came, datagram_socket, near};

pub use doors::Doors;
pub use jitter::Jitter;
pub use runtime::{asked_to_end, block_on};
pub use serve::{Host, Service, serve};
pub use traffic::Traffic;

/// The most octets that one read takes from a stream.
const READ: usize = 64 << 10;
/// Inputs that may wait for a play; a peer that sends faster waits for the play, not in our memory.
const WAITING: usize = 256;

/// What carries out triggers: given the party and the trigger's name, it ends with what the
/// implementation printed, or with why it could not be started. Dropping it ends the implementation.
pub type Trigger =
    Rc<dyn Fn(PartyId, String) -> Pin<Box<dyn Future<Output = Result<Ended, String>>>>>;

/// What looks at implementations, and tells what is seen no later than it is asked to.
pub type Watcher = Rc<dyn Fn(Look) -> Pin<Box<dyn Future<Output = Sight>>>>;

/// How many datagrams may be on their way to one implementation at once.
///
/// A socket holds some 190 small datagrams; what comes beyond is dropped by the kernel, which would
/// be our doing and look like the implementation's silence. A datagram is on its way until its flow
/// brings an answer, or for [`Gate::CROSSING`].
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(Self::WIDTH)))
    }
}

impl Gate {
    const WIDTH: usize = 64;
    const CROSSING: Duration = Duration::from_millis(20);
}

/// Everything around one play.
pub struct Scene {
    /// Where the parties under test are reached, by link.
    pub reach: BTreeMap<LinkId, SocketAddr>,
    /// What carries out triggers.
    pub trigger: Trigger,
    /// What looks at implementations.
    pub watcher: Watcher,
    /// Called with each new event.
    pub observe: Box<dyn FnMut(&Event)>,
    /// Becomes true when the run is to stop.
    pub stop: watch::Receiver<bool>,
    /// The moment that the play counts from.
    pub epoch: Instant,
    /// How long nothing had happened when the play was begun: for the play it goes by at once.
    pub gone: Duration,
    /// How long streams stay open that the play leaves open on purpose.
    pub linger: Duration,
    /// Shared by all plays against one implementation.
    pub gate: Option<Gate>,
    /// Holds back what the play does.
    pub jitter: Option<Jitter>,
}

impl Scene {
    /// Nobody to reach, to make act or to tell; the play counts from now.
    pub fn new(stop: watch::Receiver<bool>) -> Self {
        Self {
            reach: BTreeMap::new(),
            // Whoever is under test acts on its own.
            trigger: Rc::new(|_, _| Box::pin(std::future::pending())),
            watcher: Rc::new(|_| Box::pin(std::future::ready(Sight::Blind))),
            observe: Box::new(|_| {}),
            stop,
            epoch: Instant::now(),
            gone: Duration::ZERO,
            linger: Duration::ZERO,
            gate: None,
            jitter: None,
        }
    }
}

/// Plays one cast to its end.
pub async fn perform(cast: Cast, doors: Doors, scene: Scene) -> Report {
    let mut inbox = Inbox::new();
    let listening = doors.listen(&inbox.tell);
    play(cast, &mut inbox, listening, scene).await
}

/// Plays one cast to its end, with what its inbox is told of.
async fn play(
    cast: Cast,
    inbox: &mut Inbox,
    listening: BTreeMap<LinkId, Task>,
    scene: Scene,
) -> Report {
    let mut driver = Driver {
        transports: cast.suite.links.iter().map(|l| l.protocol.transport).collect(),
        play: Play::new(cast),
        inbox: inbox.tell.clone(),
        flows: HashMap::new(),
        listening,
        callers: HashMap::new(),
        tasks: Vec::new(),
        reach: scene.reach,
        trigger: scene.trigger,
        watcher: scene.watcher,
        gate: scene.gate,
        jitter: scene.jitter,
        crossing: HashMap::new(),
        epoch: scene.epoch,
    };
    let (mut observe, mut stop) = (scene.observe, scene.stop);
    let mut told = 0;
    driver.begin(scene.gone);
    loop {
        driver.carry_out().await;
        told = driver.play.new_events(told, &mut observe);
        if driver.play.is_over() {
            break;
        }
        let wake = driver.wake_at();
        let sleep = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            heard = inbox.heard.recv() => {
                if let Some(heard) = heard {
                    driver.heard(heard);
                }
                // What arrived together is judged together, before the clock is looked at again.
                while !driver.play.is_over()
                    && let Ok(heard) = inbox.heard.try_recv()
                {
                    driver.carry_out().await;
                    driver.heard(heard);
                }
            }
            () = sleep => driver.play.take(driver.epoch.elapsed(), Input::Tick),
            _ = stop.wait_for(|stop| *stop) => {
                driver.play.take(driver.epoch.elapsed(), Input::Interrupted);
                break;
            }
        }
    }
    driver.carry_out().await;
    driver.play.new_events(told, &mut observe);
    driver.catch_up().await;
    if !scene.linger.is_zero() {
        tokio::select! {
            () = driver.linger(inbox) => {}
            () = tokio::time::sleep(scene.linger) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    // Writers still have to send what was asked for last: a moment, then everything is dropped.
    driver.farewell().await;
    driver.into_report()
}

/// Where a play is told of what comes. It is there before the play, and after it.
struct Inbox {
    tell: mpsc::Sender<Heard>,
    heard: mpsc::Receiver<Heard>,
    /// Calls that came when the play was over.
    late: Vec<Call>,
}

impl Inbox {
    fn new() -> Self {
        let (tell, heard) = mpsc::channel(WAITING);
        Self { tell, heard, late: Vec::new() }
    }

    /// The calls that the play did not get to. No more come in.
    fn late(mut self) -> Vec<Call> {
        self.heard.close();
        while let Ok(heard) = self.heard.try_recv() {
            if let Heard::Call(call) = heard {
                self.late.push(call);
            }
        }
        self.late
    }
}

/// What the sockets and processes of a play tell it.
enum Heard {
    /// Something about a flow that the play knows.
    Input(Instant, Input),
    /// Somebody at a door.
    Call(Call),
}

impl From<Call> for Heard {
    fn from(call: Call) -> Self {
        Self::Call(call)
    }
}

/// How octets leave on a flow.
enum Way {
    /// To the caller of a door.
    Caller(Rc<UdpSocket>, SocketAddr),
    /// Over a datagram socket of its own.
    Own(Rc<UdpSocket>),
    /// Through the task that writes a stream; dropping it closes the stream.
    Stream(mpsc::UnboundedSender<Vec<u8>>),
}

struct Driver {
    play: Play,
    transports: Vec<Transport>,
    inbox: mpsc::Sender<Heard>,
    flows: HashMap<FlowId, Way>,
    /// What reads the doors; a link without one takes nobody.
    listening: BTreeMap<LinkId, Task>,
    callers: HashMap<(LinkId, SocketAddr), FlowId>,
    /// Ended with the play.
    tasks: Vec<Task>,
    reach: BTreeMap<LinkId, SocketAddr>,
    trigger: Trigger,
    watcher: Watcher,
    gate: Option<Gate>,
    jitter: Option<Jitter>,
    /// Datagrams on their way, by flow: they leave the gate with their answer.
    crossing: HashMap<FlowId, Task>,
    /// The moment that the play counts from. It moves on while the play waits at the gate: no time
    /// goes by for it there, so that no silence is shorter than it should be.
    epoch: Instant,
}

/// Ends its task when it is dropped: no task outlives its play.
struct Task(tokio::task::JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Driver {
    fn into_report(self) -> Report {
        self.play.into_report()
    }

    /// Begins the play; what had gone by before goes by at once.
    fn begin(&mut self, gone: Duration) {
        let began = self.epoch.elapsed().saturating_sub(gone);
        self.play.start(began);
        while let Some(wake) = self.play.wake_at().filter(|wake| *wake <= began + gone) {
            self.play.take(wake, Input::Tick);
        }
    }

    fn heard(&mut self, heard: Heard) {
        let epoch = self.epoch;
        match heard {
            Heard::Input(at, input) => {
                if let Input::Received(flow, _) = &input {
                    self.crossing.remove(flow);
                }
                self.play.take(at.saturating_duration_since(epoch), input);
            }
            Heard::Call(Call { at, link, from, what }) => {
                let now = at.saturating_duration_since(epoch);
                let input = match what {
                    Came::Datagram(socket, octets) => {
                        let flow = *self.callers.entry((link, from)).or_insert_with(|| {
                            let flow = self.play.accept(now, link);
                            self.flows.insert(flow, Way::Caller(socket, from));
                            flow
                        });
                        Input::Received(flow, octets)
                    }
                    Came::Stream(stream) => {
                        let flow = self.play.accept(now, link);
                        let way = self.stream(flow, stream);
                        self.flows.insert(flow, way);
                        Input::Tick
                    }
                };
                self.play.take(now, input);
            }
        }
    }

    /// Reads and writes a stream in a task of its own.
    fn stream(&mut self, flow: FlowId, stream: TcpStream) -> Way {
        let (way, outgoing) = mpsc::unbounded_channel::<Vec<u8>>();
        self.tasks.push(Task(spawn_local(pump(flow, stream, outgoing, self.inbox.clone()))));
        Way::Stream(way)
    }

    /// When there is something to do if nothing arrives before.
    fn wake_at(&self) -> Option<Instant> {
        let play = self.play.wake_at().map(|at| self.epoch + at);
        let held = self.jitter.as_ref().and_then(Jitter::next);
        play.into_iter().chain(held).min()
    }

    /// Carries out everything that the play asks for, but for what is held back.
    async fn carry_out(&mut self) {
        let now = Instant::now();
        while let Some(output) = self.play.next_output() {
            let output = match &mut self.jitter {
                Some(jitter) => jitter.hold(now, output),
                None => Some(output),
            };
            if let Some(output) = output {
                self.act(output).await;
            }
        }
        while let Some(output) = self.jitter.as_mut().and_then(|jitter| jitter.due(now)) {
            self.act(output).await;
        }
    }

    /// Carries out what is still held back.
    async fn catch_up(&mut self) {
        while let Some(at) = self.jitter.as_ref().and_then(Jitter::next) {
            tokio::time::sleep_until(at.into()).await;
            self.carry_out().await;
        }
    }

    async fn act(&mut self, output: Output) {
        match output {
            Output::Open { flow, link, .. } => self.open(flow, link),
            Output::Send(flow, octets) => {
                self.pass(flow).await;
                self.send(flow, octets);
            }
            Output::SendAside(flow, octets, aside) => {
                let sent = match self.flows.get(&flow) {
                    Some(Way::Caller(_, to)) => send_aside(*to, &octets, aside),
                    Some(Way::Own(socket)) => {
                        socket.peer_addr().and_then(|to| send_aside(to, &octets, aside))
                    }
                    _ => Ok(()),
                };
                if let Err(error) = sent {
                    let why = format!("nothing can be sent from another place here: {error}");
                    self.play.take(self.epoch.elapsed(), Input::NotDone(why));
                }
            }
            Output::Close(flow) => {
                if let Some(Way::Stream(_)) = self.flows.get(&flow) {
                    self.flows.remove(&flow);
                }
            }
            Output::Refuse(link) => {
                self.listening.remove(&link);
            }
            Output::Observe(look) => {
                let seen = (self.watcher)(look);
                let inbox = self.inbox.clone();
                self.tasks.push(Task(spawn_local(async move {
                    let input = Input::Observed(seen.await);
                    let _ = inbox.send(Heard::Input(Instant::now(), input)).await;
                })));
            }
            Output::Trigger(party, name) => {
                let ended = (self.trigger)(party, name);
                let inbox = self.inbox.clone();
                self.tasks.push(Task(spawn_local(async move {
                    let input = match ended.await {
                        Ok(ended) => Input::Ended(party, ended),
                        Err(why) => Input::NotTriggered(party, why),
                    };
                    let _ = inbox.send(Heard::Input(Instant::now(), input)).await;
                })));
            }
        }
    }

    fn open(&mut self, flow: FlowId, link: LinkId) {
        let inbox = self.inbox.clone();
        let Some(address) = self.reach.get(&link).copied() else {
            let why = "no address is known for it".to_owned();
            self.tasks.push(Task(spawn_local(async move {
                let input = Input::Refused(flow, why);
                let _ = inbox.send(Heard::Input(Instant::now(), input)).await;
            })));
            return;
        };
        match self.transports[link] {
            Transport::Udp => {
                // Connected, so that the kernel tells of a port that nobody listens on.
                let here = SocketAddr::new(near(address), 0);
                let connected = datagram_socket(here).and_then(|socket| {
                    socket2::SockRef::from(&socket).connect(&address.into())?;
                    Ok(socket)
                });
                match connected {
                    Ok(socket) => {
                        let socket = Rc::new(socket);
                        self.flows.insert(flow, Way::Own(socket.clone()));
                        self.tasks.push(Task(spawn_local(datagrams(flow, socket, inbox))));
                    }
                    Err(error) => {
                        let input = Input::Refused(flow, format!("no socket: {error}"));
                        self.tasks.push(Task(spawn_local(async move {
                            let _ = inbox.send(Heard::Input(Instant::now(), input)).await;
                        })));
                    }
                }
            }
            Transport::Tcp => {
                // Octets wait in this channel until the stream is there to write them.
                let (way, outgoing) = mpsc::unbounded_channel::<Vec<u8>>();
                self.flows.insert(flow, Way::Stream(way));
                self.tasks.push(Task(spawn_local(connect(flow, address, outgoing, inbox))));
            }
        }
    }

    fn send(&mut self, flow: FlowId, octets: Vec<u8>) {
        match self.flows.get(&flow) {
            Some(Way::Caller(socket, to)) => self.datagram(socket.clone(), Some(*to), octets),
            Some(Way::Own(socket)) => self.datagram(socket.clone(), None, octets),
            Some(Way::Stream(way)) => {
                let _ = way.send(octets);
            }
            None => {}
        }
    }

    /// Takes a place for a datagram that goes to the implementation under test.
    async fn pass(&mut self, flow: FlowId) {
        let (Some(gate), Some(Way::Own(_))) = (&self.gate, self.flows.get(&flow)) else { return };
        let place = match gate.0.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                let came = Instant::now();
                let Ok(place) = gate.0.clone().acquire_owned().await else { return };
                self.epoch += came.elapsed();
                place
            }
        };
        let crossing = spawn_local(async move {
            let _place = place;
            tokio::time::sleep(Gate::CROSSING).await;
        });
        self.crossing.insert(flow, Task(crossing));
    }

    /// Sends a datagram now; where the kernel's buffer is full, as soon as it is not.
    ///
    /// Past tokio, which would first have to be told that a new socket can be written to. A port
    /// that nobody listens on shows as an error of the read.
    fn datagram(&mut self, socket: Rc<UdpSocket>, to: Option<SocketAddr>, octets: Vec<u8>) {
        let raw = socket2::SockRef::from(&*socket);
        let sent = match to {
            Some(to) => raw.send_to(&octets, &to.into()),
            None => raw.send(&octets),
        };
        if sent.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock) {
            self.tasks.push(Task(spawn_local(async move {
                let _ = match to {
                    Some(to) => socket.send_to(&octets, to).await,
                    None => socket.send(&octets).await,
                };
            })));
        }
    }

    /// Keeps the streams that the play has not closed, as long as their peers keep them.
    async fn linger(&mut self, inbox: &mut Inbox) {
        let open = |way: &Way| matches!(way, Way::Stream(way) if !way.is_closed());
        while self.flows.values().any(open) {
            match inbox.heard.recv().await {
                Some(Heard::Input(_, Input::Closed(flow))) => drop(self.flows.remove(&flow)),
                Some(Heard::Call(call)) => inbox.late.push(call),
                _ => {}
            }
        }
    }

    /// Lets the writers finish.
    async fn farewell(&mut self) {
        self.flows.clear();
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
}

/// Sends a datagram from a port, or from an address, that it is not expected from.
fn send_aside(to: SocketAddr, octets: &[u8], aside: Aside) -> std::io::Result<()> {
    let from = match (aside, to) {
        (Aside::Port, _) => near(to),
        // Every address that begins with 127 is this host's.
        (Aside::Address, SocketAddr::V4(v4)) if to.ip().is_loopback() => {
            let [first, second, third, last] = v4.ip().octets();
            Ipv4Addr::new(first, second, third, last.wrapping_add(1).max(2)).into()
        }
        (Aside::Address, _) => {
            return Err(std::io::Error::other("this host has one address towards the peer"));
        }
    };
    let socket = std::net::UdpSocket::bind((from, 0))?;
    socket.send_to(octets, to).map(|_| ())
}

/// Reads a datagram socket of our own.
async fn datagrams(flow: FlowId, socket: Rc<UdpSocket>, inbox: mpsc::Sender<Heard>) {
    let mut buffer = vec![0; 65_536];
    loop {
        let input = match socket.recv(&mut buffer).await {
            Ok(octets) => Input::Received(flow, buffer[..octets].to_vec()),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Input::Refused(flow, "nobody listens there (connection refused)".into())
            }
            Err(error) => Input::Refused(flow, error.to_string()),
        };
        if inbox.send(Heard::Input(Instant::now(), input)).await.is_err() {
            return;
        }
    }
}

/// Opens a stream, then reads and writes it.
async fn connect(
    flow: FlowId,
    address: SocketAddr,
    outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    inbox: mpsc::Sender<Heard>,
) {
    let (input, stream) = match TcpStream::connect(address).await {
        Ok(stream) => (Input::Established(flow), Some(stream)),
        Err(error) => (Input::Refused(flow, format!("{address}: {error}")), None),
    };
    let told = inbox.send(Heard::Input(Instant::now(), input)).await;
    if let (Ok(()), Some(stream)) = (told, stream) {
        pump(flow, stream, outgoing, inbox).await;
    }
}

/// Carries octets between a stream and the play until both have closed their half. The play closes
/// its own by dropping the sending end of `outgoing`; what it said before still goes out, so that a
/// peer that closes its half behind a request gets its answer.
async fn pump(
    flow: FlowId,
    stream: TcpStream,
    mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    inbox: mpsc::Sender<Heard>,
) {
    // What we say is judged by when it is said: nothing waits for more.
    let _ = stream.set_nodelay(true);
    let (mut reading, mut writing) = stream.into_split();
    let mut buffer = vec![0; READ];
    let (mut open, mut hears) = (true, true);
    while open || hears {
        tokio::select! {
            octets = outgoing.recv(), if open => match octets {
                Some(octets) => open = writing.write_all(&octets).await.is_ok(),
                None => {
                    let _ = writing.shutdown().await;
                    open = false;
                }
            },
            read = reading.read(&mut buffer), if hears => {
                open &= read.is_ok();
                let input = match read {
                    Ok(0) | Err(_) => Input::Closed(flow),
                    Ok(octets) => Input::Received(flow, buffer[..octets].to_vec()),
                };
                hears = !matches!(input, Input::Closed(_));
                if inbox.send(Heard::Input(Instant::now(), input)).await.is_err() {
                    return;
                }
            }
        }
    }
}
