//! The description of a model at run time.

use super::{
    CheckConstraint, ColumnPath, DisplayText, Field, GenericRelation, Index, ManyToMany, Reverse,
    SearchIndex, Step, UniqueConstraint,
};

/// One key of an ordering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The column to sort by.
    pub path: ColumnPath,
    /// Whether the largest value comes first.
    pub descending: bool,
}

/// A described model (Django's `_meta`).
#[derive(Debug)]
pub struct Meta {
    /// `orders`
    pub app: &'static str,
    /// `orderitem`, as in URLs and permissions.
    pub name: String,
    /// `OrderItem`
    pub object_name: &'static str,
    /// Whether `app` and `object_name` were set explicitly or derived from matching names of table
    /// and struct.
    pub(super) is_named: bool,
    /// `order item`
    pub verbose_name: String,
    /// `order items`
    pub verbose_name_plural: String,
    /// `orders_orderitem`
    pub table: &'static str,
    /// The fields: first the described ones in their order, then the other columns of the table.
    pub fields: Vec<Field>,
    /// The many-to-many fields.
    pub many: Vec<ManyToMany>,
    /// The rows that refer to this model by a content type and a key.
    pub generic: Vec<GenericRelation>,
    /// Sets of columns that must be unique together.
    pub unique_together: Vec<Vec<&'static str>>,
    /// The constraints that make columns unique, with a name or a condition.
    pub unique_constraints: Vec<UniqueConstraint>,
    /// The rules that each row must satisfy.
    pub check_constraints: Vec<CheckConstraint>,
    /// The indexes, besides those of single columns and of constraints.
    pub indexes: Vec<Index>,
    /// The index for searching inside of texts.
    pub search_index: Option<SearchIndex>,
    /// The former name of the model, which migrations rename.
    pub was: Option<&'static str>,
    /// Whether migrations create and change the table.
    pub managed: bool,
    /// The model whose table and fields this model shares (Django's `proxy`).
    pub(super) proxy_for: Option<fn() -> &'static Self>,
    /// Permissions besides the default ones, each a codename and a name for people.
    pub permissions: Vec<(&'static str, &'static str)>,
    /// The actions for which the model has permissions: `add`, `change`, `delete` and `view`.
    pub default_permissions: Vec<&'static str>,
    /// The columns that identify a row in fixtures instead of its primary key (Django's
    /// `natural_key`); may be empty.
    pub natural_key: Vec<ColumnPath>,
    /// The default order of lists.
    pub ordering: Vec<Order>,
    /// The display name of a row (Django's `__str__`).
    pub display: DisplayText,
    /// The URL of a row's page (Django's `get_absolute_url`).
    pub absolute_url: Option<DisplayText>,
    /// The index of the primary key in `fields`.
    pub(super) pk: usize,
}

impl PartialEq for Meta {
    /// There is only one `Meta` for each model.
    fn eq(&self, other: &Self) -> bool {
        self.app == other.app && self.name == other.name
    }
}

impl Eq for Meta {}

impl Meta {
    /// Returns the primary key.
    pub fn pk(&self) -> &Field {
        &self.fields[self.pk]
    }

    /// Returns the model whose table and fields this model shares, if it is a proxy.
    pub fn proxy_for(&self) -> Option<&'static Self> {
        self.proxy_for.map(|model| model())
    }

    /// Returns the model that the table belongs to: for a proxy, the model for which it stands.
    pub fn concrete(&'static self) -> &'static Self {
        self.proxy_for().map_or(self, Self::concrete)
    }

    /// Whether both models have the same rows, because one is a proxy of the other.
    pub fn is_same_table(&'static self, other: &'static Self) -> bool {
        self.concrete() == other.concrete()
    }

    /// Returns the field with this name in forms.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Returns the field of this column.
    pub fn column(&self, column: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.column == column)
    }

    /// Returns the many-to-many field called `name`.
    pub fn many(&self, name: &str) -> Option<&ManyToMany> {
        self.many.iter().find(|many| many.name == name)
    }

    /// Returns the many-to-many fields whose links have no model of their own: forms and fixtures
    /// contain such links, and the others are rows of their model.
    pub fn plain_many(&self) -> impl Iterator<Item = &ManyToMany> {
        self.many.iter().filter(|many| many.through_model.is_none())
    }

    /// Returns `catalog.product`.
    pub fn label(&self) -> String {
        format!("{}.{}", self.app, self.name)
    }

    /// Returns `catalog.change_product` for the action `change`.
    pub fn permission(&self, action: &str) -> String {
        format!("{}.{action}_{}", self.app, self.name)
    }

    /// Returns `product` or `products`, depending on `count`.
    pub fn counted(&self, count: i64) -> &str {
        if count == 1 {
            &self.verbose_name
        } else {
            &self.verbose_name_plural
        }
    }

    /// Returns the foreign keys of all installed models that refer to this model.
    pub fn reverse(&'static self) -> Vec<Reverse> {
        let models = super::all().iter();
        // A proxy has the keys of its model, which are rows only once.
        let models = models.filter(|model| model.proxy_for.is_none());
        let keys = models.flat_map(|model| {
            model
                .fields
                .iter()
                .map(move |field| Reverse { model, field })
        });
        keys.filter(|key| {
            key.field
                .relation
                .as_ref()
                .is_some_and(|relation| relation.to().is_same_table(self))
        })
        .collect()
    }

    /// Returns the model at the end of `step`.
    pub fn follow(&self, step: Step) -> Option<&'static Self> {
        match step {
            Step::Forward(column) => Some(self.column(column)?.relation.as_ref()?.to()),
            Step::Many(name) => Some(self.many(name)?.to()),
            Step::Reverse((app, name), _) | Step::ReverseMany((app, name), _) => {
                super::find(app, name)
            }
            Step::Aggregate(_) => None,
        }
    }

    /// Returns the field at the end of `path`.
    pub fn resolve(&'static self, path: &ColumnPath) -> Option<&'static Field> {
        let mut model = self;
        for step in &path.steps {
            model = model.follow(*step)?;
        }
        if path.column.is_empty() {
            Some(model.pk())
        } else {
            model.column(path.column)
        }
    }

    /// Whether the value at `path` can be NULL, because the column or a foreign key on the path is
    /// nullable.
    pub fn is_nullable(&'static self, path: &ColumnPath) -> bool {
        let mut model = self;
        for step in &path.steps {
            let Step::Forward(key) = step else {
                return true;
            };
            let Some(next) = model
                .follow(*step)
                .filter(|_| model.column(key).is_some_and(|field| !field.null))
            else {
                return true;
            };
            model = next;
        }
        model.column(path.column).is_some_and(|field| field.null)
    }

    /// Returns the model of the relation at `path`: a foreign key, or the end of a path without a
    /// column.
    pub fn related(&'static self, path: &ColumnPath) -> Option<&'static Self> {
        let mut model = self;
        for step in &path.steps {
            model = model.follow(*step)?;
        }
        if path.column.is_empty() {
            return Some(model).filter(|_| !path.steps.is_empty());
        }
        model
            .column(path.column)?
            .relation
            .as_ref()
            .map(super::Relation::to)
    }

    /// Returns `path` in the spelling of URLs: `category__name`.
    pub fn spelled(&'static self, path: &ColumnPath) -> String {
        let mut model = self;
        let mut names: Vec<&str> = Vec::new();
        for step in &path.steps {
            names.push(match *step {
                Step::Forward(column) => model.column(column).map_or(column, |field| field.name),
                Step::Many(name) => name,
                Step::Reverse((_, name), column) => {
                    let key = model.follow(*step).and_then(|other| other.column(column));
                    key.and_then(|key| key.relation.as_ref()?.related_name)
                        .unwrap_or(name)
                }
                Step::ReverseMany((_, name), many) => {
                    let many = model.follow(*step).and_then(|other| other.many(many));
                    many.and_then(|many| many.related_name).unwrap_or(name)
                }
                Step::Aggregate(_) => break,
            });
            let Some(next) = model.follow(*step) else {
                break;
            };
            model = next;
        }
        if let Some(field) = model.column(path.column) {
            names.push(field.name);
        }
        names.join("__")
    }

    /// Returns the actual order for an order by `path`: a foreign key is sorted by the default
    /// order of its model.
    pub fn ordered(&'static self, order: &Order) -> Vec<Order> {
        self.ordered_within(order, 0)
    }

    fn ordered_within(&'static self, order: &Order, depth: usize) -> Vec<Order> {
        let Some(target) = self
            .related(&order.path)
            .filter(|_| !order.path.column.is_empty() && depth < 4)
        else {
            return vec![order.clone()];
        };
        if target.ordering.is_empty() {
            return vec![order.clone()];
        }
        let step = Step::Forward(order.path.column);
        let mut orders = Vec::new();
        for key in &target.ordering {
            let mut steps = order.path.steps.clone();
            steps.push(step);
            steps.extend(&key.path.steps);
            let path = ColumnPath {
                steps,
                column: key.path.column,
            };
            let key = Order {
                path,
                descending: key.descending != order.descending,
            };
            orders.extend(self.ordered_within(&key, depth + 1));
        }
        orders
    }
}
