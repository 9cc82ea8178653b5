//! [`ListRequest`]: the parameters of a list.

use super::cursor::Cursor;
use super::lookups;
use crate::admin::searched;
use crate::api::caller::Caller;
use crate::api::model::{ApiField, ApiModel};
use crate::error::{Problem, Result};
use crate::forms::fields::NUL;
use crate::http::QueryDict;
use crate::models::{ColumnPath, Condition, FieldKind, Order, Query};

/// Number of rows of a page, unless the URL says otherwise.
pub(in crate::api) const PAGE_SIZE: i64 = 50;
/// The largest number of rows of a page.
pub(in crate::api) const MAX_PAGE_SIZE: i64 = 500;

/// The parameters that are not lookups.
const PARAMETERS: [&str; 7] = [
    "page",
    "page_size",
    "cursor",
    "ordering",
    "search",
    "fields",
    "count",
];

/// The place of a page in its list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// The first rows.
    First,
    /// The page with this number, from 1.
    Page(i64),
    /// The rows behind a position, or before it.
    Cursor(Cursor),
}

/// A list that was asked for.
#[derive(Debug, Clone)]
pub(super) struct ListRequest {
    /// All rows of the list, in order.
    pub(super) rows: Query,
    pub(super) place: Place,
    pub(super) page_size: i64,
    pub(super) fields: Vec<ApiField>,
    /// Whether the number of rows is to be exact, however large.
    pub(super) counts_exactly: bool,
    /// The list and the order for which a cursor is valid.
    pub(super) context: String,
    /// The parameters, for the links to other pages.
    pub(super) query: QueryDict,
}

impl ListRequest {
    /// Reads the URL. The error names the wrong parameter.
    pub(super) fn new(model: &ApiModel, caller: &Caller) -> Result<Self> {
        let query = QueryDict::from_request(&caller.http)?;
        if let Some((name, _)) = query.iter().find(|(_, text)| text.contains('\0')) {
            return Err(Problem::parameter(name, NUL).into());
        }
        let given = Given(&query);
        let ordering = given.one("ordering")?;
        let order = order(model, ordering)?;
        let context = format!("{} {}", model.path, ordering.unwrap_or_default());

        let mut rows = model.policy().queryset(&caller.actor.user);
        if let Some(text) = given.one("search")? {
            rows = searched_rows(model, rows, text)?;
        }
        for condition in given.lookups(model, caller)? {
            rows = rows.filter(condition);
        }
        rows = match order {
            Some(order) => rows.order_by(order),
            None => model.policy().ordered(rows),
        };

        let page_size = given.number("page_size", MAX_PAGE_SIZE)?;
        let place = place(&given, caller, &context)?;
        let counts_exactly = match given.one("count")? {
            None => false,
            Some("exact") => true,
            Some(_) => return Err(Problem::parameter("count", "It can only be “exact”.").into()),
        };
        Ok(Self {
            rows,
            place,
            page_size: page_size.unwrap_or(PAGE_SIZE),
            fields: fields(model, given.one("fields")?)?,
            counts_exactly,
            context,
            query,
        })
    }
}

/// The parameters of the URL.
struct Given<'a>(&'a QueryDict);

impl<'a> Given<'a> {
    /// Returns the value of a parameter that may be sent once.
    fn one(&self, name: &'a str) -> Result<Option<&'a str>, Problem> {
        let mut values = self.0.get_list(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(Problem::parameter(name, "It can be sent once only."));
        }
        Ok(value)
    }

    /// Returns a number from 1 to `most`.
    fn number(&self, name: &'a str, most: i64) -> Result<Option<i64>, Problem> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number);
        match number.filter(|number| (1..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None if most == i64::MAX => {
                Err(Problem::parameter(name, "Send a whole number from 1 on."))
            }
            None => {
                let text = format!("Send a whole number from 1 to {most}.");
                Err(Problem::parameter(name, text))
            }
        }
    }

    /// Returns the conditions of all lookups.
    fn lookups(&self, model: &ApiModel, caller: &Caller) -> Result<Vec<Condition>, Problem> {
        let zone = caller.settings.time_zone;
        let names = self.0.last_of_each().map(|(name, _)| name);
        let lookups = names.filter(|name| !PARAMETERS.contains(name));
        lookups
            .map(|name| {
                let values: Vec<&str> = self.0.get_list(name).collect();
                let lookup = (name, &values[..]);
                lookups::condition(caller.site, model, &caller.actor, lookup, zone)
            })
            .collect()
    }
}

fn place(given: &Given<'_>, caller: &Caller, context: &str) -> Result<Place, Problem> {
    match (given.number("page", i64::MAX)?, given.one("cursor")?) {
        (Some(_), Some(_)) => {
            let text = "Send either a page or a cursor.";
            Err(Problem::parameter("cursor", text))
        }
        (Some(page), None) => Ok(Place::Page(page)),
        (None, Some(text)) => Cursor::unsealed(text, context, &caller.settings)
            .map(Place::Cursor)
            .ok_or_else(|| {
                let text = "It is not a cursor of this list. Take it from “next”.";
                Problem::parameter("cursor", text)
            }),
        (None, None) => Ok(Place::First),
    }
}

/// Returns the rows that the search fields of the admin find.
fn searched_rows(model: &ApiModel, rows: Query, text: &str) -> Result<Query, Problem> {
    let fields = &model.registered.options.search_fields;
    if fields.is_empty() {
        let text = "This model has no fields to search in.";
        return Err(Problem::parameter("search", text));
    }
    Ok(match searched(fields, text) {
        Some(condition) => rows.filter(condition),
        None => rows,
    })
}

/// Returns the order of `ordering`: names of columns, each with a minus for the largest value first. The primary key comes
/// last, so that no two rows are equal in the order.
fn order(model: &ApiModel, ordering: Option<&str>) -> Result<Option<Vec<Order>>, Problem> {
    let Some(ordering) = ordering else {
        return Ok(None);
    };
    let mut order = Vec::new();
    for name in ordering.split(',') {
        let (descending, name) = match name.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let Some(ApiField::Column(field)) = model.field(name).filter(|field| can_sort(*field))
        else {
            let text = format!("Rows cannot be sorted by {name:?}.");
            return Err(Problem::parameter("ordering", text));
        };
        order.push(Order {
            path: ColumnPath::own(field.column),
            descending,
        });
    }
    order.push(Order {
        path: ColumnPath::own(model.meta().pk().column),
        descending: false,
    });
    Ok(Some(order))
}

/// Whether rows can be sorted by the field.
pub(in crate::api) fn can_sort(field: ApiField) -> bool {
    let ApiField::Column(field) = field else {
        return false;
    };
    !matches!(
        field.kind,
        FieldKind::Json | FieldKind::Binary | FieldKind::HStore | FieldKind::Opaque(_)
    )
}

/// Returns the fields of `fields`: names with commas between.
fn fields(model: &ApiModel, names: Option<&str>) -> Result<Vec<ApiField>, Problem> {
    let Some(names) = names else {
        return Ok(model.fields.clone());
    };
    let mut fields: Vec<ApiField> = Vec::new();
    for name in names.split(',') {
        let Some(field) = model.field(name) else {
            let text = format!("There is no field {name:?}.");
            return Err(Problem::parameter("fields", text));
        };
        if fields.iter().all(|other| other.name() != name) {
            fields.push(field);
        }
    }
    Ok(fields)
}
