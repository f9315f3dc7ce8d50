//! The catalogue beside the suites of a folder: what the standards demand, by id.

use std::sync::Arc;

use crate::diag::{Diagnostic, Source};
use crate::ladder::{Catalogue, Requirement};
use crate::yaml::Reader;

const LEVELS: &[&str] = &["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "model"];

const KEYS: &[&str] =
    &["id", "level", "iut", "statement", "standard", "source", "profile", "excused"];

/// Reads a catalogue.
pub fn catalogue_from_source(source: &Arc<Source>, problems: &mut Vec<Diagnostic>) -> Catalogue {
    let mut catalogue = Catalogue { source: Some(source.clone()), ..Catalogue::default() };
    let root = match crate::yaml::parse(source) {
        Ok(root) => root,
        Err(problem) => {
            problems.push(problem);
            return catalogue;
        }
    };
    let mut reader = Reader { source: source.clone(), problems };
    reader.keys(&root, &["protocol", "title", "requirements"]);
    for node in reader.items_of(&root, "requirements") {
        reader.keys(node, KEYS);
        let Some(id) = node.get("id").and_then(|n| reader.text(n)) else {
            reader.error(node.pos, "a requirement needs an `id`");
            continue;
        };
        let level = reader.text_of(node, "level");
        if !LEVELS.contains(&level.as_str()) {
            let pos = node.get("level").map_or(node.pos, |n| n.pos);
            reader.unknown(pos, format!("unknown level `{level}`"), &level, LEVELS.iter().copied());
        }
        let requirement = Requirement {
            id: id.clone(),
            level,
            iut: reader.text_of(node, "iut"),
            statement: reader.text_of(node, "statement"),
            standard: reader.text_of(node, "standard"),
            source: reader.text_of(node, "source"),
            profile: node.get("profile").and_then(|n| reader.text(n)),
            excused: reader.text_of(node, "excused"),
            pos: node.get("id").map_or(node.pos, |n| n.pos),
        };
        if catalogue.by_id.insert(id.clone(), requirement).is_some() {
            reader.error(node.pos, format!("the id `{id}` stands here a second time"));
        }
    }
    catalogue
}
