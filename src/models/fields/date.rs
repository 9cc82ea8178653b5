//! Date fields.

use std::borrow::Cow;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::db_type::DbType;
use super::display::DisplayShape;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;
use crate::models::DatePart;

/// A date field.
pub(super) struct Date;

impl FieldType for Date {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "day".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::both("date")
    }

    fn noun(&self) -> &'static str {
        "date"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Day
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        parse(text).map(Value::Date)
    }

    fn has_part(&self, part: DatePart) -> bool {
        part.is_of_day()
    }
}

/// Parses a date as Python's `date.fromisoformat` does, and days and months of one digit.
pub(in crate::models) fn parse(text: &str) -> Option<NaiveDate> {
    if !text.contains('-') && text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    if text.contains('W') {
        return NaiveDate::parse_from_str(text, "%G-W%V-%u").ok();
    }

    // Python's years have four digits.
    let has_four_digits = text.find('-') == Some(4) && !text.starts_with("0000") && text.is_ascii();
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| has_four_digits)
}
