//! `#[nuages::page]`: a page with its template. The documentation is that of `nuages::page`.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, ItemStruct, LitStr, Result, Token};

use crate::options::Options;

/// The blocks of a template that the frame of the site shows.
const BLOCKS: [&str; 3] = ["title", "head", "content"];

/// The arguments: the path of a template, or `source = "…"`, and `title = "…"` and `status = 409`.
struct Arguments {
    path: Option<LitStr>,
    options: Options,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Options::new("#[page]".to_owned());
        let path = if input.peek(LitStr) {
            let path = input.parse()?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            Some(path)
        } else {
            None
        };
        options.add(input, &["source", "status", "title"])?;
        Ok(Self { path, options })
    }
}

/// Expands the attribute, or its mistakes into compile errors.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    try_expand(arguments, item).unwrap_or_else(|error| error.into_compile_error())
}

fn try_expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let Arguments { path, options } = syn::parse2(arguments)?;
    let item: ItemStruct = syn::parse2(item)?;
    let name = &item.ident;
    let has_page = item
        .fields
        .iter()
        .any(|field| field.ident.as_ref().is_some_and(|name| name == "page"));
    if !has_page {
        let text = format!("{name}: a page needs the field `page: Page`.");
        return Err(Error::new_spanned(name, text));
    }

    let title = options.text("title")?;
    let source = options.text("source")?;
    let status = options.value("status")?.map(|status| {
        quote! {
            fn status(&self) -> u16 {
                #status
            }
        }
    });
    let (template, text) = match (&path, &source) {
        (Some(path), None) => (quote!(path = #path), text_of(path)),
        (None, Some(source)) => (quote!(source = #source, ext = "html"), source.value()),
        _ => {
            let text = format!(
                "{name}: name its template, #[page(\"blog/post_list.html\")], or write it, #[page(source = \"…\")]."
            );
            return Err(Error::new_spanned(name, text));
        }
    };

    let blocks: Vec<&str> = BLOCKS
        .into_iter()
        .filter(|block| has_block(&text, block))
        .collect();
    let rendered = BLOCKS.map(|block| {
        if blocks.contains(&block) {
            let method = quote::format_ident!("as_{block}");
            return quote!(self.#method().render()?);
        }
        match (block, &title) {
            // A template without blocks is the content. The frame gives its text a margin.
            ("content", _) if blocks.is_empty() => {
                quote!(::std::format!(
                    "<div class=\"wrap\">{}</div>",
                    self.render()?
                ))
            }
            ("title", Some(title)) => quote!(::nuages::pages::escaped(#title)),
            _ => quote!(::std::string::String::new()),
        }
    });
    let blocks = (!blocks.is_empty()).then(|| quote!(, blocks = [#(#blocks),*]));

    Ok(quote! {
        #[derive(::nuages::askama::Template)]
        #[template(#template, askama = ::nuages::askama #blocks)]
        #item

        impl ::nuages::pages::Framed for #name {
            fn page(&self) -> &::nuages::pages::Page {
                &self.page
            }

            fn blocks(&self) -> ::nuages::askama::Result<[::std::string::String; 3]> {
                use ::nuages::askama::Template as _;
                Ok([#(#rendered),*])
            }

            #status
        }

        impl ::nuages::actix_web::Responder for #name {
            type Body = ::nuages::actix_web::body::BoxBody;

            fn respond_to(
                self,
                _: &::nuages::actix_web::HttpRequest,
            ) -> ::nuages::actix_web::HttpResponse {
                ::nuages::pages::respond(&self)
            }
        }
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo says in the environment which package it compiles"
)]
/// Returns the text of the template at `path`; "" if Askama is going to report that it is missing.
fn text_of(path: &LitStr) -> String {
    let Some(root) = std::env::var_os("CARGO_MANIFEST_DIR") else {
        return String::new();
    };
    let file = PathBuf::from(root).join("templates").join(path.value());
    let text = std::fs::read_to_string(file).unwrap_or_default();
    // The blocks of a template that extends another may be in that one.
    if text.contains("{% extends") || text.contains("{%- extends") {
        BLOCKS
            .map(|block| format!("{{% block {block} %}}"))
            .concat()
    } else {
        text
    }
}

/// Whether the template has a block of this name.
fn has_block(text: &str, block: &str) -> bool {
    text.match_indices("block ").any(|(at, word)| {
        let before = text[..at].trim_end_matches([' ', '-', '+', '~']);
        let after = text[at + word.len()..].trim_start();
        before.ends_with("{%")
            && after
                .strip_prefix(block)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}
