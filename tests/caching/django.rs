//! A page in the cache shows what a Django has written when its timeout is over.

use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use nuages_test::{Kind, TestSite, on_both, postgres};

use crate::{in_memory, with_table};

const CREATE_EVE: &str =
    "from django.contrib.auth.models import User; User.objects.create_user('eve')";

/// Lets a real Django create the user `eve`; returns false if that Django is not installed.
fn create_eve(site: &TestSite, environment: &str) -> bool {
    let python = format!("{}/{environment}/bin/python", env!("CARGO_MANIFEST_DIR"));
    if !Path::new(&python).exists() {
        postgres::say_skipped(
            "caching::django",
            &format!("{python} is not there: scripts/setup"),
        );
        return false;
    }
    let url = site.database_url();
    let done = Command::new(&python)
        .args(["manage.py", "shell", "-c", CREATE_EVE])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/django"))
        .env("DATABASE_URL", url)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    true
}

fn a_write_by_a_live_django_is_seen_after_the_timeout(kind: Kind) {
    for (environment, site) in [
        (".venv", in_memory(kind)),
        (".venv-django61", with_table(kind)),
    ] {
        site.user("ann");
        let client = site.client();
        assert_eq!(client.get("/users/").source(), "ann");
        if !create_eve(&site, environment) {
            continue;
        }
        site.clock().advance(TimeDelta::seconds(50));
        assert_eq!(client.get("/users/").source(), "ann", "within the timeout");
        site.clock().advance(TimeDelta::seconds(11));
        assert_eq!(
            client.get("/users/").source(),
            "ann, eve",
            "61 seconds later"
        );
    }
}

on_both!(a_write_by_a_live_django_is_seen_after_the_timeout);
