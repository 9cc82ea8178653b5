//! Derives the column of a field from the field's type.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericArgument, PathArguments, Type, TypePath};

/// The kind of value that a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    Whole,
    Float,
    Decimal,
    Bool,
    Date,
    Time,
    Moment,
    Uuid,
    Json,
    Duration,
    Bytes,
    Address,
    Opaque,
    /// An array with items of this kind, which Diesel calls so.
    Array(Part),
    /// A range between two values of this kind.
    Range(Part),
    HStore,
}

/// The items of an array or the ends of a range: the name of their type in Diesel's `table!`.
pub(crate) type Part = &'static str;

/// The meaning of a field's type.
pub(crate) enum FieldType {
    /// A column that holds a value.
    Value { holds: Holds, sql: TokenStream },
    /// The primary key of a row of this model: a `ForeignKey`, or a `OneToOne`, which is unique.
    Key { to: Box<Type>, is_unique: bool },
    /// Links to rows of this model, in a separate table.
    ManyToMany(Box<Type>),
}

/// Types that have no column, each with the type to use instead.
const MEANT: [(&str, &str); 14] = [
    ("f32", "f64"),
    ("u8", "i16"),
    ("u16", "i32"),
    ("u32", "i64"),
    ("u64", "i64"),
    ("usize", "i64"),
    ("str", "String"),
    ("DateTime", "Timestamp"),
    ("NaiveDateTime", "Timestamp"),
    ("TimeDelta", "Duration"),
    ("Vec", "Bytes"),
    ("IpAddr", "IpAddress"),
    ("Ipv4Addr", "IpAddress"),
    ("Ipv6Addr", "IpAddress"),
];

impl FieldType {
    /// Reads a type without its `Option`. The error says which type to write instead.
    pub(crate) fn parse(field_type: &Type) -> Result<Self, String> {
        let written = quote!(#field_type).to_string().replace(' ', "");
        let inner = match field_type {
            Type::Reference(reference) => &reference.elem,
            other => other,
        };
        let Type::Path(path) = inner else {
            return Err(format!("there is no column for the type {written}."));
        };
        let Some(last) = path.path.segments.last() else {
            return Err(format!("there is no column for the type {written}."));
        };

        let name = last.ident.to_string();
        if matches!(name.as_str(), "Array" | "Range") {
            return Self::native(&name, path, &written);
        }
        let (holds, sql) = match name.as_str() {
            "String" => (Holds::Text, quote!(Text)),
            "i16" => (Holds::Whole, quote!(SmallInt)),
            "i32" => (Holds::Whole, quote!(Integer)),
            "i64" => (Holds::Whole, quote!(BigInt)),
            "f64" => (Holds::Float, quote!(Double)),
            "bool" => (Holds::Bool, quote!(Bool)),
            "Decimal" => (Holds::Decimal, quote!(Decimal)),
            "NaiveDate" => (Holds::Date, quote!(Date)),
            "NaiveTime" => (Holds::Time, quote!(Time)),
            "Timestamp" => (Holds::Moment, quote!(TimestampTz)),
            "Uuid" => (Holds::Uuid, quote!(Uuid)),
            "Json" | "Value" => (Holds::Json, quote!(Json)),
            "Duration" => (Holds::Duration, quote!(Duration)),
            "Bytes" => (Holds::Bytes, quote!(Binary)),
            "IpAddress" => (Holds::Address, quote!(IpAddress)),
            "Opaque" => (Holds::Opaque, quote!(Opaque)),
            "HStore" => (Holds::HStore, quote!(HStore)),
            "ForeignKey" | "OneToOne" | "ManyToMany" => return Self::relation(&name, path),
            _ => return Err(no_column(&name, &written)),
        };
        Ok(Self::Value { holds, sql })
    }

    /// Reads `Array<String>` and `Range<NaiveDate>`.
    fn native(name: &str, path: &TypePath, written: &str) -> Result<Self, String> {
        let inner = generic(path).and_then(|inner| match inner {
            Type::Path(path) => path.path.segments.last(),
            _ => None,
        });
        let inner = inner.map(|last| last.ident.to_string()).unwrap_or_default();
        let parts: &[(&str, Part)] = if name == "Array" {
            &[
                ("String", "Text"),
                ("i16", "SmallInt"),
                ("i32", "Integer"),
                ("i64", "BigInt"),
                ("Decimal", "Decimal"),
                ("NaiveDate", "Date"),
                ("Timestamp", "TimestampTz"),
            ]
        } else {
            &[
                ("i32", "Integer"),
                ("i64", "BigInt"),
                ("Decimal", "Decimal"),
                ("NaiveDate", "Date"),
                ("Timestamp", "TimestampTz"),
            ]
        };
        let Some((_, part)) = parts.iter().find(|(rust, _)| *rust == inner) else {
            let names: Vec<String> = parts
                .iter()
                .map(|(rust, _)| format!("{name}<{rust}>"))
                .collect();
            return Err(format!(
                "there is no column for the type {written}. Write one of {}.",
                names.join(", ")
            ));
        };
        let sql = syn::Ident::new(part, proc_macro2::Span::call_site());
        Ok(if name == "Array" {
            Self::Value {
                holds: Holds::Array(part),
                sql: quote!(Array<#sql>),
            }
        } else {
            Self::Value {
                holds: Holds::Range(part),
                sql: quote!(Range<#sql>),
            }
        })
    }

    fn relation(name: &str, path: &TypePath) -> Result<Self, String> {
        let model = generic(path)
            .ok_or_else(|| format!("{name} needs the model that it refers to: {name}<Author>."))?;
        let model = Box::new(model.clone());
        Ok(if name == "ManyToMany" {
            Self::ManyToMany(model)
        } else {
            let is_unique = name == "OneToOne";
            Self::Key {
                to: model,
                is_unique,
            }
        })
    }
}

fn no_column(name: &str, written: &str) -> String {
    match MEANT.iter().find(|(other, _)| *other == name) {
        Some((_, meant)) => {
            format!("there is no column for the type {written}. Write {meant} instead.")
        }
        None => format!(
            "there is no column for the type {written}. A reference to another model is a \
             ForeignKey<{name}>."
        ),
    }
}

/// Returns the type in `Option<T>`, and whether there was an `Option`.
pub(crate) fn without_option(field_type: &Type) -> (&Type, bool) {
    match field_type {
        Type::Path(path)
            if path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Option") =>
        {
            generic(path).map_or((field_type, false), |inner| (inner, true))
        }
        other => (other, false),
    }
}

fn generic(path: &TypePath) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}
