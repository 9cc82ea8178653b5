//! File and image fields: the column holds a path, and `uploads` validates the file.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// A file field or an image field.
pub(super) struct File;

impl FormFieldType for File {
    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        Ok(typed.first().into())
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::File
    }
}
