//! The request for a form, and the job that computes its response.

use actix_web::web;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::computed::{self, cells};
use super::draft::{Draft, prefill};
use super::find;
use super::inline::{Formset, Inside, ShownInline};
use super::offered::{OFFERED, offered};
use super::page::{Buttons, ConflictRow, Content, Problem};
use super::readonly::Look;
use super::relations::Relations;
use super::shown::{Showing, ShownField};
use super::widgets::{Around, want};
use crate::admin::last_save::LastSave;
use crate::admin::{Actor, AdminSite, Registered, unquote};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::{BoundField, Control, LOADED, ModelField, ModelForm, key, texts};
use crate::forms::submissions::{SUBMISSION, new_id};
use crate::http::{FIELD_COUNT, PostData, QueryDict, field_count};
use crate::models::content_types::ContentType;
use crate::models::{Field, Meta, Query, Record};
use crate::settings::Settings;

/// A many-to-many field with its links.
pub(super) type Linked = (&'static str, Vec<Value>);

/// A request for a form, for use on any thread.
#[derive(Clone)]
pub(super) struct Screen {
    pub(super) known: &'static Registered,
    pub(super) site: &'static AdminSite,
    pub(super) actor: Actor,
    pub(super) settings: web::Data<Settings>,
    pub(super) query: QueryDict,
    /// The quoted primary key in the URL; `None` for a new row.
    pub(super) part: Option<String>,
    pub(super) post: Option<PostData>,
    /// Whether `post` was sent after the session had ended: it is shown again and not saved.
    pub(super) is_kept: bool,
    pub(super) is_popup: bool,
    pub(super) to_field: Option<String>,
}

/// The result of the request.
pub(super) enum Outcome {
    /// The form is shown.
    Page(Box<Content>),
    /// The row does not exist.
    Missing,
    /// The form was saved.
    Saved(Saved),
}

/// A row that was saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) pk: String,
    pub(super) name: String,
    pub(super) added: bool,
    pub(super) may_change: bool,
    /// Further messages for the user.
    pub(super) notes: Vec<String>,
}

impl Saved {
    /// Restores the result of a form that was saved, for its second submission.
    pub(super) fn again(noted: &str) -> Result<Self> {
        let saved: Self = serde_json::from_str(noted).map_err(std::io::Error::other)?;
        let note = "You had sent this page before. Nothing was added a second time.".to_owned();
        Ok(Self {
            notes: vec![note],
            ..saved
        })
    }
}

impl Screen {
    pub(super) fn zone(&self) -> Tz {
        self.settings.time_zone
    }

    /// Returns the query for the row, among those that the user may see.
    pub(super) fn row(&self, part: &str) -> Option<Query> {
        let pk = key(self.known.model.pk().target(), &unquote(part))?;
        Some(
            self.actor
                .queryset(self.known)
                .with_pks(vec![pk])
                .order_by(Vec::new()),
        )
    }

    pub(super) fn may(&self, action: &str, record: Option<&Record>) -> bool {
        self.actor.may(self.known, action, record)
    }

    /// Processes the request.
    pub(super) fn run(mut self, conn: &mut Conn) -> Result<Outcome> {
        if self.post.is_some() {
            match self.save(conn) {
                // A user who may not save the kept data gets the normal page.
                Err(Error::PermissionDenied) if self.is_kept => {
                    (self.post, self.is_kept) = (None, false);
                }
                outcome => return outcome,
            }
        }
        let Some(part) = &self.part else {
            if !self.may("add", None) {
                return Err(Error::PermissionDenied);
            }
            let mut draft = self.draft(conn, None, true)?;
            draft.inlines = self.formsets(conn, None, true)?;
            prefill(&mut draft.form, &self.query, self.zone());
            return self.show(conn, &draft, true);
        };
        let row = match self.row(part) {
            Some(row) => row.first_named(conn)?,
            None => None,
        };
        let record = row.as_ref().map(|(record, _)| record);
        if !self.may("view", record) {
            return Err(Error::PermissionDenied);
        }
        if row.is_none() {
            return Ok(Outcome::Missing);
        }
        let may_edit = self.may("change", record);
        let mut draft = self.draft(conn, row, may_edit)?;
        draft.inlines = self.formsets(conn, Some(&draft.form.record), may_edit)?;
        self.show(conn, &draft, may_edit)
    }

    /// Returns the page with this form.
    pub(super) fn show(&self, conn: &mut Conn, draft: &Draft, may_edit: bool) -> Result<Outcome> {
        let (model, options) = (self.known.model, &self.known.options);
        let form = &draft.form;
        let mut relations = Relations::default();
        for bound in &form.fields {
            want(&mut relations, bound, options);
        }
        for field in draft.shape.shown() {
            want_shown(&mut relations, form, &draft.linked, field);
        }
        for formset in &draft.inlines {
            formset.want(&mut relations);
        }
        relations.load(conn, self.site)?;
        let own: Vec<Value> = (!form.adding)
            .then(|| form.record.pk().clone())
            .into_iter()
            .collect();
        let computed = cells(conn, model, &options.readonly_computed, own)?;
        let found = draft.found.as_ref();
        let around = Around {
            site: self.site,
            actor: &self.actor,
            relations: &relations,
            options,
            adding: form.adding,
            found,
            django: self.settings.django_version(),
        };
        let empty = options
            .empty_value_display
            .unwrap_or(self.site.empty_value_display);
        let look = Look {
            site: self.site,
            actor: &self.actor,
            relations: &relations,
            zone: self.zone(),
            empty,
        };
        let showing = Showing {
            around,
            look,
            linked: &draft.linked,
            computed: computed::of(&computed, form.record.pk()),
        };
        let mut groups = showing.groups(&draft.shape, form);
        if form.adding && self.post.is_none() {
            let mut fields = groups
                .iter_mut()
                .flat_map(|group| group.lines.iter_mut().flatten());
            fields
                .find_map(ShownField::control_mut)
                .into_iter()
                .for_each(Control::autofocus);
        }
        let fields = || groups.iter().flat_map(|group| group.lines.iter().flatten());
        let problems = fields().flat_map(|field| {
            field.errors.iter().map(|error| Problem {
                target: field.target(),
                text: format!("{}: {error}", field.label),
            })
        });
        let mut problems: Vec<Problem> = problems.collect();
        let conflicts = fields().filter_map(|field| {
            let theirs = field.theirs.as_ref()?;
            let (mine, theirs) = (theirs.mine.clone(), theirs.text.clone());
            Some(ConflictRow {
                target: field.target(),
                label: field.label.clone(),
                mine,
                theirs,
            })
        });
        let mut conflicts: Vec<ConflictRow> = conflicts.collect();
        let parent = if form.adding {
            String::new()
        } else {
            form.record.pk().to_string()
        };
        let mut inlines: Vec<ShownInline> = Vec::new();
        for formset in &draft.inlines {
            let computed = &formset.computed(conn)?;
            let inside = Inside {
                screen: self,
                relations: &relations,
                look,
                parent: &parent,
                found,
                computed,
            };
            inlines.push(formset.show(inside));
        }
        for inline in &inlines {
            problems.extend(inline.problems());
            conflicts.extend(inline.conflicts());
        }
        let record = (!form.adding).then_some(&form.record);
        // A pop-up window has no links to other pages.
        let has_page = options.view_on_site
            && model.absolute_url.is_some()
            && record.is_some()
            && !self.is_popup;
        let mut content = Content {
            adding: form.adding,
            may_edit,
            name: draft.name.clone(),
            one: model.verbose_name.clone(),
            form_id: format!("{}_form", model.name),
            hidden: self.hidden(draft),
            multipart: form.fields.iter().any(|bound| bound.field.is_file())
                || draft.inlines.iter().any(Formset::takes_files),
            refused: draft.bound,
            restored: self.is_kept,
            errors: form.errors.clone(),
            problems,
            last_save: if conflicts.is_empty() {
                None
            } else {
                self.last_save(conn, &parent)?
            },
            conflicts,
            buttons: self.buttons(record, may_edit, draft.bound || self.is_kept),
            kind: if has_page {
                ContentType::of(conn, model)?
            } else {
                None
            },
            actions: self.actions(record),
            pk: parent,
            may_delete: record.is_some() && !self.is_popup && self.may("delete", record),
            notes: draft.inlines.iter().flat_map(Formset::notes).collect(),
            groups,
            inlines,
        };
        let offered = offered(relations.offered());
        if may_edit && !offered.is_empty() {
            content.hidden.push((OFFERED.to_owned(), offered));
        }
        if let Some(count) = field_count(content.fields(), &self.settings) {
            content.hidden.insert(0, (FIELD_COUNT.to_owned(), count));
        }
        Ok(Outcome::Page(Box::new(content)))
    }

    /// Returns the last save of the row, if the history has it.
    fn last_save(&self, conn: &mut Conn, pk: &str) -> Result<Option<LastSave>> {
        let mut found = LastSave::of(conn, self.model(), &[pk], &self.actor, self.zone())?;
        Ok(found.pop().map(|(_, last)| last))
    }

    fn hidden(&self, draft: &Draft) -> Vec<(String, String)> {
        let mut hidden = Vec::new();
        hidden.push((
            SUBMISSION.to_owned(),
            new_id(Some(self.actor.user.id), &self.settings),
        ));
        if self.is_popup {
            hidden.push(("_popup".to_owned(), "1".to_owned()));
        }
        if let Some(to_field) = &self.to_field {
            hidden.push(("_to_field".to_owned(), to_field.clone()));
        }
        // Django 6.1 adds this parameter to the links of pop-ups, and reads it when a row is added.
        if let Some(source_model) = self.query.get("_source_model") {
            hidden.push(("_source_model".to_owned(), source_model.to_owned()));
        }
        hidden.push((LOADED.to_owned(), draft.form.loaded(self.zone())));
        for bound in &draft.form.fields {
            hidden.extend(self.hidden_initial(bound));
        }
        hidden
    }

    /// Returns hidden inputs for a time whose default differs each time: as in Django, the initial
    /// value is sent too, so that a client can tell whether the time was changed.
    fn hidden_initial(&self, bound: &BoundField) -> Vec<(String, String)> {
        let is_time = |column: &&Field| column.kind.shape().is_temporal();
        let Some(column) = bound
            .field
            .column()
            .filter(|column| column.default.is_some())
            .filter(is_time)
        else {
            return Vec::new();
        };
        let parts = texts(bound.field, &bound.initial, self.zone())
            .0
            .into_iter()
            .enumerate();
        let input = |(at, text)| {
            let part = if bound.field.is_split() {
                format!("_{at}")
            } else {
                String::new()
            };
            let name = format!("initial-{}{part}", column.name);
            let sent = self
                .post
                .as_ref()
                .and_then(|post| post.fields.get(&name))
                .map(str::to_owned);
            (name, sent.unwrap_or(text))
        };
        parts.map(input).collect()
    }

    /// Whether the form of a row is to be saved as a new row.
    pub(super) fn is_copy(&self) -> bool {
        self.post
            .as_ref()
            .is_some_and(|post| post.fields.get("_saveasnew").is_some())
    }

    /// Whether nothing is to be saved: a browser without scripts requests another inline row or a
    /// search, or the form was kept until its user had logged in again.
    pub(super) fn is_question(&self) -> bool {
        if self.is_kept {
            return true;
        }
        let asks = |post: &PostData| {
            post.fields.get("_addrow").is_some() || find::asked(&post.fields).is_some()
        };
        self.post.as_ref().is_some_and(asks)
    }

    /// Whether the form was sent to be saved.
    pub(super) fn saves(&self) -> bool {
        self.post.is_some() && !self.is_question()
    }

    /// Returns the buttons, like Django's `submit_row`.
    fn buttons(&self, record: Option<&Record>, may_edit: bool, bound: bool) -> Buttons {
        let options = &self.known.options;
        let may_add = self.may("add", None);
        // A user who chose "Save as new" can only continue with that.
        let as_new = bound && self.is_copy();
        let changing = record.is_some() || as_new;
        Buttons {
            save: may_edit && !as_new,
            again: may_edit && !self.is_popup && !as_new && self.may("view", record),
            another: may_edit && may_add && !self.is_popup && (!options.save_as || !changing),
            as_new: may_edit && may_add && !self.is_popup && options.save_as && changing,
            on_top: options.save_on_top,
        }
    }

    pub(super) fn model(&self) -> &'static Meta {
        self.known.model
    }
}

/// Requests the display names of the rows to which read-only fields refer.
pub(super) fn want_shown(
    relations: &mut Relations,
    form: &ModelForm,
    linked: &[Linked],
    field: ModelField,
) {
    let Some(to) = field.to() else { return };
    match field {
        ModelField::Column(column) => relations.want(to, &form.record.value(column).to_string()),
        ModelField::Many(many) => {
            let linked = linked.iter().find(|(name, _)| *name == many.name);
            for key in linked.iter().flat_map(|(_, keys)| keys) {
                relations.want(to, &key.to_string());
            }
        }
    }
}
