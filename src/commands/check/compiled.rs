//! Finds programs that were compiled without the optimisations and the options of SQLite that a site
//! needs.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;

/// The options of SQLite that `.cargo/config.toml` of a new site sets.
const OPTIONS: [&str; 4] = [
    "ENABLE_QPSG",
    "LIKE_DOESNT_MATCH_BLOBS",
    "THREADSAFE=2",
    "DEFAULT_MEMSTATUS=0",
];
/// The length of the text that is hashed, in bytes.
const HASHED: usize = 32 * 1024;
/// The longest time for that if the hashing is optimised. It takes about a tenth of this time, and five
/// times this time if it is not.
const OPTIMISED: Duration = Duration::from_millis(1);

/// Returns a warning if hashes of passwords take much longer than they should.
pub(super) fn slow_hashing() -> Option<String> {
    let text = vec![0_u8; HASHED];
    let took = |_| {
        let began = Instant::now();
        std::hint::black_box(Sha256::digest(std::hint::black_box(&text)));
        began.elapsed()
    };
    // The shortest of several times is that without interruptions.
    let shortest = (0..5).map(took).min().unwrap_or_default();
    (shortest > OPTIMISED).then(|| {
        "WARNING (nuages.W003) the packages that hash passwords were compiled without optimisation, so that each login \
         takes seconds. Copy [profile.dev.package] from the Cargo.toml of a new site (`startproject`)."
            .to_owned()
    })
}

/// Returns a warning if the SQLite inside the program lacks options.
pub(super) fn missing_options(conn: &mut Conn) -> Result<Option<String>> {
    if matches!(conn, Conn::Postgres(_)) {
        return Ok(None);
    }
    let rows = Sql::new("SELECT compile_options FROM pragma_compile_options")
        .returns(&[Kind::Text])
        .load(conn)?;
    let has = |option: &str| {
        rows.iter()
            .any(|row| matches!(row.first(), Some(Value::Text(text)) if text == option))
    };
    let missing: Vec<&str> = OPTIONS.into_iter().filter(|option| !has(option)).collect();
    Ok((!missing.is_empty()).then(|| {
        format!(
            "WARNING (nuages.W004) SQLite was compiled without {}, so that queries are slower. Copy .cargo/config.toml \
             from a new site (`startproject`).",
            missing.join(", ")
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::{missing_options, slow_hashing};
    use crate::db::{Conn, Limits};
    use crate::settings::DatabaseUrl;

    #[test]
    fn this_program_has_the_optimisations_and_options() {
        assert_eq!(slow_hashing(), None);
        let folder = tempfile::TempDir::new().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("db.sqlite3"));
        let mut conn = Conn::open(&url, Limits::NONE).unwrap();
        assert_eq!(missing_options(&mut conn).unwrap(), None);
    }
}
