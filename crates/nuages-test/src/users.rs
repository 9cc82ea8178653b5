//! Users for tests, and their sessions.

use nuages::auth::hashers::{Hasher, unusable_password};
use nuages::auth::session_hash::session_auth_hash;
use nuages::auth::{NewUser, User};
use nuages::db::{Conn, Timestamp};
use nuages::diesel::prelude::*;
use nuages::schema::{
    auth_permission, auth_user_user_permissions as user_permissions, django_content_type,
    django_session,
};
use nuages::sessions::{Origin, SessionRow, Visit, codec};
use nuages::settings::Settings;

use crate::site::TestSite;

impl TestSite {
    /// Creates a user who has no permissions and no password.
    #[track_caller]
    pub fn user(&self, username: &str) -> User {
        self.create_user(username, |_| {})
    }

    /// Creates a user with a password, which takes the time of a password hash.
    #[track_caller]
    pub fn user_with_password(&self, username: &str, password: &str) -> User {
        let hash = Hasher::default().encode(password);
        self.create_user(username, |user| user.password = hash)
    }

    /// Creates a user who may open the admin, with these permissions:
    /// `site.staff("ann", &["helpdesk.view_ticket"])`.
    #[track_caller]
    pub fn staff(&self, username: &str, permissions: &[&str]) -> User {
        let user = self.create_user(username, |user| user.is_staff = true);
        self.grant(&user, permissions);
        user
    }

    /// Creates a user with all permissions.
    #[track_caller]
    pub fn superuser(&self, username: &str) -> User {
        self.create_user(username, |user| {
            user.is_staff = true;
            user.is_superuser = true;
        })
    }

    #[track_caller]
    fn create_user(&self, username: &str, change: impl FnOnce(&mut NewUser)) -> User {
        let email = format!("{username}@example.com");
        self.db(|conn| {
            let mut user = NewUser::customer(username, &email, unusable_password());
            change(&mut user);
            user.save(conn)
        })
    }

    /// Grants permissions to a user.
    #[track_caller]
    pub fn grant(&self, user: &User, permissions: &[&str]) {
        for permission in permissions {
            let Some((app, codename)) = permission.split_once('.') else {
                panic!(
                    "a permission is written APP.CODENAME, such as helpdesk.view_ticket: {permission:?}"
                );
            };
            let id: Option<i32> = self.db(|conn| {
                let named = auth_permission::table
                    .inner_join(
                        django_content_type::table
                            .on(django_content_type::id.eq(auth_permission::content_type_id)),
                    )
                    .filter(auth_permission::codename.eq(codename))
                    .filter(django_content_type::app_label.eq(app));
                Ok(named.select(auth_permission::id).first(conn).optional()?)
            });
            let Some(id) = id else {
                panic!("there is no permission {permission:?}");
            };
            self.db(|conn| {
                let row = (
                    user_permissions::user_id.eq(user.id),
                    user_permissions::permission_id.eq(id),
                );
                nuages::diesel::insert_into(user_permissions::table)
                    .values(row)
                    .execute(conn)?;
                Ok(())
            });
        }
    }
}

/// Creates a session in which `user` is logged in; returns its key.
#[track_caller]
pub(crate) fn session_of(conn: &mut Conn, user: &User, settings: &Settings) -> String {
    let secret = &settings.secret_key;
    let mut data = serde_json::Map::new();
    let mut set = |name: &str, value: String| data.insert(name.to_owned(), value.into());
    set("_auth_user_id", user.id.to_string());
    set(
        "_auth_user_backend",
        "django.contrib.auth.backends.ModelBackend".to_owned(),
    );
    set("_auth_user_hash", session_auth_hash(&user.password, secret));

    let now = Timestamp::now().utc();
    let age = chrono::TimeDelta::seconds(settings.session.cookie.age);
    let row = SessionRow {
        session_key: nuages::signing::random_string_of(b"abcdefghijklmnopqrstuvwxyz0123456789", 32),
        session_data: codec::encode(&data, secret, now.timestamp()),
        expire_date: (now + age).into(),
    };
    let key = row.session_key.clone();
    let visit = Visit::now(key.clone(), user.id, Some(now.into()), Origin::default());
    let saved = conn.atomic(|conn| {
        nuages::diesel::insert_into(django_session::table)
            .values(&row)
            .execute(conn)?;
        visit.write(conn)
    });
    if let Err(error) = saved {
        panic!("{} cannot log in: {error}", user.username);
    }
    key
}
