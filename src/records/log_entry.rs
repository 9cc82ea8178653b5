//! The admin's history, in Django's table.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::auth::User;
use crate::db::{Conn, Kind, Lenient, LossyText, NullableLossyText, Sql, Timestamp, Value};
use crate::error::Result;
use crate::models::content_types::ContentType;
use crate::models::{Description, Meta, Model, OnDelete, desc};
use crate::schema::{auth_user, django_admin_log, django_content_type};

/// An action of a user in the admin.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = django_admin_log)]
pub struct LogEntry {
    /// Primary key.
    pub id: i32,
    /// The time; `None` if the cell cannot be read.
    #[diesel(deserialize_as = Lenient<django_admin_log::action_time, Timestamp>)]
    pub action_time: Option<Timestamp>,
    /// The object's primary key, as text.
    #[diesel(deserialize_as = NullableLossyText)]
    pub object_id: Option<String>,
    /// The display name of the object, cut to 200 characters.
    #[diesel(deserialize_as = LossyText)]
    pub object_repr: String,
    /// 1 add, 2 change, 3 delete.
    pub action_flag: i16,
    /// The description of the action in JSON.
    #[diesel(deserialize_as = LossyText)]
    pub change_message: String,
    /// The content type of the object.
    pub content_type_id: Option<i32>,
    /// The user's primary key.
    pub user_id: i32,
}

/// The place of an action among the others.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = django_admin_log)]
pub(crate) struct LogPlace {
    pub(crate) id: i32,
    #[diesel(deserialize_as = Lenient<django_admin_log::action_time, Timestamp>)]
    pub(crate) action_time: Option<Timestamp>,
    #[diesel(deserialize_as = LossyText)]
    change_message: String,
}

impl LogPlace {
    /// Whether nothing was changed: the form was saved as it was.
    pub(crate) fn says_nothing(&self) -> bool {
        self.change_message == "[]"
    }
}

impl Model for LogEntry {
    fn describe(it: Description<Self>) -> Description<Self> {
        use django_admin_log as log;
        it.label("admin.LogEntry")
            .verbose_names("log entry", "log entries")
            .ordering((desc(log::action_time),))
            .field(log::action_time, |field| field.default_now().not_editable())
            .field(log::user_id, |field| field.to::<User>(OnDelete::Cascade))
            .field(log::content_type_id, |field| {
                field
                    .to::<ContentType>(OnDelete::SetNull)
                    .verbose_name("content type")
            })
            .field(log::object_id, |field| field.verbose_name("object id"))
            .field(log::object_repr, |field| {
                field.max_length(200).verbose_name("object repr")
            })
            .field(log::action_flag, |field| {
                field.positive().verbose_name("action flag")
            })
            .field(log::change_message, |field| {
                field.verbose_name("change message").blank()
            })
    }
}

/// The kind of an action (Django's `action_flag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// A row was added.
    Addition = 1,
    /// A row was changed.
    Change = 2,
    /// A row was deleted.
    Deletion = 3,
}

/// Number of rows in one statement: SQLite allows 32,766 bound values.
const AT_ONCE: usize = 500;
/// The maximum length of [`LogEntry::object_repr`].
const REPR: usize = 200;

/// A log entry with its app and its model, if they still exist.
pub(crate) type Act = (LogEntry, NullableLossyText, NullableLossyText);

impl LogEntry {
    /// Returns the name of the row of `model` with this primary key, if the history has its deletion.
    pub(crate) fn name_of_deleted(
        conn: &mut Conn,
        model: &Meta,
        pk: &str,
    ) -> Result<Option<String>> {
        let Some(kind) = ContentType::for_model(conn, model)? else {
            return Ok(None);
        };
        let entries = django_admin_log::table
            .filter(django_admin_log::content_type_id.eq(kind))
            .filter(django_admin_log::object_id.eq(pk))
            .filter(django_admin_log::action_flag.eq(Flag::Deletion as i16))
            .order(django_admin_log::id.desc())
            .select(django_admin_log::object_repr);
        let name: Option<LossyText> = entries.first(conn).optional()?;
        Ok(name.map(|LossyText(name)| name))
    }

    /// Logs an action of `user` on rows of `model`, given by primary key and display name.
    /// `message` is Django's JSON, and "" for a deletion. Call it in the transaction of the action. Returns the primary
    /// keys of the log entries, in the order of the rows.
    pub(super) fn write(
        conn: &mut Conn,
        user: i32,
        model: &Meta,
        flag: Flag,
        rows: &[(Value, String)],
        message: &str,
    ) -> Result<Vec<i32>> {
        let content_type_id = ContentType::for_model(conn, model)?;
        let action_time = Timestamp::now();
        let mut written = Vec::with_capacity(rows.len());
        for some in rows.chunks(AT_ONCE) {
            let mut sql = Sql::new(
                "INSERT INTO \"django_admin_log\" (\"action_time\", \"object_id\", \"object_repr\", \
                 \"action_flag\", \"change_message\", \"content_type_id\", \"user_id\") VALUES ",
            );
            for (at, (pk, name)) in some.iter().enumerate() {
                sql = sql
                    .raw(if at > 0 { ", (" } else { "(" })
                    .bind(action_time)
                    .raw(", ")
                    .bind(pk.to_string())
                    .raw(", ")
                    .bind(name.chars().take(REPR).collect::<String>())
                    .raw(", ")
                    .bind(flag as i16)
                    .raw(", ")
                    .bind(message)
                    .raw(", ")
                    .bind(content_type_id)
                    .raw(", ")
                    .bind(user)
                    .raw(")");
            }
            let ids = sql
                .raw(" RETURNING \"id\"")
                .returns(&[Kind::Integer])
                .load(conn)?;
            let ids = ids.into_iter().flatten();
            let mut ids: Vec<i32> = ids
                .filter_map(|id| i32::try_from(id.as_i64()?).ok())
                .collect();
            // Both databases number the rows of a statement in their order, and need not return them in it.
            ids.sort_unstable();
            written.extend(ids);
        }
        Ok(written)
    }

    /// Returns the primary keys and times of all actions on one row, oldest first.
    pub(crate) fn places_of_object(
        conn: &mut Conn,
        model: &Meta,
        pk: &str,
    ) -> Result<Vec<LogPlace>> {
        let content_type = ContentType::for_model(conn, model)?.unwrap_or(-1);
        let same = django_admin_log::object_id
            .eq(pk)
            .and(django_admin_log::content_type_id.eq(content_type));
        let places = django_admin_log::table
            .filter(same.assume_not_null())
            // As in Django's page, an action whose user is gone is not shown.
            .inner_join(auth_user::table)
            .order((django_admin_log::action_time, django_admin_log::id))
            .select(LogPlace::as_select());
        Ok(places.load(conn)?)
    }

    /// Returns up to `limit` actions on rows of models with these content types, the latest first: of this user, in this span
    /// of time, and before the action `before`.
    pub(crate) fn latest(
        conn: &mut Conn,
        kinds: &[i32],
        user: Option<i32>,
        (from, until): (Option<Timestamp>, Option<Timestamp>),
        before: Option<i32>,
        limit: i64,
    ) -> Result<Vec<Self>> {
        let kinds: Vec<Option<i32>> = kinds.iter().copied().map(Some).collect();
        let mut rows = django_admin_log::table
            .filter(django_admin_log::content_type_id.eq_any(kinds))
            .order(django_admin_log::id.desc())
            .limit(limit)
            .select(Self::as_select())
            .into_boxed();
        if let Some(user) = user {
            rows = rows.filter(django_admin_log::user_id.eq(user));
        }
        if let Some(from) = from {
            rows = rows.filter(django_admin_log::action_time.ge(from));
        }
        if let Some(until) = until {
            rows = rows.filter(django_admin_log::action_time.lt(until));
        }
        if let Some(before) = before {
            rows = rows.filter(django_admin_log::id.lt(before));
        }
        Ok(rows.load(conn)?)
    }

    /// Returns these actions with their users.
    pub(crate) fn with_ids(conn: &mut Conn, ids: &[i32]) -> Result<Vec<(Self, User)>> {
        let entries = django_admin_log::table
            .inner_join(auth_user::table)
            .filter(django_admin_log::id.eq_any(ids))
            .select((Self::as_select(), User::as_select()));
        Ok(entries.load(conn)?)
    }

    /// Returns the latest action on each of these rows with its user.
    pub(crate) fn last_of(
        conn: &mut Conn,
        model: &Meta,
        pks: &[&str],
    ) -> Result<Vec<(Self, User)>> {
        let mut entries = Vec::new();
        for some in pks.chunks(AT_ONCE) {
            entries.extend(Self::last_of_some(conn, model, some)?);
        }
        Ok(entries)
    }

    fn last_of_some(conn: &mut Conn, model: &Meta, pks: &[&str]) -> Result<Vec<(Self, User)>> {
        let log = diesel::alias!(django_admin_log as acts);
        let of_model = django_content_type::app_label
            .eq(model.app)
            .and(django_content_type::model.eq(&model.name));
        let kind = django_content_type::table
            .filter(of_model)
            .select(django_content_type::id.nullable());
        let latest = log
            .filter(log.field(django_admin_log::object_id).eq_any(pks))
            .filter(log.field(django_admin_log::content_type_id).eq_any(kind))
            .group_by(log.field(django_admin_log::object_id))
            .select(max(log.field(django_admin_log::id)));
        let entries = django_admin_log::table
            .inner_join(auth_user::table)
            .filter(django_admin_log::id.nullable().eq_any(latest))
            .select((Self::as_select(), User::as_select()));
        entries.load(conn).map_err(Into::into)
    }

    /// Returns the latest actions of a user, newest first, each with its app and model.
    pub(crate) fn recent_of(conn: &mut Conn, user: i32, limit: i64) -> Result<Vec<Act>> {
        let entries = django_admin_log::table
            .left_join(django_content_type::table)
            .filter(django_admin_log::user_id.eq(user))
            .order((
                django_admin_log::action_time.desc(),
                django_admin_log::id.desc(),
            ))
            .limit(limit)
            .select((
                Self::as_select(),
                django_content_type::app_label.nullable(),
                django_content_type::model.nullable(),
            ));
        entries.load(conn).map_err(Into::into)
    }
}
