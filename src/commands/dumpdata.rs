//! `dumpdata`: writes the rows of all models as a fixture, which Django's `loaddata` reads as well.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufWriter, Write};

use clap::Args as ClapArgs;
use diesel::connection::SimpleConnection as _;

use super::fixtures::{Format, Layout, Style, models_of, write_model};
use super::{connect, using};
use crate::auth;
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::models::{self, Meta, Step, is_own_app, parse};
use crate::project::Project;
use crate::settings::{Settings, program};
use crate::terminal::output;

/// File name extensions for which Django's `dumpdata` compresses the file.
const COMPRESSED: [&str; 5] = ["bz2", "gz", "lzma", "xz", "zip"];

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// APP or APP.MODEL. Default: every model.
    labels: Vec<String>,
    /// The format of the fixture.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// The database: `reports` is that of `DATABASE_URL_REPORTS`.
    #[arg(long, default_value = crate::db::DEFAULT_DATABASE)]
    database: String,
    /// The number of spaces to indent by. Default: everything in one line.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=16))]
    indent: u8,
    /// APP or APP.MODEL to leave out. Can be given several times.
    #[arg(short, long)]
    exclude: Vec<String>,
    /// Refer to other rows by natural keys, such as to users by their names.
    #[arg(long)]
    natural_foreign: bool,
    /// Leave out the primary keys of rows that have natural keys.
    #[arg(long)]
    natural_primary: bool,
    /// Only the rows with these primary keys, separated by commas. Needs one APP.MODEL.
    #[arg(long, value_name = "PKS")]
    pks: Option<String>,
    /// The file to write. Default: standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
    /// Accepted for compatibility with Django, and has no effect: a model has one manager.
    #[arg(short, long, hide = true)]
    all: bool,
}

pub(super) fn run(args: &Args, project: &Project, settings: &Settings) -> Result<()> {
    models::install(project.apps);
    let models = chosen(args)?;
    let pks = match (&args.pks, &models[..]) {
        (None, _) => None,
        (Some(text), [model]) if args.labels.len() == 1 && args.labels[0].contains('.') => {
            Some(keys(model, text)?)
        }
        (Some(_), _) => {
            return Err(Error::command(
                "You can only use --pks option with one model",
            ));
        }
    };
    let mut conn = connect(&using(settings, &args.database)?)?;
    let Some(path) = &args.output else {
        return dump(args, &mut conn, &models, pks, &mut BufWriter::new(output()));
    };

    if let Some(ending) = path
        .extension()
        .and_then(OsStr::to_str)
        .filter(|ending| COMPRESSED.contains(ending))
    {
        return Err(Error::command(format!(
            "{}: dumpdata writes no .{ending} files. Leave the ending out, and compress the file afterwards.",
            path.display()
        )));
    }
    // Write to a temporary file, so that a dump that fails leaves no file behind. The dump contains
    // password hashes, so only its owner can read it.
    let failed = |error: std::io::Error| Error::command(format!("{}: {error}", path.display()));
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| ".".as_ref());
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    dump(
        args,
        &mut conn,
        &models,
        pks,
        &mut BufWriter::new(file.as_file_mut()),
    )?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Returns the models to dump, in order.
fn chosen(args: &Args) -> Result<Vec<&'static Meta>> {
    let mut chosen: Vec<&'static Meta> = Vec::new();
    if args.labels.is_empty() {
        let all = models::all().iter().copied();
        let (own, others): (Vec<_>, Vec<_>) = all.partition(|model| is_own_app(model.app));
        chosen.extend(others);
        let left_out: BTreeSet<&str> = own
            .iter()
            .map(|model| model.app)
            .filter(|app| *app != auth::NUAGES.label)
            .collect();
        for app in left_out {
            log::warn!(
                target: "nuages.dumpdata",
                "the rows of {app} are left out, because Django does not know its tables: `{} dumpdata {app}` writes them",
                program()
            );
        }
    }
    for label in &args.labels {
        for model in models_of(label)? {
            if !chosen.contains(&model) {
                chosen.push(model);
            }
        }
    }
    for label in &args.exclude {
        let excluded = models_of(label)?;
        chosen.retain(|model| !excluded.contains(model));
    }
    // The rows of a proxy are those of its model.
    chosen.retain(|model| model.proxy_for().is_none());
    Ok(if args.natural_foreign {
        sorted(chosen)
    } else {
        chosen
    })
}

/// Sorts models after those whose natural keys they use (Django's `sort_dependencies`).
fn sorted(mut models: Vec<&'static Meta>) -> Vec<&'static Meta> {
    let mut sorted: Vec<&'static Meta> = Vec::new();
    while !models.is_empty() {
        let is_free = |model: &&'static Meta| {
            dependencies(model)
                .iter()
                .all(|other| !models.contains(other))
        };
        // In a circular dependency one model must be first.
        let at = models.iter().position(is_free).unwrap_or(models.len() - 1);
        sorted.push(models.remove(at));
    }
    sorted
}

fn dependencies(model: &'static Meta) -> Vec<&'static Meta> {
    let keys = model
        .fields
        .iter()
        .filter_map(|field| model.follow(Step::Forward(field.column)));
    let all = keys.chain(model.many.iter().map(|many| many.to()));
    all.filter(|other| *other != model && !other.natural_key.is_empty())
        .collect()
}

fn keys(model: &'static Meta, text: &str) -> Result<Vec<Value>> {
    let key = |text: &str| {
        parse(model.pk().target(), text.trim()).ok_or_else(|| {
            Error::command(format!(
                "{text:?} is not a primary key of {}",
                model.label()
            ))
        })
    };
    text.split(',').map(key).collect()
}

/// Writes all rows as they are at one moment.
fn dump(
    args: &Args,
    conn: &mut Conn,
    models: &[&'static Meta],
    pks: Option<Vec<Value>>,
    out: &mut dyn Write,
) -> Result<()> {
    conn.batch_execute(match conn {
        Conn::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        Conn::Sqlite(_) => "BEGIN",
    })?;
    let style = Style {
        natural_foreign: args.natural_foreign,
        natural_primary: args.natural_primary,
    };
    let mut layout = Layout {
        out,
        format: args.format,
        indent: args.indent.into(),
        count: 0,
    };
    layout.begin()?;
    for model in models {
        write_model(conn, model, pks.clone(), style, &mut layout)?;
    }
    layout.end()?;
    layout.out.flush()?;
    conn.batch_execute("COMMIT").map_err(Into::into)
}
