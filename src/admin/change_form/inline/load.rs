//! Loads inline rows from the database.

use super::{Formset, Rights, Row};
use crate::admin::change_form::layout::{Layout, LayoutContext};
use crate::admin::change_form::request::ChangeFormRequest;
use crate::admin::change_form::widgets::is_raw;
use crate::admin::options::Inline;
use crate::db::{Conn, PageNumber, Paginator, Value};
use crate::error::Result;
use crate::forms::model::{ModelField, ModelForm};
use crate::models::{Condition, Field, Query, Record};

impl ChangeFormRequest {
    /// Returns the formsets of `parent`, or of a new row.
    pub(in crate::admin::change_form) fn formsets(
        &self,
        conn: &mut Conn,
        parent: Option<&Record>,
        may_edit: bool,
    ) -> Result<Vec<Formset>> {
        let found =
            self.inlines(parent, may_edit)
                .into_iter()
                .map(|(inline, prefix, fk, rights)| {
                    let mut formset = self.formset(inline, prefix, fk, rights);
                    if let Some(parent) = parent.filter(|_| rights.view) {
                        self.load(conn, &mut formset, parent)?;
                    }
                    self.add_empty(&mut formset);
                    Ok(formset)
                });
        found.collect()
    }

    pub(super) fn formset(
        &self,
        inline: &'static Inline,
        prefix: String,
        fk: &'static Field,
        rights: Rights,
    ) -> Formset {
        let layout = |may_edit| {
            let context = LayoutContext {
                actor: &self.actor,
                settings: &self.settings,
                record: None,
                may_edit,
            };
            let without = super::own_columns(inline, fk);
            Layout::new(inline.model, &inline.options, context, &without)
        };
        let (old, new) = (layout(rights.change), layout(rights.add));
        Formset {
            inline,
            prefix,
            fk,
            parent: self.model(),
            rights,
            old,
            new,
            rows: Vec::new(),
            writing: None,
            errors: Vec::new(),
            gone: 0,
            moved: 0,
            page: None,
        }
    }

    /// Returns the rows of `parent` that the user may see.
    pub(super) fn rows_of(&self, formset: &Formset, parent: &Value) -> Query {
        let inline = formset.inline;
        let all = Query::new(inline.model)
            .filter(Condition::equals(formset.parent_path(), parent.clone()));
        let all = all.filter(formset.belongs());
        let policy = inline.policy();
        policy.ordered(policy.limit(all, &self.actor.user))
    }

    fn load(&self, conn: &mut Conn, formset: &mut Formset, parent: &Record) -> Result<()> {
        let query = self.rows_of(formset, parent.pk());
        let per_page = self.per_page(formset);
        let asked = self.asked(formset);
        let mut offset = 0;
        if asked != PageNumber::First {
            let pages = Paginator {
                count: query.count(conn)?,
                per_page,
            };
            let number = pages.page_number(asked);
            offset = pages.offset(number);
            formset.page = Some((pages, number)).filter(|_| pages.num_pages() > 1);
        }
        let mut found = query.named_records(conn, Some(per_page + 1), offset)?;
        if i64::try_from(found.len()).is_ok_and(|count| count > per_page) {
            found.pop();
            if formset.page.is_none() {
                formset.page = Some((
                    Paginator {
                        count: query.count(conn)?,
                        per_page,
                    },
                    1,
                ));
            }
        }
        formset.rows = self.rows(conn, formset, found)?;
        Ok(())
    }

    /// Returns the requested page of a formset.
    fn asked(&self, formset: &Formset) -> PageNumber {
        self.query
            .get(&format!("{}-p", formset.prefix))
            .unwrap_or_default()
            .parse()
            .unwrap_or_default()
    }

    /// Sets the page of `parent`'s rows for a submitted form that is shown again.
    pub(in crate::admin::change_form) fn place(
        &self,
        conn: &mut Conn,
        formset: &mut Formset,
        parent: &Value,
    ) -> Result<()> {
        let (asked, per_page) = (self.asked(formset), self.per_page(formset));
        let is_full = i64::try_from(formset.initial()).is_ok_and(|count| count >= per_page);
        if formset.rights.view && (is_full || asked != PageNumber::First) {
            let pages = Paginator {
                count: self.rows_of(formset, parent).count(conn)?,
                per_page,
            };
            formset.page =
                Some((pages, pages.page_number(asked))).filter(|_| pages.num_pages() > 1);
        }
        Ok(())
    }

    /// Returns the number of rows on a page of the form.
    #[expect(
        clippy::unused_self,
        reason = "it belongs to the other methods of a formset"
    )]
    pub(super) fn per_page(&self, formset: &Formset) -> i64 {
        i64::try_from(formset.inline.per_page.max(1)).unwrap_or(i64::MAX - 1)
    }

    /// Returns forms for existing rows.
    pub(super) fn rows(
        &self,
        conn: &mut Conn,
        formset: &Formset,
        found: Vec<(Record, String)>,
    ) -> Result<Vec<Row>> {
        let (edited, shown) = (formset.old.edited(), formset.old.shown());
        let pks: Vec<Value> = found
            .iter()
            .map(|(record, _)| record.pk().clone())
            .collect();
        let mut linked = Vec::new();
        for field in edited.iter().chain(&shown) {
            if let ModelField::Many(many) = field {
                linked.push((many.name, many.linked(conn, formset.model(), &pks)?));
            }
        }
        let rows = found.into_iter().enumerate().map(|(at, (record, name))| {
            let own = |pairs: &Vec<(Value, Value)>| -> Vec<Value> {
                pairs
                    .iter()
                    .filter(|(from, _)| from == record.pk())
                    .map(|(_, to)| to.clone())
                    .collect()
            };
            let linked: Vec<(&'static str, Vec<Value>)> =
                linked.iter().map(|(name, all)| (*name, own(all))).collect();
            let links = |name: &'static str| {
                linked
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map(|(_, keys)| keys.clone())
                    .unwrap_or_default()
            };
            let form = ModelForm::new(record, false, &edited, &links, self.zone());
            row_of(formset, form, at, name, linked.clone())
        });
        Ok(rows.collect())
    }

    /// Returns a new row at this position.
    pub(super) fn empty_row(&self, formset: &Formset, at: usize) -> Row {
        let record = Record::new(formset.model());
        let form = ModelForm::new(
            record,
            true,
            &formset.new.edited(),
            &|_| Vec::new(),
            self.zone(),
        );
        row_of(formset, form, at, String::new(), Vec::new())
    }

    /// Returns a row for this position that no longer exists: its form has the fields of an
    /// existing row.
    pub(super) fn lost_row(&self, formset: &Formset, at: usize) -> Row {
        let record = Record::new(formset.model());
        let form = ModelForm::new(
            record,
            true,
            &formset.old.edited(),
            &|_| Vec::new(),
            self.zone(),
        );
        Row {
            lost: true,
            ..row_of(formset, form, at, String::new(), Vec::new())
        }
    }

    /// Adds the number of empty rows that the author set.
    pub(super) fn add_empty(&self, formset: &mut Formset) {
        let (there, inline) = (formset.rows.len(), formset.inline);
        if !formset.rights.add {
            return;
        }
        let wanted = there.max(inline.min_num) + inline.extra;
        for at in there..wanted.min(formset.most().max(there)) {
            let row = self.empty_row(formset, at);
            formset.rows.push(row);
        }
    }
}

/// Returns the row for `form` at this position.
fn row_of(
    formset: &Formset,
    form: ModelForm,
    at: usize,
    name: String,
    linked: Vec<(&'static str, Vec<Value>)>,
) -> Row {
    let mut form = form.prefix(format!("{}-{at}", formset.prefix));
    form.fixed.extend(formset.own_columns());
    formset.new.limits.apply(&mut form);
    for bound in &mut form.fields {
        bound.commas = is_raw(bound.field, &formset.inline.options);
    }
    Row {
        form,
        name,
        delete: false,
        lost: false,
        sent_key: String::new(),
        copied: false,
        linked,
    }
}
