//! The macro `urls!`: URLs with names that the compiler checks.

use std::fmt::{self, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters of a path segment that stay as they are: those that Django's `reverse` leaves, except the slash.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// Declares the URLs of an app, each with its name, its access rule and its view, and a function for each URL that
/// returns its address.
///
/// ```
/// use nuages::prelude::*;
///
/// nuages::urls! {
///     post_list: "/posts/", Access::Public, get(views::post_list);
///     post_detail(id: i64): "/posts/{id}/", Access::Public, get(views::post_detail);
/// }
///
/// mod views {
///     use super::*;
///
///     pub async fn post_list(page: Page) -> Result<HttpResponse> {
///         Ok(redirect(url::post_detail(7)))
///     }
///     # pub async fn post_detail(page: Page, id: web::Path<i64>) -> Result<HttpResponse> { Err(Error::NotFound) }
/// }
///
/// fn main() {
///     assert_eq!(url::post_detail(7), "/posts/7/");
///     assert_eq!(urls().iter().count(), 2);
/// }
/// ```
///
/// The macro defines `fn urls() -> Urls`, which [`Urls::include`](crate::http::Urls::include) adds to another app's,
/// and the module `url` with the functions. An argument may be a reference, as in a
/// template: `url::post_detail(post.id)`. A wrong name, or an argument of another type, does not compile. A URL whose
/// path lacks the argument does not compile either:
///
/// ```compile_fail
/// use nuages::prelude::*;
///
/// nuages::urls! {
///     post_detail(id: i64): "/posts/{number}/", Access::Public, get(post_detail);
/// }
/// # async fn post_detail(page: Page, id: web::Path<i64>) -> Result<HttpResponse> { Err(Error::NotFound) }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! urls {
    ($($name:ident $(($($argument:ident: $kind:ty),+ $(,)?))?: $path:literal, $access:expr, $view:expr);* $(;)?) => {
        /// Returns the URLs of the app.
        pub fn urls() -> $crate::http::Urls {
            $crate::http::Urls::new([$(
                $crate::http::path($path, stringify!($name), $access, $view)
            ),*])
        }

        /// The addresses of the URLs.
        #[allow(dead_code)]
        pub mod url {
            #[allow(unused_imports)]
            use super::*;

            $(
                const _: () = assert!(
                    $crate::http::has_arguments($path, &[$($(stringify!($argument)),+)?]),
                    "{}",
                    concat!("urls!: the arguments of ", stringify!($name), " differ from those in the path ", $path),
                );

                #[doc = concat!("Returns the address of `", $path, "`.")]
                pub fn $name($($($argument: impl ::std::borrow::Borrow<$kind>),+)?) -> ::std::string::String {
                    $crate::http::address($path, &[$($(::std::borrow::Borrow::<$kind>::borrow(&$argument)),+)?])
                }
            )*
        }
    };
}

/// Whether the arguments in `path`, such as `{id}` or `{slug:[a-z]+}`, are `names` in this order.
#[doc(hidden)]
pub const fn has_arguments(path: &str, names: &[&str]) -> bool {
    let path = path.as_bytes();
    let (mut at, mut argument) = (0, 0);
    while at < path.len() {
        if path[at] == b'{' {
            if argument == names.len() {
                return false;
            }
            let name = names[argument].as_bytes();
            let mut letter = 0;
            while letter < name.len() {
                let place = at + 1 + letter;
                if place >= path.len() || path[place] != name[letter] {
                    return false;
                }
                letter += 1;
            }
            let end = at + 1 + name.len();
            if end >= path.len() || !(path[end] == b'}' || path[end] == b':') {
                return false;
            }
            argument += 1;
            at = end_of_argument(path, at);
        }
        at += 1;
    }
    argument == names.len()
}

/// Returns the index of the brace that closes the argument at `at`, whose regular expression may contain braces.
const fn end_of_argument(path: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < path.len() {
        match path[at] {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    at
}

/// Returns `path` with its arguments, which are percent-encoded.
#[doc(hidden)]
pub fn address(path: &'static str, arguments: &[&dyn fmt::Display]) -> String {
    let mut address = String::with_capacity(path.len() + 8 * arguments.len());
    let (mut rest, mut arguments) = (path, arguments.iter());
    while let Some((before, after)) = rest.split_once('{') {
        address.push_str(before);
        let value = arguments
            .next()
            .map(ToString::to_string)
            .unwrap_or_default();
        // Writing to a `String` does not fail.
        let _ = write!(address, "{}", utf8_percent_encode(&value, SEGMENT));
        let end = end_of_argument(format!("{{{after}").as_bytes(), 0);
        rest = after.get(end..).unwrap_or_default();
    }
    address.push_str(rest);
    address
}

#[cfg(test)]
mod tests {
    use super::{address, has_arguments};

    #[test]
    fn address_fills_in_encoded_arguments() {
        for (path, arguments, expected) in [
            ("/posts/", vec![], "/posts/"),
            ("/posts/{id}/", vec!["7"], "/posts/7/"),
            ("/{slug:[a-z]{2,3}}/x/{id}/", vec!["ab", "9"], "/ab/x/9/"),
            ("/tags/{name}/", vec!["a/b ü?"], "/tags/a%2Fb%20%C3%BC%3F/"),
            (
                "/{token}/",
                vec!["1:!$&'()*+,;=@~-._"],
                "/1:!$&'()*+,;=@~-._/",
            ),
        ] {
            let values: Vec<&dyn std::fmt::Display> = arguments
                .iter()
                .map(|value| value as &dyn std::fmt::Display)
                .collect();
            assert_eq!(address(path, &values), expected, "the address of {path}");
        }
    }

    #[test]
    fn arguments_are_compared_with_the_path() {
        assert!(has_arguments("/posts/{id}/", &["id"]));
        assert!(has_arguments("/{slug:[a-z]{2,3}}/{id}/", &["slug", "id"]));
        for (path, names) in [
            ("/posts/", &["id"][..]),
            ("/posts/{id}/", &[]),
            ("/posts/{id}/", &["ident"]),
            ("/posts/{ident}/", &["id"]),
            ("/{a}/{b}/", &["b", "a"]),
            ("/{a", &["a"]),
        ] {
            assert!(
                !has_arguments(path, names),
                "{path} has not the arguments {names:?}"
            );
        }
    }
}
