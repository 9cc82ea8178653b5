//! Expands `migrations!("blog")` into the migrations in the folder of the package.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, LitStr, Result, Token};

/// `"blog"`, or `"blog" in "examples/blog/migrations"`, with `"0002_fill" => FILL` for each migration
/// that has code.
struct Arguments {
    app: LitStr,
    folder: String,
    code: Vec<(LitStr, Expr)>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let app = input.parse()?;
        let folder = if input.parse::<Option<Token![in]>>()?.is_some() {
            input.parse::<LitStr>()?.value()
        } else {
            "migrations".to_owned()
        };
        let mut code = Vec::new();
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let name = input.parse()?;
            input.parse::<Token![=>]>()?;
            code.push((name, input.parse()?));
        }
        Ok(Self { app, folder, code })
    }
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    try_expand(input).unwrap_or_else(|error| error.into_compile_error())
}

fn try_expand(input: TokenStream) -> Result<TokenStream> {
    let Arguments { app, folder, code } = syn::parse2(input)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "Cargo tells a macro the folder of the package in no other way"
    )]
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = Path::new(&package).join(&folder);
    let names = names(&root, &app.value())
        .map_err(|text| Error::new(app.span(), format!("migrations!: {text}")))?;

    if let Some((unknown, _)) = code.iter().find(|(name, _)| !names.contains(&name.value())) {
        let text = format!(
            "migrations!: {} has no migration {:?}.",
            app.value(),
            unknown.value()
        );
        return Err(Error::new(unknown.span(), text));
    }

    // The compiler reads this file too, so that a new migration compiles the program again.
    let latest = format!("/{folder}/state/{}.latest", app.value());
    let latest = root
        .join("state")
        .join(format!("{}.latest", app.value()))
        .is_file()
        .then(|| {
            quote! {
                const _: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), #latest));
            }
        });
    let migrations = names.iter().map(|name| {
        let state = format!("state/{}_{name}.json", app.value());
        let replaces = replaces(&root.join(&state)).unwrap_or_default();
        let stands_for = if replaces.is_empty() {
            vec![name.clone()]
        } else {
            replaces
        };
        let state = if root.join(&state).is_file() {
            let path = format!("/{folder}/{state}");
            quote!(::core::option::Option::Some(include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                #path
            ))))
        } else {
            quote!(::core::option::Option::None)
        };
        let code = code
            .iter()
            .find(|(of, _)| of.value() == *name)
            .map(|(_, code)| quote!(.with_code(#code)));
        quote! {
            ::nuages::migration!(#app, #name, [#(#stands_for),*] in #folder)
                .with_state(#state)
                #code
        }
    });
    Ok(quote! {{
        #latest
        const MIGRATIONS: &[::nuages::db::migrations::Migration] = &[#(#migrations),*];
        MIGRATIONS
    }})
}

/// Returns the names of the app's migrations in their order. Each must be there for both databases.
fn names(root: &Path, app: &str) -> std::result::Result<Vec<String>, String> {
    let [sqlite, postgres] = ["sqlite", "postgres"].map(|database| {
        let mut names = Vec::new();
        let entries = std::fs::read_dir(root.join(database)).into_iter().flatten();
        for entry in entries.flatten() {
            let folder = entry.file_name().to_string_lossy().into_owned();
            let name = folder
                .strip_prefix(app)
                .and_then(|rest| rest.strip_prefix('_'));
            if let Some(name) = name.filter(|name| name.starts_with(|c: char| c.is_ascii_digit())) {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        names
    });

    for (has, lacks, database) in [
        (&sqlite, &postgres, "postgres"),
        (&postgres, &sqlite, "sqlite"),
    ] {
        if let Some(name) = has.iter().find(|name| !lacks.contains(name)) {
            let missing = root.join(database).join(format!("{app}_{name}"));
            return Err(format!("the folder {} is missing.", missing.display()));
        }
    }
    Ok(sqlite)
}

/// Returns the migrations that a squashed one replaces.
fn replaces(state: &Path) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(state).ok()?;
    let state: serde_json::Value = serde_json::from_str(&text).ok()?;
    let names = state.get("replaces")?.as_array()?;
    Some(
        names
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
    )
}
