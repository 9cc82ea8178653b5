//! Expands a declaration into the description of the model.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Expr, Ident, LitStr, Result};

use crate::column::{FieldType, Holds, without_option};
use crate::constraints::{constraint, generated, index};
use crate::declaration::Declaration;
use crate::expansion::{constant, key_type};
use crate::field::Field;
use crate::field_checks::on_delete_rule;
use crate::options::{Options, elements, text_of};

pub(crate) fn describe(declaration: &Declaration) -> Result<TokenStream> {
    let Declaration {
        name,
        table,
        options,
        label,
        ..
    } = declaration;
    let column = |name: &LitStr| -> Result<TokenStream> {
        let column = &declaration.field(name)?.column;
        Ok(quote!(#table::#column))
    };
    let columns = |names: &[LitStr]| names.iter().map(column).collect::<Result<Vec<_>>>();

    let mut calls = vec![quote!(.label(#label))];
    calls.extend(verbose_names(options, name)?);
    if let Some(names) = options.texts("ordering")? {
        let keys = keys(declaration, &names)?;
        calls.push(quote!(.ordering(#keys)));
    }
    if let Some(name) = options.text("display")? {
        let column = column(&name)?;
        calls.push(quote!(.display(#column)));
    }
    for names in options.text_lists("unique_together")? {
        let columns = columns(&names)?;
        calls.push(quote!(.unique_together((#(#columns,)*))));
    }
    for written in options.value("indexes")?.map(indexes).unwrap_or_default() {
        calls.push(index(declaration, &written)?);
    }
    for written in options
        .value("constraints")?
        .map(elements)
        .unwrap_or_default()
    {
        calls.push(constraint(declaration, written)?);
    }
    if let Some(names) = options.texts("search_index")? {
        let columns = columns(&names)?;
        calls.push(quote!(.search_index((#(#columns,)*))));
    }
    calls.extend(of_migrations(options)?);
    if let Some(names) = options.texts("natural_key")? {
        let columns = columns(&names)?;
        calls.push(quote!(.natural_key((#(#columns,)*))));
    }
    for field in &declaration.fields {
        calls.push(field_call(table, field)?);
    }
    for link in &declaration.links {
        let constant = constant(&link.name);
        calls.push(quote!(.many_to_many(Self::#constant)));
    }

    let more = options.value("describe")?.map_or_else(
        || quote!(description),
        |function| quote!((#function)(description)),
    );
    Ok(quote! {
        impl ::nuages::models::Model for #name {
            fn describe(
                description: ::nuages::models::Description<Self>,
            ) -> ::nuages::models::Description<Self> {
                let description = description #(#calls)*;
                #more
            }
        }
    })
}

/// Returns the call for the names for people.
pub(crate) fn verbose_names(options: &Options, name: &Ident) -> Result<Option<TokenStream>> {
    let (one, many) = (
        options.text("verbose_name")?,
        options.text("verbose_name_plural")?,
    );
    if one.is_none() && many.is_none() {
        return Ok(None);
    }
    let one = one.map_or_else(|| spaced(&name.to_string()), |one| one.value());
    let many = many.map_or_else(|| format!("{one}s"), |many| many.value());
    Ok(Some(quote!(.verbose_names(#one, #many))))
}

/// Returns the calls for the options that concern only migrations and permissions.
pub(crate) fn of_migrations(options: &Options) -> Result<Vec<TokenStream>> {
    let mut calls = Vec::new();
    if let Some(name) = options.text("was")? {
        calls.push(quote!(.was(#name)));
    }
    if options.is_false("managed")? {
        calls.push(quote!(.unmanaged()));
    }
    for option in ["permissions", "default_permissions"] {
        if let Some(value) = options.value(option)? {
            let method = format_ident!("{option}");
            calls.push(quote!(.#method(&#value)));
        }
    }
    Ok(calls)
}

/// Returns the indexes in brackets: `["status"]` is one, `[["status"], ["author", "slug"]]` are
/// two.
fn indexes(value: &Expr) -> Vec<Expr> {
    let several = elements(value);
    if several.iter().all(|one| text_of(one).is_some()) {
        return vec![value.clone()];
    }
    several.into_iter().cloned().collect()
}

/// Returns a tuple of sort keys: `(desc(blog_post::published_on), blog_post::title)`.
pub(crate) fn keys(declaration: &Declaration, names: &[LitStr]) -> Result<TokenStream> {
    let table = &declaration.table;
    let keys = names
        .iter()
        .map(|name| {
            let bare = LitStr::new(name.value().trim_start_matches('-'), name.span());
            let key = if bare.value() == "id" {
                quote!(#table::id)
            } else {
                let column = &declaration.field(&bare)?.column;
                quote!(#table::#column)
            };
            Ok(if name.value().starts_with('-') {
                quote!(::nuages::models::desc(#key))
            } else {
                key
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(quote!((#(#keys,)*)))
}

/// The options of a field that are methods without an argument.
const FLAGS: [&str; 7] = [
    "auto_now",
    "auto_now_add",
    "blank",
    "db_index",
    "positive",
    "secret",
    "unique",
];

/// `.field(blog_post::title, |field| field.max_length(200))`
fn field_call(table: &Ident, field: &Field) -> Result<TokenStream> {
    let Field {
        column, options, ..
    } = field;
    let mut calls = Vec::new();

    let is_key = matches!(field.stands_for, FieldType::Key { .. });
    calls.extend(relation_calls(field)?);
    let native = native_kind(field)?;
    if native.is_none() {
        calls.extend(kind_calls(options)?);
    }
    // A key has an index, unless the declaration says otherwise.
    let is_unindexed = options
        .get("db_index")
        .is_some_and(|option| option.value.is_some())
        && options.is_false("db_index")?;
    if is_unindexed {
        calls.push(quote!(.no_db_index()));
    }
    if options.is_false("auto")? {
        calls.push(quote!(.not_auto()));
    }
    for option in FLAGS {
        if !(is_unindexed && option == "db_index") && options.flag(option)? {
            let method = format_ident!("{option}");
            calls.push(quote!(.#method()));
        }
    }
    for option in [
        "autocomplete",
        "choices_from",
        "help_text",
        "kinds",
        "limit_choices_to",
        "max_size",
        "normalized",
        "related_name",
        "to_field",
        "unique_or",
        "validator",
        "verbose_name",
    ] {
        if let Some(value) = options.value(option)? {
            let method = format_ident!("{option}");
            calls.push(quote!(.#method(#value)));
        }
    }
    for option in ["min", "max"] {
        if let Some(value) = options.value(option)? {
            let method = format_ident!("{option}");
            calls.push(quote!(.#method(::nuages::models::bound(#value))));
        }
    }
    if let (None, Some(digits), Some(places)) = (
        &native,
        options.value("max_digits")?,
        options.value("decimal_places")?,
    ) {
        calls.push(quote!(.decimal(#digits, #places)));
    }
    calls.extend(native);
    calls.extend(address_kind(options)?);
    if let Some(name) = options.text("db_type")? {
        calls.push(quote!(.kind(::nuages::models::FieldKind::Opaque(#name))));
    }
    match options.value("editable")? {
        // Forms do not show bytes unless this says so.
        Some(Expr::Lit(literal)) if matches!(&literal.lit, syn::Lit::Bool(yes) if yes.value) => {
            calls.push(quote!(.editable()));
        }
        Some(_) if options.is_false("editable")? => calls.push(quote!(.not_editable())),
        _ => {}
    }
    if let Some(column) = options.text("was")? {
        let mut name = column.value();
        if is_key && !name.ends_with("_id") {
            name.push_str("_id");
        }
        calls.push(quote!(.was(#name)));
    }
    calls.extend(generated(options)?);
    if let Some(choices) = options.value("choices")? {
        calls.push(self::choices(field, choices)?);
    }
    if let Some(default) = options.value("default")? {
        calls.push(self::default(field, default)?);
    }
    if let Some(default) = options.value("db_default")? {
        calls.push(db_default(field, default)?);
    }

    let name = (!is_key)
        .then(|| own_name(field, &field.column_name()))
        .flatten();
    Ok(quote!(.field(#table::#column, |field| field #name #(#calls)*)))
}

/// Returns the calls that name a field whose name does not follow from its column.
fn own_name(field: &Field, implied: &str) -> Option<TokenStream> {
    let name = field.name.unraw().to_string();
    let verbose_name = name.replace('_', " ");
    (name != implied).then(|| quote!(.name(#name).verbose_name(#verbose_name)))
}

/// Returns the calls for a foreign key: `.to::<Author>(OnDelete::Protect)`.
fn relation_calls(field: &Field) -> Result<Vec<TokenStream>> {
    let options = &field.options;
    let mut calls = Vec::new();
    if let FieldType::Key { to, is_unique } = &field.stands_for {
        let on_delete = options.text("on_delete")?.map(|text| text.value());
        let rule = on_delete.as_deref().and_then(on_delete_rule);
        let rule = format_ident!("{}", rule.unwrap_or("Cascade"));
        let method = format_ident!("{}", if *is_unique { "one_to_one" } else { "to" });
        calls.push(quote!(.#method::<#to>(::nuages::models::OnDelete::#rule)));
        let column = field.column_name();
        calls.extend(own_name(
            field,
            column.strip_suffix("_id").unwrap_or(&column),
        ));
        if options.is_false("db_constraint")? {
            calls.push(quote!(.no_db_constraint()));
        }
    }
    Ok(calls)
}

/// Returns the call for the kind of an array, a range or `hstore`: `.array(&ArrayItems { … })`.
fn native_kind(field: &Field) -> Result<Option<TokenStream>> {
    let (part, is_array) = match &field.stands_for {
        FieldType::Value { holds, .. } => match holds {
            Holds::Array(part) => (*part, true),
            Holds::Range(part) => (*part, false),
            Holds::HStore => {
                return Ok(Some(quote!(.hstore())));
            }
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let options = &field.options;
    let kind = match part {
        "Text" => {
            let most = options.value("max_length")?;
            most.map_or_else(|| quote!(Text), |most| quote!(Char(#most)))
        }
        "Decimal" => {
            let digits = options.value("max_digits")?;
            let places = options.value("decimal_places")?;
            if let (Some(digits), Some(places)) = (digits, places) {
                quote!(Decimal(#digits, #places))
            } else {
                // A range takes numbers of any size.
                quote!(Decimal(2000, 1000))
            }
        }
        "Date" => quote!(Date),
        "TimestampTz" => quote!(DateTime),
        _ => quote!(Integer),
    };
    let sql = match part {
        "TimestampTz" => format_ident!("Timestamp"),
        part => format_ident!("{part}"),
    };
    let column = quote! {
        ::nuages::models::ColumnType {
            kind: ::nuages::models::FieldKind::#kind,
            sql: ::nuages::db::Kind::#sql,
        }
    };
    if !is_array {
        return Ok(Some(quote!(.range(&#column))));
    }
    let size = options.value("size")?.map_or_else(
        || quote!(::core::option::Option::None),
        |size| quote!(::core::option::Option::Some(#size)),
    );
    Ok(Some(quote! {
        .array(&::nuages::models::ArrayItems { item: #column, size: #size })
    }))
}

/// Returns the call for the addresses that a field takes (Django's `protocol` and `unpack_ipv4`).
fn address_kind(options: &Options) -> Result<Option<TokenStream>> {
    let protocol = options.text("protocol")?;
    let unpacks = options.flag("unpack_ipv4")?;
    let name = match protocol.as_ref().map(LitStr::value).as_deref() {
        None if !unpacks => return Ok(None),
        None | Some("both") if unpacks => "BothUnpacked",
        None | Some("both") => "Both",
        Some("ipv4") => "V4",
        Some("ipv6") => "V6",
        Some(_) => {
            let text = "`protocol` is \"both\", \"ipv4\" or \"ipv6\".";
            return Err(options.error(&protocol, text));
        }
    };
    let name = format_ident!("{name}");
    Ok(Some(quote! {
        .kind(::nuages::models::FieldKind::GenericIpAddress(::nuages::models::IpProtocol::#name))
    }))
}

/// Returns the calls that set the kind of a text or a file: `.slug(50)`, `.max_length(200)`,
/// `.image("photos")`.
fn kind_calls(options: &Options) -> Result<Vec<TokenStream>> {
    let mut calls = Vec::new();
    for (option, default) in [("slug", 50_usize), ("email", 254), ("url", 200)] {
        if options.has(option) {
            let method = format_ident!("{option}");
            let length = options
                .value("max_length")?
                .map_or_else(|| quote!(#default), |length| quote!(#length));
            calls.push(quote!(.#method(#length)));
        }
    }
    if !["slug", "email", "url"]
        .iter()
        .any(|kind| options.has(kind))
        && let Some(length) = options.value("max_length")?
    {
        calls.push(quote!(.max_length(#length)));
    }
    for option in ["file", "image"] {
        if let Some(folder) = options.text(option)? {
            let method = format_ident!("{option}");
            calls.push(quote!(.#method(#folder)));
        }
    }
    if let Some(path) = options.value("file_path")? {
        let path = text_of(path).map_or_else(
            || quote!(#path),
            |text| quote!(::nuages::models::FilePathOptions::new(#text)),
        );
        calls.push(quote!(.file_path({
            static OPTIONS: ::nuages::models::FilePathOptions = #path;
            &OPTIONS
        })));
    }
    Ok(calls)
}

/// `["draft", "live"]`, or `[("draft", "Draft")]`.
fn choices(field: &Field, choices: &Expr) -> Result<TokenStream> {
    let Expr::Array(array) = choices else {
        // A constant of the site author.
        return Ok(quote!(.choices(#choices)));
    };
    if array.elems.iter().all(|choice| text_of(choice).is_some()) {
        return Ok(quote!(.text_choices(&#array)));
    }
    if array
        .elems
        .iter()
        .all(|choice| matches!(choice, Expr::Tuple(pair) if pair.elems.len() == 2))
    {
        return Ok(quote!(.choices(&#array)));
    }
    Err(field.options.error(
        choices,
        "`choices` are texts, or pairs of a value and what people read: [(\"draft\", \"Draft\")].",
    ))
}

fn default(field: &Field, default: &Expr) -> Result<TokenStream> {
    if matches!(default, Expr::Path(path) if path.path.is_ident("now")) {
        return Ok(quote!(.default_now()));
    }
    let value = value(field, default)?;
    Ok(quote!(.default(|| #value)))
}

/// `.db_default(DbDefault::Now)`
fn db_default(field: &Field, default: &Expr) -> Result<TokenStream> {
    let made = match default {
        Expr::Path(path) if path.path.is_ident("now") => quote!(Now),
        Expr::Call(call) => {
            let sql = field.options.parts(call, &["postgres", "sqlite"])?;
            let (sqlite, postgres) = (sql.needed("sqlite")?, sql.needed("postgres")?);
            quote!(Sql { sqlite: #sqlite, postgres: #postgres })
        }
        _ => {
            let value = value(field, default)?;
            quote!(Value(|| #value))
        }
    };
    Ok(quote!(.db_default(::nuages::models::DbDefault::#made)))
}

/// Returns the value of a default: a literal, a constant expression, or what a function
/// or a closure returns.
fn value(field: &Field, default: &Expr) -> Result<TokenStream> {
    let holds = match &field.stands_for {
        FieldType::Value { holds, .. } => Some(*holds),
        _ => None,
    };
    let key = match &field.stands_for {
        FieldType::Key { to, .. } => Some(key_type(to, &field.options)?.0),
        _ => None,
    };
    Ok(match (default, holds) {
        (Expr::Path(_) | Expr::Closure(_), _) => quote!(::nuages::db::Value::from((#default)())),
        (_, Some(Holds::Text)) => {
            quote!(::nuages::db::Value::from(::std::string::String::from(#default)))
        }
        (_, Some(Holds::Float)) => quote!(::nuages::db::Value::from(f64::from(#default))),
        (_, Some(Holds::Whole)) => {
            let (whole, _) = without_option(&field.declared);
            quote!({
                let number: #whole = #default;
                ::nuages::db::Value::from(number)
            })
        }
        (_, None) if key.is_some() => quote!(::nuages::db::Value::from(<#key>::from(#default))),
        (_, Some(Holds::Decimal)) => {
            quote!(::nuages::db::Value::from(::nuages::models::bound(#default)))
        }
        _ => quote!(::nuages::db::Value::from(#default)),
    })
}

/// `order item` for `OrderItem`.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
