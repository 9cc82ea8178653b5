//! Refuses options that a field cannot have.

use syn::{Expr, Lit, Result};

use crate::column::{FieldType, Holds};
use crate::field::{FIELD_OPTIONS, Field, LINK_OPTIONS};
use crate::options::{Options, text_of};

/// The values of `on_delete`, and the variants of `OnDelete` that they stand for.
const ON_DELETE: [(&str, &str); 9] = [
    ("cascade", "Cascade"),
    ("protect", "Protect"),
    ("restrict", "Restrict"),
    ("set_null", "SetNull"),
    ("set_default", "SetDefault"),
    ("do_nothing", "DoNothing"),
    ("db_cascade", "DbCascade"),
    ("db_set_null", "DbSetNull"),
    ("db_set_default", "DbSetDefault"),
];

/// Returns the variant of `OnDelete` with this name in declarations.
pub(crate) fn on_delete_rule(name: &str) -> Option<&'static str> {
    let mut rules = ON_DELETE.iter();
    rules.find(|rule| rule.0 == name).map(|rule| rule.1)
}

/// Refuses options that the kind of the field cannot have.
pub(crate) fn check(field: &Field, is_form: bool) -> Result<()> {
    let options = &field.options;
    let holds = match &field.stands_for {
        FieldType::Value { holds, .. } => Some(*holds),
        _ => None,
    };

    let needs = |names: &[&str], wanted: &[Holds], what: &str| -> Result<()> {
        for name in names {
            if let Some(option) = options.get(name)
                && !holds.is_some_and(|holds| wanted.contains(&holds))
            {
                let written = &field.declared;
                let written = quote::quote!(#written).to_string().replace(' ', "");
                let text = format!("`{name}` is for {what}, and its type is {written}.");
                return Err(options.error(&option.name, &text));
            }
        }
        Ok(())
    };
    // The options of an array describe its items.
    let of_texts = [Holds::Text, Holds::Array("Text")];
    needs(&["max_length"], &of_texts, "texts")?;
    needs(
        &[
            "slug",
            "email",
            "url",
            "file",
            "file_path",
            "image",
            "normalized",
            "secret",
        ],
        &[Holds::Text],
        "texts",
    )?;
    needs(
        &["min", "max"],
        &[Holds::Whole, Holds::Decimal, Holds::Float],
        "numbers",
    )?;
    needs(&["positive"], &[Holds::Whole], "whole numbers")?;
    needs(&["auto"], &[Holds::Whole], "whole numbers")?;
    if let Some(option) = options.get("auto")
        && !options.has("primary_key")
    {
        let text = "`auto = false` is for a primary key, which the database makes otherwise.";
        return Err(options.error(&option.name, text));
    }
    needs(
        &["max_digits", "decimal_places"],
        &[Holds::Decimal, Holds::Array("Decimal")],
        "decimals",
    )?;
    needs(
        &["auto_now", "auto_now_add"],
        &[Holds::Moment, Holds::Date, Holds::Time],
        "dates and times",
    )?;
    needs(
        &["choices", "choices_from"],
        &[Holds::Text, Holds::Whole],
        "texts and whole numbers",
    )?;

    needs(
        &["protocol", "unpack_ipv4"],
        &[Holds::Address],
        "IP addresses",
    )?;
    needs(&["db_type"], &[Holds::Opaque], "values of the type Opaque")?;
    for name in ["kinds", "max_size"] {
        if let Some(option) = options.get(name)
            && !(options.has("file") || options.has("image"))
        {
            let text = format!("`{name}` is for files: add `file = \"folder/\"`.");
            return Err(options.error(&option.name, &text));
        }
    }

    check_relation(field, is_form)?;
    check_default(field, holds)?;
    if let Some(option) = options.get("size")
        && !matches!(holds, Some(Holds::Array(_)))
    {
        return Err(options.error(&option.name, "`size` is for arrays."));
    }
    if matches!(holds, Some(Holds::Decimal | Holds::Array("Decimal")))
        && !(options.has("max_digits") && options.has("decimal_places"))
    {
        return Err(options.error(
            &field.name,
            "a decimal needs its size: #[field(max_digits = 10, decimal_places = 2)].",
        ));
    }
    Ok(())
}

/// Refuses options that a many-to-many field does not have.
pub(crate) fn check_link(options: &Options) -> Result<()> {
    let mut others = FIELD_OPTIONS
        .iter()
        .filter(|name| !LINK_OPTIONS.contains(name));
    let Some(option) = others.find_map(|name| options.get(name)) else {
        return Ok(());
    };
    let text = format!(
        "a ManyToMany has no `{}`. Its options are {}.",
        option.name,
        LINK_OPTIONS.join(", ")
    );
    Err(options.error(&option.name, &text))
}

fn check_relation(field: &Field, is_form: bool) -> Result<()> {
    let options = &field.options;
    let is_key = matches!(field.stands_for, FieldType::Key { .. });
    if !is_key {
        let only_keys = [
            "on_delete",
            "related_name",
            "join",
            "key",
            "to_field",
            "db_constraint",
            "limit_choices_to",
        ];
        if let Some(option) = only_keys.iter().find_map(|name| options.get(name)) {
            let text = format!("`{}` is for a ForeignKey.", option.name);
            return Err(options.error(&option.name, &text));
        }
        return Ok(());
    }

    let Some(on_delete) = options.text("on_delete")? else {
        // No row of a form refers to the row.
        if is_form {
            return Ok(());
        }
        return Err(options.error(
            &field.name,
            "say what happens when the row that it refers to is deleted: \
             #[field(on_delete = \"cascade\")], or \"protect\", \"restrict\", \"set_null\".",
        ));
    };
    let rule = on_delete.value();
    if on_delete_rule(&rule).is_none() {
        let names: Vec<&str> = ON_DELETE.iter().map(|(name, _)| *name).collect();
        let text = format!("`on_delete` is one of {}.", names.join(", "));
        return Err(options.error(&on_delete, &text));
    }
    if rule.ends_with("set_null") && !field.null {
        return Err(options.error(
            &on_delete,
            &format!("\"{rule}\" needs a key that can be empty: Option<ForeignKey<…>>."),
        ));
    }
    if rule == "set_default" && !field.null && !options.has("default") {
        return Err(options.error(
            &on_delete,
            "\"set_default\" needs a `default`, or a key that can be empty: Option<ForeignKey<…>>.",
        ));
    }
    if options.has("to_field") && !options.has("key") {
        return Err(options.error(
            &field.name,
            "`to_field` needs the type of that field: `key = String`.",
        ));
    }
    Ok(())
}

/// Refuses a literal of another kind, and a text that is not one of the choices.
fn check_default(field: &Field, holds: Option<Holds>) -> Result<()> {
    let options = &field.options;
    let Some(default) = options.value("default")? else {
        return Ok(());
    };
    let Expr::Lit(literal) = default else {
        return Ok(());
    };

    let fits = matches!(
        (&literal.lit, holds),
        (Lit::Str(_), Some(Holds::Text | Holds::Decimal))
            | (
                Lit::Int(_),
                Some(Holds::Whole | Holds::Float | Holds::Decimal)
            )
            | (Lit::Int(_) | Lit::Str(_), None)
            | (Lit::Float(_), Some(Holds::Float))
            | (Lit::Bool(_), Some(Holds::Bool))
    );
    if !fits {
        return Err(options.error(default, "its default is of another type than the field."));
    }
    if let (Some(text), Some(choices)) = (text_of(default), options.value("choices")?)
        && let Expr::Array(array) = choices
    {
        let values: Vec<String> = array
            .elems
            .iter()
            .filter_map(|choice| match choice {
                Expr::Tuple(pair) => pair.elems.first().and_then(text_of),
                other => text_of(other),
            })
            .map(|text| text.value())
            .collect();
        if !values.contains(&text.value()) {
            return Err(options.error(default, "its default is not one of its choices."));
        }
    }
    Ok(())
}
