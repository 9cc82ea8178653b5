//! Paths of files and folders on the server.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Choices, Errors, FormFieldType, NUL, wrong};
use super::typed::Typed;
use crate::db::Value;
use crate::models::{Field, FieldKind};

/// A list of the files in a folder.
pub(super) struct FilePath;

impl FormFieldType for FilePath {
    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let path = typed.first();
        if path.contains('\0') {
            return wrong(NUL);
        }
        if self.choices(field).iter().any(|(choice, _)| choice == path) {
            return Ok(path.into());
        }
        wrong(format!(
            "Select a valid choice. {path} is not one of the available choices."
        ))
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Select
    }

    fn choices(&self, field: &Field) -> Choices {
        let FieldKind::FilePath(options) = field.kind else {
            return Vec::new();
        };
        let none = field
            .blank
            .then_some((Cow::Borrowed(""), Cow::Borrowed("---------")));
        let paths = options.list().into_iter();
        let paths = paths.map(|(path, label)| (path.into(), label.into()));
        none.into_iter().chain(paths).collect()
    }
}
