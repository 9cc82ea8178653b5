//! The rows of a deletion as a tree: each row is below the row that it is deleted with.

use std::collections::HashSet;

use super::Collector;
use super::links::LinkTable;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Condition, Lookup, Meta, Order, Query, Step};
use crate::words::capfirst;

/// The maximum depth of a preview.
const DEPTH: usize = 6;

/// A row to delete.
#[derive(Debug)]
pub struct Branch {
    /// The model; `None` for a row of a link table.
    pub model: Option<&'static Meta>,
    /// `Order item`
    pub kind: String,
    /// The primary key.
    pub pk: Value,
    /// The display name.
    pub name: String,
    /// The dependent rows.
    pub children: Vec<Self>,
    /// The dependent rows that are not listed: their number, and their name.
    pub more: Vec<(i64, String)>,
}

/// Rows that are listed already: a row is deleted once, whatever refers to it.
type Seen = HashSet<(&'static str, String)>;

impl Collector {
    /// Returns up to `limit` of the first rows out of `total` with their dependent rows, and the
    /// number of further rows.
    pub(super) fn tree(
        &self,
        conn: &mut Conn,
        limit: i64,
        total: i64,
    ) -> Result<(Vec<Branch>, i64)> {
        let mut seen = Seen::new();
        let roots = self.root.named(conn, Some(limit), 0)?;
        let mut branches = branches(self.root.model(), roots, &mut seen);
        let more = (total - i64::try_from(branches.len()).unwrap_or(0)).max(0);
        self.grow(
            conn,
            0,
            &mut branches.iter_mut().collect::<Vec<_>>(),
            limit,
            DEPTH,
            &mut seen,
        )?;
        Ok((branches, more))
    }

    /// Adds the dependent rows of `branches`, which are rows of model `at`: with a fixed number of
    /// queries for each foreign key, for any number of branches.
    fn grow(
        &self,
        conn: &mut Conn,
        at: usize,
        branches: &mut [&mut Branch],
        limit: i64,
        depth: usize,
        seen: &mut Seen,
    ) -> Result<()> {
        if branches.is_empty() || depth == 0 {
            return Ok(());
        }
        let model = self.graph.sets[at].model();
        let pks: Vec<Value> = branches.iter().map(|branch| branch.pk.clone()).collect();
        for (_, from, key) in self.graph.edges.iter().filter(|(to, ..)| *to == at) {
            let child = self.graph.sets[*from].model();
            // The primary key of the referenced row, whichever column the foreign key refers to.
            let path = ColumnPath::own(model.pk().column).behind(Step::Forward(key));
            let leading = Query::new(child).filter(Condition::Is {
                path: path.clone(),
                lookup: Lookup::In,
                values: pks.clone(),
            });
            let totals = leading.count_by(conn, &path)?;
            if totals.is_empty() {
                continue;
            }
            let rows = named_by(conn, &leading, &path, limit)?;
            for branch in branches.iter_mut() {
                let mine = rows.iter().filter(|(to, ..)| *to == branch.pk);
                let mine: Vec<_> = mine
                    .map(|(_, pk, name)| (pk.clone(), name.clone()))
                    .collect();
                let total = total_of(&totals, &branch.pk);
                let rest = total - i64::try_from(mine.len()).unwrap_or(0);
                branch.children.extend(self::branches(child, mine, seen));
                if rest > 0 {
                    branch.more.push((rest, child.counted(rest).to_owned()));
                }
            }
            let mut grown: Vec<&mut Branch> = branches
                .iter_mut()
                .flat_map(|branch| {
                    branch
                        .children
                        .iter_mut()
                        .filter(|below| below.model == Some(child))
                })
                .filter(|below| below.children.is_empty() && below.more.is_empty())
                .collect();
            self.grow(conn, *from, &mut grown, limit, depth - 1, seen)?;
        }
        let rows = Query::new(model).order_by(Vec::new()).with_pks(pks);
        for links in LinkTable::for_model(model) {
            hang_links(conn, &links, &rows, branches, limit)?;
        }
        Ok(())
    }
}

fn branches(model: &'static Meta, rows: Vec<(Value, String)>, seen: &mut Seen) -> Vec<Branch> {
    let new = rows
        .into_iter()
        .filter(|(pk, _)| seen.insert((model.table, pk.to_string())));
    new.map(|(pk, name)| Branch {
        model: Some(model),
        kind: capfirst(&model.verbose_name),
        pk,
        name,
        children: Vec::new(),
        more: Vec::new(),
    })
    .collect()
}

/// Returns for each row the value of `key`, the primary key and the display name.
fn named_by(
    conn: &mut Conn,
    rows: &Query,
    key: &ColumnPath,
    limit: i64,
) -> Result<Vec<(Value, Value, String)>> {
    let model = rows.model();
    let pk = ColumnPath::own(model.pk().column);
    let mut paths = vec![key.clone(), pk.clone()];
    paths.extend(model.display.paths.iter().cloned());
    let order = [key.clone(), pk].map(|path| Order {
        path,
        descending: false,
    });
    let found = rows
        .clone()
        .order_by(order.to_vec())
        .rows(conn, &paths, Some(limit), 0)?;
    let named = found.into_iter().map(|mut row| {
        let rest = row.split_off(2);
        let mut keys = row.into_iter();
        let (to, pk) = (keys.next(), keys.next());
        to.zip(pk)
            .map(|(to, pk)| (to, pk, model.display.say(&rest).into_owned()))
    });
    Ok(named.flatten().collect())
}

fn hang_links(
    conn: &mut Conn,
    links: &LinkTable,
    rows: &Query,
    branches: &mut [&mut Branch],
    limit: i64,
) -> Result<()> {
    let totals = links.counts(conn, rows)?;
    if totals.is_empty() {
        return Ok(());
    }
    let pairs = links.some(conn, rows, limit)?;
    let others = pairs.iter().map(|(_, other)| other.clone()).collect();
    let names = Query::new(links.other)
        .order_by(Vec::new())
        .with_pks(others)
        .named(conn, None, 0)?;
    for branch in branches.iter_mut() {
        let mut shown = 0;
        for (_, other) in pairs.iter().filter(|(here, _)| *here == branch.pk) {
            let name = names
                .iter()
                .find(|(pk, _)| pk == other)
                .map(|(_, name)| name.as_str())
                .unwrap_or_default();
            shown += 1;
            branch.children.push(Branch {
                model: None,
                kind: capfirst(&links.verbose_name(1)),
                pk: other.clone(),
                name: format!("{}, {name}", branch.name),
                children: Vec::new(),
                more: Vec::new(),
            });
        }
        let rest = total_of(&totals, &branch.pk) - shown;
        if rest > 0 {
            branch.more.push((rest, links.verbose_name(rest)));
        }
    }
    Ok(())
}

fn total_of(totals: &[(Value, i64)], pk: &Value) -> i64 {
    totals
        .iter()
        .find(|(to, _)| to == pk)
        .map_or(0, |(_, count)| *count)
}
