//! What stands on the page once, for all who speak of it: what fields mean, and the text of the suites.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::text::{Text, esc};
use crate::report::sheet::Sheet;

/// What the fields of a type of message hold and where they are defined, by path.
type Fields<'s> = BTreeMap<&'s str, (&'s str, &'s str)>;

/// What fields mean, then the files.
pub fn write(page: &mut String, sheet: &Sheet) {
    let mut kinds: BTreeMap<(&str, &str), Fields> = BTreeMap::new();
    for ((protocol, kind, path), (about, source)) in &sheet.fields {
        kinds.entry((protocol, kind)).or_default().insert(path, (about, source));
    }
    page.put("<section id=\"fields\"><h2>What fields mean</h2>\n");
    for ((protocol, kind), fields) in kinds {
        let name = format!("{} {}", esc(protocol), esc(kind));
        let _ = write!(page, "<details data-k=\"{name}\"><summary>{name}</summary><noscript><dl>");
        for (path, (about, source)) in fields {
            let (path, about, source) = (esc(path), esc(about), esc(source));
            let _ = writeln!(page, "<dt>{path}<dd>{about} <small>{source}</small>");
        }
        page.put("</dl></noscript></details>\n");
    }
    page.put("</section>\n<section id=\"files\"><h2>The suites</h2>\n");
    for file in sheet.files.values() {
        let path = esc(&file.path);
        let _ = write!(page, "<details data-f=\"{path}\"><summary>{path}</summary><noscript><pre>");
        for (number, line) in file.text.lines().enumerate() {
            let _ = writeln!(page, "{:>4}  {}", number + 1, esc(line));
        }
        page.put("</pre></noscript></details>\n");
    }
    page.put("</section>\n");
}
