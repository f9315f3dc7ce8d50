//! Leases as long as real ones, under a clock that jumps: the suite of a client's leases with every time of it
//! made hours long.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use stepladder::ladder::{Projection, Suite};
use stepladder::play::Cast;
use stepladder::record::Verdict;
use stepladder::{sim, suite};

/// How many seconds each second of the suite is made to last.
const LONGER: u64 = 3600;

#[test]
fn leases_of_a_day_are_renewed_rebound_and_given_up_in_time() {
    let suite = stretched();
    // A client that is refused may have asked at once.
    for (name, hours) in [("renewed", 16), ("rebound", 12), ("expired", 32), ("renewal-refused", 0)]
    {
        let exchange = suite.exchange(name).expect("the suite has it");
        let client = suite.party("client").expect("the suite has one");
        let projection = Projection::testing(&suite, &[client]);
        let (report, peer) = sim::self_play(&Cast::new(&suite, exchange, projection));
        for outcome in report.steps.iter().chain(&peer.steps) {
            assert_eq!(outcome.verdict, Verdict::Pass, "{name}: {:?}", outcome.failures);
        }
        assert_eq!(report.steps.len(), exchange.steps.len());
        // The client waits as long as it may before it speaks, which is about half of that.
        let least = Duration::from_secs(hours * LONGER / 3);
        assert!(report.lasted > least, "{name} took {:?}", report.lasted);
    }
}

/// The suite of the project, its times and its leases so many times as long.
fn stretched() -> Arc<Suite> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/dhcpv4");
    let name = format!("stepladder-long-leases-{}", std::process::id());
    let to = std::env::temp_dir().join(name).join("dhcpv4");
    fs::create_dir_all(&to).expect("the temporary folder can be written");
    for file in ["rules.yaml", "requirements.yaml"] {
        fs::copy(from.join(file), to.join(file)).expect("the suite's folder can be read");
    }
    let text = fs::read_to_string(from.join("client-leases.yaml")).expect("the suite is there");
    let times = Regex::new(r"(after|within|for|lease|t1|t2): (\d+)(s?)").expect("it is one");
    let text = times.replace_all(&text, |found: &regex::Captures<'_>| {
        let number: u64 = found[2].parse().expect("digits");
        format!("{}: {}{}", &found[1], number * LONGER, &found[3])
    });
    let path = to.join("client-leases.yaml");
    fs::write(&path, text.as_bytes()).expect("the temporary folder can be written");
    let (suite, problems) = suite::load(&path);
    let _ = fs::remove_dir_all(to.parent().expect("it has one"));
    Arc::new(suite.unwrap_or_else(|| panic!("{problems:?}")))
}
