//! The visitors of the shop.

use chrono::{TimeDelta, Utc};
use nuages::auth::session_hash::session_auth_hash;
use nuages::auth::{NewUser, User};
use nuages::db::Conn;
use nuages::schema::django_session;
use nuages::sessions::{Origin, SessionRow, Visit, codec};
use nuages::settings::SecretKey;
use nuages::signing::random_string_of;
use serde_json::json;

use super::{Client, SECRET_KEY, TestSite};
use diesel::prelude::*;

/// A person with an account.
pub(crate) struct Persona {
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
    pub(crate) email: &'static str,
    /// A hash with the full number of rounds, made once because it takes a third of a second.
    hash: &'static str,
    is_staff: bool,
    is_superuser: bool,
    is_active: bool,
}

/// The superuser.
pub(crate) const ALICE: Persona = Persona {
    username: "alice",
    password: "alice-lights-7-lamps",
    email: "alice@example.com",
    hash: "pbkdf2_sha256$1000000$saltofalice0123456789a$ZpxDSpRXnc0PB5NzKgZpqCSLzWu0R1iKIZWqalPf7vU=",
    is_staff: true,
    is_superuser: true,
    is_active: true,
};

/// A clerk: staff without permissions.
pub(crate) const BOB: Persona = Persona {
    username: "bob",
    password: "bob-binds-8-books",
    email: "bob@example.com",
    hash: "pbkdf2_sha256$1000000$saltofbob0123456789abc$Gwy73o0DDcHZm1RMoDLyB0tktT+XaJNRmArK7Ak9DFQ=",
    is_staff: true,
    is_superuser: false,
    is_active: true,
};

/// A customer.
pub(crate) const CHARLIE: Persona = Persona {
    username: "charlie",
    password: "charlie-counts-9-kettles",
    email: "charlie@example.com",
    hash: "pbkdf2_sha256$1000000$saltofcharlie012345678$/DNTU90ojCrEOzDatME+lxYszvQaV01X86y/sVwhpNQ=",
    is_staff: false,
    is_superuser: false,
    is_active: true,
};

/// A former customer, whose account is deactivated.
pub(crate) const DANA: Persona = Persona {
    username: "dana",
    password: "dana-drinks-5-teas",
    email: "dana@example.com",
    hash: "pbkdf2_sha256$1000000$saltofdana0123456789ab$O4iXHYpusDHevfPo4eV7Fto2FCoQpEQD9hV05jjMWkY=",
    is_staff: false,
    is_superuser: false,
    is_active: false,
};

impl Persona {
    /// Creates the account.
    pub(crate) fn save(&self, conn: &mut Conn) -> User {
        let Self {
            username,
            email,
            hash,
            is_staff,
            is_superuser,
            is_active,
            ..
        } = *self;
        let user = NewUser::superuser(username, email, hash.to_owned());
        NewUser {
            is_superuser,
            is_staff,
            is_active,
            ..user
        }
        .save(conn)
        .unwrap()
    }

    /// Grants these permissions, given by codenames that only one app has.
    pub(crate) fn may(&self, site: &TestSite, codenames: &[&str]) {
        use nuages::schema::{auth_permission, auth_user_user_permissions as given};
        let (user, conn) = (self.row(site).id, &mut site.connect());
        for codename in codenames {
            let named = auth_permission::table.filter(auth_permission::codename.eq(codename));
            let id: i32 = named.select(auth_permission::id).first(conn).unwrap();
            let row = (given::user_id.eq(user), given::permission_id.eq(id));
            diesel::insert_into(given::table)
                .values(row)
                .execute(conn)
                .unwrap();
        }
    }

    /// Returns the current row.
    pub(crate) fn row(&self, site: &TestSite) -> User {
        User::find_by_username(&mut site.connect(), self.username)
            .unwrap()
            .unwrap()
    }

    /// Returns a browser in which the persona is logged in, without the time that a login takes.
    pub(crate) fn browser(&self, site: &TestSite) -> Client {
        let (client, user, conn) = (site.client(), self.row(site), &mut site.connect());
        let key = session_of(conn, &user, &SecretKey::new(SECRET_KEY));
        // Like after a login here, not like a session that Django made.
        Visit::now(key.clone(), user.id, None, Origin::default())
            .write(conn)
            .unwrap();
        client.keep("sessionid", &key);
        client
    }
}

/// Creates a session in which `user` is logged in, signed with `secret`; returns its key.
pub(crate) fn session_of(conn: &mut Conn, user: &User, secret: &SecretKey) -> String {
    let data = json!({
        "_auth_user_id": user.id.to_string(),
        "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": session_auth_hash(&user.password, secret),
    });
    let row = SessionRow {
        session_key: random_string_of(b"abcdefghijklmnopqrstuvwxyz0123456789", 32),
        session_data: codec::encode(data.as_object().unwrap(), secret, Utc::now().timestamp()),
        expire_date: (Utc::now() + TimeDelta::days(14)).into(),
    };
    diesel::insert_into(django_session::table)
        .values(&row)
        .execute(conn)
        .unwrap();
    row.session_key
}
