//! The history, in Django's table.

use diesel::prelude::*;

use crate::auth::User;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::models::content_types::ContentType;
use crate::models::{Description, Model, OnDelete, desc};
use crate::schema::{django_admin_log, django_content_type};

/// One act of a user of the admin.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = django_admin_log)]
pub struct LogEntry {
    /// Primary key.
    pub id: i32,
    /// When.
    pub action_time: Timestamp,
    /// The object's primary key, as text.
    pub object_id: Option<String>,
    /// What the object was called, cut to 200 characters.
    pub object_repr: String,
    /// 1 add, 2 change, 3 delete.
    pub action_flag: i16,
    /// JSON: what was done.
    pub change_message: String,
    /// The object's model.
    pub content_type_id: Option<i32>,
    /// Who.
    pub user_id: i32,
}

impl Model for LogEntry {
    type Table = django_admin_log::table;

    fn describe() -> Description<django_admin_log::table> {
        use django_admin_log as log;
        Description::new("admin", "LogEntry", log::table)
            .db_table("django_admin_log")
            .verbose_names("log entry", "log entries")
            .display(log::object_repr)
            .ordering((desc(log::action_time),))
            .field(log::action_time, |field| field.default_now().not_editable())
            .field(log::user_id, |field| field.to::<User>(OnDelete::Cascade))
            .field(log::content_type_id, |field| {
                field.to::<ContentType>(OnDelete::SetNull).verbose_name("content type").blank()
            })
            .field(log::object_id, |field| field.verbose_name("object id").blank())
            .field(log::object_repr, |field| field.max_length(200).verbose_name("object repr"))
            .field(log::action_flag, |field| field.positive().verbose_name("action flag"))
            .field(log::change_message, |field| field.verbose_name("change message").blank())
    }
}

/// A log entry, with the app and the model it is about, if that is still known.
pub(super) type Act = (LogEntry, Option<String>, Option<String>);

impl LogEntry {
    /// The latest acts of a user, newest first, with the app and model each was about.
    pub(super) fn recent_of(conn: &mut Conn, user: i32, limit: i64) -> Result<Vec<Act>> {
        let found = django_admin_log::table
            .left_join(django_content_type::table)
            .filter(django_admin_log::user_id.eq(user))
            .order((django_admin_log::action_time.desc(), django_admin_log::id.desc()))
            .limit(limit)
            .select((
                Self::as_select(),
                django_content_type::app_label.nullable(),
                django_content_type::model.nullable(),
            ));
        found.load(conn).map_err(Into::into)
    }
}
