//! `#[nuages::form]`: a form without a table. The documentation is that of `nuages::form`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

use crate::declaration::Declaration;
use crate::describe::describe;
use crate::expansion::{from_record, struct_fields, table};

/// Expands the attribute, or its mistakes into compile errors.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    try_expand(arguments, item).unwrap_or_else(|error| error.into_compile_error())
}

fn try_expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let declaration = Declaration::parse_form(arguments, item)?;
    let Declaration {
        name,
        visibility,
        attributes,
        table: columns,
        ..
    } = &declaration;
    let table = table(&declaration)?;
    let fields = struct_fields(&declaration)?;
    let describe = describe(&declaration)?;
    let from_record = from_record(&declaration);
    let column_names: Vec<_> = declaration
        .fields
        .iter()
        .map(|field| &field.column)
        .collect();

    Ok(quote! {
        #table

        #(#attributes)*
        #[derive(Debug, Clone)]
        #visibility struct #name {
            #(#fields)*
        }

        impl ::nuages::diesel::associations::HasTable for #name {
            type Table = #columns::table;

            fn table() -> Self::Table {
                #columns::table
            }
        }

        impl ::core::convert::From<#name> for ::nuages::models::Record {
            fn from(form: #name) -> Self {
                let mut record = Self::new(<#name as ::nuages::models::Model>::meta());
                #(record.set(#columns::#column_names, form.#column_names);)*
                record
            }
        }

        #describe
        #from_record
    })
}
