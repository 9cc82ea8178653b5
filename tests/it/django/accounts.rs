//! Users created by Nuages and by Django.

use nuages::auth::{User, hashers};

use super::{nuages, said};
use crate::django::project::Django;
use crate::support::{self, Database, Kind};

fn a_superuser_of_nuages_can_log_in_to_django(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    let made = support::nuages(database.dir.path(), &database.url)
        .args([
            "createsuperuser",
            "--noinput",
            "--username",
            "ann",
            "--email",
            "Ann@EXAMPLE.com",
        ])
        .env("DJANGO_SUPERUSER_PASSWORD", "correct horse")
        .env("DJANGO_VERSION", django.version.to_string())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
    // Without a password the user cannot log in with one.
    nuages(
        &database,
        &[
            "createsuperuser",
            "--noinput",
            "--username",
            "eve",
            "--email",
            "",
        ],
    );
    django.shell(&database, include_str!("superusers.py"));
    // Nuages finds the user that the script created.
    let bob = User::find_by_username(&mut database.connect(), "bob")
        .unwrap()
        .unwrap();
    assert!(bob.is_superuser && bob.is_staff && bob.is_active && bob.last_login.is_none());
    assert_eq!(bob.email, "Bob@example.org");
    let parts: Vec<&str> = bob.password.split('$').collect();
    let hash = hashers::pbkdf2_sha256("battery staple €", parts[2], django.version.pbkdf2_rounds());
    assert_eq!(hash, bob.password);
}

with_django!(a_superuser_of_nuages_can_log_in_to_django);
