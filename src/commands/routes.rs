//! `routes`: lists the URLs with their access rules.

use crate::error::Result;
use crate::project::Project;
use crate::settings::Settings;
use crate::terminal::{bold, say};

pub(super) fn run(project: &'static Project, settings: &Settings) -> Result<()> {
    let urls = project.all_urls(settings);
    let width = urls
        .iter()
        .map(|url| url.pattern.len())
        .max()
        .unwrap_or_default();
    let methods = urls
        .iter()
        .map(|url| url.methods().len())
        .max()
        .unwrap_or_default();
    say(&bold(&format!(
        "{:<width$}  {:<methods$}  {:<10}  NAME",
        "URL", "METHODS", "ACCESS"
    )))?;
    for url in urls.iter() {
        say(&format!(
            "{:<width$}  {:<methods$}  {:<10}  {}",
            url.pattern,
            url.methods(),
            url.access,
            url.name
        ))?;
    }
    Ok(())
}
