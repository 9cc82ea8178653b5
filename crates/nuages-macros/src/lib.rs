//! `#[nuages::model]`: a model, declared in one place. The documentation is that of `nuages::model`.

mod column;
mod constraints;
mod declaration;
mod describe;
mod expansion;
mod options;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// See `nuages::model`.
#[proc_macro_attribute]
pub fn model(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(arguments.into(), item.into()).into()
}

/// Expands the attribute, or its mistakes into compile errors.
fn expand(
    arguments: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    declaration::Declaration::parse(arguments, item).map_or_else(
        |error| error.into_compile_error(),
        |declaration| expansion::expand(&declaration),
    )
}
