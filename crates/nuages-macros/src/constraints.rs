//! Indexes, constraints and generated columns, as the options of a declaration name them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, LitStr, Result};

use crate::declaration::Declaration;
use crate::describe::keys;
use crate::field::Field;
use crate::options::{Options, texts_of};

const UNIQUE: [&str; 4] = ["condition", "fields", "message", "name"];
const CHECK: [&str; 3] = ["check", "message", "name"];
const INDEX: [&str; 3] = ["condition", "fields", "name"];

/// Returns the call for an index: `["author", "-published_on"]`, or `Index(fields = ["status"], name
/// = "live", condition = "status = 'live'")`.
pub(crate) fn index(declaration: &Declaration, written: &Expr) -> Result<TokenStream> {
    if let Some(names) = texts_of(written) {
        let keys = keys(declaration, &names)?;
        return Ok(quote!(.index(#keys)));
    }
    let Expr::Call(call) = written else {
        return Err(declaration.options.error(
            written,
            "an index is a list of fields, or Index(fields = [\"a\"], name = \"b\").",
        ));
    };
    let parts = declaration.options.parts(call, &INDEX)?;
    let keys = keys(declaration, &parts.needed_texts("fields")?)?;
    let more = calls(&parts, &["name", "condition"])?;
    Ok(quote!(.index_with(#keys, |index| index #more)))
}

/// Returns the call for `UniqueConstraint(fields = ["a", "b"], name = "c")` or `CheckConstraint(check =
/// "a > b", name = "c")`.
pub(crate) fn constraint(declaration: &Declaration, written: &Expr) -> Result<TokenStream> {
    let options = &declaration.options;
    let mistake = || {
        options.error(
            written,
            "a constraint is UniqueConstraint(fields = [\"a\"], name = \"b\") or \
             CheckConstraint(check = \"a > 0\", name = \"b\").",
        )
    };
    let Expr::Call(call) = written else {
        return Err(mistake());
    };
    let function = &call.func;
    match quote!(#function).to_string().as_str() {
        "UniqueConstraint" => {
            let parts = options.parts(call, &UNIQUE)?;
            let name = parts.needed("name")?;
            let columns = columns(declaration, &parts.needed_texts("fields")?)?;
            let more = calls(&parts, &["condition", "message"])?;
            Ok(quote!(.unique_constraint(#name, #columns, |constraint| constraint #more)))
        }
        "CheckConstraint" => {
            let parts = options.parts(call, &CHECK)?;
            let (name, check) = (parts.needed("name")?, parts.needed("check")?);
            let more = calls(&parts, &["message"])?;
            Ok(quote! {
                .check_constraint(::nuages::models::CheckConstraint::new(#name, #check) #more)
            })
        }
        _ => Err(mistake()),
    }
}

/// Returns a tuple of columns.
fn columns(declaration: &Declaration, names: &[LitStr]) -> Result<TokenStream> {
    let table = &declaration.table;
    let columns = names
        .iter()
        .map(|name| {
            let Field { column, .. } = declaration.field(name)?;
            Ok(quote!(#table::#column))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(quote!((#(#columns,)*)))
}

/// Returns a method call for each of these options that was written.
fn calls(parts: &Options, names: &[&str]) -> Result<TokenStream> {
    let mut calls = TokenStream::new();
    for name in names {
        if let Some(value) = parts.value(name)? {
            let method = quote::format_ident!("{name}");
            calls.extend(quote!(.#method(#value)));
        }
    }
    Ok(calls)
}

/// Returns the call for a generated column: `generated`, `generated = "upper(name)"` or `generated =
/// Sql(sqlite = "…", postgres = "…", stored = false)`.
pub(crate) fn generated(options: &Options) -> Result<Option<TokenStream>> {
    let Some(written) = options.get("generated") else {
        return Ok(None);
    };
    let column = match &written.value {
        None => return Ok(Some(quote!(.generated()))),
        Some(Expr::Call(call)) => {
            let sql = options.parts(call, &["postgres", "sqlite", "stored"])?;
            let (sqlite, postgres) = (sql.needed("sqlite")?, sql.needed("postgres")?);
            let stored = !sql.is_false("stored")?;
            quote!(sqlite: #sqlite, postgres: #postgres, stored: #stored)
        }
        Some(_) => {
            let sql = options.text("generated")?;
            quote!(sqlite: #sql, postgres: #sql, stored: true)
        }
    };
    Ok(Some(
        quote!(.generated_as(::nuages::models::GeneratedColumn { #column })),
    ))
}
