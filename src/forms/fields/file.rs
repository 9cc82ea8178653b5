//! Files and images: the column holds a path, and `uploads` looks at what was sent.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// A file or an image.
pub(super) struct File;

impl FormFieldType for File {
    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        Ok(typed.first().into())
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::File
    }
}
