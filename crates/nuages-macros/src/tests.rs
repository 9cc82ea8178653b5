//! The compile errors of typical mistakes: each message names the model, the field and the remedy.

use quote::quote;

use super::expand;

/// Returns the message of the compile error into which a declaration expands.
fn error(arguments: proc_macro2::TokenStream, fields: proc_macro2::TokenStream) -> String {
    let item = quote! {
        pub struct Post {
            #fields
        }
    };
    let expanded = expand(arguments, item).to_string();
    let (_, rest) = expanded
        .split_once("compile_error ! { \"")
        .unwrap_or_else(|| panic!("no error in {expanded}"));
    rest.split_once("\" }").unwrap().0.replace("\\\"", "\"")
}

fn error_of_field(field: proc_macro2::TokenStream) -> String {
    error(quote!(app = "blog"), field)
}

#[test]
fn a_misspelled_option_is_named_with_the_right_one() {
    assert_eq!(
        error_of_field(quote!(#[field(maxlength = 200)] title: String)),
        "Post.title: there is no option `maxlength`. Did you mean `max_length`?"
    );
    assert_eq!(
        error(
            quote!(app = "blog", order = ["title"]),
            quote!(title: String)
        ),
        "Post: there is no option `order`. Did you mean `ordering`?"
    );
}

#[test]
fn a_model_needs_its_app() {
    assert_eq!(
        error(quote!(), quote!(title: String)),
        "Post: say its app: #[model(app = \"blog\")]."
    );
}

#[test]
fn a_type_without_a_column_is_named_with_the_one_that_is_meant() {
    assert_eq!(
        error_of_field(quote!(count: u32)),
        "Post.count: there is no column for the type u32. Write i64 instead."
    );
    assert_eq!(
        error_of_field(quote!(author: Author)),
        "Post.author: there is no column for the type Author. A reference to another model is a \
         ForeignKey<Author>."
    );
}

#[test]
fn an_option_for_another_kind_of_field_is_refused() {
    assert_eq!(
        error_of_field(quote!(#[field(min = 1)] day: NaiveDate)),
        "Post.day: `min` is for numbers, and its type is NaiveDate."
    );
    assert_eq!(
        error_of_field(quote!(#[field(max_length = 3)] count: i32)),
        "Post.count: `max_length` is for texts, and its type is i32."
    );
}

#[test]
fn a_foreign_key_needs_on_delete() {
    let text = error_of_field(quote!(author: ForeignKey<Author>));
    assert!(
        text.starts_with("Post.author: say what happens when the row"),
        "{text}"
    );

    let text = error_of_field(quote!(#[field(on_delete = "set_null")] author: ForeignKey<Author>));
    assert_eq!(
        text,
        "Post.author: \"set_null\" needs a key that can be empty: Option<ForeignKey<…>>."
    );
}

#[test]
fn a_default_of_another_type_is_refused() {
    assert_eq!(
        error_of_field(quote!(#[field(default = "three")] count: i16)),
        "Post.count: its default is of another type than the field."
    );
    assert_eq!(
        error_of_field(
            quote!(#[field(choices = ["draft", "live"], default = "gone")] status: String)
        ),
        "Post.status: its default is not one of its choices."
    );
}

#[test]
fn a_decimal_needs_its_size() {
    let text = error_of_field(quote!(price: Decimal));
    assert!(
        text.starts_with("Post.price: a decimal needs its size"),
        "{text}"
    );
}

#[test]
fn a_field_that_an_option_of_the_model_names_must_exist() {
    assert_eq!(
        error(
            quote!(app = "blog", ordering = ["-titel"]),
            quote!(title: String)
        ),
        "Post: there is no field `titel`. The fields are title."
    );
}

#[test]
fn an_id_is_left_out() {
    let text = error_of_field(quote!(id: i64));
    assert!(text.starts_with("Post.id: remove `id`"), "{text}");
}

#[test]
fn a_table_has_at_most_32_columns() {
    let fields = (0..32).map(|n| quote::format_ident!("field{n}"));
    let text = error_of_field(quote!(#(#fields: String),*));
    assert!(
        text.starts_with("Post: a table of Diesel has at most 32 columns."),
        "{text}"
    );
}
