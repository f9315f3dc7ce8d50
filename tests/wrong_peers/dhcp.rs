//! DHCP servers and relays that are wrong on purpose, and how each is caught.

use crate::harness::{WRONG, Wrong};

pub const DHCP_SERVERS: &[Wrong] = &[
    Wrong {
        name: "other-xid",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["xid", "dhcpv4.reply-repeats-client-fields"],
        ..WRONG
    },
    Wrong {
        name: "hardware-address-lost",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["chaddr", "dhcpv4.reply-repeats-client-fields"],
        ..WRONG
    },
    Wrong {
        name: "hardware-length-lost",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["hlen", "dhcpv4.reply-repeats-client-fields"],
        ..WRONG
    },
    Wrong {
        name: "relay-lost",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["giaddr", "dhcpv4.reply-repeats-client-fields"],
        ..WRONG
    },
    Wrong {
        name: "broadcast-flag-cleared",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::identifiers[broadcast]::server::comes-back"],
        says: &["flags.broadcast"],
        ..WRONG
    },
    Wrong {
        name: "hops-repeated",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::rules::server::hops-and-secs-zero"],
        says: &["hops"],
        ..WRONG
    },
    Wrong {
        name: "no-server-identifier",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["options.Server-Identifier", "dhcpv4.reply-options-as-table-3"],
        ..WRONG
    },
    Wrong {
        name: "server-identifier-of-nobody",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["an address of the server"],
        ..WRONG
    },
    Wrong {
        name: "no-lease-time",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["options.IP-Address-Lease-Time"],
        ..WRONG
    },
    Wrong {
        name: "lease-of-no-time",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["options.IP-Address-Lease-Time"],
        ..WRONG
    },
    Wrong {
        name: "wish-in-offer",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["none of it in this message"],
        ..WRONG
    },
    Wrong {
        name: "parameter-list-in-ack",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::acknowledged"],
        says: &["none of it in this message"],
        ..WRONG
    },
    Wrong {
        name: "size-in-offer",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["none of it in this message"],
        ..WRONG
    },
    Wrong {
        name: "mask-behind-router",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::rules::server::mask-before-router"],
        says: &["dhcpv4.mask-before-router"],
        ..WRONG
    },
    Wrong {
        name: "no-end",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["options.End"],
        ..WRONG
    },
    Wrong {
        name: "no-cookie",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["magic_cookie"],
        ..WRONG
    },
    Wrong {
        name: "no-address-in-offer",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["yiaddr", "got       0.0.0.0"],
        ..WRONG
    },
    Wrong {
        name: "address-outside-pool",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::offered"],
        says: &["192.0.2.77"],
        ..WRONG
    },
    Wrong {
        name: "offers-what-is-taken",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::taken-address-wished::server::another-one"],
        says: &["yiaddr", "dhcpv4.server-binds-client-to-address"],
        ..WRONG
    },
    Wrong {
        name: "gives-what-is-taken",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::taken-address-requested::server::refused"],
        says: &["said ack where nak was due"],
        ..WRONG
    },
    Wrong {
        name: "drops-instead-of-refusing",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::reboot-elsewhere::server::refused"],
        says: &["nak did not come"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "refuses-to-the-client-alone",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::rules::server::refusals-are-broadcast"],
        says: &["dhcpv4.nak-through-relay-is-broadcast"],
        ..WRONG
    },
    Wrong {
        name: "lease-time-in-nak",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::taken-address-requested::server::refused"],
        says: &["options.IP-Address-Lease-Time"],
        ..WRONG
    },
    Wrong {
        name: "address-in-nak",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::taken-address-requested::server::refused"],
        says: &["yiaddr"],
        ..WRONG
    },
    Wrong {
        name: "router-in-nak",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::taken-address-requested::server::refused"],
        says: &["options.Router"],
        ..WRONG
    },
    Wrong {
        name: "offers-when-empty",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::pool-used-up::server::nothing-left"],
        says: &["and said offer", "dhcpv4.server-silent-when-pool-empty"],
        ..WRONG
    },
    Wrong {
        name: "forgets-who-has-what",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::offered-again::server::same-address"],
        says: &["yiaddr", "dhcpv4.server-reoffers-existing-lease"],
        ..WRONG
    },
    Wrong {
        name: "keeps-what-is-released",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::released::server::free-again"],
        says: &["offer did not come", "dhcpv4.server-release-frees-address"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "releases-for-anybody",
        suite: "dhcpv4/relay-leases",
        fails: &[
            "dhcpv4/relay-leases::release-by-another[address-of-another]::server::still-bound",
        ],
        says: &["yiaddr", "dhcpv4.server-ignores-release-of-unbound-address"],
        ..WRONG
    },
    Wrong {
        name: "answers-releases",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::released::server::no-answer"],
        says: &["and said ack"],
        ..WRONG
    },
    Wrong {
        name: "offers-what-was-declined",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::declined::server::not-to-the-same"],
        says: &["yiaddr", "dhcpv4.server-withdraws-declined-address"],
        ..WRONG
    },
    Wrong {
        name: "answers-declines",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::declined::server::no-answer"],
        says: &["and said ack"],
        ..WRONG
    },
    Wrong {
        name: "identifier-ignored",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::identity::server::same-identifier-other-hardware"],
        says: &["yiaddr", "dhcpv4.client-identifier-is-identity"],
        ..WRONG
    },
    Wrong {
        name: "hardware-ignored",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::taken-address-wished::server::another-one"],
        says: &["yiaddr"],
        ..WRONG
    },
    Wrong {
        name: "identifier-dropped",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::client-identifier[opaque]::server::in-offer"],
        says: &["options.Client-Identifier", "dhcpv4.client-identifier-comes-back"],
        ..WRONG
    },
    Wrong {
        name: "identifier-invented",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::no-client-identifier::server::none"],
        says: &["options.Client-Identifier"],
        ..WRONG
    },
    Wrong {
        name: "relay-information-dropped",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::relay-information[circuit]::server::in-offer"],
        says: &["options.Relay-Agent-Information", "dhcpv4.relay-information-comes-back"],
        ..WRONG
    },
    Wrong {
        name: "relay-information-cut",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::relay-information[circuit]::server::in-offer"],
        says: &["options.Relay-Agent-Information"],
        ..WRONG
    },
    Wrong {
        name: "relay-information-invented",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::no-relay-information::server::none"],
        says: &["options.Relay-Agent-Information"],
        ..WRONG
    },
    Wrong {
        name: "answers-for-others",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::another-server-chosen::server::silent"],
        says: &["and said ack"],
        ..WRONG
    },
    Wrong {
        name: "refuses-strangers",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::reboot-of-stranger::server::silent"],
        says: &["and said nak"],
        ..WRONG
    },
    Wrong {
        name: "confirms-strangers",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::reboot-of-stranger::server::silent"],
        says: &["and said ack"],
        ..WRONG
    },
    Wrong {
        name: "confirms-any-address",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::reboot-wrong-address::server::refused"],
        says: &["said ack where nak was due"],
        ..WRONG
    },
    Wrong {
        name: "rebinds-to-another",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::rebinding::server::extended"],
        says: &["yiaddr", "dhcpv4.rebinding-extended"],
        ..WRONG
    },
    Wrong {
        name: "leases-never-end",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::run-out[another-client]::server::free-after-its-end"],
        says: &["yiaddr", "dhcpv4.ended-lease-is-free"],
        ..WRONG
    },
    Wrong {
        name: "leases-end-too-soon",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::run-out[same-client]::server::kept-until-its-end"],
        says: &["yiaddr", "dhcpv4.server-binds-client-to-address"],
        ..WRONG
    },
    Wrong {
        name: "lends-on-inform",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::inform::server::told"],
        says: &["options.IP-Address-Lease-Time", "dhcpv4.inform-lends-nothing"],
        ..WRONG
    },
    Wrong {
        name: "address-on-inform",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::inform::server::no-address"],
        says: &["yiaddr"],
        ..WRONG
    },
    Wrong {
        name: "t1-behind-t2",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::times::server::in-order"],
        says: &["options.Renewal-Time-Value", "dhcpv4.renewal-times-in-order"],
        ..WRONG
    },
    Wrong {
        name: "parameters-forgotten",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::parameters::server::offered"],
        says: &["options.Router", "options.Domain-Name"],
        ..WRONG
    },
    Wrong {
        name: "one-name-server-of-two",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::parameters::server::offered"],
        says: &["options.Domain-Name-Server"],
        ..WRONG
    },
    Wrong {
        name: "too-long",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::rules::server::replies-fit"],
        says: &["dhcpv4.reply-fits-client"],
        ..WRONG
    },
    Wrong {
        name: "wish-ignored",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::wish[fourth]::server::granted"],
        says: &["yiaddr"],
        ..WRONG
    },
    Wrong {
        name: "answers-replies",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::invalid[reply-code]::server::dropped"],
        says: &["and said offer", "dhcpv4.server-drops-invalid-packet"],
        ..WRONG
    },
    Wrong {
        name: "answers-offers",
        suite: "dhcpv4/relay-messages",
        fails: &[
            "dhcpv4/relay-messages::not-for-servers[offer]::server::dropped-with-op-of-clients",
        ],
        says: &["and said offer"],
        ..WRONG
    },
    Wrong {
        name: "cookie-ignored",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::invalid[no-cookie]::server::dropped"],
        says: &["and said offer"],
        ..WRONG
    },
    Wrong {
        name: "unknown-type-is-discover",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::invalid[unknown-type]::server::dropped"],
        says: &["and said offer"],
        ..WRONG
    },
    Wrong {
        name: "dies-of-short-messages",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::invalid[hundred-octets]::server::dropped"],
        says: &["does not answer a good request any more"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "options-in-file-unread",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::options-anywhere[in-file]::server::understood"],
        says: &["yiaddr", "dhcpv4.options-anywhere"],
        ..WRONG
    },
    Wrong {
        name: "pads-not-understood",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::options-anywhere[pads-between]::server::understood"],
        says: &["offer did not come"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "type-must-be-first",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::options-anywhere[type-last]::server::understood"],
        says: &["offer did not come"],
        scale: "0.3",
        ..WRONG
    },
    Wrong {
        name: "answers-twice",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::server::nothing-more"],
        says: &["and said ack"],
        ..WRONG
    },
    Wrong {
        name: "silent-behind-many-relays",
        suite: "dhcpv4/relay-messages",
        fails: &["dhcpv4/relay-messages::through-relays[sixteen]::server::answered"],
        says: &["offer did not come"],
        scale: "0.3",
        ..WRONG
    },
];

pub const DHCP_RELAYS: &[Wrong] = &[
    Wrong {
        name: "no-giaddr",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::asked"],
        says: &["giaddr", "dhcpv4.relay-fills-giaddr"],
        ..WRONG
    },
    Wrong {
        name: "no-hops",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::asked"],
        says: &["hops"],
        ..WRONG
    },
    Wrong {
        name: "too-many-hops",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::asked"],
        says: &["hops"],
        ..WRONG
    },
    Wrong {
        name: "request-without-server",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["options.Server-Identifier", "dhcpv4.request-of-selected-offer"],
        ..WRONG
    },
    Wrong {
        name: "request-without-address",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["options.Requested-IP-Address"],
        ..WRONG
    },
    Wrong {
        name: "other-server-requested",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["options.Server-Identifier"],
        ..WRONG
    },
    Wrong {
        name: "other-address-requested",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["options.Requested-IP-Address"],
        ..WRONG
    },
    Wrong {
        name: "own-address-too-early",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["ciaddr"],
        ..WRONG
    },
    Wrong {
        name: "other-transaction",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["xid"],
        ..WRONG
    },
    Wrong {
        name: "other-client",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["chaddr"],
        ..WRONG
    },
    Wrong {
        name: "request-from-another-port",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["source"],
        ..WRONG
    },
    Wrong {
        name: "reserved-flags-set",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::asked"],
        says: &["flags.mbz"],
        ..WRONG
    },
    Wrong {
        name: "no-end",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::asked"],
        says: &["options.End"],
        ..WRONG
    },
    Wrong {
        name: "server-named-in-discover",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::asked"],
        says: &["options.Server-Identifier"],
        ..WRONG
    },
    Wrong {
        name: "address-for-itself",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::asked"],
        says: &["yiaddr"],
        ..WRONG
    },
    Wrong {
        name: "asks-twice",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::nothing-more"],
        says: &["and said request"],
        ..WRONG
    },
    Wrong {
        name: "goes-on-talking",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::nothing-more"],
        says: &["and said discover"],
        ..WRONG
    },
    Wrong {
        name: "reply-code",
        suite: "dhcpv4/relay-leases",
        fails: &["dhcpv4/relay-leases::new-client::relay::requested"],
        says: &["where request was due"],
        ..WRONG
    },
];
