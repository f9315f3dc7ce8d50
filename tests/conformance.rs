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
    // Each folder is one. Those that a lab runs say so and are ignored.
    let folders = stepladder::target::all(&base.target_root);
    let names = folders.iter().filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()));
    let targets = names.collect();
    main_libtest_all(vec![
        Options { every_side: true, ..base.clone() },
        Options { targets, ..base },
    ])
}
