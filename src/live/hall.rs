//! Sockets that plays share whose other parties are played here too.
//!
//! A socket for each end of each exchange is more than a process may have open where thousands wait
//! at once. A pair of sockets tells as well whose a datagram is: no two exchanges have the same pair,
//! and some dozens of sockets make thousands of pairs. What has been a pair is not one again before
//! every other one has been, so that nothing late is taken for something new.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::{Rc, Weak};
use std::time::Instant;

use tokio::task::spawn_local;

use super::Task;
use super::doors::{Call, Came, datagram_socket, place_of};
use super::ears::Ears;
use super::inbox::{Heard, Tell};
use super::sockets::{Watched, receive};
use super::traffic::is_plain;
use crate::ladder::{Exchange, LinkId, Projection, Suite};
use crate::play::{FlowId, Input};

/// Sockets at most, which make 32,640 pairs.
const MOST: usize = 256;
/// Datagrams that may wait at a socket to be read, which holds some 190 small ones.
const UNREAD: usize = 32;

/// Sockets in pairs, on one thread.
#[derive(Clone)]
pub struct Hall(Rc<Shared>);

struct Shared {
    desks: RefCell<Vec<Rc<Desk>>>,
    /// Pairs that were never used, and those that were, the one that has rested longest in front.
    fresh: RefCell<VecDeque<Pair>>,
    rested: RefCell<VecDeque<Pair>>,
    ears: RefCell<Ears>,
    reader: RefCell<Option<Task>>,
}

/// The caller's socket, and the other's.
#[derive(Clone)]
struct Pair(Rc<Desk>, Rc<Desk>);

/// A socket that is shared.
pub(super) struct Desk {
    socket: Rc<Watched>,
    address: SocketAddr,
    unread: Cell<usize>,
    /// Whose a datagram is, by the port that it is from: all of them are on one host.
    seats: RefCell<HashMap<u16, Seat>>,
}

/// Who is told of what comes.
struct Seat {
    tell: Tell,
    whose: Whose,
}

enum Whose {
    /// A flow of the caller.
    Flow(FlowId),
    /// Whoever is called, on a link, and where he answers to.
    Called(LinkId, Weak<Desk>),
}

/// Where one end of a pair sits, and where the other.
#[derive(Clone)]
pub(super) struct Side {
    here: Rc<Desk>,
    there: Rc<Desk>,
}

/// The parties of one exchange that sit across.
#[derive(Clone)]
pub struct Across(Rc<Table>);

struct Table {
    hall: Hall,
    /// Who is called.
    tell: Tell,
    pairs: RefCell<Vec<Pair>>,
}

impl Hall {
    /// A hall that is empty.
    pub fn new() -> Self {
        Self(Rc::new(Shared {
            desks: RefCell::default(),
            fresh: RefCell::default(),
            rested: RefCell::default(),
            ears: RefCell::new(Ears::new()),
            reader: RefCell::default(),
        }))
    }

    /// Whether nothing in an exchange depends on whose a socket is, if nobody is wrong in it.
    pub fn takes(suite: &Suite, exchange: &Exchange, projection: &Projection) -> bool {
        is_plain(suite, exchange, projection)
    }

    pub(super) fn across(&self, tell: Tell) -> Across {
        Across(Rc::new(Table { hall: self.clone(), tell, pairs: RefCell::default() }))
    }

    /// A pair for a caller who has others already, in which he is somebody else.
    fn pair(&self, others: &[Pair]) -> std::io::Result<Pair> {
        let shared = &*self.0;
        let is_other = |pair: &Pair| !others.iter().any(|other| Rc::ptr_eq(&other.0, &pair.0));
        let take = |pairs: &RefCell<VecDeque<Pair>>| {
            let mut pairs = pairs.borrow_mut();
            pairs.iter().position(is_other).and_then(|at| pairs.remove(at))
        };
        loop {
            if let Some(pair) = take(&shared.fresh) {
                return Ok(pair);
            }
            let desks = shared.desks.borrow().len();
            let grown = match desks < MOST {
                true => self.grow(),
                false => Err(std::io::Error::other("all shared sockets are taken")),
            };
            if let Err(error) = grown {
                return take(&shared.rested).ok_or(error);
            }
        }
    }

    /// One more socket.
    fn grow(&self) -> std::io::Result<()> {
        let shared = &self.0;
        let socket = Rc::new(datagram_socket(SocketAddr::from(([127, 0, 0, 1], 0)))?);
        let address = place_of(&socket)?;
        let desk = Desk { socket, address, unread: Cell::new(0), seats: RefCell::default() };
        let desk = Rc::new(desk);
        let mut desks = shared.desks.borrow_mut();
        shared.ears.borrow_mut().datagrams(desks.len(), desk.socket.clone());
        shared
            .fresh
            .borrow_mut()
            .extend(desks.iter().map(|other| Pair(other.clone(), desk.clone())));
        desks.push(desk);
        shared.reader.borrow_mut().get_or_insert_with(|| {
            let hall = Rc::downgrade(shared);
            Task(spawn_local(async move {
                loop {
                    let next = poll_fn(|context| match hall.upgrade() {
                        Some(hall) => hall.ears.borrow_mut().poll(context).map(Some),
                        None => std::task::Poll::Ready(None),
                    });
                    let Some(heard) = next.await else { return };
                    // Doors bring nothing else.
                    if let (Some(hall), Heard::Call(call)) = (hall.upgrade(), heard)
                        && let Came::Datagram(_, octets) = call.what
                    {
                        let desk = hall.desks.borrow()[call.link].clone();
                        desk.came(call.at, call.from, octets);
                    }
                }
            }))
        });
        Ok(())
    }
}

impl Default for Hall {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// Hands a datagram to whose it is.
    fn came(self: &Rc<Self>, at: Instant, from: SocketAddr, octets: Vec<u8>) {
        self.unread.set(self.unread.get().saturating_sub(1));
        if from.ip() != self.address.ip() {
            return;
        }
        let seats = self.seats.borrow();
        let Some(seat) = seats.get(&from.port()) else { return };
        let heard = match &seat.whose {
            Whose::Flow(flow) => Heard::Input(at, Input::Received(*flow, octets)),
            Whose::Called(link, there) => {
                let Some(there) = there.upgrade() else { return };
                let side = Side { here: self.clone(), there };
                Heard::Call(Call { at, link: *link, from, what: Came::Across(side, octets) })
            }
        };
        seat.tell.offer(heard);
    }

    /// Reads what is there, past the runtime, which may not know of it yet.
    fn read(self: &Rc<Self>) {
        while let Ok((octets, from)) = receive(self.socket.get_ref()) {
            self.came(Instant::now(), from, octets);
        }
        self.unread.set(0);
    }
}

impl Across {
    /// Sits down for a flow of a caller.
    pub(super) fn call(&self, link: LinkId, flow: FlowId, tell: Tell) -> std::io::Result<Side> {
        let mut pairs = self.0.pairs.borrow_mut();
        let pair = self.0.hall.pair(&pairs)?;
        let Pair(here, there) = pair.clone();
        let seat = Seat { tell, whose: Whose::Flow(flow) };
        here.seats.borrow_mut().insert(there.address.port(), seat);
        let whose = Whose::Called(link, Rc::downgrade(&here));
        let seat = Seat { tell: self.0.tell.clone(), whose };
        there.seats.borrow_mut().insert(here.address.port(), seat);
        pairs.push(pair);
        Ok(Side { here, there })
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        for pair in self.pairs.take() {
            let Pair(caller, called) = &pair;
            caller.seats.borrow_mut().remove(&called.address.port());
            called.seats.borrow_mut().remove(&caller.address.port());
            self.hall.0.rested.borrow_mut().push_back(pair);
        }
    }
}

impl Side {
    /// What a datagram goes out on, and to where. What waits there is read before it is too much.
    pub(super) fn way(&self) -> (Rc<Watched>, SocketAddr) {
        if self.there.unread.get() >= UNREAD {
            self.there.read();
        }
        self.there.unread.set(self.there.unread.get() + 1);
        (self.here.socket.clone(), self.there.address)
    }

    /// Whether a caller would hear that nobody is there.
    pub(super) fn is_left(&self) -> bool {
        let seats = self.there.seats.borrow();
        let seat = seats.get(&self.here.address.port());
        seat.is_some_and(|seat| matches!(seat.whose, Whose::Called(..)) && seat.tell.is_over())
    }
}
