//! `index.html`: the run on one page that needs nothing else.
//!
//! What passed is written in `<noscript>` elements: with JavaScript a browser reads them as plain text,
//! which costs next to nothing, and the page's script lays them out when they are opened; without it
//! they are part of the page. So ten thousand steps open at once, and nothing is lost where no script
//! runs. A policy in the head lets no other script run, whatever a peer has said.
//!
//! | file | what |
//! |---|---|
//! | `text` | what peers and suites say, made harmless; times, signs |
//! | `overview` | what the run came to, and the matrix of exchanges by implementation |
//! | `demands` | requirements and where they stand |
//! | `exchange` | one exchange: what it came to, its ladder, its failures; and rules |
//! | `ladder` | the picture of an exchange |
//! | `load` | what was played as load |
//! | `message` | a message: fields, octets, the suite's lines |
//! | `sources` | what stands on the page once: what fields mean, the text of the suites |

mod demands;
mod exchange;
mod ladder;
mod load;
mod message;
mod overview;
mod sources;
mod text;

use std::io::{self, Write};

use super::entry::HappenedEntry;
use super::sheet::Sheet;
use text::{Text, esc};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// The digest of the script, which is the only one that browsers may run on the page.
const SCRIPT_DIGEST: &str = "sha256-zTfzmEkgG8neXLEhFM+OLHy+vU68XVib45nw5SnCMt0=";

/// Writes the page. What happened in an exchange is told to `also` as well, when it has been read.
pub fn html(
    sheet: &Sheet,
    out: &mut impl Write,
    also: impl Fn(usize, &[HappenedEntry]) + Sync,
) -> io::Result<()> {
    let mut page = String::new();
    let headline = overview::headline(sheet);
    page.put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.put("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.put("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
    page.put("img-src data:; style-src 'unsafe-inline'; script-src '");
    page.put(SCRIPT_DIGEST);
    page.put("'\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    page.put(&esc(&headline.short));
    page.put("</title>\n<style>\n");
    page.put(STYLE);
    page.put("</style>\n</head>\n<body>\n");
    page.put("<a class=\"skip\" href=\"#exchanges\">to the exchanges</a>\n");
    overview::write(&mut page, sheet, &headline);
    if !sheet.cases.is_empty() || sheet.loads.is_empty() {
        demands::write(&mut page, sheet);
    }
    exchange::write(&mut page, sheet, out, also)?;
    sources::write(&mut page, sheet);
    page.put("<footer>Made from <code>record.jsonl</code>, which lies beside this page, by ");
    page.put(&esc(&format!("{} {}", sheet.run.tool, sheet.run.version)));
    page.put(".</footer>\n<script>");
    page.put(SCRIPT);
    page.put("</script>\n</body>\n</html>\n");
    out.write_all(page.as_bytes())?;
    out.flush()
}
