//! Filters by related rows.

use super::{Choice, Filter, Site};
use crate::admin::changelist::params::{FIND, Params, push};
use crate::admin::changelist::search::searched;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Condition, Lookup, Query, RelationTarget};
use crate::records::{MAX_FILTER_CHOICES, SEARCH_CANDIDATES};

/// The search of a filter with too many values for a list.
pub(in crate::admin) struct Search {
    /// The parameter with the search text.
    pub(in crate::admin) name: String,
    pub(in crate::admin) words: String,
    /// Parameters that keep the list as it is.
    pub(in crate::admin) kept: Vec<(String, String)>,
    /// Whether there are more rows than shown.
    pub(in crate::admin) is_cut: bool,
}

/// Returns the rows that can be chosen; if `used` is given, only those that it refers to.
pub(super) fn rows(
    filter: &Filter,
    conn: &mut Conn,
    site: Site,
    params: &Params,
    target: &RelationTarget,
    used: Option<&Query>,
) -> Result<(Vec<Choice>, Option<Search>)> {
    let (exact, isnull) = (filter.expected[0].as_str(), filter.expected[1].as_str());
    let pk = ColumnPath {
        steps: filter.path.steps.clone(),
        column: filter.path.column,
    };
    let mut query = target.rows(site.admin.policy(target.model).choices());
    if let Some(used) = used {
        let mut keys =
            used.clone()
                .order_by(Vec::new())
                .distinct(conn, &pk, MAX_FILTER_CHOICES * 100)?;
        keys.retain(|key| !key.is_null());
        query = query.with_pks(keys);
    }

    let chosen = params.all(exact);
    let mut found = query.named(conn, Some(MAX_FILTER_CHOICES + 1), 0)?;
    let mut search = None;
    if is_too_long(&found) {
        (found, search) = searched_rows(filter, conn, site, params, &query, found, chosen)?;
    }

    let no_value = params
        .get(isnull)
        .is_some_and(|text| !matches!(text.to_lowercase().as_str(), "" | "0" | "false"));
    let mut choices = vec![Choice::all(
        params,
        &[exact, isnull],
        chosen.is_empty() && !no_value,
        "All",
    )];
    let is = |lookup, value| {
        Some(Condition::Is {
            path: pk.clone(),
            lookup,
            values: vec![value],
        })
    };
    let (head, tail) = params.link_ends(exact, &[], &[isnull]);
    for (value, text) in found {
        let key = value.to_string();
        let mut url = String::with_capacity(head.len() + tail.len() + key.len());
        url.push_str(&head);
        push(&mut url, &key);
        url.push_str(&tail);
        choices.push(Choice {
            text,
            url,
            is_chosen: chosen.contains(&key),
            condition: is(Lookup::Exact, value),
            count: None,
        });
    }
    if filter.field.null || filter.path.is_to_many() {
        choices.push(Choice {
            text: site.empty().to_owned(),
            url: params.link(&[(isnull, "True")], &[exact]),
            is_chosen: no_value,
            condition: is(Lookup::IsNull, true.into()),
            count: None,
        });
    }
    Ok((choices, search))
}

/// Primary keys and display names.
type NamedRows = Vec<(Value, String)>;

fn is_too_long(rows: &[(Value, String)]) -> bool {
    i64::try_from(rows.len()).is_ok_and(|count| count > MAX_FILTER_CHOICES)
}

/// Returns the rows of a filter with too many of them: those that match its search, or else `first`,
/// and before them the chosen ones.
fn searched_rows(
    filter: &Filter,
    conn: &mut Conn,
    site: Site,
    params: &Params,
    query: &Query,
    first: NamedRows,
    chosen: &[String],
) -> Result<(NamedRows, Option<Search>)> {
    let target = query.model();
    let registered = site.admin.registered(target);
    let fields = registered.map_or(&[][..], |registered| &registered.options.search_fields);
    let name = format!("{FIND}{}", filter.name);
    let words = params.get(&name).unwrap_or_default();

    let most = Some(MAX_FILTER_CHOICES + 1);
    let mut rows = match searched(fields, words) {
        Some(condition) => query
            .clone()
            .filter(condition)
            .with_few_candidates(conn, SEARCH_CANDIDATES)?
            .named(conn, most, 0)?,
        None if fields.is_empty() => first,
        None => Vec::new(),
    };
    let is_cut = is_too_long(&rows);
    rows.truncate(usize::try_from(MAX_FILTER_CHOICES).unwrap_or_default());

    let missing: Vec<Value> = chosen
        .iter()
        .filter(|text| !rows.iter().any(|(pk, _)| pk.to_string() == **text))
        .filter_map(|text| crate::models::parse(query.key_field(), text))
        .collect();
    if !missing.is_empty() {
        let missing = query.clone().with_pks(missing);
        let mut named = missing.named(conn, Some(MAX_FILTER_CHOICES), 0)?;
        named.append(&mut rows);
        rows = named;
    }

    let kept = params.kept(&[]).into_iter();
    let search = (!fields.is_empty()).then(|| Search {
        name,
        words: words.to_owned(),
        kept: kept
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        is_cut,
    });
    Ok((rows, search))
}
