//! Reads one field of a declaration: its options, its type and its column.

use proc_macro2::Span;
use quote::format_ident;
use syn::ext::IdentExt as _;
use syn::{Error, Ident, Result};

use crate::column::{FieldType, without_option};
use crate::field::{FIELD_OPTIONS, Field, Link};
use crate::field_checks::{check, check_link};
use crate::options::Options;

/// The names that Diesel's `table!` uses itself.
const OF_DIESEL: [&str; 5] = ["all_columns", "columns", "dsl", "star", "table"];

/// A field with or without a column.
pub(crate) enum Declared {
    Field(Box<Field>),
    Link(Box<Link>),
}

/// Reads a field of the struct.
pub(crate) fn declared(
    model: &str,
    table: &Ident,
    field: syn::Field,
    is_form: bool,
) -> Result<Declared> {
    let name = field
        .ident
        .ok_or_else(|| Error::new_spanned(&field.ty, "a field needs a name."))?;
    let mut options = Options::new(format!("{model}.{}", name.unraw()));
    let (own, docs): (Vec<_>, Vec<_>) = field
        .attrs
        .into_iter()
        .partition(|attribute| attribute.path().is_ident("field"));
    for attribute in own {
        attribute.parse_args_with(|input: syn::parse::ParseStream<'_>| {
            options.add(input, &FIELD_OPTIONS)
        })?;
    }

    let (inner, null) = without_option(&field.ty);
    let field_type = FieldType::parse(inner).map_err(|text| options.error(&field.ty, &text))?;
    if let FieldType::ManyToMany(to) = field_type {
        if null {
            return Err(options.error(&field.ty, "a ManyToMany can be empty without an Option."));
        }
        check_link(&options)?;
        return Ok(Declared::Link(Box::new(Link {
            name,
            docs,
            to: *to,
            options,
        })));
    }

    let own = match field_type {
        FieldType::Key { .. } => format_ident!("{}_id", name.unraw()),
        _ => name.clone(),
    };
    let (column, sql_name) = match options.text("db_column")? {
        Some(column) if column.value().is_empty() => {
            return Err(options.error(&column, "the name of the column is empty."));
        }
        Some(column) => match column_ident(&column.value(), table, column.span()) {
            Some(ident) => (ident, None),
            None => (own, Some(column.value())),
        },
        None => (own, None),
    };
    let declared = Field {
        name,
        column,
        sql_name,
        visibility: field.vis,
        docs,
        declared: field.ty,
        null,
        stands_for: field_type,
        options,
    };
    check(&declared, is_form)?;
    Ok(Declared::Field(Box::new(declared)))
}

/// Returns the name of a column as a name in Rust; `None` if Rust or Diesel cannot have it, or if it is not
/// in snake case.
fn column_ident(name: &str, table: &Ident, span: Span) -> Option<Ident> {
    let is_reserved = OF_DIESEL.contains(&name) || table.unraw() == name;
    let is_snake_case = !name.chars().any(char::is_uppercase) && !name.contains("__");
    if is_reserved || !is_snake_case || name.ends_with('_') {
        return None;
    }
    ident(name, span)
}

/// Returns a word as a name in Rust, also if it is a keyword such as `type`.
pub(crate) fn ident(word: &str, span: Span) -> Option<Ident> {
    let mut parsed = syn::parse_str::<Ident>(word).ok();
    if parsed.is_none() {
        parsed = syn::parse_str::<Ident>(&format!("r#{word}")).ok();
    }
    let mut ident = parsed?;
    ident.set_span(span);
    Some(ident)
}
