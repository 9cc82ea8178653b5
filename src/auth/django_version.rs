//! Detects from the database which Django uses it, if `DJANGO_VERSION` is unset.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::{Conn, Limits, migrations};
use crate::error::Result;
use crate::schema::auth_user;
use crate::settings::{DjangoVersion, Settings};

/// The last migration of each app of Django 5.2, 6.0 and 6.1, which all have the same migrations.
const LAST_MIGRATIONS: [(&str, &str); 4] = [
    ("admin", "0003_logentry_add_action_flag_choices"),
    ("auth", "0012_alter_user_first_name_max_length"),
    ("contenttypes", "0002_remove_content_type_name"),
    ("sessions", "0001_initial"),
];

/// The source of the version that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `DJANGO_VERSION` is set.
    Setting,
    /// A password hash in `auth_user` has the rounds of this version.
    PasswordHashes,
    /// `django_migrations` has a migration that none of the supported versions has, so the newest
    /// supported version is assumed.
    Migrations,
    /// The database gives no indication, so Django 5.2 is assumed.
    Default,
}

impl Source {
    /// Returns the source in words, for `check`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Setting => "set by DJANGO_VERSION",
            Self::PasswordHashes => {
                "told from the password hashes in auth_user; DJANGO_VERSION overrides it"
            }
            Self::Migrations => {
                "told from a newer migration in django_migrations; DJANGO_VERSION overrides it"
            }
            Self::Default => {
                "assumed, because the database names no other; DJANGO_VERSION overrides it"
            }
        }
    }
}

/// Returns the version that applies to this database, and its source.
pub fn in_force(conn: &mut Conn, settings: &Settings) -> Result<(DjangoVersion, Source)> {
    match settings.django_version {
        Some(version) => Ok((version, Source::Setting)),
        None => tell(conn),
    }
}

/// Stores the version detected from the database in the settings, unless `DJANGO_VERSION` is set.
/// If the database cannot be read, the default (Django 5.2) stays; the site's pages will report the
/// fault.
pub fn tell_once(settings: &mut Settings) {
    if settings.django_version.is_some() {
        return;
    }
    let version =
        Conn::open(&settings.database_url, Limits::NONE).and_then(|mut conn| tell(&mut conn));
    match version {
        Ok((version, _)) => settings.told_django_version = Some(version),
        Err(error) => log::warn!(
            target: "nuages.auth",
            "the version of Django cannot be derived from the database, so 5.2 is assumed ({error})"
        ),
    }
}

fn tell(conn: &mut Conn) -> Result<(DjangoVersion, Source)> {
    let recorded = migrations::recorded(conn)?;
    if !recorded.iter().any(|(app, _)| app == "auth") {
        return Ok((DjangoVersion::default(), Source::Default));
    }

    // A hash keeps the rounds of an older Django until its user logs in again, so the newest version counts.
    for version in [DjangoVersion::V6_1, DjangoVersion::V6_0] {
        if has_hash_of(conn, version)? {
            return Ok((version, Source::PasswordHashes));
        }
    }

    let is_newer = |(app, name): &(String, String)| {
        LAST_MIGRATIONS
            .iter()
            .any(|(known_app, last)| app == known_app && name.as_str() > *last)
    };
    if recorded.iter().any(is_newer) {
        return Ok((DjangoVersion::V6_1, Source::Migrations));
    }

    let has_hash = has_hash_of(conn, DjangoVersion::V5_2)?;
    Ok((
        DjangoVersion::V5_2,
        if has_hash {
            Source::PasswordHashes
        } else {
            Source::Default
        },
    ))
}

/// Whether a user has a PBKDF2 hash with the rounds of this version.
fn has_hash_of(conn: &mut Conn, version: DjangoVersion) -> Result<bool> {
    let pattern = format!("pbkdf2\\_sha%${}$%", version.pbkdf2_rounds());
    let of_version = auth_user::table.filter(auth_user::password.like(pattern).escape('\\'));
    Ok(diesel::select(exists(of_version)).get_result(conn)?)
}
