//! Abstract bases: fields that are written once, for several models.
//!
//! An attribute macro sees one struct only. So a base becomes a macro of its own name, which adds its
//! fields to a model and then declares that model.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::{Error, Fields, ItemStruct, Path, Result};

/// The options of a model, without the base.
pub(crate) struct Arguments {
    rest: TokenStream,
    base: Option<Path>,
    is_abstract: bool,
}

impl Arguments {
    pub(crate) fn parse(arguments: TokenStream) -> Result<Self> {
        let mut parsed = Self {
            rest: TokenStream::new(),
            base: None,
            is_abstract: false,
        };
        for option in split(arguments) {
            let mut tokens = option.clone().into_iter();
            let name = tokens.next().map(|name| name.to_string());
            match name.as_deref() {
                // `abstract` is a word of Rust, so the parser of the other options refuses it.
                Some("abstract") => parsed.is_abstract = true,
                Some("base") => {
                    let value: TokenStream = tokens.skip(1).collect();
                    parsed.base = Some(syn::parse2(value).map_err(|_| {
                        Error::new_spanned(
                            &option,
                            "`base` names a struct with `#[nuages::model(abstract)]`: `base = Dated`.",
                        )
                    })?);
                }
                _ => parsed.rest.extend(quote!(#option,)),
            }
        }
        Ok(parsed)
    }

    /// Expands a base, or a model that has one. Returns `None` for any other model.
    pub(crate) fn expand(&self, item: &TokenStream) -> Option<Result<TokenStream>> {
        if self.is_abstract {
            return Some(self.base_macro(item));
        }
        let base = self.base.as_ref()?;
        let rest = &self.rest;
        Some(Ok(quote!(#base! { { #rest } #item })))
    }

    /// Returns the macro that adds the fields of a base to a model.
    fn base_macro(&self, item: &TokenStream) -> Result<TokenStream> {
        let item: ItemStruct = syn::parse2(item.clone()).map_err(|error| {
            Error::new(
                error.span(),
                "an abstract base is a struct with named fields.",
            )
        })?;
        let name = &item.ident;
        let Fields::Named(fields) = &item.fields else {
            let text = format!("{name}: an abstract base is a struct with named fields.");
            return Err(Error::new_spanned(name, text));
        };
        let fields = &fields.named;
        // A base of a base adds its fields first.
        let base = self.base.as_ref().map(|base| quote!(base = #base,));
        Ok(quote! {
            #[doc(hidden)]
            #[allow(unused_macros)]
            macro_rules! #name {
                ({ $($arguments:tt)* } $($item:tt)*) => {
                    ::nuages::model_with_base! { { #fields } { #base $($arguments)* } $($item)* }
                };
            }
            #[allow(unused_imports)]
            pub(crate) use #name;
        })
    }
}

/// Declares a model with the fields of its base before its own: `{ fields } { options } struct …`.
pub(crate) fn with_base(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let (Some(TokenTree::Group(fields)), Some(TokenTree::Group(options))) =
        (tokens.next(), tokens.next())
    else {
        return TokenStream::new();
    };
    let item = tokens.map(|token| match token {
        TokenTree::Group(own) if own.delimiter() == Delimiter::Brace => {
            let (fields, own) = (fields.stream(), own.stream());
            let comma = (!ends_with_comma(&fields)).then(|| quote!(,));
            TokenTree::Group(Group::new(Delimiter::Brace, quote!(#fields #comma #own)))
        }
        other => other,
    });
    let (options, item) = (options.stream(), item.collect::<TokenStream>());
    quote! {
        #[::nuages::model(#options)]
        #item
    }
}

fn ends_with_comma(fields: &TokenStream) -> bool {
    let last = fields.clone().into_iter().last();
    last.is_none_or(|last| matches!(last, TokenTree::Punct(mark) if mark.as_char() == ','))
}

/// Splits options at their commas.
fn split(arguments: TokenStream) -> Vec<TokenStream> {
    let mut options = vec![TokenStream::new()];
    for token in arguments {
        if matches!(&token, TokenTree::Punct(mark) if mark.as_char() == ',') {
            options.push(TokenStream::new());
        } else if let Some(option) = options.last_mut() {
            option.extend([token]);
        }
    }
    options.retain(|option| !option.is_empty());
    options
}
