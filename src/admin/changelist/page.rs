//! The page of a list.

use askama::Template;

use super::actions::{EXPORT, has_own_button};
use super::editing::{Conflict, Editing, Fault};
use super::filters::Shown;
use super::hierarchy::Dates;
use super::list::List;
use super::load::{Covered, Loaded, PageKeys};
use super::params::{AFTER, BEFORE, COUNT, END, SEARCH};
use super::saved_views::{SavedView, ViewsBar};
use super::selection::Selection;
use super::table::Table;
use super::tally::Tally;
use crate::admin::bulk_edit::BULK_EDIT;
use crate::admin::frame::Frame;
use crate::admin::options::{Action, Facets};
use crate::admin::{AdminRequest, frame::Crumb};
use crate::db::Paginator;
use crate::filters::with_commas;
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
    /// The URL of the export of these rows.
    export_url: Option<String>,
    /// The URL of an import.
    import_url: Option<String>,
    search: Option<SearchBox>,
    is_narrowed: bool,
    count: Tally,
    whole: Option<Tally>,
    /// The URL of the list with its rows counted to the end.
    exact_url: Option<String>,
    /// The number of rows that were searched for parts of texts, and the URL that searches all of them.
    covered: Option<(Option<String>, String)>,
    /// The URL of the list without search and filters.
    plain: String,
    dates: Option<Dates>,
    chips: Vec<Chip>,
    clear: String,
    filters: Vec<Shown>,
    facets: Option<(String, &'static str)>,
    actions: Vec<(&'static str, String)>,
    /// Whether the user may edit the selected rows at once.
    may_edit_many: bool,
    may_export: bool,
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
    /// The numbers of the first and the last row of the page, if they are known.
    range: Option<(i64, i64)>,
    pages: Vec<PageLink>,
    show_all: Option<String>,
    /// The saved views; empty in a pop-up window.
    views: ViewsBar,
    /// The URL of the deleted rows; "" if the user may not restore any.
    deleted_url: String,
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
    /// The last page of a list whose pages are not counted.
    Last(String),
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
        let faults = editing.map(Editing::faults).unwrap_or_default();
        let conflicts = editing.map(Editing::conflicts).unwrap_or_default();
        let is_wrong = !faults.is_empty()
            || !conflicts.is_empty()
            || editing.is_some_and(|editing| !editing.errors.is_empty());
        let per_page = list.per_page();
        let count = found.count.exact();
        let all =
            params.has("all") && count.is_some_and(|count| count <= options.list_max_show_all);
        let shows_all = !params.has("all")
            && count.is_some_and(|count| count > per_page && count <= options.list_max_show_all);
        let before = if all {
            Some(0)
        } else {
            found.page.and_then(|page| list.offset(page))
        };
        let is_narrowed = found.whole != Some(found.count) || list.is_narrowed();
        let pages = match (&found.keys, count) {
            _ if all => Vec::new(),
            (Some(keys), _) => keyed_pages(list, keys, found.page),
            (None, count) => {
                let count = count.unwrap_or_default();
                pages(list, Paginator { count, per_page }, found.page.unwrap_or(1))
            }
        };
        let covered = found.covered.map(|Covered(rows)| {
            let rows = (rows > 0).then(|| with_commas(&rows.to_string()));
            (rows, params.link(&[(SEARCH, "all")], &[SEARCH]))
        });
        let active: Vec<&str> = params.lookups().map(|(name, _)| name).collect();
        let facets = facets_link(list, &found);
        Self {
            one: model.verbose_name.clone(),
            many: model.verbose_name_plural.clone(),
            heading: capfirst(&model.verbose_name_plural),
            export_url: data_url(request, list, "export"),
            import_url: data_url(request, list, "import"),
            add_url: request
                .may(registered, "add", None)
                .then(|| add_url(request, list)),
            search: (!options.search_fields.is_empty()).then(|| search_box(list)),
            is_narrowed,
            exact_url: count
                .is_none()
                .then(|| params.link(&[(COUNT, "exact")], &[COUNT])),
            covered,
            count: found.count,
            whole: found.whole,
            plain: plain(list),
            chips: chips(list, &found.filters),
            clear: params.link(&[], &active),
            dates: found.dates,
            filters: found.filters,
            facets,
            may_edit_many: actions.iter().any(|action| action.name == BULK_EDIT.name),
            may_export: actions.iter().any(|action| action.name == EXPORT.name),
            actions: actions
                .iter()
                .filter(|action| !has_own_button(action.name))
                .map(|action| (action.name, action.label(model)))
                .collect(),
            chosen: selection.action.clone(),
            is_across: selection.is_across,
            errors: editing
                .map(|editing| editing.errors.clone())
                .unwrap_or_default(),
            faults,
            conflicts,
            range: before.map(|before| (before + 1, before + table.shown)),
            field_count: fields(request, &table, editing),
            table,
            submission: new_id(Some(request.user.id), &request.settings),
            restored: editing.is_some_and(|editing| editing.restored),
            pages,
            show_all: shows_all.then(|| params.link(&[("all", "")], &[])),
            views: ViewsBar::default(),
            deleted_url: if !is_popup && request.may(registered, "add", None) {
                format!("{}deleted/", registered.url())
            } else {
                String::new()
            },
            frame: request.frame(
                title(request, list, is_wrong),
                Crumb::to(registered, registered.url()),
            ),
        }
    }

    /// Adds the saved views.
    pub(super) fn set_views(&mut self, request: &AdminRequest, list: &List, views: Vec<SavedView>) {
        if !request.is_popup() {
            self.views = ViewsBar::new(request, list, views);
        }
    }

    /// Returns the size in bytes of the HTML that is already rendered.
    pub(super) fn made(&self) -> usize {
        self.table.len()
    }

    /// Returns `product` or `products`.
    fn counted(&self) -> &str {
        if self.count.is_one() {
            &self.one
        } else {
            &self.many
        }
    }
}

/// Returns the title of the page, which says first whether the changes sent from it have errors.
fn title(request: &AdminRequest, list: &List, is_wrong: bool) -> String {
    let registered = list.site.registered;
    let one = &registered.model.verbose_name;
    let purpose = match (request.is_popup(), request.may(registered, "change", None)) {
        (true, _) => "",
        (_, true) => " to change",
        (_, false) => " to view",
    };
    let error = if is_wrong { "Error: " } else { "" };
    format!("{error}Select {one}{purpose}")
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

/// Returns the URL of the page that exports the rows of the list, or imports rows, if the user may open that page.
fn data_url(request: &AdminRequest, list: &List, page: &str) -> Option<String> {
    let registered = list.site.registered;
    let actor = request.actor();
    let may = match page {
        "export" => registered.may_be_exported(&actor, &request.settings),
        _ => registered.may_be_imported(&actor, &request.settings),
    };
    let url = format!("{}{page}/", registered.url());
    (may && !request.is_popup()).then(|| match page {
        "export" => format!(
            "{url}{}",
            list.params.link(&[], &["all"]).trim_end_matches('?')
        ),
        _ => url,
    })
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

/// Returns the link that shows or hides the counts of the filters, with its text.
fn facets_link(list: &List, found: &Loaded) -> Option<(String, &'static str)> {
    let is_optional = list.site.registered.options.show_facets == Facets::Allow;
    (is_optional && !found.filters.is_empty()).then(|| {
        if list.has_facets {
            (list.params.link(&[], &["_facets"]), "Hide counts")
        } else {
            let link = list.params.link(&[("_facets", "True")], &[]);
            (link, "Show counts")
        }
    })
}

/// Returns the links of a list whose pages are not counted. They continue behind the rows of this page.
fn keyed_pages(list: &List, keys: &PageKeys, here: Option<i64>) -> Vec<PageLink> {
    let link = |place: Option<(&str, &str)>, number: Option<i64>| {
        let number = number.map(|number| number.to_string());
        let number = number.as_deref().map(|number| ("p", number));
        let set: Vec<(&str, &str)> = place.into_iter().chain(number).collect();
        list.params.link(&set, &[])
    };
    let page = |number| PageLink::Page {
        number,
        url: link(None, Some(number)),
        is_here: Some(number) == here,
    };
    let mut pages = Vec::new();
    let before = here.map(|here| here - 1).filter(|before| *before > 0);
    match (&keys.first, before) {
        (Some(key), _) => pages.push(PageLink::Previous(link(Some((BEFORE, key)), before))),
        (None, Some(_)) => pages.push(PageLink::Previous(link(None, before))),
        (None, None) => {}
    }
    let near = here.unwrap_or(1);
    let first = (near - 3).max(1);
    if first > 1 {
        pages.push(page(1));
    }
    if first > 2 {
        pages.push(PageLink::Gap);
    }
    pages.extend((first..=near).map(page));
    let next = here.map(|here| here + 1);
    if keys.has_more {
        pages.push(PageLink::Gap);
        if keys.is_keyed {
            pages.push(PageLink::Last(link(Some((BEFORE, END)), None)));
        }
        match (&keys.last, next) {
            (Some(key), next) => pages.push(PageLink::Next(link(Some((AFTER, key)), next))),
            (None, Some(next)) => pages.push(PageLink::Next(link(None, Some(next)))),
            (None, None) => {}
        }
    } else if here.is_none() {
        pages.push(PageLink::Gap);
    }
    pages
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
