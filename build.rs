//! Lists the protocol files, so that a new protocol is one new file in `src/proto` and nothing else.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let folder = root.join("src/proto");
    println!("cargo::rerun-if-changed=src/proto");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_some_and(|e| e == "rs") && stem != "mod" {
            names.push((stem, path));
        }
    }
    names.sort();
    let mut code = String::new();
    for (name, path) in &names {
        code.push_str(&format!("#[path = {:?}]\npub mod {name};\n", path.display().to_string()));
    }
    code.push_str("/// Every protocol, by file name.\n");
    code.push_str("pub static PROTOCOLS: &[&crate::wire::Protocol] = &[\n");
    for (name, _) in &names {
        code.push_str(&format!("    &{name}::PROTOCOL,\n"));
    }
    code.push_str("];\n");
    fs::write(out.join("protocols.rs"), code)
}
