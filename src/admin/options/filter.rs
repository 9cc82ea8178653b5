//! Filters beside a list.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::models::{ColumnPath, Condition, IntoPath, ManyToMany, Via, tuples};

/// A filter beside a list.
#[derive(Debug, Clone)]
pub enum ListFilter {
    /// By the values of a field.
    Field(ColumnPath, FilterKind),
    /// As the site author says.
    Own(OwnFilter),
}

/// Which values a filter offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// What fits the field: yes and no, its choices, spans of time, the rows it may lead to, or else all its values.
    Fitting,
    /// Every value that occurs.
    AllValues,
    /// Of the rows it may lead to, those that it does lead to.
    UsedOnly,
    /// Empty or not.
    Empty,
}

/// A filter with words of its own (Django's `SimpleListFilter`).
#[derive(Debug, Clone, Copy)]
pub struct OwnFilter {
    /// What people read: "By …".
    pub title: &'static str,
    /// The parameter in URLs.
    pub parameter_name: &'static str,
    /// The values that may be chosen, with what people read.
    pub lookups: &'static [(&'static str, &'static str)],
    /// The rows that one of them leaves.
    pub condition: fn(&str) -> Condition,
}

/// What can stand in `list_filter`.
pub trait IntoFilter<T> {
    /// The filter.
    fn into_filter(self) -> ListFilter;
}

impl<C: Column> IntoFilter<C::Table> for C {
    fn into_filter(self) -> ListFilter {
        ListFilter::Field(self.into_path(), FilterKind::Fitting)
    }
}

impl<T> IntoFilter<T> for Via<T> {
    fn into_filter(self) -> ListFilter {
        ListFilter::Field(self.into_path(), FilterKind::Fitting)
    }
}

impl<T> IntoFilter<T> for ManyToMany<T> {
    fn into_filter(self) -> ListFilter {
        ListFilter::Field(self.into_path(), FilterKind::Fitting)
    }
}

/// See [`all_values`], [`used_only`], [`empty`] and [`own_filter`].
#[derive(Debug, Clone)]
pub struct Filtered<T>(ListFilter, PhantomData<T>);

impl<T> IntoFilter<T> for Filtered<T> {
    fn into_filter(self) -> ListFilter {
        self.0
    }
}

/// Every value that occurs (Django's `AllValuesFieldListFilter`).
pub fn all_values<T>(path: impl IntoPath<T>) -> Filtered<T> {
    Filtered(
        ListFilter::Field(path.into_path(), FilterKind::AllValues),
        PhantomData,
    )
}

/// Only rows that it does lead to (Django's `RelatedOnlyFieldListFilter`).
pub fn used_only<T>(path: impl IntoPath<T>) -> Filtered<T> {
    Filtered(
        ListFilter::Field(path.into_path(), FilterKind::UsedOnly),
        PhantomData,
    )
}

/// Empty or not (Django's `EmptyFieldListFilter`).
pub fn empty<T>(path: impl IntoPath<T>) -> Filtered<T> {
    Filtered(
        ListFilter::Field(path.into_path(), FilterKind::Empty),
        PhantomData,
    )
}

/// A filter with words of its own.
pub fn own_filter<T>(filter: OwnFilter) -> Filtered<T> {
    Filtered(ListFilter::Own(filter), PhantomData)
}

tuples! {
    /// A tuple of filters, in order.
    ListFilters::into_filters(IntoFilter::into_filter) -> ListFilter
}
