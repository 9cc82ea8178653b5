//! The fields of a search.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::models::{ColumnPath, IntoPath, Via, tuples};

/// The comparison of a search word with a field (Django's prefixes `^` and `=`, and none).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchMode {
    /// The field contains the word.
    Contains,
    /// The field starts with the word.
    StartsWith,
    /// The field equals the word, ignoring case.
    Exact,
}

/// A field of a search.
#[derive(Debug, Clone)]
pub struct SearchField {
    /// The field.
    pub path: ColumnPath,
    /// The comparison.
    pub mode: SearchMode,
}

/// A type that can be used in `search_fields`.
pub trait IntoSearch<T> {
    /// Returns the field.
    fn into_search(self) -> SearchField;
}

impl<C: Column> IntoSearch<C::Table> for C {
    fn into_search(self) -> SearchField {
        SearchField {
            path: self.into_path(),
            mode: SearchMode::Contains,
        }
    }
}

impl<T> IntoSearch<T> for Via<T> {
    fn into_search(self) -> SearchField {
        SearchField {
            path: self.into_path(),
            mode: SearchMode::Contains,
        }
    }
}

/// See [`starts_with`] and [`exact`].
#[derive(Debug, Clone)]
pub struct Searched<T>(SearchField, PhantomData<T>);

impl<T> IntoSearch<T> for Searched<T> {
    fn into_search(self) -> SearchField {
        self.0
    }
}

/// Compares like Django's `"^name"`.
pub fn starts_with<T>(path: impl IntoPath<T>) -> Searched<T> {
    Searched(
        SearchField {
            path: path.into_path(),
            mode: SearchMode::StartsWith,
        },
        PhantomData,
    )
}

/// Compares like Django's `"=name"`.
pub fn exact<T>(path: impl IntoPath<T>) -> Searched<T> {
    Searched(
        SearchField {
            path: path.into_path(),
            mode: SearchMode::Exact,
        },
        PhantomData,
    )
}

tuples! {
    /// A tuple of fields to search.
    SearchFields::into_search_fields(IntoSearch::into_search) -> SearchField
}
