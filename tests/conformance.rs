//! Every suite, from every side, against the built-in peer and against every real implementation
//! that is installed. This is all that another project needs: `harness = false`, and a few lines.

use std::process::ExitCode;

use stepladder::trial::{Options, main_libtest_all};

fn main() -> ExitCode {
    let here = |path: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let base = Options {
        paths: vec![here("suites")],
        target_root: here("fixtures/targets"),
        ..Options::default()
    };
    let targets = [
        "freeradius",
        "pyrad-server",
        "radclient",
        "pyrad-client",
        "freeradius-proxy",
        "pam-radius",
        "eapol-test",
        "tacacs-plus-python",
        "authen-tacacsplus",
        "tftpd-hpa",
        "tftpy-server",
        "tftp-hpa",
        "atftp",
        "curl-tftp",
        "named-authoritative",
        "nsd",
        "unbound-stub-zone",
        "named-forwarder",
        "named-resolver",
        "bind-dig",
        "kdig",
        "dnspython",
    ];
    main_libtest_all(vec![
        Options { every_side: true, ..base.clone() },
        Options { targets: targets.map(str::to_owned).to_vec(), ..base },
    ])
}
