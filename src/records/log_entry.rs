//! The admin's history, in Django's table.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::auth::User;
use crate::db::{Conn, Lenient, LossyText, NullableLossyText, Timestamp, Value};
use crate::error::Result;
use crate::models::content_types::ContentType;
use crate::models::{Description, Meta, Model, OnDelete, desc};
use crate::on_conn;
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

#[derive(Insertable)]
#[diesel(table_name = django_admin_log)]
struct NewLogEntry<'a> {
    action_time: Timestamp,
    object_id: String,
    object_repr: String,
    action_flag: i16,
    change_message: &'a str,
    content_type_id: Option<i32>,
    user_id: i32,
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
    /// `message` is Django's JSON, and "" for a deletion. Call it in the transaction of the action.
    pub(super) fn write(
        conn: &mut Conn,
        user: i32,
        model: &Meta,
        flag: Flag,
        rows: &[(Value, String)],
        message: &str,
    ) -> Result<()> {
        let content_type_id = ContentType::for_model(conn, model)?;
        let action_time = Timestamp::now();
        for some in rows.chunks(AT_ONCE) {
            let entries = some.iter().map(|(pk, name)| NewLogEntry {
                action_time,
                object_id: pk.to_string(),
                object_repr: name.chars().take(REPR).collect(),
                action_flag: flag as i16,
                change_message: message,
                content_type_id,
                user_id: user,
            });
            let entries: Vec<_> = entries.collect();
            on_conn!(conn, |c| diesel::insert_into(django_admin_log::table)
                .values(&entries)
                .execute(c))?;
        }
        Ok(())
    }

    /// Returns the actions on one row with their users, oldest first: up to `limit` after the first
    /// `offset`, and the total number.
    pub(crate) fn of_object(
        conn: &mut Conn,
        model: &Meta,
        pk: &str,
        page: impl FnOnce(i64) -> (i64, i64),
    ) -> Result<(i64, Vec<(Self, User)>)> {
        let content_type = ContentType::for_model(conn, model)?.unwrap_or(-1);
        let of_object = || {
            let same = django_admin_log::object_id
                .eq(pk)
                .and(django_admin_log::content_type_id.eq(content_type));
            django_admin_log::table.filter(same.assume_not_null())
        };
        let count = of_object().count().get_result(conn)?;
        let (limit, offset) = page(count);
        let entries = of_object()
            .inner_join(auth_user::table)
            .order((django_admin_log::action_time, django_admin_log::id))
            .limit(limit)
            .offset(offset)
            .select((Self::as_select(), User::as_select()));
        Ok((count, entries.load(conn)?))
    }

    /// Returns the latest action on each of these rows with its user.
    pub(crate) fn last_of(
        conn: &mut Conn,
        model: &Meta,
        pks: &[&str],
    ) -> Result<Vec<(Self, User)>> {
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
        let found = django_admin_log::table
            .inner_join(auth_user::table)
            .filter(django_admin_log::id.nullable().eq_any(latest))
            .select((Self::as_select(), User::as_select()));
        found.load(conn).map_err(Into::into)
    }

    /// Returns the latest actions of a user, newest first, each with its app and model.
    pub(crate) fn recent_of(conn: &mut Conn, user: i32, limit: i64) -> Result<Vec<Act>> {
        let found = django_admin_log::table
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
        found.load(conn).map_err(Into::into)
    }
}
