//! DHCP clients that are wrong on purpose, on a segment of their own, and how each is caught.

use crate::harness::{WRONG, Wrong};

pub const DHCP_CLIENTS: &[Wrong] = &[
    Wrong {
        name: "forgets-transaction-once-offered",
        suite: "dhcpv4/client",
        fails: &[
            "dhcpv4/client::not-the-acknowledgement[other-transaction]::client::acknowledgement-taken",
        ],
        says: &["does not show `has-address`", "dhcpv4.client-takes-address-from-ack"],
        scale: "0.4",
        ..WRONG
    },
    Wrong {
        name: "forgets-transaction-once-offered",
        suite: "dhcpv4/client",
        fails: &[
            "dhcpv4/client::not-the-acknowledgement[refusal-of-another-transaction]::client::dropped",
        ],
        says: &["discover", "dhcpv4.client-drops-invalid-packet"],
        ..WRONG
    },
    Wrong {
        name: "takes-ack-for-offer",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[acknowledgement]::client::dropped"],
        says: &["was to be silent towards `server` and said request"],
        ..WRONG
    },
    Wrong {
        name: "discover-unicast",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::discovers"],
        says: &["field `ethernet.destination` of the discover", "dhcpv4.client-sends-discover"],
        ..WRONG
    },
    Wrong {
        name: "giaddr-set",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::discovers"],
        says: &["field `giaddr` of the discover", "dhcpv4.client-sends-discover"],
        ..WRONG
    },
    Wrong {
        name: "ciaddr-too-early",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::requests"],
        says: &[
            "field `ciaddr` of the request",
            "dhcpv4.client-request-leaves-ciaddr-and-giaddr-zero",
        ],
        ..WRONG
    },
    Wrong {
        name: "no-requested-address",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::requests"],
        says: &[
            "field `options.Requested-IP-Address` of the request",
            "dhcpv4.client-request-echoes-offered-address",
        ],
        ..WRONG
    },
    Wrong {
        name: "other-address-requested",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::requests"],
        says: &["field `options.Requested-IP-Address` of the request", "got       10.99.0.71"],
        ..WRONG
    },
    Wrong {
        name: "no-server-identifier",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::requests"],
        says: &[
            "field `options.Server-Identifier` of the request",
            "dhcpv4.client-request-names-server",
        ],
        ..WRONG
    },
    Wrong {
        name: "request-unicast",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::requests"],
        says: &[
            "2 fields of the request",
            "ethernet.destination",
            "ipv4.destination",
            "dhcpv4.client-request-is-broadcast",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-other-xid",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[other-transaction]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-op-request",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[of-a-client]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-bad-checksum",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[wrong-checksum]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-wrong-cookie",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::no-dhcp[wrong-cookie]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-any-type",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[discover]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-other-message-types",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-cut-options",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[cut-short]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "ignores-nak",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::refused::client::starts-over"],
        says: &["the discover did not come", "dhcpv4.client-restarts-on-nak"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "no-decline",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::address-in-use::client::declined"],
        says: &["the decline did not come", "dhcpv4.client-declines-address-in-use"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "decline-with-ciaddr",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::address-in-use::client::declined"],
        says: &["field `ciaddr` of the decline", "dhcpv4.client-declines-address-in-use"],
        ..WRONG
    },
    Wrong {
        name: "never-asks-again",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::unanswered::client::again"],
        says: &["the discover did not come", "dhcpv4.client-retransmits"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "ignores-mask",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::uses-the-router"],
        says: &["field `tpa` of the arp-request", "dhcpv4.client-takes-mask-from-ack"],
        ..WRONG
    },
    Wrong {
        name: "ignores-router",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::uses-the-router"],
        says: &["does not show `has-router`", "dhcpv4.client-takes-gateway-from-ack"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "no-address",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::has-the-address"],
        says: &["does not show `has-address`", "dhcpv4.client-takes-address-from-ack"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "ignores-broadcast",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::broadcast-replies::client::taken"],
        says: &["said discover where request was due", "dhcpv4.client-accepts-broadcast-reply"],
        ..WRONG
    },
    Wrong {
        name: "bad-checksum",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::discovers"],
        says: &["field `udp.checksum` of the discover"],
        ..WRONG
    },
    Wrong {
        name: "server-named-in-discover",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::discovers"],
        says: &["field `options.Server-Identifier` of the discover"],
        ..WRONG
    },
    Wrong {
        name: "other-transaction",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::requests"],
        says: &["field `xid` of the request"],
        ..WRONG
    },
    Wrong {
        name: "takes-bad-header-checksum",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[wrong-header-checksum]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-wrong-port",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[wrong-port]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-short-packets",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::not-an-offer[padding-missing]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "takes-no-type",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::no-dhcp[no-type]::client::dropped"],
        says: &[
            "was to be silent towards `server` and said request",
            "dhcpv4.client-drops-invalid-packet",
        ],
        ..WRONG
    },
    Wrong {
        name: "no-probe",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::address-in-use::client::probed"],
        says: &["field `spa` of the arp-request", "dhcpv4.client-probes-leased-address"],
        ..WRONG
    },
    Wrong {
        name: "keeps-address-in-use",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::address-in-use::client::declined"],
        says: &["does not show `has-no-address`"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "gives-up-after-decline",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::address-in-use::client::starts-over"],
        says: &["the discover did not come", "dhcpv4.client-restarts-after-decline"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "goes-on-asking",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::lease::client::content"],
        says: &["was to be silent towards `server` and said discover"],
        ..WRONG
    },
    Wrong {
        name: "asks-at-even-intervals",
        suite: "dhcpv4/client",
        fails: &["dhcpv4/client::unanswered::client::again"],
        says: &["the discover came too early", "dhcpv4.client-retransmits"],
        ..WRONG
    },
];

/// The one that is waited for longest comes first.
pub const LINK_LOCAL_HOSTS: &[Wrong] = &[
    Wrong {
        name: "stops-discover",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::server-found-later::client::looks-on"],
        says: &["the discover did not come", "dhcpv4.linklocal-keeps-sending-discover"],
        ..WRONG
    },
    Wrong {
        name: "candidate-in-first-block",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::probed"],
        says: &["field `tpa` of the arp-request", "dhcpv4.linklocal-candidate-range"],
        ..WRONG
    },
    Wrong {
        name: "probes-with-own-address",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::probed"],
        says: &["field `spa` of the arp-request", "dhcpv4.linklocal-probes-before-use"],
        ..WRONG
    },
    Wrong {
        name: "one-probe-only",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::probed-again"],
        says: &["field `spa` of the arp-request", "dhcpv4.linklocal-probes-before-use"],
        ..WRONG
    },
    Wrong {
        name: "two-probes-only",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::probed-again"],
        says: &["field `spa` of the arp-request", "dhcpv4.linklocal-probes-before-use"],
        ..WRONG
    },
    Wrong {
        name: "probes-too-fast",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::probed-again"],
        says: &["the arp-request of `client` came too early", "dhcpv4.linklocal-probes-before-use"],
        ..WRONG
    },
    Wrong {
        name: "no-announcement",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::announced"],
        says: &["the arp-request of `client` did not come", "dhcpv4.linklocal-announced"],
        ..WRONG
    },
    Wrong {
        name: "one-announcement-only",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::announced"],
        says: &["the arp-request of `client` did not come", "dhcpv4.linklocal-announced"],
        ..WRONG
    },
    Wrong {
        name: "keeps-candidate",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::conflict::client::another-candidate"],
        says: &[
            "field `tpa` of the arp-request",
            "dhcpv4.linklocal-new-random-candidate-on-conflict",
        ],
        ..WRONG
    },
    Wrong {
        name: "ignores-owner-who-asks",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::conflict::client::and-another"],
        says: &[
            "field `tpa` of the arp-request",
            "dhcpv4.linklocal-new-random-candidate-on-conflict",
        ],
        ..WRONG
    },
    Wrong {
        name: "ignores-simultaneous-probe",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::simultaneous-probe::client::given-up"],
        says: &["field `tpa` of the arp-request", "dhcpv4.linklocal-simultaneous-probe"],
        ..WRONG
    },
    Wrong {
        name: "unicast-replies",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::replies-are-broadcast::client::broadcast"],
        says: &[
            "field `ethernet.destination` of the arp-reply",
            "dhcpv4.linklocal-arp-is-broadcast",
        ],
        ..WRONG
    },
    Wrong {
        name: "no-answer",
        suite: "dhcpv4/link-local",
        fails: &["dhcpv4/link-local::taken-when-free::client::used"],
        says: &[
            "the arp-reply of `client` did not come",
            "dhcpv4.linklocal-assigned-when-unanswered",
        ],
        ..WRONG
    },
];
