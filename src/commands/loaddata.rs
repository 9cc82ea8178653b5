//! `loaddata`: loads fixtures in Django's JSON formats.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use flate2::read::MultiGzDecoder;

use super::fixtures::{Format, Loaded, load, load_demo, models_of};
use super::{connect, using};
use crate::error::{Error, Result};
use crate::models::{self, Meta};
use crate::project::Project;
use crate::settings::Settings;
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// JSON files (`.json`, or `.jsonl` with one object in each line), which may be compressed with
    /// gzip (`.json.gz`), `-` for standard input, or `demo`.
    #[arg(required = true)]
    fixtures: Vec<String>,
    /// The format of standard input, and of files with other extensions.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// APP or APP.MODEL to leave out. Can be given several times.
    #[arg(short, long)]
    exclude: Vec<String>,
    /// The database: `reports` is that of `DATABASE_URL_REPORTS`.
    #[arg(long, default_value = crate::db::DEFAULT_DATABASE)]
    database: String,
    /// Accepted for compatibility with Django, and has no effect: fields that no model describes
    /// are always left out and reported.
    #[arg(short, long, hide = true)]
    ignorenonexistent: bool,
}

pub(super) fn run(args: &Args, project: &Project, settings: &Settings) -> Result<()> {
    models::install(project.apps);
    let excluded: Vec<Vec<&'static Meta>> = args
        .exclude
        .iter()
        .map(|label| models_of(label))
        .collect::<Result<_>>()?;
    let excluded = excluded.concat();
    let mut conn = connect(&using(settings, &args.database)?)?;
    let mut all = Loaded::default();
    // All fixtures are loaded in one transaction, as in Django.
    conn.atomic(|conn| {
        for fixture in &args.fixtures {
            let loaded = if let Some(demo) = project.demo.filter(|_| fixture == "demo") {
                load_demo(conn, demo, settings)?
            } else {
                let (text, format) = read(fixture, args.format)?;
                load(conn, &text, format, &excluded, settings.time_zone).map_err(|error| {
                    Error::command(format!("Problem installing fixture '{fixture}': {error}"))
                })?
            };
            all.saved += loaded.saved;
            for (what, count) in loaded.skipped {
                *all.skipped.entry(what).or_default() += count;
            }
        }
        Ok(())
    })?;
    conn.optimize_after_bulk();
    say(&format!(
        "Installed {} object(s) from {} fixture(s)",
        all.saved,
        args.fixtures.len()
    ))?;
    all.skipped
        .iter()
        .try_for_each(|(what, count)| say(&format!("  Left out: {}", what.counted(*count))))
}

/// Reads a fixture; returns its text and its format.
fn read(fixture: &str, format: Format) -> Result<(String, Format)> {
    if fixture == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok((text, format));
    }
    let candidates = ["", ".json", ".jsonl", ".gz", ".json.gz", ".jsonl.gz"]
        .map(|ending| PathBuf::from(format!("{fixture}{ending}")));
    let path = candidates.iter().find(|path| path.is_file());
    let path =
        path.ok_or_else(|| Error::command(format!("No fixture named '{fixture}' found.")))?;
    let failed = |error: std::io::Error| Error::command(format!("{}: {error}", path.display()));
    let mut file = File::open(path).map_err(failed)?;
    let mut text = String::new();
    match ending(path) {
        "gz" => MultiGzDecoder::new(file)
            .read_to_string(&mut text)
            .map_err(failed)?,
        ending @ ("bz2" | "lzma" | "xz" | "zip") => {
            return Err(Error::command(format!(
                "{}: loaddata reads no .{ending} files. Decompress it, or compress it with gzip.",
                path.display()
            )));
        }
        _ => file.read_to_string(&mut text).map_err(failed)?,
    };
    Ok((text, format_of(path).unwrap_or(format)))
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(OsStr::to_str).unwrap_or_default()
}

fn format_of(path: &Path) -> Option<Format> {
    let uncompressed = if ending(path) == "gz" {
        path.with_extension("")
    } else {
        path.to_owned()
    };
    match ending(&uncompressed) {
        "json" => Some(Format::Json),
        "jsonl" => Some(Format::Jsonl),
        _ => None,
    }
}
