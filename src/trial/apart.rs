//! A play in a network of its own: on a thread that sits at our end of the wire, so that every
//! socket and program of the play is in that network, and in no other.

use std::rc::Rc;

use tokio::sync::oneshot;

use crate::live;
use crate::target::{Absent, Network};

/// Makes a network, and runs in it what `work` says.
pub(super) async fn apart<T, F>(
    make: impl FnOnce() -> Result<Network, Absent> + Send + 'static,
    work: impl FnOnce(Rc<Network>) -> F + Send + 'static,
) -> Result<T, Absent>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Absent>>,
{
    let (tell, told) = oneshot::channel();
    let runs = move || {
        let network = Rc::new(make()?);
        let done = live::block_on(work(network));
        done.map_err(|error| Absent::Broken(format!("no runtime: {error}")))?
    };
    // The thread ends with the play, and the network with the thread.
    let thread = std::thread::Builder::new().name("network".into());
    let begun = thread.spawn(move || tell.send(runs()).is_ok());
    begun.map_err(|error| Absent::Broken(format!("no thread: {error}")))?;
    told.await
        .map_err(|_| Absent::Broken("its play panicked; this is a fault of the harness".into()))?
}
