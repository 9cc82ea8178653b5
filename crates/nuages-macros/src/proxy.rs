//! Proxies: models that share the table and the fields of another model.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::Parser as _;
use syn::{Error, Fields, ItemStruct, LitStr, Result};

use crate::describe::{of_migrations, verbose_names};
use crate::options::Options;

const OPTIONS: [&str; 12] = [
    "app",
    "default_permissions",
    "describe",
    "display",
    "label",
    "ordering",
    "permissions",
    "proxy_for",
    "table",
    "verbose_name",
    "verbose_name_plural",
    "was",
];

/// Whether the options of a model make it a proxy.
pub(crate) fn is_proxy(arguments: &TokenStream) -> bool {
    arguments
        .clone()
        .into_iter()
        .any(|token| token.to_string() == "proxy_for")
}

/// Expands `#[model(app = "blog", proxy_for = Post)] pub struct LivePost;`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let item: ItemStruct = syn::parse2(item)?;
    let name = &item.ident;
    let mut options = Options::new(name.to_string());
    (|input: syn::parse::ParseStream<'_>| options.add(input, &OPTIONS)).parse2(arguments)?;
    if !matches!(item.fields, Fields::Unit) {
        let text = "a proxy has the fields of its model: write `pub struct Name;`.";
        return Err(options.error(name, text));
    }
    let Some(app) = options.text("app")? else {
        return Err(options.error(name, "say its app: #[model(app = \"blog\")]."));
    };
    let of = options
        .value("proxy_for")?
        .ok_or_else(|| Error::new_spanned(name, "`proxy_for` names the model."))?;

    let label = options
        .text("label")?
        .map_or_else(|| format!("{}.{name}", app.value()), |label| label.value());
    let mut calls = vec![quote!(.label(#label))];
    calls.extend(verbose_names(&options, name)?);
    calls.extend(of_migrations(&options)?);
    if let Some(names) = options.texts("ordering")? {
        let keys = names
            .iter()
            .map(|name| column(&options, name))
            .collect::<Result<Vec<_>>>()?;
        calls.push(quote!(.ordering((#(#keys,)*))));
    }
    if let Some(name) = options.text("display")? {
        let column = column(&options, &name)?;
        calls.push(quote!(.display(#column)));
    }
    let more = options.value("describe")?.map_or_else(
        || quote!(description),
        |function| quote!((#function)(description)),
    );

    Ok(quote! {
        #[derive(Debug, Clone, Copy)]
        #item

        impl ::nuages::diesel::associations::HasTable for #name {
            type Table = <#of as ::nuages::diesel::associations::HasTable>::Table;

            fn table() -> Self::Table {
                <#of as ::nuages::diesel::associations::HasTable>::table()
            }
        }

        impl ::nuages::models::Model for #name {
            fn describe(
                description: ::nuages::models::Description<Self>,
            ) -> ::nuages::models::Description<Self> {
                let description = description.proxy_for::<#of>() #(#calls)*;
                #more
            }
        }

        impl ::nuages::models::ModelKey for #name {
            type Key = ::nuages::models::Key<#of>;
            type KeySql = ::nuages::models::KeySql<#of>;
        }
    })
}

/// Returns a column of the table, which the option `table` names, as a sort key.
fn column(options: &Options, name: &LitStr) -> Result<TokenStream> {
    let Some(table) = options.value("table")? else {
        let text = "name the table of its model as well: `table = blog_post`.";
        return Err(options.error(name, text));
    };
    let written = name.value();
    let bare = written.trim_start_matches('-');
    let column = format_ident!("{bare}", span = name.span());
    let key = quote!(#table::#column);
    Ok(if written.starts_with('-') {
        quote!(::nuages::models::desc(#key))
    } else {
        key
    })
}
