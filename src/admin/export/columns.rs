//! The columns of exported files.

use crate::admin::options::DataOptions;
use crate::admin::{Actor, RegisteredModel};
use crate::models::{ColumnPath, Field, ManyToMany, Step};

/// A column of a file.
#[derive(Debug, Clone, Copy)]
pub(in crate::admin) enum Column {
    /// A column of the model.
    Own(&'static Field),
    /// A column of the row that a foreign key refers to: the key, and the column.
    Related(&'static Field, &'static Field),
    /// The keys of a many-to-many field.
    Many(&'static ManyToMany),
}

impl Column {
    /// Returns the name in files: `price`, `category__slug`.
    pub(in crate::admin) fn name(&self) -> String {
        match self {
            Self::Own(field) => field.name.to_owned(),
            Self::Related(key, field) => format!("{}__{}", key.name, field.name),
            Self::Many(many) => many.name.to_owned(),
        }
    }

    /// Returns the label.
    pub(in crate::admin) fn label(&self) -> String {
        match self {
            Self::Own(field) => field.label(),
            Self::Related(key, field) => format!("{}: {}", key.label(), field.verbose_name),
            Self::Many(many) => many.label(),
        }
    }

    /// Returns the name and the label.
    pub(in crate::admin) fn labelled(&self) -> (String, String) {
        (self.name(), self.label())
    }

    /// Returns the name of the field that an import sets: the foreign key, for a column of the row that it refers to.
    pub(in crate::admin) fn target_name(&self) -> &'static str {
        match self {
            Self::Own(field) | Self::Related(field, _) => field.name,
            Self::Many(many) => many.name,
        }
    }

    /// Returns the path of the column in a query; `None` for a many-to-many field.
    pub(super) fn path(&self) -> Option<ColumnPath> {
        match self {
            Self::Own(field) => Some(ColumnPath::own(field.column)),
            Self::Related(key, field) => {
                Some(ColumnPath::own(field.column).behind(Step::Forward(key.column)))
            }
            Self::Many(_) => None,
        }
    }

    /// Returns the field whose values the column has; `None` for a many-to-many field.
    pub(super) fn field(&self) -> Option<&'static Field> {
        match self {
            Self::Own(field) | Self::Related(_, field) => Some(field),
            Self::Many(_) => None,
        }
    }

    /// Returns the columns with these names, or all own columns if `names` is empty.
    pub(super) fn named(
        registered: &'static RegisteredModel,
        actor: &Actor,
        names: &[&str],
    ) -> Result<Vec<Self>, String> {
        let (own, related) = exported(registered, actor);
        if names.is_empty() {
            return Ok(own);
        }
        let find = |name: &&str| {
            let mut all = own.iter().chain(&related);
            all.find(|column| column.name() == **name)
                .copied()
                .ok_or_else(|| format!("there is no column {name}"))
        };
        names.iter().map(find).collect()
    }
}

/// Returns the columns that can be exported: those of the model, and those of the rows that its foreign keys refer to.
pub(super) fn exported(
    registered: &'static RegisteredModel,
    actor: &Actor,
) -> (Vec<Column>, Vec<Column>) {
    let names = registered.options.data.export_fields.as_deref();
    columns(registered, names, actor)
}

/// Returns the columns of the fields with these `names` that are not secret, and those of the rows that the foreign keys
/// among these fields refer to and whose model the user may view; `None` means all fields.
pub(in crate::admin) fn columns(
    registered: &'static RegisteredModel,
    names: Option<&'static [&'static str]>,
    actor: &Actor,
) -> (Vec<Column>, Vec<Column>) {
    let model = registered.model;
    let fields = || {
        let visible = model.fields.iter().filter(|field| !field.secret);
        visible.filter(|field| DataOptions::has_field(names, field))
    };
    let mut own: Vec<Column> = fields().map(Column::Own).collect();
    let many = model.plain_many();
    let many = many.filter(|many| DataOptions::has_many(names, many));
    own.extend(many.map(Column::Many));

    let related = fields().filter_map(|key| Some((key, key.relation.as_ref()?.to())));
    let related = related.filter(|(_, other)| actor.may_view(other));
    let related = related.flat_map(|(key, other)| {
        let columns = other.fields.iter().filter(|field| !field.secret);
        columns.map(move |field| Column::Related(key, field))
    });
    (own, related.collect())
}
