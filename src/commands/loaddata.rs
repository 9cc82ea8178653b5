//! `loaddata`: fixtures in Django's JSON format.

mod demo;
mod objects;

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::connect;
use super::terminal::say;
use crate::db::{Conn, Sql};
use crate::error::{Error, Result};
use crate::settings::Settings;
use objects::Object;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// JSON files, or `demo`.
    #[arg(required = true)]
    fixtures: Vec<String>,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let mut count = 0;
    for fixture in &args.fixtures {
        count += if fixture == "demo" {
            demo(&mut conn, settings)?
        } else {
            let path = PathBuf::from(fixture);
            let text = std::fs::read_to_string(&path).map_err(|error| Error::command(format!("{fixture}: {error}")))?;
            load(&mut conn, &text).map_err(|error| Error::command(format!("{fixture}: {error}")))?
        };
    }
    let fixtures = args.fixtures.len();
    say(&format!("Installed {count} object(s) from {fixtures} fixture(s)"))
}

/// Loads the demo shop, its pictures included; how many objects.
pub(super) fn demo(conn: &mut Conn, settings: &Settings) -> Result<usize> {
    demo::write_pictures(&settings.media_root)?;
    load(conn, demo::OBJECTS)
}

/// Saves every object of `fixture`, or none: a row that has the same key is written over, as in Django.
fn load(conn: &mut Conn, fixture: &str) -> Result<usize> {
    let objects: Vec<Object> = serde_json::from_str(fixture)
        .map_err(|error| Error::command(format!("no fixture that can be loaded: {error}")))?;
    conn.atomic(|conn| {
        for object in &objects {
            object.save(conn)?;
        }
        reset_sequences(conn)?;
        Ok(objects.len())
    })
}

/// Lets PostgreSQL number new rows behind those that came with numbers of their own (Django's `sqlsequencereset`).
pub(super) fn reset_sequences(conn: &mut Conn) -> Result<()> {
    const TABLES: [&str; 7] = [
        "auth_group",
        "auth_user",
        "catalog_category",
        "catalog_tag",
        "catalog_product",
        "orders_order",
        "orders_orderitem",
    ];
    if let Conn::Postgres(_) = conn {
        for table in TABLES {
            Sql::new("SELECT setval(pg_get_serial_sequence(")
                .bind(table)
                .raw(", 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM ")
                .ident(table)
                .load(conn)?;
        }
    }
    Ok(())
}
