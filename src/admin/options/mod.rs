//! The options of a model's admin, with Django's names.

mod action;
mod column;
mod fieldset;
mod filter;
mod formfield;
mod inline;
mod link;
mod model_admin;
mod search;

pub use crate::models::FieldNames;
pub use crate::records::{Change, Hooks};
pub use action::{Action, ActionRequest, ActionResult, Run};
pub use column::{Cell, Computed, IntoColumn, ListColumn, ListColumns, computed};
pub use fieldset::Fieldset;
pub use filter::{
    FilterKind, IntoFilter, ListFilter, ListFilters, OwnFilter, all_values, empty, own_filter,
    used_only,
};
pub use formfield::FormField;
pub use inline::{Inline, InlineKind};
pub(in crate::admin) use link::is_safe;
pub use model_admin::{Facets, ModelAdmin, Options};
pub use search::{IntoSearch, SearchField, SearchFields, SearchMode, exact, starts_with};
