//! Private implementations, right and wrong, written after the standards and apart from the harness
//! (`tests/peers/*.py`). The right ones pass every step and rule; every wrong one breaks one
//! requirement, and is caught at the step or rule that names it, in words that name the field.

mod dhcp;
mod dhcp_client;
mod dns;
mod ftp;
mod harness;
mod radius_clients;
mod radius_servers;
mod routers;
mod score;
mod tacacs_clients;
mod tacacs_servers;
mod targets;
mod tftp;

use dhcp::{DHCP_RELAYS, DHCP_SERVERS};
use dhcp_client::{DHCP_CLIENTS, LINK_LOCAL_HOSTS};
use dns::{DNS_CLIENTS, DNS_SERVERS};
use ftp::{FTP_CLIENTS, FTP_SERVERS};
use harness::{are_caught, networks_are_made, passes};
use radius_clients::RADIUS_CLIENTS;
use radius_servers::RADIUS_SERVERS;
use routers::ROUTERS;
use tacacs_clients::TACACS_CLIENTS;
use tacacs_servers::TACACS_SERVERS;
use targets::{
    chapless_tacacs_server, dhcp_client, dhcp_relay, dhcp_server, dns_client, dns_server,
    ftp_client, ftp_server, modest_dhcp_server, old_ftp_server, plain_dns_server,
    plain_tftp_server, radius_client, radius_server, router, tacacs_client, tacacs_server,
    tftp_client, tftp_server,
};
use tftp::{TFTP_CLIENTS, TFTP_SERVERS};

#[test]
fn a_right_radius_server_passes_every_step_and_rule() {
    passes(radius_server, &[], &["radius", "radius-accounting"], &[]);
}

#[test]
fn wrong_radius_servers_are_caught_where_it_is_demanded() {
    are_caught(radius_server, RADIUS_SERVERS);
}

#[test]
fn a_radius_server_that_signs_unasked_passes_every_step_and_rule() {
    passes(radius_server, &["--sign"], &["radius"], &[]);
}

#[test]
fn a_right_radius_client_passes_every_step_and_rule() {
    passes(radius_client, &[], &["radius", "radius-accounting"], &["in-turn"]);
}

#[test]
fn a_radius_client_that_tells_its_delay_passes_every_step_and_rule() {
    passes(radius_client, &["--delay-time"], &["radius-accounting"], &["in-turn"]);
}

#[test]
fn a_radius_client_that_signs_records_and_changes_ports_passes_every_step_and_rule() {
    let words = ["--delay-time", "--sign-accounting", "--new-ports"];
    passes(radius_client, &words, &["radius-accounting/retransmission.yaml"], &["in-turn"]);
}

#[test]
fn a_radius_client_that_does_not_sign_breaks_that_rule_alone() {
    passes(radius_client, &["--unsigned"], &["radius"], &["request-signed"]);
}

#[test]
fn a_radius_client_that_gives_its_name_for_its_address_passes_every_step_and_rule() {
    passes(radius_client, &["--nas-identifier"], &["radius", "radius-accounting"], &["in-turn"]);
}

#[test]
fn a_chap_client_that_sends_no_challenge_passes_every_step_and_rule() {
    passes(radius_client, &["--no-chap-challenge"], &["radius/chap.yaml"], &[]);
}

#[test]
fn wrong_radius_clients_are_caught_where_it_is_demanded() {
    are_caught(radius_client, RADIUS_CLIENTS);
}

#[test]
fn a_right_tacacs_server_passes_every_step_and_rule() {
    passes(tacacs_server, &[], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_that_hangs_up_on_what_is_invalid_passes_every_step_and_rule() {
    passes(tacacs_server, &["--hang-up"], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_that_sends_each_octet_by_itself_passes_every_step_and_rule() {
    passes(tacacs_server, &["--dribble"], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_that_asks_for_a_password_four_times_passes_every_step_and_rule() {
    passes(tacacs_server, &["--tries", "4"], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_that_asks_for_the_name_again_passes_every_step_and_rule() {
    passes(tacacs_server, &["--tries", "3", "--name-again"], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_whose_errors_go_by_what_was_due_passes_every_step_and_rule() {
    passes(tacacs_server, &["--own-numbers"], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_that_says_a_header_alone_to_what_it_cannot_read_passes_every_step_and_rule() {
    passes(tacacs_server, &["--header-alone"], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_that_fails_what_it_does_not_serve_passes_every_step_and_rule() {
    passes(tacacs_server, &["--fails-unknown"], &["tacacs"], &[]);
}

#[test]
fn a_tacacs_server_without_chap_passes_every_step_and_rule() {
    passes(chapless_tacacs_server, &[], &["tacacs"], &["::chap::", "::chap-wrong-response::"]);
}

#[test]
fn wrong_tacacs_servers_are_caught_where_it_is_demanded() {
    are_caught(tacacs_server, TACACS_SERVERS);
}

#[test]
fn a_right_tacacs_client_passes_every_step_and_rule() {
    let suites = [
        "tacacs/authentication.yaml",
        "tacacs/authorization.yaml",
        "tacacs/accounting.yaml",
        "tacacs/single-connection.yaml",
        "tacacs/verdict.yaml",
    ];
    passes(tacacs_client, &[], &suites, &[]);
    passes(tacacs_client, &["--tries", "3"], &suites, &[]);
}

#[test]
fn wrong_tacacs_clients_are_caught_where_it_is_demanded() {
    are_caught(tacacs_client, TACACS_CLIENTS);
}

#[test]
fn a_right_router_passes_all_thirteen_steps() {
    passes(router, &[], &["tacacs/telnet-login.yaml"], &[]);
}

#[test]
fn a_router_that_shows_stars_for_a_password_passes_all_thirteen_steps() {
    passes(router, &["--stars"], &["tacacs/telnet-login.yaml"], &[]);
}

#[test]
fn a_router_that_gives_no_shell_before_its_start_is_recorded_fails_the_thirteen_steps_alone() {
    passes(router, &["--wait-start"], &["tacacs/telnet-login.yaml"], &["::login::"]);
}

#[test]
fn wrong_routers_are_caught_where_it_is_demanded() {
    are_caught(router, ROUTERS);
}

#[test]
fn a_right_tftp_server_passes_every_step_and_rule() {
    passes(tftp_server, &[], &["tftp"], &[]);
}

#[test]
fn a_tftp_server_of_its_own_mind_passes_every_step_and_rule() {
    let words = ["--code", "0", "--largest", "1024", "--strict"];
    passes(tftp_server, &words, &["tftp"], &[]);
}

#[test]
fn a_tftp_server_without_options_passes_every_step_and_rule() {
    let skip = ["::block-size::", "::more-blocks-than-numbers::"];
    passes(plain_tftp_server, &[], &["tftp"], &skip);
}

#[test]
fn wrong_tftp_servers_are_caught_where_it_is_demanded() {
    are_caught(tftp_server, TFTP_SERVERS);
}

#[test]
fn a_right_tftp_client_passes_every_step_and_rule() {
    passes(tftp_client, &[], &["tftp"], &[]);
    passes(tftp_client, &["--anew"], &["tftp/read.yaml"], &["more-blocks-than-numbers"]);
}

#[test]
fn wrong_tftp_clients_are_caught_where_it_is_demanded() {
    are_caught(tftp_client, TFTP_CLIENTS);
}

#[test]
fn a_right_dns_server_passes_every_step_and_rule() {
    passes(dns_server, &[], &["dns/authoritative.yaml"], &[]);
}

#[test]
fn a_dns_server_that_refers_up_and_fails_loops_passes_every_step_and_rule() {
    passes(dns_server, &["--refers-up", "--fails-loops"], &["dns/authoritative.yaml"], &[]);
    passes(dns_server, &["--cuts-loops"], &["dns/authoritative.yaml"], &[]);
}

#[test]
fn a_dns_server_without_dnssec_passes_every_step_and_rule() {
    passes(plain_dns_server, &[], &["dns/authoritative.yaml"], &["dnssec-wanted"]);
}

#[test]
fn wrong_dns_servers_are_caught_where_it_is_demanded() {
    are_caught(dns_server, DNS_SERVERS);
}

#[test]
fn a_right_dhcp_server_passes_every_step_and_rule() {
    passes(dhcp_server, &[], &["dhcpv4/relay-leases.yaml", "dhcpv4/relay-messages.yaml"], &[]);
}

#[test]
fn a_dhcp_server_that_does_no_more_than_it_must_passes_every_step_and_rule() {
    let suites = ["dhcpv4/relay-leases.yaml", "dhcpv4/relay-messages.yaml"];
    let wishes = ["::wish[", "::run-out[", "::offer-not-wanted::", "::options-anywhere["];
    let skip = [&wishes[..], &["::relay-information", "::inform::"]].concat();
    passes(modest_dhcp_server, &[], &suites, &skip);
}

#[test]
fn wrong_dhcp_servers_are_caught_where_it_is_demanded() {
    are_caught(dhcp_server, DHCP_SERVERS);
}

#[test]
fn a_right_dhcp_relay_passes_every_step_and_rule() {
    passes(dhcp_relay, &[], &["dhcpv4/relay-leases.yaml"], &[]);
}

#[test]
fn wrong_dhcp_relays_are_caught_where_it_is_demanded() {
    are_caught(dhcp_relay, DHCP_RELAYS);
}

#[test]
fn a_right_dns_client_passes_every_step_and_rule() {
    passes(dns_client, &[], &["dns/stub.yaml"], &[]);
    passes(dns_client, &["--both", "--pause", "6"], &["dns/stub.yaml"], &[]);
}

#[test]
fn wrong_dns_clients_are_caught_where_it_is_demanded() {
    are_caught(dns_client, DNS_CLIENTS);
}

#[test]
fn a_right_dhcp_client_passes_every_step_and_rule() {
    if networks_are_made() {
        passes(dhcp_client, &[], &["dhcpv4/client.yaml", "dhcpv4/link-local.yaml"], &[]);
    }
}

#[test]
fn wrong_dhcp_clients_are_caught_where_it_is_demanded() {
    if networks_are_made() {
        are_caught(dhcp_client, DHCP_CLIENTS);
    }
}

#[test]
fn wrong_link_local_hosts_are_caught_where_it_is_demanded() {
    if networks_are_made() {
        are_caught(dhcp_client, LINK_LOCAL_HOSTS);
    }
}

#[test]
fn a_right_ftp_server_passes_every_step_and_rule() {
    passes(ftp_server, &[], &["ftp/session.yaml", "ftp/transfer.yaml", "ftp/files.yaml"], &[]);
}

#[test]
fn an_ftp_server_whose_replies_have_several_lines_passes_every_step_and_rule() {
    let suites = ["ftp/session.yaml", "ftp/transfer.yaml", "ftp/files.yaml"];
    passes(ftp_server, &["--several-lines"], &suites, &[]);
}

#[test]
fn an_ftp_server_that_has_nothing_newer_than_rfc_1123_passes_every_step_and_rule() {
    let suites = ["ftp/session.yaml", "ftp/transfer.yaml", "ftp/files.yaml"];
    let newer = [
        "::get-extended-",
        "::extended-",
        "::store-unique::",
        "::features::",
        "::size::",
        "::modification-time::",
        "::resumed::",
        "::facts-of-",
    ];
    passes(old_ftp_server, &[], &suites, &newer);
}

#[test]
fn wrong_ftp_servers_are_caught_where_it_is_demanded() {
    are_caught(ftp_server, FTP_SERVERS);
}

#[test]
fn a_right_ftp_client_passes_every_step_and_rule() {
    let suites = ["ftp/client.yaml", "ftp/transfer.yaml", "ftp/files.yaml"];
    passes(ftp_client, &[], &suites, &[]);
    passes(ftp_client, &["--formal"], &suites, &[]);
}

#[test]
fn wrong_ftp_clients_are_caught_where_it_is_demanded() {
    are_caught(ftp_client, FTP_CLIENTS);
}

#[test]
fn the_score_agrees_with_real_peers() {
    score::agree(&[RADIUS_SERVERS, RADIUS_CLIENTS, TACACS_SERVERS, TACACS_CLIENTS, ROUTERS]);
}
