//! `#[nuages::model]`: a model, declared in one place. The documentation is that of `nuages::model`.

mod base;
mod column;
mod constraints;
mod declaration;
mod declared_field;
mod describe;
mod expansion;
mod field;
mod field_checks;
mod form;
mod migrations;
mod options;
mod page;
mod proxy;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// See `nuages::model`.
#[proc_macro_attribute]
pub fn model(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(arguments.into(), item.into()).into()
}

/// Declares a model with the fields of its abstract base: `#[nuages::model(base = …)]` expands to
/// this.
#[doc(hidden)]
#[proc_macro]
pub fn model_with_base(input: TokenStream) -> TokenStream {
    base::with_base(input.into()).into()
}

/// See `nuages::form`.
#[proc_macro_attribute]
pub fn form(arguments: TokenStream, item: TokenStream) -> TokenStream {
    form::expand(arguments.into(), item.into()).into()
}

/// See `nuages::page`.
#[proc_macro_attribute]
pub fn page(arguments: TokenStream, item: TokenStream) -> TokenStream {
    page::expand(arguments.into(), item.into()).into()
}

/// See `nuages::migrations!`.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    migrations::expand(input.into()).into()
}

/// Expands the attribute, or its mistakes into compile errors.
fn expand(
    arguments: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    try_expand(arguments, item).unwrap_or_else(|error| error.into_compile_error())
}

fn try_expand(
    arguments: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> syn::Result<proc_macro2::TokenStream> {
    let written = base::Arguments::parse(arguments.clone())?;
    if let Some(expanded) = written.expand(&item) {
        return expanded;
    }
    if proxy::is_proxy(&arguments) {
        return proxy::expand(arguments, item);
    }
    let declaration = declaration::Declaration::parse(arguments, item)?;
    Ok(expansion::expand(&declaration))
}
