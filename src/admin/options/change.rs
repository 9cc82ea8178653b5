//! What a user is about to save, for the author to look at.

use super::Hooks;
use crate::admin::Actor;
use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelField, ModelForm};
use crate::models::Record;

/// A row that is about to be saved.
#[derive(Debug)]
pub struct Change<'a> {
    /// Who saves it.
    pub user: &'a User,
    /// What they may do.
    pub permissions: &'a Permissions,
    /// The row as it is; none, where it is new.
    pub before: Option<&'a Record>,
    /// The row as it will be.
    pub after: &'a Record,
    /// Many-to-many fields of the form: what they link to now, and what they will.
    pub links: Vec<(&'static str, &'a [Value], &'a [Value])>,
}

impl<'a> Change<'a> {
    /// What saving `form` would do.
    fn of(form: &'a ModelForm, after: &'a Record, actor: &'a Actor) -> Self {
        let links = form.fields.iter().filter_map(|bound| {
            match (bound.field, &bound.initial, &bound.cleaned) {
                (ModelField::Many(many), Cleaned::Many(before), Some(Cleaned::Many(after))) => {
                    Some((many.name, before.as_slice(), after.as_slice()))
                }
                _ => None,
            }
        });
        Change {
            user: &actor.user,
            permissions: &actor.permissions,
            before: (!form.adding).then_some(&form.record),
            after,
            links: links.collect(),
        }
    }

    /// What the many-to-many field `name` will link to and does not now.
    pub fn added(&self, name: &str) -> Vec<Value> {
        let field = self.links.iter().find(|(known, ..)| *known == name);
        let added = field.map(|(_, before, after)| {
            after
                .iter()
                .filter(|value| !before.contains(value))
                .cloned()
        });
        added.map(Iterator::collect).unwrap_or_default()
    }

    /// Whether the field `name` of a row that is there changes.
    pub fn changes(&self, name: &str) -> bool {
        self.before
            .is_some_and(|before| before.get(name) != self.after.get(name))
    }

    /// Whether the box `name` of a row that is there was ticked and will not be.
    pub fn unticks(&self, name: &str) -> bool {
        self.changes(name) && !self.after.get(name).is_some_and(Value::is_true)
    }
}

impl Hooks {
    /// Runs `check` on a form that is valid so far, and adds its errors to the form.
    pub(in crate::admin) fn look_at(
        &self,
        conn: &mut Conn,
        form: &mut ModelForm,
        actor: &Actor,
    ) -> Result<()> {
        let Some(look) = self.check.filter(|_| form.is_valid()) else {
            return Ok(());
        };
        for (name, text) in look(conn, &Change::of(form, &form.row(), actor))? {
            form.add_error(name, text);
        }
        Ok(())
    }
}
