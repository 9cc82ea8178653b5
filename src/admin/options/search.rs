//! Fields that a search looks into.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::models::{ColumnPath, IntoPath, Via, tuples};

/// How a search looks into a field (Django's prefixes `^` and `=`, and none).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchMode {
    /// The word stands anywhere in it.
    Contains,
    /// It starts with the word.
    StartsWith,
    /// It is the word, but for case.
    Exact,
}

/// A field that a search looks into.
#[derive(Debug, Clone)]
pub struct SearchField {
    /// The field.
    pub path: ColumnPath,
    /// How.
    pub mode: SearchMode,
}

/// What can stand in `search_fields`.
pub trait IntoSearch<T> {
    /// The field.
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

/// Django's `"^name"`.
pub fn starts_with<T>(path: impl IntoPath<T>) -> Searched<T> {
    Searched(
        SearchField {
            path: path.into_path(),
            mode: SearchMode::StartsWith,
        },
        PhantomData,
    )
}

/// Django's `"=name"`.
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
