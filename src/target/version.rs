//! Asking an implementation which version it is.

use std::time::Duration;

use super::file::Target;
use super::process::{Places, run};

/// How long it may take to tell.
const PATIENCE: Duration = Duration::from_secs(5);

/// The version that is installed, as it says itself; nothing where it does not say.
pub async fn version(target: &Target) -> Option<String> {
    let asked = target.version.as_ref()?;
    let said = run(&asked.command, &target.folder, Places::default());
    let said = tokio::time::timeout(PATIENCE, said).await.ok()?.ok()?;
    // The first line is the exit status in words.
    let (_, printed) = said.text.split_once('\n')?;
    let (_, behind) = printed.split_once(asked.after.as_str())?;
    let ends = |c: char| c.is_whitespace() || c == ',';
    let word = behind.trim_start().split(ends).next().unwrap_or_default();
    (!word.is_empty()).then(|| crate::diag::clean(word))
}
