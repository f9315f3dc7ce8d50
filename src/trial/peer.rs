//! An exchange against the built-in peer, over sockets of the loopback.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use crate::live::{Doors, Jitter, Onlooker, Scene, perform};
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
/// `observe` is told of what happens to the first of them; `jitter` is how long what either of
/// them does is held back at most.
pub(super) async fn against_peer(
    cast: Cast,
    interfaces: Option<[&str; 2]>,
    jitter: Option<Duration>,
    observe: Box<dyn Onlooker>,
    stop: &watch::Receiver<bool>,
) -> Result<(Report, Report), String> {
    let peer = sim::peer(&cast);
    let nowhere = BTreeMap::new();
    let [here, there] = interfaces.map(|both| both.map(Some)).unwrap_or_default();
    let ours = Doors::open(&cast, &nowhere, here).await?;
    let theirs = Doors::open(&peer, &nowhere, there).await?;
    let epoch = Instant::now();
    let scene = |reach: &Doors, cast: &Cast| Scene {
        reach: reach.addresses.clone(),
        epoch,
        jitter: jitter.map(|most| Jitter::new(most, cast.seed)),
        ..Scene::new(stop.clone())
    };
    let before = Scene { observe, ..scene(&theirs, &cast) };
    let behind = scene(&ours, &peer);
    let (over, ended) = oneshot::channel::<()>();
    let tester = async {
        let report = perform(cast, ours, before).await;
        drop(over);
        report
    };
    let stand_in = async {
        tokio::select! {
            report = perform(peer, theirs, behind) => report,
            // It follows the same ladder: it is done, or waits for something that will not come.
            () = async {
                let _ = ended.await;
                tokio::time::sleep(GRACE).await;
            } => Report::default(),
        }
    };
    // In one task, so that both begin at once: what is due at the start is due for both of them
    // from the same moment, however many others are about to begin.
    Ok(tokio::join!(tester, stand_in))
}
