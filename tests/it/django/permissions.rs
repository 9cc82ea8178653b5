//! The permissions of users, as each side sees them.

use nuages::auth::User;
use nuages::auth::permissions::Permissions;
use serde_json::{Value, json};

use crate::django::project::Django;
use crate::support::{Database, Kind};

const APPS: [&str; 6] = ["admin", "auth", "catalog", "orders", "sessions", "nonsense"];

fn both_grant_the_same(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    let said: Value =
        serde_json::from_str(&django.shell(&database, include_str!("permissions.py"))).unwrap();
    for (name, theirs) in said.as_object().unwrap() {
        let conn = &mut database.connect();
        let user = User::find_by_username(conn, name).unwrap().unwrap();
        let ours = Permissions::load(conn, &user).unwrap();
        // Django lists the permissions of a superuser; Nuages does not.
        let listed: Vec<&str> = theirs["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert!(
            listed.iter().all(|permission| ours.has_perm(permission)),
            "{name}"
        );
        assert_eq!(
            ours.granted().count(),
            if ours.is_superuser() { 0 } else { listed.len() },
            "{name}"
        );
        assert_eq!(
            json!(APPS.map(|app| ours.has_module_perms(app))),
            theirs["modules"],
            "{name}"
        );
        assert_eq!(
            json!(ours.has_perm("nonsense.at_all")),
            theirs["unknown"],
            "{name}"
        );
    }
    assert_eq!(said["editor"]["permissions"].as_array().unwrap().len(), 15);
}

with_django!(both_grant_the_same);
