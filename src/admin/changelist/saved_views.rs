//! Saved views of a list: its search, filters, order and columns under a name, as tabs above the list.

use actix_web::HttpResponse;
use actix_web::web::Path;
use diesel::prelude::*;

use super::list::List;
use super::params::{AFTER, BEFORE, COLUMNS, COUNT, FIND, Params, SEARCH, encoded};
use super::{chosen_columns, list_hooks};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Result};
use crate::http::{PostData, QueryDict, redirect};
use crate::messages::Level;
use crate::on_conn;
use crate::schema::nuages_view as view;

/// The most views that a user may save for all lists.
const MOST: i64 = 200;
/// The longest name, in characters.
const NAME: usize = 100;
/// The longest query, in bytes.
const QUERY: usize = 2000;
/// The most tabs.
const TABS: i64 = 50;
/// Parameters that belong to a single visit.
const LEFT_OUT: [&str; 10] = [
    "p",
    "e",
    "_popup",
    "_to_field",
    "_source_model",
    "_facets",
    AFTER,
    BEFORE,
    COUNT,
    SEARCH,
];

/// A saved view.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = view)]
pub(super) struct SavedView {
    id: i64,
    user_id: i32,
    name: String,
    query: String,
    shared: bool,
}

impl SavedView {
    /// Returns the views of a list that `user` sees: the user's own and shared ones.
    pub(super) fn of_list(
        conn: &mut Conn,
        registered: &RegisteredModel,
        user: i32,
    ) -> Result<Vec<Self>> {
        let views = view::table
            .filter(view::model.eq(registered.model.label()))
            .filter(view::user_id.eq(user).or(view::shared))
            .order(view::id)
            .limit(TABS)
            .select(Self::as_select());
        Ok(views.load(conn)?)
    }
}

/// A tab above the list.
#[derive(Debug, Clone)]
pub(super) struct Tab {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) is_here: bool,
    pub(super) is_shared: bool,
    /// The URL that deletes the view; "" if the user may not.
    pub(super) delete_url: String,
}

/// A column in the form that chooses columns.
#[derive(Debug, Clone)]
pub(super) struct ColumnBox {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// The saved views and the columns, as the list shows them.
#[derive(Debug, Clone, Default)]
pub(super) struct ViewsBar {
    pub(super) all_url: String,
    pub(super) is_all: bool,
    pub(super) tabs: Vec<Tab>,
    /// The URL that saves a view.
    pub(super) save_url: String,
    /// The query of the list as it is.
    pub(super) query: String,
    pub(super) may_share: bool,
    pub(super) columns: Vec<ColumnBox>,
    /// The URL of the list with its usual columns; "" if it has them.
    pub(super) usual_columns_url: String,
}

impl ViewsBar {
    pub(super) fn new(request: &AdminRequest, list: &List, views: Vec<SavedView>) -> Self {
        let registered = list.site.registered;
        let (url, here) = (registered.url(), cleaned_params(&list.params));
        let tabs = views.into_iter().map(|saved| Tab {
            url: format!("{url}?{}", saved.query),
            is_here: !here.is_empty() && saved.query == here,
            is_shared: saved.shared,
            delete_url: if saved.user_id == request.user.id || request.user.is_superuser {
                format!("{url}views/{}/delete/", saved.id)
            } else {
                String::new()
            },
            name: saved.name,
        });
        let shown: Vec<&str> = list.columns.all.iter().map(|column| column.name).collect();
        let columns = chosen_columns::offered(registered, &list_hooks(request));
        let mut columns: Vec<ColumnBox> = columns
            .into_iter()
            .map(|column| ColumnBox {
                is_chosen: shown.contains(&column.name),
                name: column.name,
                label: column.label,
            })
            .collect();
        // The chosen columns come first, in their order.
        let place = |name: &str| shown.iter().position(|known| *known == name);
        columns.sort_by_key(|column| place(column.name).unwrap_or(usize::MAX));

        let usual_columns_url = if chosen_columns::names(&list.params).is_empty() {
            String::new()
        } else {
            let query = query_without(&here, &[COLUMNS, "o"]);
            format!("{url}?{query}")
        };
        Self {
            is_all: here.is_empty(),
            all_url: url.clone(),
            save_url: format!("{url}views/"),
            tabs: tabs.collect(),
            query: here,
            may_share: request.may(registered, "change", None),
            columns,
            usual_columns_url,
        }
    }
}

/// Returns the query of a view: without parameters of a single visit, in a fixed order.
fn cleaned_params(params: &Params) -> String {
    let link = params.link(&[], &[]);
    cleaned(link.trim_start_matches('?'))
}

/// Returns the query of a view from what was sent.
fn cleaned(query: &str) -> String {
    query_without(query, &LEFT_OUT)
}

/// Returns a query without these parameters, sorted by name.
fn query_without(query: &str, names: &[&str]) -> String {
    let query = QueryDict::parse(query.trim().trim_start_matches('?'));
    let pairs = query.iter();
    let mut kept: Vec<(&str, &str)> = pairs
        .filter(|(name, _)| !name.is_empty() && !names.contains(name) && !name.starts_with(FIND))
        .filter(|(name, value)| !name.contains('\0') && !value.contains('\0'))
        .collect();
    kept.sort_by_key(|(name, _)| *name);
    encoded(kept)
}

/// `POST /admin/catalog/product/views/`
pub(in crate::admin) async fn save_view(
    request: AdminRequest,
    path: Path<(String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let registered = request.model(&path.0, &path.1)?;
    request.must(registered, "view", None)?;
    if data.get("show") == COLUMNS {
        return Ok(redirect(with_columns(registered, &data)));
    }
    let shared = !matches!(data.get("shared"), "" | "0" | "false");
    if shared {
        request.must(registered, "change", None)?;
    }

    let name: String = data.get("name").replace('\0', "");
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let query = cleaned(data.get("query"));
    let refused = if name.is_empty() {
        Some("Give the view a name, so that you find it again.")
    } else if name.chars().count() > NAME {
        Some("The name is too long: it can have at most 100 characters.")
    } else if query.len() > QUERY {
        Some("This list has too many filters to be saved as a view.")
    } else {
        None
    };
    let url = registered.url();
    let here = format!("{url}?{query}");
    if let Some(text) = refused {
        request.messages.add(Level::ERROR, text);
        return Ok(redirect(if query.len() > QUERY { url } else { here }));
    }

    let (user, label) = (request.user.id, registered.model.label());
    let (saved_name, saved_query) = (name.clone(), query.clone());
    let is_saved = request
        .db
        .atomic(move |conn| {
            let own = view::table.filter(view::user_id.eq(user));
            let same = own
                .filter(view::model.eq(&label))
                .filter(view::name.eq(&saved_name))
                .filter(view::query.eq(&saved_query))
                .filter(view::shared.eq(shared));
            // The form was sent twice.
            if same.count().get_result::<i64>(conn)? > 0 {
                return Ok(true);
            }
            let count: i64 = own.count().get_result(conn)?;
            if count >= MOST {
                return Ok(false);
            }
            let row = (
                view::user_id.eq(user),
                view::model.eq(label),
                view::name.eq(saved_name),
                view::query.eq(saved_query),
                view::shared.eq(shared),
                view::made_at.eq(Timestamp::now()),
            );
            on_conn!(conn, |conn| diesel::insert_into(view::table)
                .values(row)
                .execute(conn))?;
            Ok(true)
        })
        .await?;
    if is_saved {
        request.messages.success(format!(
            "The view “{name}” was saved. It is a tab of this list."
        ));
    } else {
        let text = "You have too many saved views. Delete one to save another.";
        request.messages.add(Level::ERROR, text);
    }
    Ok(redirect(if query.is_empty() { url } else { here }))
}

/// Returns the URL of the list with the ticked columns, in the order of the boxes.
fn with_columns(registered: &RegisteredModel, data: &PostData) -> String {
    // The order names columns by their numbers.
    let mut query = query_without(&cleaned(data.get("query")), &[COLUMNS, "o"]);
    let columns: Vec<&str> = data.fields.get_list(COLUMNS).collect();
    if !columns.is_empty() {
        let columns = encoded([(COLUMNS, columns.join(",").as_str())]);
        let and = if query.is_empty() { "" } else { "&" };
        query = format!("{columns}{and}{query}");
    }
    format!("{}?{query}", registered.url())
}

/// `GET /admin/catalog/product/views/`: the list itself has the tabs.
pub(in crate::admin) async fn to_list(
    request: AdminRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let registered = request.model(&path.0, &path.1)?;
    request.must(registered, "view", None)?;
    Ok(redirect(registered.url()))
}

/// `POST /admin/catalog/product/views/7/delete/`
pub(in crate::admin) async fn delete_view(
    request: AdminRequest,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    let (app, model, id) = path.into_inner();
    let registered = request.model(&app, &model)?;
    request.must(registered, "view", None)?;
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let (user, is_superuser) = (request.user.id, request.user.is_superuser);
    let label = registered.model.label();
    let deleted = request
        .db
        .atomic(move |conn| {
            let mut own = diesel::delete(view::table)
                .filter(view::id.eq(id))
                .filter(view::model.eq(label))
                .into_boxed();
            own = if is_superuser {
                own.filter(view::user_id.eq(user).or(view::shared))
            } else {
                own.filter(view::user_id.eq(user))
            };
            Ok(own.execute(conn)?)
        })
        .await?;
    if deleted == 0 {
        return Err(Error::NotFound);
    }
    request.messages.success("The view was deleted.");
    Ok(redirect(registered.url()))
}
