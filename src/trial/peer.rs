//! An exchange against the built-in peer, over sockets of the loopback.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;

use crate::live::{Across, Doors, Hall, Jitter, Onlooker, Scene, perform};
use crate::play::Cast;
use crate::record::Report;
use crate::sim;

/// How much longer than asked for we are silent towards a peer that is our own: it measures
/// silences as finely as we keep them.
pub(super) const MARGIN: Duration = Duration::from_millis(40);
/// How long the built-in peer may take to see that all is over.
const GRACE: Duration = Duration::from_millis(500);

/// Plays an exchange, and its other parties behind other sockets: what both came to.
///
/// Where all goes on between sockets that need not be its own it goes on in the hall. `observe` is
/// told of what happens to the first of them; `jitter` is how long what either of them does is held
/// back at most.
#[expect(clippy::boxed_local, reason = "who waits for what comes of it has no room for it")]
pub(super) fn against_peer(
    cast: Box<Cast>,
    interfaces: Option<[&str; 2]>,
    hall: &Hall,
    jitter: Option<Duration>,
    observe: Box<dyn Onlooker>,
    stop: &watch::Receiver<bool>,
) -> Result<impl Future<Output = (Report, Report)> + use<>, String> {
    let cast = *cast;
    let peer = sim::peer(&cast);
    let nowhere = BTreeMap::new();
    let [here, there] = interfaces.map(|both| both.map(Some)).unwrap_or_default();
    let shares = cast.wrong.is_none() && Hall::takes(&cast.suite, &cast.exchange, &cast.projection);
    let (ours, theirs, across) = match shares {
        true => {
            let (ours, to_us) = Doors::across(hall);
            let (theirs, to_them) = Doors::across(hall);
            (ours, theirs, Some((to_us, to_them)))
        }
        false => {
            let ours = Doors::open(&cast, &nowhere, here)?;
            (ours, Doors::open(&peer, &nowhere, there)?, None)
        }
    };
    let (to_us, to_them) = across.unzip();
    let epoch = Instant::now();
    let scene = |reach: &Doors, across: &Option<Across>, cast: &Cast| Scene {
        reach: reach.addresses.clone(),
        across: across.clone(),
        epoch,
        jitter: jitter.map(|most| Box::new(Jitter::new(most, cast.seed))),
        ..Scene::new(stop.clone())
    };
    let before = Scene { observe, ..scene(&theirs, &to_them, &cast) };
    let behind = scene(&ours, &to_us, &peer);
    // On the heap: futures of futures would have room for each of them several times.
    let mut tester = Box::pin(perform(cast, ours, before));
    let mut stand_in = Box::pin(perform(peer, theirs, behind));
    // In one task, so that both begin at once: what is due at the start is due for both of them
    // from the same moment, however many others are about to begin.
    Ok(async move {
        let mut theirs = None;
        let ours = poll_fn(|context| {
            let ours = tester.as_mut().poll(context);
            if theirs.is_none()
                && let Poll::Ready(report) = stand_in.as_mut().poll(context)
            {
                theirs = Some(Box::new(report));
            }
            ours.map(Box::new)
        });
        let ours = ours.await;
        let theirs = match theirs {
            Some(theirs) => theirs,
            // It follows the same ladder: it is done, or waits for something that will not come. Boxed,
            // as what few of those who wait come to.
            None => Box::new(Box::pin(timeout(GRACE, stand_in)).await.unwrap_or_default()),
        };
        // What one says last still reaches the other.
        drop((to_us, to_them));
        (*ours, *theirs)
    })
}
