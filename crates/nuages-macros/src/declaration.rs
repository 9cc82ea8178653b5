//! A model as it was declared, checked for mistakes.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::{
    Attribute, Error, Expr, Fields, Ident, ItemStruct, Lit, LitStr, Result, Type, Visibility,
};

use crate::column::{FieldType, Holds, without_option};
use crate::options::{Options, text_of};

const MODEL_OPTIONS: [&str; 16] = [
    "app",
    "constraints",
    "db_table",
    "default_permissions",
    "describe",
    "display",
    "indexes",
    "label",
    "managed",
    "natural_key",
    "ordering",
    "permissions",
    "unique_together",
    "verbose_name",
    "verbose_name_plural",
    "was",
];

const FIELD_OPTIONS: [&str; 48] = [
    "autocomplete",
    "auto_now",
    "auto_now_add",
    "blank",
    "choices",
    "choices_from",
    "db_column",
    "db_constraint",
    "db_default",
    "db_index",
    "db_type",
    "decimal_places",
    "default",
    "editable",
    "email",
    "file",
    "file_path",
    "generated",
    "help_text",
    "image",
    "join",
    "key",
    "kinds",
    "limit_choices_to",
    "max",
    "max_digits",
    "max_length",
    "max_size",
    "min",
    "normalized",
    "on_delete",
    "positive",
    "primary_key",
    "protocol",
    "related_name",
    "secret",
    "size",
    "slug",
    "through",
    "through_fields",
    "to_field",
    "unique",
    "unique_or",
    "unpack_ipv4",
    "url",
    "validator",
    "verbose_name",
    "was",
];

/// The options of a many-to-many field.
const LINK_OPTIONS: [&str; 8] = [
    "blank",
    "help_text",
    "key",
    "limit_choices_to",
    "related_name",
    "through",
    "through_fields",
    "verbose_name",
];

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

/// A model.
pub(crate) struct Declaration {
    /// Whether it is a form without a table.
    pub(crate) is_form: bool,
    pub(crate) name: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) options: Options,
    pub(crate) label: String,
    pub(crate) table: Ident,
    pub(crate) primary_key: PrimaryKey,
    pub(crate) fields: Vec<Field>,
    pub(crate) links: Vec<Link>,
}

/// The primary key: a field of the declaration, or `id`, which the declaration leaves out.
pub(crate) enum PrimaryKey {
    Id,
    Field(usize),
}

/// A field with a column.
pub(crate) struct Field {
    pub(crate) name: Ident,
    pub(crate) column: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) declared: Type,
    pub(crate) null: bool,
    pub(crate) stands_for: FieldType,
    pub(crate) options: Options,
}

/// A many-to-many field.
pub(crate) struct Link {
    pub(crate) name: Ident,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) to: Type,
    pub(crate) options: Options,
}

impl Declaration {
    /// Parses a form, which has no options, no table and no primary key.
    pub(crate) fn parse_form(arguments: TokenStream, item: TokenStream) -> Result<Self> {
        let form: ItemStruct = syn::parse2(item.clone()).map_err(|error| {
            Error::new(error.span(), "#[form] is for a struct with named fields.")
        })?;
        if !arguments.is_empty() {
            return Err(Error::new_spanned(arguments, "#[form] has no options."));
        }
        let name = form.ident.to_string();
        let (table, label) = (snake_case(&name), format!("form.{name}"));
        let options =
            quote::quote!(app = "form", db_table = #table, label = #label, managed = false);
        let declaration = Self::parse_as(true, options, item)?;
        if let Some(link) = declaration.links.first() {
            return Err(link.options.error(
                &link.name,
                "a form has no many-to-many fields. Write a ForeignKey, or choices.",
            ));
        }
        Ok(declaration)
    }

    /// Parses a model.
    pub(crate) fn parse(arguments: TokenStream, item: TokenStream) -> Result<Self> {
        Self::parse_as(false, arguments, item)
    }

    fn parse_as(is_form: bool, arguments: TokenStream, item: TokenStream) -> Result<Self> {
        let item: ItemStruct = syn::parse2(item).map_err(|error| {
            Error::new(error.span(), "#[model] is for a struct with named fields.")
        })?;
        let model = item.ident.to_string();
        let mut options = Options::new(model.clone());
        (|input: syn::parse::ParseStream<'_>| options.add(input, &MODEL_OPTIONS))
            .parse2(arguments)?;

        let Some(app) = options.text("app")? else {
            return Err(options.error(&item.ident, "say its app: #[model(app = \"blog\")]."));
        };
        if !item.generics.params.is_empty() {
            return Err(options.error(&item.generics, "a model has no type parameters."));
        }
        let Fields::Named(named) = item.fields else {
            return Err(options.error(&item.ident, "a model is a struct with named fields."));
        };

        let table = options.text("db_table")?.map_or_else(
            || format!("{}_{}", app.value(), model.to_lowercase()),
            |t| t.value(),
        );
        let table = syn::parse_str::<Ident>(&table).map_err(|_| {
            options.error(&item.ident, &format!("{table:?} is not a name in Rust."))
        })?;
        let label = options
            .text("label")?
            .map_or_else(|| format!("{}.{model}", app.value()), |label| label.value());

        let mut fields: Vec<Field> = Vec::new();
        let mut links = Vec::new();
        for field in named.named {
            match declared(&model, field, is_form)? {
                Declared::Field(field) => fields.push(*field),
                Declared::Link(link) => links.push(*link),
            }
        }
        let primary_key = primary_key(&options, &item.ident, &fields)?;
        if fields.len() + usize::from(matches!(primary_key, PrimaryKey::Id)) > 32 {
            return Err(options.error(
                &item.ident,
                "a table of Diesel has at most 32 columns. Move some fields into a model of \
                 their own that refers to this one.",
            ));
        }

        let declaration = Self {
            is_form,
            name: item.ident,
            visibility: item.vis,
            attributes: item.attrs,
            options,
            label,
            table,
            primary_key,
            fields,
            links,
        };
        declaration.check_names()?;
        Ok(declaration)
    }

    /// Returns the field that an option of the model names.
    pub(crate) fn field(&self, name: &LitStr) -> Result<&Field> {
        let wanted = name.value();
        self.fields
            .iter()
            .find(|field| field.name == wanted || field.column == wanted)
            .ok_or_else(|| {
                let names: Vec<String> = self.fields.iter().map(|f| f.name.to_string()).collect();
                self.options.error(
                    name,
                    &format!(
                        "there is no field `{wanted}`. The fields are {}.",
                        names.join(", ")
                    ),
                )
            })
    }

    /// Checks the fields that options of the model name.
    fn check_names(&self) -> Result<()> {
        for names in self.options.text_lists("unique_together")? {
            for name in &names {
                self.field(name)?;
            }
        }
        for name in self.options.texts("natural_key")?.unwrap_or_default() {
            self.field(&name)?;
        }
        for name in self.options.texts("ordering")?.unwrap_or_default() {
            let bare = LitStr::new(name.value().trim_start_matches('-'), name.span());
            if bare.value() != "id" {
                self.field(&bare)?;
            }
        }
        if let Some(name) = self.options.text("display")? {
            self.field(&name)?;
        }
        Ok(())
    }
}

/// `ContactForm` becomes `contact_form`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

enum Declared {
    Field(Box<Field>),
    Link(Box<Link>),
}

fn declared(model: &str, field: syn::Field, is_form: bool) -> Result<Declared> {
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

    let column = match options.text("db_column")? {
        Some(column) => syn::parse_str(&column.value())
            .map_err(|_| options.error(&column, "the name of a column is one word."))?,
        None if matches!(field_type, FieldType::Key { .. }) => {
            format_ident!("{}_id", name.unraw())
        }
        None => name.clone(),
    };
    let declared = Field {
        name,
        column,
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

fn primary_key(options: &Options, name: &Ident, fields: &[Field]) -> Result<PrimaryKey> {
    let mut found = None;
    for (index, field) in fields.iter().enumerate() {
        if !field.options.flag("primary_key")? {
            if field.name == "id" {
                return Err(field.options.error(
                    &field.name,
                    "remove `id`: every model has it by default. For another kind of key, use #[field(primary_key)].",
                ));
            }
            continue;
        }
        if found.is_some() {
            return Err(options.error(name, "a model has one primary key."));
        }
        if field.null {
            return Err(field.options.error(
                &field.name,
                "a primary key is never empty: remove the Option.",
            ));
        }
        found = Some(index);
    }
    Ok(found.map_or(PrimaryKey::Id, PrimaryKey::Field))
}

/// Refuses options that the kind of the field cannot have.
fn check(field: &Field, is_form: bool) -> Result<()> {
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
fn check_link(options: &Options) -> Result<()> {
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
