//! Filters beside a list.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::models::{ColumnPath, Condition, IntoPath, ManyToMany, Via, tuples};

/// A filter beside a list.
#[derive(Debug, Clone)]
pub enum ListFilter {
    /// Filters by the values of a field.
    Field(ColumnPath, FilterKind),
    /// A filter of the site author.
    Own(OwnFilter),
}

impl ListFilter {
    /// Whether this is the filter of a field: `filter.is(product::category_id)`.
    pub fn is<T>(&self, path: impl IntoPath<T>) -> bool {
        matches!(self, Self::Field(own, _) if *own == path.into_path())
    }
}

/// The values that a filter offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// The values that fit the field: yes and no, the choices, date ranges, the rows that a
    /// relation can refer to, or else all values.
    Fitting,
    /// Every value that occurs.
    AllValues,
    /// Only related rows that are actually referred to.
    UsedOnly,
    /// Empty or not empty.
    Empty,
}

/// A filter with custom choices (Django's `SimpleListFilter`).
#[derive(Debug, Clone, Copy)]
pub struct OwnFilter {
    /// The title: "By …".
    pub title: &'static str,
    /// The name of the parameter in URLs.
    pub parameter_name: &'static str,
    /// The choices, each with its label.
    pub lookups: &'static [(&'static str, &'static str)],
    /// The condition for a choice.
    pub condition: fn(&str) -> Condition,
}

/// A type that can be used in `list_filter`.
pub trait IntoFilter<T> {
    /// Returns the filter.
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

/// Offers every value that occurs (Django's `AllValuesFieldListFilter`).
pub fn all_values<T>(path: impl IntoPath<T>) -> Filtered<T> {
    Filtered(
        ListFilter::Field(path.into_path(), FilterKind::AllValues),
        PhantomData,
    )
}

/// Offers only rows that are actually referred to (Django's `RelatedOnlyFieldListFilter`).
pub fn used_only<T>(path: impl IntoPath<T>) -> Filtered<T> {
    Filtered(
        ListFilter::Field(path.into_path(), FilterKind::UsedOnly),
        PhantomData,
    )
}

/// Offers empty and not empty (Django's `EmptyFieldListFilter`).
pub fn empty<T>(path: impl IntoPath<T>) -> Filtered<T> {
    Filtered(
        ListFilter::Field(path.into_path(), FilterKind::Empty),
        PhantomData,
    )
}

/// Creates a filter with custom choices.
pub fn own_filter<T>(filter: OwnFilter) -> Filtered<T> {
    Filtered(ListFilter::Own(filter), PhantomData)
}

tuples! {
    /// A tuple of filters, in order.
    ListFilters::into_filters(IntoFilter::into_filter) -> ListFilter
}
