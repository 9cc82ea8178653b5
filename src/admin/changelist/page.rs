//! The page of a list.

use askama::Template;

use super::editing::{Conflict, Editing, Fault};
use super::filters::Shown;
use super::hierarchy::Dates;
use super::list::List;
use super::load::Loaded;
use super::selection::Selection;
use super::table::Table;
use crate::admin::frame::Frame;
use crate::admin::options::{Action, Facets};
use crate::admin::{AdminRequest, frame::Crumb};
use crate::db::Paginator;
use crate::forms::submissions::new_id;
use crate::http::field_count;
use crate::models::bidi;
use crate::words::capfirst;

#[derive(Template)]
#[template(path = "admin/change_list.html")]
pub(super) struct ChangeListPage {
    frame: Frame,
    /// `product` and `products`
    one: String,
    many: String,
    heading: String,
    add_url: Option<String>,
    search: Option<SearchBox>,
    is_narrowed: bool,
    count: i64,
    whole: Option<i64>,
    /// The URL of the list without search and filters.
    plain: String,
    dates: Option<Dates>,
    chips: Vec<Chip>,
    clear: String,
    filters: Vec<Shown>,
    facets: Option<(String, &'static str)>,
    actions: Vec<(&'static str, String)>,
    /// The name of the action that is chosen.
    chosen: String,
    /// Whether all pages of the list are selected.
    is_across: bool,
    table: Table,
    /// The submission id, which records the user for whom the page was made.
    submission: String,
    /// Whether the list was sent without a session and is shown again after the login.
    restored: bool,
    /// The signed number of the form's fields, if there are many.
    field_count: Option<String>,
    faults: Vec<Fault>,
    conflicts: Vec<Conflict>,
    errors: Vec<String>,
    range: (i64, i64),
    pages: Vec<PageLink>,
    show_all: Option<String>,
}

struct SearchBox {
    words: String,
    /// Names of the fields that are searched.
    hint: String,
    help: &'static str,
    kept: Vec<(String, String)>,
}

/// An active filter, and the URL of the list without it.
struct Chip {
    text: String,
    url: String,
}

enum PageLink {
    Page {
        number: i64,
        url: String,
        is_here: bool,
    },
    Gap,
    Previous(String),
    Next(String),
}

impl ChangeListPage {
    pub(super) fn new(
        request: &AdminRequest,
        list: &List,
        found: Loaded,
        table: Table,
        actions: &[Action],
        selection: &Selection,
        editing: Option<&Editing>,
    ) -> Self {
        let (registered, params) = (list.site.registered, &list.params);
        let (model, options) = (registered.model, &registered.options);
        let is_popup = request.is_popup();
        let title = match (is_popup, request.may(registered, "change", None)) {
            (true, _) => format!("Select {}", model.verbose_name),
            (_, true) => format!("Select {} to change", model.verbose_name),
            (_, false) => format!("Select {} to view", model.verbose_name),
        };
        let faults = editing.map(Editing::faults).unwrap_or_default();
        let conflicts = editing.map(Editing::conflicts).unwrap_or_default();
        let is_wrong = !faults.is_empty()
            || !conflicts.is_empty()
            || editing.is_some_and(|editing| !editing.errors.is_empty());
        let title = if is_wrong {
            format!("Error: {title}")
        } else {
            title
        };
        let paginator = Paginator {
            count: found.count,
            per_page: options.list_per_page.max(1),
        };
        let all = params.has("all") && found.count <= options.list_max_show_all;
        let shows_all = options.list_max_show_all >= found.count
            && !params.has("all")
            && paginator.num_pages() > 1;
        let before = if all { 0 } else { paginator.offset(found.page) };
        let active: Vec<&str> = params.lookups().map(|(name, _)| name).collect();
        let optional = options.show_facets == Facets::Allow && !found.filters.is_empty();
        let facets = optional.then(|| {
            if list.has_facets {
                (params.link(&[], &["_facets"]), "Hide counts")
            } else {
                (params.link(&[("_facets", "True")], &[]), "Show counts")
            }
        });
        Self {
            one: model.verbose_name.clone(),
            many: model.verbose_name_plural.clone(),
            heading: capfirst(&model.verbose_name_plural),
            add_url: request
                .may(registered, "add", None)
                .then(|| add_url(request, list)),
            search: (!options.search_fields.is_empty()).then(|| search_box(list)),
            is_narrowed: found.whole != Some(found.count) || list.is_narrowed(),
            count: found.count,
            whole: found.whole,
            plain: plain(list),
            chips: chips(list, &found.filters),
            clear: params.link(&[], &active),
            dates: found.dates,
            filters: found.filters,
            facets,
            actions: actions
                .iter()
                .map(|action| (action.name, action.label(model)))
                .collect(),
            chosen: selection.action.clone(),
            is_across: selection.is_across,
            errors: editing
                .map(|editing| editing.errors.clone())
                .unwrap_or_default(),
            faults,
            conflicts,
            range: (before + 1, before + table.shown),
            field_count: fields(request, &table, editing),
            table,
            submission: new_id(Some(request.user.id), &request.settings),
            restored: editing.is_some_and(|editing| editing.restored),
            pages: if all {
                Vec::new()
            } else {
                pages(list, paginator, found.page)
            },
            show_all: shows_all.then(|| params.link(&[("all", "")], &[])),
            frame: request.frame(title, Crumb::to(registered, registered.url())),
        }
    }

    /// Returns the size in bytes of the HTML that is already rendered.
    pub(super) fn made(&self) -> usize {
        self.table.len()
    }

    /// Returns `product` or `products`.
    fn counted(&self) -> &str {
        if self.count == 1 {
            &self.one
        } else {
            &self.many
        }
    }
}

/// Returns the signed number of fields in the list's form: a box for each row, and the edited
/// fields.
fn fields(request: &AdminRequest, table: &Table, editing: Option<&Editing>) -> Option<String> {
    let rows = usize::try_from(table.shown).unwrap_or_default();
    field_count(
        rows.saturating_mul(1 + editing.map_or(0, Editing::inputs)),
        &request.settings,
    )
}

/// Returns the URL of the add form, which returns to this list.
fn add_url(request: &AdminRequest, list: &List) -> String {
    let mut query = String::new();
    if list.site.registered.options.preserve_filters {
        query = list.params.preserved();
    }
    if request.is_popup() {
        query.push_str(if query.is_empty() {
            "_popup=1"
        } else {
            "&_popup=1"
        });
    }
    if let Some(field) = list
        .params
        .get("_to_field")
        .filter(|field| !field.is_empty())
    {
        query.push('&');
        query.push_str(&super::params::encoded([("_to_field", field)]));
    }
    let query = query.trim_start_matches('&');
    format!(
        "{}add/{}{query}",
        list.site.registered.url(),
        if query.is_empty() { "" } else { "?" }
    )
}

/// Returns the URL of the list without search and filters.
fn plain(list: &List) -> String {
    let kept = [("_popup", "_popup=1"), ("_facets", "_facets")];
    let kept = kept
        .iter()
        .filter(|(name, _)| list.params.has(name))
        .map(|(_, text)| *text);
    format!("?{}", kept.collect::<Vec<_>>().join("&"))
}

fn search_box(list: &List) -> SearchBox {
    let model = list.site.registered.model;
    let fields = list.site.registered.options.search_fields.iter();
    let names = fields
        .filter_map(|field| model.resolve(&field.path))
        .map(|field| field.verbose_name.as_str());
    SearchBox {
        words: list.words.clone(),
        hint: names.collect::<Vec<_>>().join(", "),
        help: list.site.registered.options.search_help_text,
        kept: list
            .params
            .kept(&["q"])
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

fn chips(list: &List, filters: &[Shown]) -> Vec<Chip> {
    let mut chips = Vec::new();
    for filter in filters.iter().filter(|filter| filter.is_active) {
        let chosen = filter
            .choices
            .iter()
            .skip(1)
            .filter(|choice| choice.is_chosen)
            .map(|choice| choice.text.as_str());
        let chosen = chosen.collect::<Vec<_>>().join(", ");
        let text = if chosen.is_empty() {
            "set in the address"
        } else {
            &chosen
        };
        chips.push(Chip {
            text: format!("{}: {}", filter.title, bidi::isolated(text)),
            url: filter.without.clone(),
        });
    }
    if let Some(dates) = &list.hierarchy
        && let Some(span) = dates.span()
    {
        chips.push(Chip {
            text: format!("{}: {span}", dates.label()),
            url: dates.without(&list.params),
        });
    }
    for (name, values) in &list.others {
        let text = format!(
            "{} = {}",
            name.replace("__", " "),
            bidi::isolated(&values.join(", "))
        );
        chips.push(Chip {
            text,
            url: list.params.link(&[], &[name]),
        });
    }
    chips
}

fn pages(list: &List, paginator: Paginator, here: i64) -> Vec<PageLink> {
    if paginator.num_pages() < 2 {
        return Vec::new();
    }
    let link = |number: i64| list.params.link(&[("p", &number.to_string())], &[]);
    let mut pages = Vec::new();
    if here > 1 {
        pages.push(PageLink::Previous(link(here - 1)));
    }
    pages.extend(
        paginator
            .elided_page_range(here, 3, 2)
            .into_iter()
            .map(|page| match page {
                Some(number) => PageLink::Page {
                    number,
                    url: link(number),
                    is_here: number == here,
                },
                None => PageLink::Gap,
            }),
    );
    if here < paginator.num_pages() {
        pages.push(PageLink::Next(link(here + 1)));
    }
    pages
}
