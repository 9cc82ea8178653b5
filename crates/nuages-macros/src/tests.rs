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

#[test]
fn mistakes_in_constraints_are_named() {
    let constraint = |constraint: proc_macro2::TokenStream| {
        error(
            quote!(app = "blog", constraints = [#constraint]),
            quote!(title: String),
        )
    };
    assert_eq!(
        constraint(quote!(UniqueConstraint(fields = ["titel"], name = "a"))),
        "Post: there is no field `titel`. The fields are title."
    );
    assert_eq!(
        constraint(quote!(UniqueConstraint(fields = ["title"]))),
        "Post: `name` is missing."
    );
    assert_eq!(
        constraint(quote!(CheckConstraint(check = "a", nam = "b"))),
        "Post: there is no option `nam`. Did you mean `name`?"
    );
    let text = constraint(quote!(Check(check = "a")));
    assert!(
        text.starts_with("Post: a constraint is UniqueConstraint("),
        "{text}"
    );
}

#[test]
fn mistakes_in_relations_are_named() {
    assert_eq!(
        error_of_field(quote!(#[field(on_delete = "set_default")] author: ForeignKey<Author>)),
        "Post.author: \"set_default\" needs a `default`, or a key that can be empty: \
         Option<ForeignKey<…>>."
    );
    let text = error_of_field(quote!(#[field(on_delete = "delete")] author: OneToOne<Author>));
    assert!(
        text.starts_with("Post.author: `on_delete` is one of cascade, protect,"),
        "{text}"
    );
    assert_eq!(
        error_of_field(
            quote!(#[field(on_delete = "cascade", to_field = author::code)] author: ForeignKey<Author>)
        ),
        "Post.author: `to_field` needs the type of that field: `key = String`."
    );
    assert_eq!(
        error_of_field(quote!(#[field(to_field = author::code)] count: i32)),
        "Post.count: `to_field` is for a ForeignKey."
    );
}

#[test]
fn an_option_that_a_many_to_many_field_does_not_have_is_refused() {
    let text = error_of_field(quote!(#[field(max_length = 3)] tags: ManyToMany<Tag>));
    assert_eq!(
        text,
        "Post.tags: a ManyToMany has no `max_length`. Its options are blank, help_text, key, \
         limit_choices_to, related_name, through, through_fields, verbose_name."
    );
}

#[test]
fn mistakes_in_proxies_and_bases_are_named() {
    assert_eq!(
        error(
            quote!(app = "blog", proxy_for = Entry),
            quote!(title: String)
        ),
        "Post: a proxy has the fields of its model: write `pub struct Name;`."
    );
    let ordered = expand(
        quote!(app = "blog", proxy_for = Entry, ordering = ["title"]),
        quote!(
            pub struct Post;
        ),
    );
    assert!(
        ordered
            .to_string()
            .contains("Post: name the table of its model as well: `table = blog_post`."),
        "{ordered}"
    );
    let text = error(quote!(app = "blog", base = "Dated"), quote!(title: String));
    assert!(text.starts_with("`base` names a struct with"), "{text}");
}

#[test]
fn an_option_for_files_needs_a_file() {
    assert_eq!(
        error_of_field(quote!(#[field(max_size = 9)] title: String)),
        "Post.title: `max_size` is for files: add `file = \"folder/\"`."
    );
}
