//! The options of a model's admin, with Django's names.

mod action;
mod choice_limits;
mod column;
mod data;
mod fieldset;
mod filter;
mod formfield;
mod inline;
mod link;
mod media;
mod model_admin;
mod model_urls;
mod request_hooks;
mod search;
mod workflow_actions;

pub use crate::models::FieldNames;
pub use crate::records::{Change, Hooks};
pub use action::{Action, ActionRequest, ActionResult, Run};
pub(in crate::admin) use choice_limits::ChoiceLimits;
pub use choice_limits::LimitChoices;
pub use column::{
    Cell, Computed, IntoColumn, ListColumn, ListColumns, Load, annotate, computed, loaded,
};
pub use data::DataOptions;
pub use fieldset::Fieldset;
pub use filter::{
    FilterKind, IntoFilter, ListFilter, ListFilters, OwnFilter, all_values, empty, own_filter,
    used_only,
};
pub use formfield::FormField;
pub use inline::{Inline, InlineKind};
pub(in crate::admin) use link::is_safe;
pub use media::Media;
pub use model_admin::{Facets, ModelAdmin, Options};
pub use model_urls::ModelUrls;
pub use request_hooks::{FormFields, HookRequest, RequestHooks, Respond, SavedRow};
pub use search::{IntoSearch, SearchField, SearchFields, SearchMode, exact, starts_with};

/// The examples of `docs/admin.md`.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/admin.md")]
struct AdminGuide;
