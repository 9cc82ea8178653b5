//! A model as it was declared, checked for mistakes.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::{Attribute, Error, Fields, Ident, ItemStruct, LitStr, Result, Visibility};

use crate::declared_field::{Declared, declared, ident};
use crate::field::{Field, Link};
use crate::options::Options;

const MODEL_OPTIONS: [&str; 17] = [
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
    "search_index",
    "unique_together",
    "verbose_name",
    "verbose_name_plural",
    "was",
];

/// A model.
pub(crate) struct Declaration {
    /// Whether it is a form without a table.
    pub(crate) is_form: bool,
    pub(crate) name: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) options: Options,
    pub(crate) label: String,
    /// The module of the table, which has the table's name if it can.
    pub(crate) table: Ident,
    /// The name of the table in the database, if the module has another.
    pub(crate) sql_table: Option<String>,
    pub(crate) primary_key: PrimaryKey,
    pub(crate) fields: Vec<Field>,
    pub(crate) links: Vec<Link>,
}

/// The primary key: a field of the declaration, or `id`, which the declaration leaves out.
pub(crate) enum PrimaryKey {
    Id,
    Field(usize),
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

        let (table, sql_table) = table_ident(&options, &item.ident, &app.value())?;
        let label = options
            .text("label")?
            .map_or_else(|| format!("{}.{model}", app.value()), |label| label.value());

        let mut fields: Vec<Field> = Vec::new();
        let mut links = Vec::new();
        for field in named.named {
            match declared(&model, &table, field, is_form)? {
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
            sql_table,
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
            .find(|field| field.name.unraw() == wanted)
            .or_else(|| {
                self.fields
                    .iter()
                    .find(|field| field.column_name() == wanted)
            })
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

/// Returns the module for the table, and the name of the table if that is not a name in Rust.
fn table_ident(options: &Options, model: &Ident, app: &str) -> Result<(Ident, Option<String>)> {
    let written = options.text("db_table")?;
    let name = written.as_ref().map_or_else(
        || format!("{app}_{}", model.to_string().to_lowercase()),
        LitStr::value,
    );
    if name.is_empty() {
        return Err(options.error(model, "the name of its table is empty."));
    }
    if name.chars().all(|letter| !letter.is_uppercase())
        && let Some(table) = ident(&name, model.span())
    {
        return Ok((table, None));
    }

    let mut word: String = name
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    if !word.starts_with(char::is_alphabetic) {
        word.insert_str(0, "table_");
    }
    Ok((format_ident!("{word}"), Some(name)))
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
