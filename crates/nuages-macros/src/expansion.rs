//! Expands a declaration into the table, the row, the description and the joins.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Expr, Ident, Result, Type};

use crate::column::FieldType;
use crate::declaration::{Declaration, PrimaryKey};
use crate::describe::describe;
use crate::field::{Field, Link};
use crate::options::Options;

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
        .filter(|link| !link.options.has("through"))
        .map(|link| link_table(declaration, link))
        .collect::<Result<Vec<_>>>()?;
    let consts = consts(declaration)?;
    let from_record = from_record(declaration);

    Ok(quote! {
        #table
        #row
        #describe
        #from_record
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
        FieldType::Key { to, .. } | FieldType::ManyToMany(to) => key_type(to, &field.options),
    }
}

/// Returns the conversion of a `Record` into the struct.
pub(crate) fn from_record(declaration: &Declaration) -> TokenStream {
    let name = &declaration.name;
    let has_id = !declaration.is_form && matches!(declaration.primary_key, PrimaryKey::Id);
    let id = has_id.then(|| quote!(id: record.typed("id")?,));
    let values = declaration.fields.iter().map(|field| {
        let (column, name) = (&field.column, field.column_name());
        quote!(#column: record.typed(#name)?,)
    });

    quote! {
        impl ::nuages::models::FromRecord for #name {
            fn from_record(
                record: &::nuages::models::Record,
            ) -> ::nuages::error::Result<Self> {
                Ok(Self { #id #(#values)* })
            }
        }
    }
}

pub(crate) fn table(declaration: &Declaration) -> Result<TokenStream> {
    let Declaration { table, .. } = declaration;
    let pk = pk(declaration);
    let id = matches!(declaration.primary_key, PrimaryKey::Id).then(|| quote!(id -> BigInt,));
    let columns = declaration
        .fields
        .iter()
        .map(|field| {
            let column = &field.column;
            let sql = sql_type(field)?;
            let name = sql_name(field.sql_name.as_deref());
            Ok(quote!(#name #column -> #sql,))
        })
        .collect::<Result<Vec<_>>>()?;

    let name = sql_name(declaration.sql_table.as_deref());
    Ok(quote! {
        ::nuages::diesel::table! {
            use ::nuages::models::column_types::*;

            #name
            #[allow(missing_docs)]
            #table (#pk) {
                #id
                #(#columns)*
            }
        }
    })
}

/// Returns the attribute that tells Diesel the name in the database.
fn sql_name(name: Option<&str>) -> Option<TokenStream> {
    name.map(|name| quote!(#[sql_name = #name]))
}

/// Returns the type of the primary key of a model, in Rust and in SQL: the type in the option
/// `key`. Without the option, the models of the library have 32 bits as in Django, all others 64.
pub(crate) fn key_type(to: &Type, options: &Options) -> Result<(TokenStream, TokenStream)> {
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
        FieldType::Key { to, .. } | FieldType::ManyToMany(to) => key_type(to, &field.options)?.1,
    };
    Ok(if field.null {
        quote!(Nullable<#sql>)
    } else {
        sql
    })
}

/// Returns the fields of the struct that have a column.
pub(crate) fn struct_fields(declaration: &Declaration) -> Result<Vec<TokenStream>> {
    declaration
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
                FieldType::Key { to, .. } | FieldType::ManyToMany(to) => {
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
        .collect()
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
    let fields = struct_fields(declaration)?;

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

/// Returns the key of the model, and a check that `key` matches the key type of each model that is
/// referred to.
fn model_key(declaration: &Declaration) -> Result<TokenStream> {
    let name = &declaration.name;
    let (rust, sql) = own_key(declaration)?;
    let keys = declaration
        .fields
        .iter()
        .filter_map(|field| match &field.stands_for {
            FieldType::Key { to, .. } => Some((&**to, &field.options)),
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
            let (rust, sql) = key_type(to, options)?;
            if let Some(column) = options.value("to_field")? {
                return Ok(quote! {
                    let _ = ::nuages::models::column_of_type::<
                        _,
                        <#to as ::nuages::diesel::associations::HasTable>::Table,
                        ::nuages::models::column_types::#sql,
                    >(#column);
                });
            }
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

        const _: fn() = || {
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
        let FieldType::Key { to, .. } = &field.stands_for else {
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
pub(crate) fn constant(name: &Ident) -> Ident {
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

    let of_model = declaration.sql_table.as_ref();
    let of_link = of_model.map(|model| format!("{model}_{}", link.name.unraw()));
    let name = sql_name(of_link.as_deref());

    Ok(quote! {
        ::nuages::diesel::table! {
            use ::nuages::models::column_types::*;

            #name
            #[allow(missing_docs)]
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
            let made = if let Some(model) = link.options.value("through")? {
                if let Some(fields) = link.options.value("through_fields")? {
                    calls.push(through_fields(link, fields)?);
                }
                quote!(through_model::<#target, #model>(#field))
            } else {
                quote! {
                    new::<#target, _, _>(#field, #link_table::#from, #link_table::#to)
                }
            };
            if link.options.flag("blank")? {
                calls.push(quote!(.blank()));
            }
            for option in ["help_text", "related_name", "verbose_name"] {
                if let Some(text) = link.options.text(option)? {
                    let method = format_ident!("{option}");
                    calls.push(quote!(.#method(#text)));
                }
            }
            if let Some(limit) = link.options.value("limit_choices_to")? {
                calls.push(quote!(.limit_choices_to(#limit)));
            }
            Ok(quote! {
                #(#docs)*
                pub const #constant: ::nuages::models::ManyToMany<#table::table> =
                    ::nuages::models::ManyToMany::#made
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

/// `.through_fields(blog_membership::team_id, blog_membership::person_id)`
fn through_fields(link: &Link, fields: &Expr) -> Result<TokenStream> {
    let columns = match fields {
        Expr::Tuple(pair) if pair.elems.len() == 2 => &pair.elems,
        _ => {
            return Err(link.options.error(
                fields,
                "`through_fields` are the columns of the link to this model and to the other: \
                 `through_fields = (blog_membership::team_id, blog_membership::person_id)`.",
            ));
        }
    };
    Ok(quote!(.through_fields(#columns)))
}
