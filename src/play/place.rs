//! Addresses that messages tell: where one end of a link says, on another link, that it listens.
//!
//! In a suite it is `$link.host` and `$link.port`. Whoever listens says them: we first have a socket
//! opened, at an address that nobody was told before. Whoever hears them goes there.

use std::net::{IpAddr, Ipv4Addr};

use super::blame::{add, trouble};
use super::script::{Player, Stop};
use super::stage::{Stage, wait};
use super::{Output, Place};
use crate::diag::Pos;
use crate::ladder::{FieldSpec, LinkId, Reference, Role, Say, Saying, Term};
use crate::record::Verdict;
use crate::wire::{Kind, Node, Value};

/// Half of a place, as a message tells it.
#[derive(Clone, Copy, Debug)]
pub enum Told {
    Host(IpAddr),
    Port(u16),
}

impl Stage {
    /// The link of whose place a reference speaks.
    pub fn place_of(&self, reference: &Reference) -> Option<LinkId> {
        let told = self.tells && !reference.path.is_empty();
        if !told || self.settings().contains_key(&reference.name) {
            return None;
        }
        let mut links = self.cast.suite.links.iter();
        links.position(|link| link.name == reference.name && link.is_told())
    }

    /// What is known of a place, as a suite would spell it.
    pub fn place_text(&self, reference: &Reference) -> Option<String> {
        let place = self.places.get(&self.place_of(reference)?)?;
        match reference.path.as_str() {
            "port" => Some(place.port.to_string()),
            _ => place.host.map(|host| host.to_string()),
        }
    }

    /// What a field tells of a place; nothing where it holds no address and no port.
    pub fn told(&self, reference: &Reference, node: &Node) -> Option<(LinkId, Told)> {
        let link = self.place_of(reference)?;
        let text = match (node.field.kind.plain(), &node.value) {
            (Kind::Text(_) | Kind::Custom(_), Value::Octets(octets)) => {
                String::from_utf8_lossy(octets).into_owned()
            }
            (kind, value) => kind.show(value),
        };
        let told = match reference.path.as_str() {
            "port" => Told::Port(text.parse().ok()?),
            _ => Told::Host(text.parse().ok()?),
        };
        Some((link, told))
    }

    /// Keeps what one message told. Where it told no host, it is the one that speaks.
    pub fn keep_places(&mut self, told: &[(LinkId, Told)]) {
        for (link, half) in told {
            if let Told::Port(port) = half {
                self.places.insert(*link, Place { host: None, port: *port });
            }
        }
        for (link, half) in told {
            if let Told::Host(host) = half {
                self.places.entry(*link).or_default().host = Some(*host);
            }
        }
    }

    /// The links on which the one who says this listens, and of whose places it speaks.
    pub(super) fn tells_of(&self, say: &Say) -> Vec<LinkId> {
        let mut links = Vec::new();
        if !self.tells {
            return links;
        }
        let mut specs: Vec<&FieldSpec> = say.fields.iter().collect();
        while let Some(spec) = specs.pop() {
            specs.extend(&spec.fields);
            let Some(Saying::Term(Term::Ref(reference))) = &spec.say else { continue };
            let link = self.place_of(reference);
            let listens = |link: &LinkId| {
                let responder = self.cast.suite.links[*link].responder;
                responder == say.ends.from && !links.contains(link)
            };
            let link = link.filter(listens);
            links.extend(link);
        }
        links
    }
}

impl Player {
    /// Has a socket opened for each link of whose place a message of ours tells.
    pub(super) async fn listen_at(&self, pos: Pos, links: Vec<LinkId>) -> Result<(), Stop> {
        for link in links {
            {
                let mut stage = self.stage.borrow_mut();
                let ends = &stage.cast.suite.links[link];
                match stage.cast.projection.role(ends.initiator, ends.responder) {
                    Role::Hear => {
                        stage.places.remove(&link);
                        stage.out.push_back(Output::Listen(link));
                    }
                    // Nobody connects but we ourselves, in memory.
                    _ => {
                        let host = Some(Ipv4Addr::LOCALHOST.into());
                        stage.places.insert(link, Place { host, port: 1 });
                    }
                }
            }
            let deadline = self.stage.borrow().now + SOON;
            let there = wait(&self.stage, Some(deadline), |stage| {
                (stage.places.contains_key(&link) || stage.trouble.is_some()).then_some(())
            })
            .await;
            let mut stage = self.stage.borrow_mut();
            let stage = &mut *stage;
            trouble(stage, pos)?;
            if there.is_none() {
                let title = "no socket was opened to listen on";
                let failure = stage.failure(Verdict::Error, title, pos);
                return Err(add(stage, failure));
            }
        }
        Ok(())
    }
}

/// How long a socket may take to be there, which is our own doing.
const SOON: std::time::Duration = std::time::Duration::from_secs(5);
