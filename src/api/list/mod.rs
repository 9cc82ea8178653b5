//! `GET /api/catalog/product/`: the rows of a model, page by page.

mod cursor;
mod lookups;
mod request;

use actix_web::HttpResponse;

use super::answer::private_json;
use super::caller::Caller;
use super::json::push_json;
use super::model::ApiModel;
use super::rows::{self, JsonRow};
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::models::ColumnPath;
use crate::settings::Settings;
use cursor::Cursor;
use request::{ListRequest, Place};
pub(super) use request::{MAX_PAGE_SIZE, PAGE_SIZE, can_sort};

/// The largest number of rows that is counted, unless the URL says `count=exact`.
pub(super) const COUNTED: i64 = 10_000;

/// A page of a list.
struct ListPage {
    /// The number of all rows, if it is known.
    count: Option<i64>,
    rows: Vec<JsonRow>,
    /// The parameters `page` or `cursor` of the pages after and before this one.
    next: Option<(&'static str, String)>,
    previous: Option<(&'static str, String)>,
}

/// `GET /api/catalog/product/`
pub(super) async fn list(model: &'static ApiModel, caller: Caller) -> Result<HttpResponse> {
    if !model.may(&caller.actor, "view") {
        return Err(Error::PermissionDenied);
    }
    let list = ListRequest::new(model, &caller)?;
    let (mut job, settings) = (list.clone(), caller.settings.clone());
    let page = caller
        .db
        .run(move |conn| {
            job.rows = job.rows.with_few_candidates(conn, COUNTED)?;
            job.load(conn, model, &settings)
        })
        .await?;

    let address = format!("{}{}", caller.root(), model.path);
    Ok(private_json(page.json(&list, &address)))
}

impl ListRequest {
    /// Loads the page.
    fn load(&self, conn: &mut Conn, model: &ApiModel, settings: &Settings) -> Result<ListPage> {
        let count = if self.counts_exactly {
            Some(self.rows.count(conn)?)
        } else {
            let count = self.rows.count_up_to(conn, COUNTED)?;
            (count <= COUNTED).then_some(count)
        };
        match &self.place {
            Place::First => self.by_position(conn, model, settings, count, None),
            Place::Cursor(cursor) => self.by_position(conn, model, settings, count, Some(cursor)),
            Place::Page(page) => self.by_number(conn, model, count, *page),
        }
    }

    /// Loads the page with this number.
    fn by_number(
        &self,
        conn: &mut Conn,
        model: &ApiModel,
        count: Option<i64>,
        page: i64,
    ) -> Result<ListPage> {
        let offset = (page - 1).checked_mul(self.page_size);
        let offset = offset.ok_or(Error::NotFound)?;
        let limit = self.page_size + 1;
        let mut rows = rows::load(conn, model, &self.fields, &self.rows, (limit, offset), &[])?;
        if rows.is_empty() && page > 1 {
            return Err(Error::NotFound);
        }

        let has_more = self.cut(&mut rows);
        let numbered = |page: i64| ("page", page.to_string());
        Ok(ListPage {
            count,
            rows,
            next: has_more.then(|| numbered(page + 1)),
            previous: (page > 1).then(|| numbered(page - 1)),
        })
    }

    /// Loads the first page, or that behind or before a position.
    fn by_position(
        &self,
        conn: &mut Conn,
        model: &ApiModel,
        settings: &Settings,
        count: Option<i64>,
        cursor: Option<&Cursor>,
    ) -> Result<ListPage> {
        let order = self.rows.order();
        let side = match cursor {
            Some(cursor) => {
                let condition = cursor.condition(model.meta(), order);
                let condition = condition.ok_or_else(|| {
                    Problem::parameter("cursor", "It is not a cursor of this order.")
                })?;
                self.rows.clone().filter(condition)
            }
            None => self.rows.clone(),
        };
        let is_backwards = cursor.is_some_and(|cursor| cursor.is_backwards);
        // The last rows before a position. Rows without a value come last in either direction, so that the order cannot be
        // turned round.
        let offset = if is_backwards {
            side.count(conn)?.saturating_sub(self.page_size).max(0)
        } else {
            0
        };

        let keys: Vec<ColumnPath> = order.iter().map(|key| key.path.clone()).collect();
        let limit = self.page_size + 1;
        let mut rows = rows::load(conn, model, &self.fields, &side, (limit, offset), &keys)?;
        let has_more = self.cut(&mut rows);

        let position = |row: Option<&JsonRow>, is_backwards| {
            let cursor = Cursor::new(&row?.beside, is_backwards);
            Some(("cursor", cursor.sealed(&self.context, settings)))
        };
        let has_before = if is_backwards {
            offset > 0
        } else {
            cursor.is_some()
        };
        Ok(ListPage {
            count,
            next: position(rows.last().filter(|_| has_more || is_backwards), false),
            previous: position(rows.first().filter(|_| has_before), true),
            rows,
        })
    }

    /// Removes the row that only shows that there are more, and returns whether there was one.
    fn cut(&self, rows: &mut Vec<JsonRow>) -> bool {
        let size = usize::try_from(self.page_size).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        has_more
    }

    /// Returns the URL of another page of the list at `address`.
    fn url(&self, address: &str, (name, value): &(&'static str, String)) -> String {
        let mut written = form_urlencoded::Serializer::new(String::new());
        let others = self.query.iter();
        for (other, value) in others.filter(|(other, _)| !["page", "cursor"].contains(other)) {
            written.append_pair(other, value);
        }
        written.append_pair(name, value);
        format!("{address}?{}", written.finish())
    }
}

impl ListPage {
    /// Returns the JSON of the page of the list at `address`.
    fn json(&self, list: &ListRequest, address: &str) -> String {
        let size: usize = self.rows.iter().map(|row| row.json.len() + 1).sum();
        let mut out = String::with_capacity(size + 512);
        out.push_str("{\"count\":");
        push_json(&mut out, &self.count);
        if self.count.is_none() {
            out.push_str(",\"count_at_least\":");
            push_json(&mut out, &COUNTED);
        }
        for (name, place) in [("next", &self.next), ("previous", &self.previous)] {
            out.push_str(",\"");
            out.push_str(name);
            out.push_str("\":");
            push_json(
                &mut out,
                &place.as_ref().map(|place| list.url(address, place)),
            );
        }
        out.push_str(",\"results\":[");
        for (at, row) in self.rows.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str(&row.json);
        }
        out.push_str("]}");
        out
    }
}
