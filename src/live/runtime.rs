//! What a process is to many plays: a runtime on one thread, open files, and the wish to end.

use std::time::Duration;

use tokio::runtime::LocalOptions;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_local;

use super::alarm;

/// Runs a future, and the tasks that it starts, on this thread.
///
/// Tasks that it leaves behind end here, and their children with them.
pub fn block_on<F: Future>(future: F) -> std::io::Result<F::Output> {
    more_files();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build_local(LocalOptions::default())?;
    let output = runtime.block_on(async {
        spawn_local(alarm::ring());
        future.await
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(output)
}

/// Asks for as many open files as we may have: each exchange takes a few sockets.
fn more_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it is refused the usual number has to do.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// How many files may be open at once.
pub fn most_files() -> usize {
    use rustix::process::{Resource, getrlimit};
    let current = getrlimit(Resource::Nofile).current;
    current.and_then(|current| current.try_into().ok()).unwrap_or(usize::MAX)
}

/// Waits until the process is asked to end, by Ctrl-C or SIGTERM.
///
/// From the call on, and not only from the first wait on, neither of them ends it by itself.
pub fn asked_to_end() -> impl Future<Output = ()> {
    let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
    let (interrupted, terminated) = (signal(interrupt), signal(terminate));
    async {
        tokio::select! {
            () = arrival(interrupted) => {}
            () = arrival(terminated) => {}
        }
    }
}

/// A signal that cannot be awaited ends the process as it always does.
async fn arrival(signal: std::io::Result<Signal>) {
    match signal {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}
