//! [`RecordChange`]: a row that is to be saved, and [`Change`]: what the hooks see of it.

use diesel::query_source::Column;

use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::Value;
use crate::models::{ManyToMany, Record};

/// The links of one many-to-many field.
#[derive(Debug, Clone, Copy)]
pub struct LinkChange<'a> {
    /// The field.
    pub field: &'static ManyToMany,
    /// The primary keys that it links to in the database.
    pub before: &'a [Value],
    /// The primary keys that it will link to.
    pub after: &'a [Value],
}

impl LinkChange<'_> {
    /// Returns the primary keys that the field will not link to any more.
    pub(crate) fn removed(&self) -> Vec<Value> {
        without(self.before, self.after)
    }

    /// Returns the primary keys that the field does not link to yet.
    pub(crate) fn added(&self) -> Vec<Value> {
        without(self.after, self.before)
    }
}

/// Returns those of `keys` that are not among `others`.
pub(super) fn without(keys: &[Value], others: &[Value]) -> Vec<Value> {
    let lacking = keys.iter().filter(|key| !others.contains(key));
    lacking.cloned().collect()
}

/// A row that is to be saved.
#[derive(Debug)]
pub struct RecordChange<'a> {
    /// The row in the database; `None` for a new row.
    pub before: Option<&'a Record>,
    /// The row as it will be.
    pub after: Record,
    /// The many-to-many fields that are to be saved.
    pub links: Vec<LinkChange<'a>>,
}

impl<'a> RecordChange<'a> {
    /// The addition of a row without links.
    pub fn add(after: Record) -> Self {
        Self {
            before: None,
            after,
            links: Vec::new(),
        }
    }

    /// A change of columns.
    pub fn update(before: &'a Record, after: Record) -> Self {
        Self {
            before: Some(before),
            after,
            links: Vec::new(),
        }
    }
}

/// A row that is about to be saved, as hooks see it.
#[derive(Debug)]
pub struct Change<'a> {
    /// The user who saves the row.
    pub user: &'a User,
    /// The permissions of the user.
    pub permissions: &'a Permissions,
    /// The row in the database; `None` for a new row.
    pub before: Option<&'a Record>,
    /// The row as it will be.
    pub after: &'a Record,
    /// The many-to-many fields that are to be saved.
    pub links: &'a [LinkChange<'a>],
}

impl Change<'_> {
    /// Returns the primary keys that the many-to-many field `many` does not link to yet:
    /// `change.added(User::GROUPS)`.
    pub fn added<T>(&self, many: ManyToMany<T>) -> Vec<Value> {
        self.added_to(many.name)
    }

    /// Like [`added`](Self::added), for a field that is only known at run time.
    pub(super) fn added_to(&self, name: &str) -> Vec<Value> {
        let links = self.links.iter().find(|links| links.field.name == name);
        links.map(LinkChange::added).unwrap_or_default()
    }

    /// Whether `column` of an existing row changes.
    pub fn changes<C: Column + Copy>(&self, column: C) -> bool {
        self.before
            .is_some_and(|before| before.get(column) != self.after.get(column))
    }

    /// Whether `column` of an existing row was ticked and will not be.
    pub fn unticks<C: Column + Copy>(&self, column: C) -> bool {
        self.changes(column) && !self.after.get(column).is_some_and(Value::is_true)
    }
}
