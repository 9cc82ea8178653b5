//! The models whose rows a deletion affects.

use std::sync::Arc;

use crate::models::{Circle, Condition, Meta, OnDelete, Query, Reverse};

/// The models that a deletion reaches by CASCADE (that of the selected rows first), each with the
/// rows to delete.
#[derive(Debug)]
pub(super) struct Graph {
    /// The rows to delete, one query for each model.
    pub(super) sets: Vec<Query>,
    /// Foreign keys along which rows are deleted: the index of the referenced model, the index of
    /// the referring model, and the column.
    pub(super) edges: Vec<(usize, usize, &'static str)>,
    /// The models in groups: referenced models come before referring ones, and a group of several
    /// models is a cycle.
    pub(super) groups: Vec<Vec<usize>>,
}

/// Returns the foreign keys to `model` with the rule `on_delete`.
fn keys(model: &'static Meta, on_delete: OnDelete) -> impl Iterator<Item = Reverse> {
    model.reverse().into_iter().filter(move |key| {
        key.field
            .relation
            .as_ref()
            .is_some_and(|relation| relation.on_delete.effect() == on_delete)
    })
}

/// Returns the foreign keys to the model of `rows` with the rule `on_delete`, each with the rows that refer to `rows` by it.
pub(super) fn referring(
    rows: &Query,
    on_delete: OnDelete,
) -> impl Iterator<Item = (Reverse, Query)> {
    keys(rows.model(), on_delete).map(move |key| {
        let leads = Condition::leads_to(key.model, key.field.column, rows.clone());
        (key, Query::new(key.model).filter(leads))
    })
}

impl Graph {
    pub(super) fn new(root: &Query) -> Self {
        let (models, edges) = reached(root.model());
        let groups = groups(models.len(), &edges);
        // Every set begins empty; the set of a group uses those before it.
        let mut sets: Vec<Query> = models
            .iter()
            .map(|model| Query::new(model).order_by(Vec::new()))
            .collect();
        for group in &groups {
            let tops: Vec<Query> = group
                .iter()
                .map(|&model| top(model, group, root, &sets, &edges))
                .collect();
            let inner: Vec<_> = edges
                .iter()
                .filter(|(to, from, _)| group.contains(to) && group.contains(from))
                .collect();
            match (group.as_slice(), tops.as_slice()) {
                ([model], [top]) if inner.is_empty() => sets[*model] = top.clone(),
                ([model], [top]) => {
                    let keys = inner.iter().map(|(.., key)| *key).collect();
                    let below = Condition::Below {
                        keys,
                        top: Box::new(top.clone()),
                    };
                    sets[*model] = Query::new(top.model()).order_by(Vec::new()).filter(below);
                }
                _ => {
                    let place = |model: usize| {
                        group
                            .iter()
                            .position(|&member| member == model)
                            .unwrap_or_default()
                    };
                    let circle = Arc::new(Circle {
                        models: tops.into_iter().map(|top| (top.model(), top)).collect(),
                        keys: inner
                            .iter()
                            .map(|(to, from, key)| (place(*to), place(*from), *key))
                            .collect(),
                    });
                    for (at, &model) in group.iter().enumerate() {
                        let rows = Query::new(models[model]).order_by(Vec::new());
                        sets[model] = rows.filter(Condition::Circle(Arc::clone(&circle), at));
                    }
                }
            }
        }
        Self {
            sets,
            edges,
            groups,
        }
    }

    /// Returns the rows of `model` that are deleted, if there can be any.
    pub(super) fn set_of(&self, model: &'static Meta) -> Option<&Query> {
        let mut sets = self.sets.iter();
        sets.find(|set| set.model().is_same_table(model))
    }
}

/// Returns the rows of `model` that are deleted because of earlier groups, or because they were
/// selected.
fn top(
    model: usize,
    group: &[usize],
    root: &Query,
    sets: &[Query],
    edges: &[(usize, usize, &'static str)],
) -> Query {
    if model == 0 {
        return root.clone().order_by(Vec::new());
    }
    let before = edges
        .iter()
        .filter(|(to, from, _)| *from == model && !group.contains(to));
    let own = sets[model].model();
    let ways = before
        .map(|(to, _, key)| Condition::leads_to(own, key, sets[*to].clone()))
        .collect();
    Query::new(own)
        .order_by(Vec::new())
        .filter(Condition::Any(ways))
}

type Edges = Vec<(usize, usize, &'static str)>;

fn reached(root: &'static Meta) -> (Vec<&'static Meta>, Edges) {
    let (mut models, mut edges) = (vec![root], Vec::new());
    let mut next = 0;
    while next < models.len() {
        for key in keys(models[next], OnDelete::Cascade) {
            let known = models
                .iter()
                .position(|model| model.is_same_table(key.model));
            let from = known.unwrap_or_else(|| {
                models.push(key.model);
                models.len() - 1
            });
            edges.push((next, from, key.field.column));
        }
        next += 1;
    }
    (models, edges)
}

/// Returns the models in groups: models that refer to each other in a cycle are in one group, and a
/// group comes after the groups that it refers to.
fn groups(count: usize, edges: &Edges) -> Vec<Vec<usize>> {
    let mut reach = vec![vec![false; count]; count];
    for (to, from, _) in edges {
        reach[*to][*from] = true;
    }
    for middle in 0..count {
        for start in 0..count {
            for end in 0..count {
                reach[start][end] |= reach[start][middle] && reach[middle][end];
            }
        }
    }
    let together =
        |one: usize, other: usize| one == other || (reach[one][other] && reach[other][one]);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut placed = vec![false; count];
    while let Some(model) = (0..count).find(|&model| {
        !placed[model]
            && (0..count)
                .all(|other| placed[other] || !reach[other][model] || together(other, model))
    }) {
        let group: Vec<usize> = (0..count).filter(|&other| together(model, other)).collect();
        for &member in &group {
            placed[member] = true;
        }
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn cycles_are_grouped_and_sorted_by_their_references() {
        // 0 <- 1 <-> 2, 2 <- 3, 3 <- 3
        let edges = vec![
            (0, 1, "a"),
            (1, 2, "b"),
            (2, 1, "c"),
            (2, 3, "d"),
            (3, 3, "e"),
        ];
        assert_eq!(groups(4, &edges), [vec![0], vec![1, 2], vec![3]]);
        assert_eq!(
            groups(3, &vec![(0, 2, "a"), (0, 1, "b"), (2, 1, "c")]),
            [vec![0], vec![2], vec![1]]
        );
    }
}
