//! The tree holds to what docs/ARCHITECTURE.md says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The import table: module to what it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("it is there");
    let mut table = BTreeMap::new();
    let mut inside = false;
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells.len() < 4 {
            inside = false;
            continue;
        }
        let plain = |cell: &str| cell.replace(['`', '*'], "");
        if plain(cells[1]) == "module" && plain(cells[2]) == "may use" {
            inside = true;
        } else if inside && !cells[1].starts_with('-') {
            let uses = plain(cells[2]);
            let uses = uses.split([',', ' ']).filter(|w| !w.is_empty() && *w != "nothing");
            table.insert(plain(cells[1]), uses.map(str::to_owned).collect());
        }
    }
    table
}

/// The Rust files of the library, with the top-level module each belongs to.
fn files() -> Vec<(String, PathBuf)> {
    let source = root().join("src");
    let mut found = Vec::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(&source).expect("below src");
            let first = below.components().next().expect("a name");
            let module = Path::new(first.as_os_str()).with_extension("").display().to_string();
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            if is_rust && !matches!(module.as_str(), "lib" | "main") {
                found.push((module, path));
            }
        }
    }
    found
}

/// The code of a file without its unit tests, which may use anything.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("readable");
    text.split("\n#[cfg(test)]").next().unwrap_or_default().to_owned()
}

#[test]
fn imports_are_those_of_the_table() {
    let table = table();
    let mut wrong = Vec::new();
    for (module, path) in files() {
        let Some(allowed) = table.get(&module) else {
            wrong.push(format!("{module} is not in the table"));
            continue;
        };
        let code = code(&path);
        for (at, _) in code.match_indices("crate::") {
            let line = code[..at].rfind('\n').map_or(0, |i| i + 1);
            if code[line..].trim_start().starts_with("//") {
                continue;
            }
            let rest = &code[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
                None => vec![rest],
            };
            for name in names {
                let used: String =
                    name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if used != module && !allowed.contains(&used) {
                    wrong.push(format!("{} uses {used}", path.display()));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "not in the table of docs/ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

#[test]
fn imports_point_one_way() {
    let table = table();
    assert!(table.len() > 10, "the table is there");
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while done.len() < table.len() {
        let next = table.iter().find(|(module, uses)| {
            !done.contains(module.as_str()) && uses.iter().all(|u| done.contains(u.as_str()))
        });
        let left: Vec<&String> = table.keys().filter(|m| !done.contains(m.as_str())).collect();
        let (module, _) = next.unwrap_or_else(|| panic!("a circle among {left:?}"));
        done.insert(module);
    }
}

/// Whether a word stands in code, and not only letters of another one.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let behind = code[at + word.len()..].chars().next();
        let before = code[..at].chars().next_back();
        !behind.is_some_and(char::is_alphabetic) && !before.is_some_and(char::is_alphabetic)
    })
}

#[test]
fn no_protocol_and_no_server_is_named_where_it_should_not_be() {
    let protocols: Vec<&str> = stepladder::proto::PROTOCOLS.iter().map(|p| p.name).collect();
    let targets: Vec<String> = std::fs::read_dir(root().join("fixtures/targets"))
        .expect("readable")
        .filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| !name.contains('.'))
        .collect();
    let mut wrong = Vec::new();
    for (module, path) in files() {
        // What is said in a comment explains; what is said in code decides.
        let code: String = code(&path)
            .lines()
            .filter(|l| !l.trim_start().starts_with("//"))
            .map(|l| l.to_lowercase() + "\n")
            .collect();
        if matches!(
            module.as_str(),
            "wire" | "play" | "report" | "ladder" | "record" | "sim" | "live"
        ) {
            let named = protocols.iter().filter(|p| code.contains(*p));
            wrong.extend(named.map(|p| format!("{} names the protocol {p}", path.display())));
        }
        let named = targets.iter().filter(|t| names(&code, t));
        wrong.extend(named.map(|t| format!("{} names the target {t}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_schema_is_the_one_that_is_printed() {
    let kept = std::fs::read_to_string(root().join("docs/suite.schema.json")).expect("it is there");
    assert!(
        kept == stepladder::suite::schema(),
        "docs/suite.schema.json is stale: cargo run -- schema > docs/suite.schema.json"
    );
}
