//! Texts in Markdown that nobody can break out of: whatever may come from peers stands as code, in
//! which neither HTML nor links nor names of people mean anything.

/// A text within a line, of at most so many characters.
pub(super) fn code(text: &str, most: usize) -> String {
    let text = crate::diag::clean(text).replace(['\n', '\t'], " ");
    let text = super::console::cut(text.trim().to_owned(), most);
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A text within a cell of a table, which a bar would end even within code.
pub(super) fn cell(text: &str, most: usize) -> String {
    code(text, most).replace('|', "\\|")
}

/// Lines of text, at most so many characters in all.
pub(super) fn block(text: &str, most: usize) -> String {
    let text = super::console::cut(crate::diag::clean(text.trim_end()), most);
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    format!("{fence}text\n{text}\n{fence}\n")
}

/// How many backticks follow each other at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_holds_what_is_in_it() {
        assert_eq!(code("<b>@all</b>", 99), "`<b>@all</b>`");
        assert_eq!(code("field `x`", 99), "`` field `x` ``");
        assert_eq!(code("a|b\nc", 99), "`a|b c`");
        assert_eq!(cell("a|b", 99), "`a\\|b`");
        assert_eq!(code("\u{1b}[1m", 99), "`\\x1b[1m`");
        assert_eq!(code(" \n", 99), "");
        assert_eq!(code(&"x".repeat(99), 10), "`xxxxxxx...`");
    }

    #[test]
    fn no_fence_ends_a_block_before_its_end() {
        let text = block("one\n```\n# two\n", 999);
        assert_eq!(text, "````text\none\n```\n# two\n````\n");
    }
}
