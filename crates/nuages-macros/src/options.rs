//! The options of `#[model(…)]` and `#[field(…)]`: `name` or `name = value`, in any order.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprArray, ExprCall, ExprLit, Ident, Lit, LitStr, Result, Token};

/// One option as it was written.
pub(crate) struct Written {
    pub(crate) name: Ident,
    pub(crate) value: Option<Expr>,
}

/// A list of options, and the item to which it belongs: `Post` or `Post.title`, with which each
/// message begins.
pub(crate) struct Options {
    pub(crate) owner: String,
    written: Vec<Written>,
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse()?)
        } else {
            None
        };

        Ok(Self { name, value })
    }
}

impl Options {
    pub(crate) fn new(owner: String) -> Self {
        Self {
            owner,
            written: Vec::new(),
        }
    }

    /// Adds the options in `input`. Each must be one of `known`, and may be written only once.
    pub(crate) fn add(&mut self, input: ParseStream<'_>, known: &[&str]) -> Result<()> {
        let options = Punctuated::<Written, Token![,]>::parse_terminated(input)?;
        self.add_all(options, known)
    }

    fn add_all(
        &mut self,
        options: impl IntoIterator<Item = Written>,
        known: &[&str],
    ) -> Result<()> {
        for option in options {
            let name = option.name.to_string();
            if !known.contains(&name.as_str()) {
                return Err(self.error(&option.name, &unknown(&name, known)));
            }
            if self.get(&name).is_some() {
                return Err(self.error(&option.name, &format!("`{name}` is written twice.")));
            }
            self.written.push(option);
        }
        Ok(())
    }

    /// Returns the options in a call: `Index(fields = ["a"], name = "b")`.
    pub(crate) fn parts(&self, call: &ExprCall, known: &[&str]) -> Result<Self> {
        let mut parts = Self::new(self.owner.clone());
        let written = call.args.iter().map(|argument| match argument {
            Expr::Assign(assign) => {
                let left = &assign.left;
                Ok(Written {
                    name: syn::parse2(quote::quote!(#left))?,
                    value: Some((*assign.right).clone()),
                })
            }
            other => Err(self.error(
                other,
                &format!("write `name = value`. The names are {}.", known.join(", ")),
            )),
        });
        parts.add_all(written.collect::<Result<Vec<_>>>()?, known)?;
        if parts.written.is_empty() {
            let text = format!(
                "nothing is written in the brackets. The names are {}.",
                known.join(", ")
            );
            return Err(self.error(call, &text));
        }
        Ok(parts)
    }

    /// Returns the text of an option of a call, which must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<LitStr> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// Returns the texts of an option of a call, which must be there.
    pub(crate) fn needed_texts(&self, name: &str) -> Result<Vec<LitStr>> {
        self.texts(name)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> Error {
        let at = self.written.first().map(|option| &option.name);
        self.error(&at, &format!("`{name}` is missing."))
    }

    /// Whether `name = false` was written. Nothing else can be: true is the default.
    pub(crate) fn is_false(&self, name: &str) -> Result<bool> {
        match self.value(name)? {
            None => Ok(false),
            Some(Expr::Lit(ExprLit {
                lit: Lit::Bool(yes),
                ..
            })) if !yes.value => Ok(true),
            Some(value) => {
                let text = format!("`{name}` is only ever written to say false.");
                Err(self.error(value, &text))
            }
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Written> {
        self.written.iter().find(|option| option.name == name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether an option without a value was written.
    pub(crate) fn flag(&self, name: &str) -> Result<bool> {
        match self.get(name) {
            None => Ok(false),
            Some(Written { value: None, .. }) => Ok(true),
            Some(option) => Err(self.error(
                &option.name,
                &format!("`{name}` takes no value: write `{name}` alone."),
            )),
        }
    }

    /// Returns the value of an option.
    pub(crate) fn value(&self, name: &str) -> Result<Option<&Expr>> {
        match self.get(name) {
            None => Ok(None),
            Some(Written {
                value: Some(value), ..
            }) => Ok(Some(value)),
            Some(option) => Err(self.error(
                &option.name,
                &format!("`{name}` needs a value: write `{name} = …`."),
            )),
        }
    }

    /// Returns the text that an option was given.
    pub(crate) fn text(&self, name: &str) -> Result<Option<LitStr>> {
        self.value(name)?
            .map(|value| {
                text_of(value).ok_or_else(|| {
                    self.error(value, &format!("`{name}` needs a text: `{name} = \"…\"`."))
                })
            })
            .transpose()
    }

    /// Returns the texts in the brackets that an option was given.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<LitStr>>> {
        self.value(name)?
            .map(|value| {
                texts_of(value).ok_or_else(|| {
                    let example = format!("`{name}` needs texts in brackets: `{name} = [\"…\"]`.");
                    self.error(value, &example)
                })
            })
            .transpose()
    }

    /// Returns the lists of texts that an option was given: one list, or several in brackets.
    pub(crate) fn text_lists(&self, name: &str) -> Result<Vec<Vec<LitStr>>> {
        let Some(value) = self.value(name)? else {
            return Ok(Vec::new());
        };
        if let Some(one) = texts_of(value) {
            return Ok(vec![one]);
        }
        let several = match value {
            Expr::Array(ExprArray { elems, .. }) => {
                elems.iter().map(texts_of).collect::<Option<Vec<_>>>()
            }
            _ => None,
        };
        several.ok_or_else(|| {
            let example = format!("`{name}` needs lists of fields: `{name} = [[\"a\", \"b\"]]`.");
            self.error(value, &example)
        })
    }

    /// Returns an error that begins with the model and the field.
    pub(crate) fn error(&self, at: &impl quote::ToTokens, text: &str) -> Error {
        Error::new_spanned(at, format!("{}: {text}", self.owner))
    }
}

/// Returns the text of a literal.
pub(crate) fn text_of(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.clone()),
        _ => None,
    }
}

/// Returns the texts in brackets.
pub(crate) fn texts_of(value: &Expr) -> Option<Vec<LitStr>> {
    match value {
        Expr::Array(ExprArray { elems, .. }) => elems.iter().map(text_of).collect(),
        _ => None,
    }
}

/// Returns the expressions in brackets; the expression itself if there are no brackets.
pub(crate) fn elements(value: &Expr) -> Vec<&Expr> {
    match value {
        Expr::Array(ExprArray { elems, .. }) => elems.iter().collect(),
        other => vec![other],
    }
}

/// Returns the message for an option that does not exist, with the option that was probably meant.
fn unknown(name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .max_by(|one, other| one.0.total_cmp(&other.0));
    match nearest {
        Some((likeness, nearest)) if likeness > 0.8 => {
            format!("there is no option `{name}`. Did you mean `{nearest}`?")
        }
        _ => format!(
            "there is no option `{name}`. The options are {}.",
            known.join(", ")
        ),
    }
}
