//! Expands a declaration into the table, the row, the description and the joins.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Expr, Ident, LitStr, Result, Type};

use crate::column::{FieldType, Holds};
use crate::declaration::{Declaration, Field, Link, PrimaryKey};
use crate::options::{Options, text_of};

pub(crate) fn expand(declaration: &Declaration) -> TokenStream {
    try_expand(declaration).unwrap_or_else(|error| error.into_compile_error())
}

fn try_expand(declaration: &Declaration) -> Result<TokenStream> {
    let table = table(declaration)?;
    let row = row(declaration)?;
    let describe = describe(declaration)?;
    let key = model_key(declaration)?;
    let joins = joins(declaration)?;
    let links = declaration
        .links
        .iter()
        .map(|link| link_table(declaration, link))
        .collect::<Result<Vec<_>>>()?;
    let consts = consts(declaration)?;

    Ok(quote! {
        #table
        #row
        #describe
        #key
        #consts
        #(#joins)*
        #(#links)*
    })
}

/// Returns the column that is the primary key.
fn pk(declaration: &Declaration) -> Ident {
    match declaration.primary_key {
        PrimaryKey::Id => format_ident!("id"),
        PrimaryKey::Field(index) => declaration.fields[index].column.clone(),
    }
}

/// Returns the type of this model's primary key, in Rust and in SQL.
fn own_key(declaration: &Declaration) -> Result<(TokenStream, TokenStream)> {
    let PrimaryKey::Field(index) = declaration.primary_key else {
        return Ok((quote!(i64), quote!(BigInt)));
    };
    let field = &declaration.fields[index];
    match &field.stands_for {
        FieldType::Value { sql, .. } => {
            let declared = &field.declared;
            Ok((quote!(#declared), sql.clone()))
        }
        FieldType::ForeignKey(to) | FieldType::ManyToMany(to) => key_type(to, &field.options),
    }
}

fn table(declaration: &Declaration) -> Result<TokenStream> {
    let Declaration { table, .. } = declaration;
    let pk = pk(declaration);
    let id = matches!(declaration.primary_key, PrimaryKey::Id).then(|| quote!(id -> BigInt,));
    let columns = declaration
        .fields
        .iter()
        .map(|field| {
            let column = &field.column;
            let sql = sql_type(field)?;
            Ok(quote!(#column -> #sql,))
        })
        .collect::<Result<Vec<_>>>()?;

    Ok(quote! {
        ::nuages::diesel::table! {
            use ::nuages::models::column_types::*;

            #table (#pk) {
                #id
                #(#columns)*
            }
        }
    })
}

/// Returns the type of the primary key of a model, in Rust and in SQL: the type in the option
/// `key`. Without the option, the models of the library have 32 bits as in Django, all others 64.
fn key_type(to: &Type, options: &Options) -> Result<(TokenStream, TokenStream)> {
    if let Some(written) = options.value("key")? {
        let key: Type = syn::parse2(quote!(#written)).map_err(|_| {
            options.error(
                written,
                "`key` is the type of its primary key: `key = String`.",
            )
        })?;
        return match FieldType::parse(&key) {
            Ok(FieldType::Value { sql, .. }) => Ok((quote!(#key), sql)),
            _ => Err(options.error(
                written,
                "`key` is the type of its primary key: `key = String`.",
            )),
        };
    }
    let name = quote!(#to).to_string();
    Ok(match name.rsplit("::").next().unwrap_or_default().trim() {
        "User" | "Group" | "Permission" | "ContentType" => (quote!(i32), quote!(Integer)),
        _ => (quote!(i64), quote!(BigInt)),
    })
}

fn sql_type(field: &Field) -> Result<TokenStream> {
    let sql = match &field.stands_for {
        FieldType::Value { sql, .. } => quote!(#sql),
        FieldType::ForeignKey(to) | FieldType::ManyToMany(to) => key_type(to, &field.options)?.1,
    };
    Ok(if field.null {
        quote!(Nullable<#sql>)
    } else {
        sql
    })
}

fn row(declaration: &Declaration) -> Result<TokenStream> {
    let Declaration {
        name,
        visibility,
        attributes,
        table,
        ..
    } = declaration;
    let pk = pk(declaration);
    let id = matches!(declaration.primary_key, PrimaryKey::Id).then(|| {
        quote! {
            /// The primary key.
            pub id: i64,
        }
    });
    let fields = declaration
        .fields
        .iter()
        .map(|field| {
            let Field {
                column,
                visibility,
                docs,
                declared,
                ..
            } = field;
            let rust = match &field.stands_for {
                FieldType::Value { .. } => quote!(#declared),
                FieldType::ForeignKey(to) | FieldType::ManyToMany(to) => {
                    let key = key_type(to, &field.options)?.0;
                    if field.null {
                        quote!(::core::option::Option<#key>)
                    } else {
                        key
                    }
                }
            };
            Ok(quote! {
                #(#docs)*
                #visibility #column: #rust,
            })
        })
        .collect::<Result<Vec<_>>>()?;

    // Diesel refuses `AsChangeset` for a row that has no column except its key.
    let changeset = declaration
        .fields
        .iter()
        .any(|field| field.column != pk)
        .then(|| quote!(::nuages::diesel::AsChangeset,));

    Ok(quote! {
        #(#attributes)*
        #[derive(
            Debug,
            Clone,
            ::nuages::diesel::Identifiable,
            ::nuages::diesel::Queryable,
            ::nuages::diesel::Selectable,
            ::nuages::diesel::Insertable,
            #changeset
        )]
        #[diesel(table_name = #table, primary_key(#pk), treat_none_as_null = true)]
        #visibility struct #name {
            #id
            #(#fields)*
        }
    })
}

fn describe(declaration: &Declaration) -> Result<TokenStream> {
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
    if let Some(one) = options.text("verbose_name")? {
        let many = options
            .text("verbose_name_plural")?
            .unwrap_or_else(|| LitStr::new(&format!("{}s", one.value()), one.span()));
        calls.push(quote!(.verbose_names(#one, #many)));
    } else if let Some(many) = options.text("verbose_name_plural")? {
        let one = spaced(&name.to_string());
        calls.push(quote!(.verbose_names(#one, #many)));
    }
    if let Some(names) = options.texts("ordering")? {
        let keys = names
            .iter()
            .map(|name| {
                let bare = LitStr::new(name.value().trim_start_matches('-'), name.span());
                let key = if bare.value() == "id" {
                    quote!(#table::id)
                } else {
                    column(&bare)?
                };
                Ok(if name.value().starts_with('-') {
                    quote!(::nuages::models::desc(#key))
                } else {
                    key
                })
            })
            .collect::<Result<Vec<_>>>()?;
        calls.push(quote!(.ordering((#(#keys,)*))));
    }
    if let Some(name) = options.text("display")? {
        let column = column(&name)?;
        calls.push(quote!(.display(#column)));
    }
    for names in options.text_lists("unique_together")? {
        let columns = columns(&names)?;
        calls.push(quote!(.unique_together((#(#columns,)*))));
    }
    for names in options.text_lists("indexes")? {
        let columns = columns(&names)?;
        calls.push(quote!(.index((#(#columns,)*))));
    }
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

/// `.field(blog_post::title, |field| field.max_length(200))`
fn field_call(table: &Ident, field: &Field) -> Result<TokenStream> {
    let Field {
        column, options, ..
    } = field;
    let mut calls = Vec::new();
    let flags = [
        "auto_now",
        "auto_now_add",
        "blank",
        "db_index",
        "generated",
        "positive",
        "secret",
        "unique",
    ];

    if let FieldType::ForeignKey(to) = &field.stands_for {
        let on_delete = match options
            .text("on_delete")?
            .map(|text| text.value())
            .as_deref()
        {
            Some("protect") => quote!(Protect),
            Some("restrict") => quote!(Restrict),
            Some("set_null") => quote!(SetNull),
            _ => quote!(Cascade),
        };
        calls.push(quote!(.to::<#to>(::nuages::models::OnDelete::#on_delete)));
    }
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
    for option in flags {
        if options.flag(option)? {
            let method = format_ident!("{option}");
            calls.push(quote!(.#method()));
        }
    }
    for option in [
        "help_text",
        "max_size",
        "normalized",
        "related_name",
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
    if let (Some(digits), Some(places)) = (
        options.value("max_digits")?,
        options.value("decimal_places")?,
    ) {
        calls.push(quote!(.decimal(#digits, #places)));
    }
    if let Some(editable) = options.value("editable")? {
        match editable {
            Expr::Lit(literal) if matches!(&literal.lit, syn::Lit::Bool(yes) if !yes.value) => {
                calls.push(quote!(.not_editable()));
            }
            _ => {
                return Err(
                    options.error(editable, "`editable` is only ever written to say false.")
                );
            }
        }
    }
    if let Some(choices) = options.value("choices")? {
        calls.push(self::choices(field, choices)?);
    }
    if let Some(default) = options.value("default")? {
        calls.push(self::default(field, default));
    }

    let name = (field.name.unraw() != field.column.unraw()
        && !matches!(field.stands_for, FieldType::ForeignKey(_)))
    .then(|| {
        let name = field.name.unraw().to_string();
        quote!(.name(#name))
    });
    Ok(quote!(.field(#table::#column, |field| field #name #(#calls)*)))
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

fn default(field: &Field, default: &Expr) -> TokenStream {
    let is_text = matches!(
        &field.stands_for,
        FieldType::Value {
            holds: Holds::Text,
            ..
        }
    );
    let is_decimal = matches!(
        &field.stands_for,
        FieldType::Value {
            holds: Holds::Decimal,
            ..
        }
    );
    match default {
        Expr::Path(path) if path.path.is_ident("now") => quote!(.default_now()),
        // The default is a function or a closure.
        Expr::Path(_) | Expr::Closure(_) => {
            quote!(.default(|| ::nuages::db::Value::from((#default)())))
        }
        _ if is_text => {
            quote!(.default(|| ::nuages::db::Value::from(::std::string::String::from(#default))))
        }
        _ if is_decimal => {
            quote!(.default(|| ::nuages::db::Value::from(::nuages::models::bound(#default))))
        }
        _ => quote!(.default(|| ::nuages::db::Value::from(#default))),
    }
}

/// Returns the key of the model, and a check that `key` matches the key type of each model that is
/// referred to.
fn model_key(declaration: &Declaration) -> Result<TokenStream> {
    let name = &declaration.name;
    let (rust, sql) = own_key(declaration)?;
    let keys = declaration
        .fields
        .iter()
        .filter_map(|field| match &field.stands_for {
            FieldType::ForeignKey(to) => Some((&**to, &field.options)),
            _ => None,
        })
        .chain(
            declaration
                .links
                .iter()
                .map(|link| (&link.to, &link.options)),
        );
    let checks = keys
        .map(|(to, options)| {
            let (rust, _) = key_type(to, options)?;
            Ok(quote! {
                let _: fn(::nuages::models::Key<#to>) -> #rust = |key| key;
            })
        })
        .collect::<Result<Vec<_>>>()?;

    Ok(quote! {
        impl ::nuages::models::ModelKey for #name {
            type Key = #rust;
            type KeySql = ::nuages::models::column_types::#sql;
        }

        const _: () = {
            #(#checks)*
        };
    })
}

/// Returns `diesel::joinable!` and `allow_tables_to_appear_in_same_query!` for the keys with the
/// option `join`, and for the first key to each model of the library.
fn joins(declaration: &Declaration) -> Result<Vec<TokenStream>> {
    let table = &declaration.table;
    let mut seen = Vec::new();
    let mut joins = Vec::new();
    for field in &declaration.fields {
        let FieldType::ForeignKey(to) = &field.stands_for else {
            continue;
        };
        let to = quote!(#to).to_string();
        let known = match to.rsplit("::").next().unwrap_or_default().trim() {
            "User" => Some(quote!(::nuages::schema::auth_user)),
            "Group" => Some(quote!(::nuages::schema::auth_group)),
            "Permission" => Some(quote!(::nuages::schema::auth_permission)),
            _ => None,
        };
        let other = match field.options.value("join")? {
            Some(path) => Some(quote!(#path)),
            None => known,
        };
        let Some(other) = other else { continue };
        if seen.contains(&other.to_string()) {
            continue;
        }
        seen.push(other.to_string());
        let column = &field.column;
        joins.push(quote!(::nuages::join_tables!(#table, #other, #column);));
    }
    Ok(joins)
}

/// `TAGS` for the field `tags`.
fn constant(name: &Ident) -> Ident {
    format_ident!("{}", name.unraw().to_string().to_uppercase())
}

/// Returns the module of the table of a link, and its two columns.
fn link_names(declaration: &Declaration, link: &Link) -> (Ident, Ident, Ident) {
    let table = format_ident!("{}_{}", declaration.table, link.name.unraw());
    let own = declaration.name.to_string().to_lowercase();
    let to = &link.to;
    let to = quote!(#to).to_string();
    let to = to
        .rsplit("::")
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    if to == own || to == "self" {
        (
            table,
            format_ident!("from_{own}_id"),
            format_ident!("to_{own}_id"),
        )
    } else {
        (table, format_ident!("{own}_id"), format_ident!("{to}_id"))
    }
}

fn link_table(declaration: &Declaration, link: &Link) -> Result<TokenStream> {
    let (table, from, to) = link_names(declaration, link);
    let (_, own_sql) = own_key(declaration)?;
    let (_, sql) = key_type(&link.to, &link.options)?;

    Ok(quote! {
        ::nuages::diesel::table! {
            use ::nuages::models::column_types::*;

            #table (id) {
                id -> BigInt,
                #from -> #own_sql,
                #to -> #sql,
            }
        }
    })
}

/// Returns the constants of the many-to-many fields, by which an admin names them.
fn consts(declaration: &Declaration) -> Result<TokenStream> {
    let Declaration { name, table, .. } = declaration;
    if declaration.links.is_empty() {
        return Ok(TokenStream::new());
    }
    let consts = declaration
        .links
        .iter()
        .map(|link| {
            let (link_table, from, to) = link_names(declaration, link);
            let constant = constant(&link.name);
            let field = link.name.unraw().to_string();
            let target = &link.to;
            let docs = &link.docs;
            let mut calls = Vec::new();
            if link.options.flag("blank")? {
                calls.push(quote!(.blank()));
            }
            for option in ["help_text", "related_name", "verbose_name"] {
                if let Some(text) = link.options.text(option)? {
                    let method = format_ident!("{option}");
                    calls.push(quote!(.#method(#text)));
                }
            }
            Ok(quote! {
                #(#docs)*
                pub const #constant: ::nuages::models::ManyToMany<#table::table> =
                    ::nuages::models::ManyToMany::new::<#target, _, _>(
                        #field,
                        #link_table::#from,
                        #link_table::#to,
                    )
                    #(#calls)*;
            })
        })
        .collect::<Result<Vec<_>>>()?;

    Ok(quote! {
        #[allow(missing_docs)]
        impl #name {
            #(#consts)*
        }
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
