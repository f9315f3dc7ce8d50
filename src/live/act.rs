//! What a play asks for, carried out: streams are opened, octets leave, and what has to wait for its turn
//! at the gate waits.

use std::cell::Cell;
use std::io::ErrorKind::WouldBlock;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::spawn_local;

use super::doors::{self, datagram_socket, here_for, reached, shared_socket, socket_to};
use super::ears::OtherEnd;
use super::gate::Lane;
use super::sockets::{Watched, address_of, send_aside};
use super::{Driver, Task, Way};
use crate::ladder::{Aside, LinkId};
use crate::play::{FlowId, Input, Output, Place};
use crate::wire::Transport;

/// After this a socket is tried again whose buffer in the kernel is full.
const FULL: Duration = Duration::from_micros(200);

impl Driver {
    /// Carries out everything that the play asks for, but for what is held back.
    pub(super) async fn carry_out(&mut self) {
        // Boxed, since it is rare.
        while let Some(turn) = self.carry_out_now().map(|output| Box::pin(self.act_in_turn(output)))
        {
            turn.await;
        }
    }

    /// Carries it out until something has to wait for its turn, and gives that back.
    pub(super) fn carry_out_now(&mut self) -> Option<Output> {
        let Some(now) = self.jitter.is_some().then(Instant::now) else {
            while let Some(output) = self.play.next_output() {
                if let Some(waits) = self.act(output) {
                    return Some(waits);
                }
            }
            return None;
        };
        while let Some(output) = self.play.next_output() {
            let on_segment = |link: LinkId| self.suite.links[link].is_segment();
            let held = self.jitter.as_mut().map(|jitter| {
                if let Output::Open { flow, link, .. } = output
                    && on_segment(link)
                {
                    jitter.on_segment(flow);
                }
                jitter.hold(now, output)
            });
            if let Some(output) = held.flatten()
                && let Some(waits) = self.act(output)
            {
                return Some(waits);
            }
        }
        while let Some(output) = self.jitter.as_mut().and_then(|jitter| jitter.due(now)) {
            if let Some(waits) = self.act(output) {
                return Some(waits);
            }
        }
        None
    }

    /// Carries out what is still held back.
    pub(super) async fn catch_up(&mut self) {
        while let Some(at) = self.jitter.as_ref().and_then(|jitter| jitter.next()) {
            self.ears.shut_streams();
            tokio::time::sleep_until(at.into()).await;
            self.carry_out().await;
        }
    }

    /// Does what has to wait for its turn at the gate.
    pub(super) async fn act_in_turn(&mut self, output: Output) {
        let flow = match &output {
            Output::Open { flow, .. } | Output::Send(flow, _) => *flow,
            _ => return,
        };
        if let Some(lane) = self.lane(&output).cloned() {
            self.ears.shut_streams();
            self.epoch += self.crossing.enter(&lane, flow).await;
        }
        match output {
            Output::Open { link, place, aside, .. } => self.open(flow, link, place, aside),
            Output::Send(_, octets) => self.send(flow, octets),
            _ => {}
        }
    }

    /// Does something; gives back what has to wait for its turn.
    fn act(&mut self, output: Output) -> Option<Output> {
        // The end of a stream does not travel behind what is done after it.
        if !matches!(output, Output::Close(_)) {
            self.ears.shut_streams();
        }
        match output {
            Output::Open { flow, link, place, aside, .. } => {
                if !self.may_pass(&output, flow) {
                    return Some(output);
                }
                self.open(flow, link, place, aside);
            }
            Output::Listen(link) => self.listen(link),
            Output::Send(flow, _) => {
                self.move_out(flow);
                if !self.may_pass(&output, flow) {
                    return Some(output);
                }
                if let Output::Send(_, octets) = output {
                    self.send(flow, octets);
                }
            }
            Output::SendUrgent(flow, octets) => {
                if let Some(Way::Stream(ear)) = self.flows.get(flow) {
                    self.ears.say(*ear, octets, true);
                }
            }
            Output::SendAside(flow, octets, aside) => {
                if let Err(error) = self.send_aside(flow, octets, aside) {
                    let why = format!("nothing can be sent from another place here: {error}");
                    let input = match error.kind() {
                        std::io::ErrorKind::Unsupported => Input::Unable(why),
                        _ => Input::NotDone(why),
                    };
                    self.play.take(self.epoch.elapsed(), input);
                }
            }
            Output::Close(flow) => {
                if let Some(Way::Stream(ear)) = self.flows.get(flow) {
                    self.ears.close(*ear);
                    self.flows.remove(flow);
                }
            }
            Output::Refuse(link) => self.ears.shut(link),
            Output::Observe(look) => {
                let seen = (self.watcher)(look);
                let tell = self.tell.clone();
                self.tasks.push(Task(spawn_local(async move {
                    tell.tell(Input::Observed(seen.await));
                })));
            }
            Output::Trigger(party, name) => {
                let ended = (self.trigger)(party, name);
                let tell = self.tell.clone();
                self.tasks.push(Task(spawn_local(async move {
                    tell.tell(match ended.await {
                        Ok(ended) => Input::Ended(party, ended),
                        Err(why) => Input::NotTriggered(party, why),
                    });
                })));
            }
        }
        None
    }

    fn open(&mut self, flow: FlowId, link: LinkId, place: Option<Place>, aside: Option<Aside>) {
        self.links.insert(flow, link);
        if self.suite.links[link].is_segment() {
            return self.frame_flow(flow, link);
        }
        if let Some(across) = &self.across {
            return match across.call(link, flow, self.tell.clone()) {
                Ok(side) => self.flows.insert(flow, Way::Across(side)),
                Err(error) => {
                    self.ears.known(Input::Refused(flow, format!("no socket: {error}")));
                }
            };
        }
        let protocol = self.suite.links[link].protocol;
        let at = self.suite.links[link].at;
        let address = match at {
            Some(at) if self.suite.links[link].is_told() => place.and_then(|place| {
                let host = place.host.or(self.ends.get(at).map(|other| other.get().ip()))?;
                Some(SocketAddr::new(host, place.port))
            }),
            Some(at) => self.ends.get(at).map(|other| other.get()),
            None => self.reach.get(&link).copied().map(reached),
        };
        let Some(address) = address else {
            return self.ears.known(Input::Refused(flow, "no address is known for it".to_owned()));
        };
        match protocol.transport {
            Transport::Udp => {
                let moves = self.moves(link);
                let opened = match self.origins.remove(&link) {
                    Some(here) if !moves => shared_socket(here, address),
                    here => socket_to(address, here),
                };
                match opened {
                    Ok(socket) => {
                        let end = if moves { OtherEnd::Moves } else { OtherEnd::Asked };
                        let other = self.own(flow, link, socket, address, end);
                        if moves {
                            self.ends.insert(link, other);
                        }
                    }
                    Err(error) => {
                        self.ears.known(Input::Refused(flow, format!("no socket: {error}")));
                    }
                }
            }
            Transport::Tcp | Transport::Ethernet => {
                self.ends.insert(link, Rc::new(Cell::new(address)));
                // Where messages of this link tell where we listen, it is there.
                let mut links = self.suite.links.iter();
                if links.any(|other| other.is_told() && other.at == Some(link))
                    && let Ok(here) = here_for(address)
                {
                    self.near.insert(link, here);
                }
                let ear = self.ears.call(flow, address, aside);
                self.flows.insert(flow, Way::Stream(ear));
            }
        }
    }

    /// Listens on a link whose place messages tell, on the host on which they are said.
    fn listen(&mut self, link: LinkId) {
        let here = self.suite.links[link].at.and_then(|at| self.near.get(at).copied());
        let here = here.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let now = self.epoch.elapsed();
        let door = doors::listen(SocketAddr::new(here, 0));
        let input = match door.and_then(|door| Ok((doors::place_of(&door)?, door))) {
            Ok((address, door)) => {
                // A link has one door, at the place that was told last.
                self.ears.shut(link);
                self.ears.streams(link, door);
                Input::Listening(link, address)
            }
            Err(error) => Input::NotDone(format!("nothing can listen on {here}: {error}")),
        };
        self.play.take(now, input);
    }

    fn send(&mut self, flow: FlowId, octets: Vec<u8>) {
        match self.flows.get(flow) {
            Some(Way::Caller(socket, to)) => {
                let (socket, to) = (socket.clone(), *to);
                // Whoever called and is gone says no more; that shows by itself.
                let _ = self.datagram(&socket, to, &octets);
            }
            Some(Way::Own(socket, to)) => {
                let (socket, to) = (socket.clone(), to.get());
                self.own_datagram(flow, &socket, to, &octets);
            }
            Some(Way::Across(side)) => {
                if side.is_left() {
                    let why = "nobody listens there (connection refused)".to_owned();
                    return self.ears.known(Input::Refused(flow, why));
                }
                let (socket, to) = side.way();
                let _ = self.datagram(&socket, to, &octets);
            }
            Some(Way::Stream(ear)) => self.ears.say(*ear, octets, false),
            Some(Way::Frame(segment)) => {
                if let Err(error) = segment.send(&octets) {
                    let why = format!("a frame of {} octets cannot be sent: {error}", octets.len());
                    self.play.take(self.epoch.elapsed(), Input::NotDone(why));
                }
            }
            None => {}
        }
    }

    /// Sends a datagram from where the other end does not expect us. Whoever called hears there what
    /// is answered to it.
    fn send_aside(&mut self, flow: FlowId, octets: Vec<u8>, aside: Aside) -> std::io::Result<()> {
        let to = match self.flows.get(flow) {
            Some(Way::Caller(_, to)) => return send_aside(*to, &octets, aside),
            Some(Way::Own(_, to)) => to.get(),
            _ => return Ok(()),
        };
        if self.links.get(flow).is_some_and(|link| self.moves(*link)) {
            return send_aside(to, &octets, aside);
        }
        let socket = match self.asides.get((flow, aside)) {
            Some(socket) => socket.clone(),
            None => {
                let here = SocketAddr::new(address_of(aside, to)?, 0);
                let socket = Rc::new(datagram_socket(here)?);
                self.asides.insert((flow, aside), socket.clone());
                self.ears.aside(flow, to.ip(), socket.clone());
                socket
            }
        };
        // Nothing shows by itself that it has not left.
        self.datagram(&socket, to, &octets)
    }

    /// Where it takes a place on its way to the implementation under test: a datagram, or a stream to
    /// a door of it.
    fn lane(&self, output: &Output) -> Option<&Lane> {
        let gate = self.gate.as_ref()?;
        match output {
            Output::Open { link, .. } => {
                let link = &self.suite.links[*link];
                let calls = link.protocol.transport == Transport::Tcp && link.at.is_none();
                calls.then(|| gate.streams())
            }
            Output::Send(flow, _) => {
                let own = matches!(self.flows.get(*flow), Some(Way::Own(..)));
                let moves = self.links.get(*flow).is_some_and(|link| self.moves(*link));
                (own && !moves).then(|| gate.datagrams())
            }
            _ => None,
        }
    }

    /// Whether whoever is asked on a link may answer from another port, and stays there.
    pub(super) fn moves(&self, link: LinkId) -> bool {
        let link = &self.suite.links[link];
        link.protocol.conversation.answers_anew && link.at.is_none()
    }

    /// Takes that place, where there is one.
    fn may_pass(&mut self, output: &Output, flow: FlowId) -> bool {
        let lane = self.lane(output).cloned();
        lane.is_none_or(|lane| self.crossing.enter_now(&lane, flow))
    }

    /// Sends a datagram now; where the kernel's buffer is full, as soon as it is not.
    fn datagram(
        &mut self,
        socket: &Rc<Watched>,
        to: SocketAddr,
        octets: &[u8],
    ) -> std::io::Result<()> {
        let to = socket2::SockAddr::from(to);
        match socket.get_ref().send_to(octets, &to) {
            Err(error) if error.kind() == WouldBlock => {
                let (socket, octets) = (socket.clone(), octets.to_vec());
                self.tasks.push(Task(spawn_local(async move {
                    let is_full = |sent: std::io::Result<usize>| {
                        sent.is_err_and(|error| error.kind() == WouldBlock)
                    };
                    while is_full(socket.get_ref().send_to(&octets, &to)) {
                        tokio::time::sleep(FULL).await;
                    }
                })));
                Ok(())
            }
            sent => sent.map(|_| ()),
        }
    }

    /// The same over a socket of its own. What did not get there before is told.
    fn own_datagram(&mut self, flow: FlowId, socket: &Rc<Watched>, to: SocketAddr, octets: &[u8]) {
        let Err(about_earlier) = self.datagram(socket, to, octets) else { return };
        // This one has not left yet. Where it does now, the error was about what was sent before.
        match self.datagram(socket, to, octets) {
            Ok(()) => self.ears.lost(flow, about_earlier),
            Err(error) => {
                let octets = octets.len();
                let why = format!("a datagram of {octets} octets cannot be sent: {error}");
                self.play.take(self.epoch.elapsed(), Input::NotDone(why));
            }
        }
    }
}
