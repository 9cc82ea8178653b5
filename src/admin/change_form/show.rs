//! Shows the form: gathers which related rows the page names, loads them, and renders.

use super::bound_form::BoundChangeForm;
use super::computed::{self, Cells, cells};
use super::context::RenderContext;
use super::inline::{Formset, ShownInline};
use super::offered::{OFFERED, offered};
use super::outcome::Outcome;
use super::page::{Buttons, Content};
use super::problem::{ConflictRow, Problem};
use super::relations::{Relations, want_shown};
use super::request::ChangeFormRequest;
use super::shown::{ShownField, ShownFieldset};
use super::widgets::want;
use crate::admin::last_save::LastSave;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{BoundField, Control, LOADED, texts};
use crate::forms::submissions::{SUBMISSION, new_id};
use crate::http::{FIELD_COUNT, field_count};
use crate::models::content_types::ContentType;
use crate::models::{Field, Record};

/// Renders a form in three phases: it gathers the related rows that the page names, loads them, and
/// shows the page.
struct FormRenderer<'a> {
    request: &'a ChangeFormRequest,
    change_form: &'a BoundChangeForm,
    relations: Relations,
    /// The computed columns of the row.
    computed: Cells,
    /// The computed columns of the rows of each inline.
    inlines_computed: Vec<Cells>,
}

impl ChangeFormRequest {
    /// Returns the page with this form.
    pub(super) fn show(
        &self,
        conn: &mut Conn,
        change_form: &BoundChangeForm,
        may_edit: bool,
    ) -> Result<Outcome> {
        let mut renderer = FormRenderer::gather(self, change_form);
        renderer.load(conn)?;
        let content = renderer.show(conn, may_edit)?;
        Ok(Outcome::Page(Box::new(content)))
    }
}

impl<'a> FormRenderer<'a> {
    /// Lists the related rows that the form offers or names.
    fn gather(request: &'a ChangeFormRequest, change_form: &'a BoundChangeForm) -> Self {
        let mut relations = Relations::default();
        for bound in &change_form.form.fields {
            want(&mut relations, bound, &request.registered.options);
        }
        for field in change_form.layout.shown() {
            want_shown(
                &mut relations,
                &change_form.form,
                &change_form.linked,
                field,
            );
        }
        for formset in &change_form.inlines {
            formset.want(&mut relations);
        }
        Self {
            request,
            change_form,
            relations,
            computed: Cells::new(),
            inlines_computed: Vec::new(),
        }
    }

    /// Loads the related rows and the computed columns: a fixed number of queries for each model.
    fn load(&mut self, conn: &mut Conn) -> Result<()> {
        let request = self.request;
        self.relations.load(conn, request.site)?;

        let form = &self.change_form.form;
        let pk = (!form.adding).then(|| form.record.pk().clone());
        let columns = &request.registered.options.readonly_computed;
        self.computed = cells(conn, request.model(), columns, pk.into_iter().collect())?;

        for formset in &self.change_form.inlines {
            self.inlines_computed.push(formset.computed(conn)?);
        }
        Ok(())
    }

    /// Returns the content of the page. The last save of the row and the number of its content type
    /// are queried only if the page shows them.
    fn show(&self, conn: &mut Conn, may_edit: bool) -> Result<Content> {
        let (request, change_form) = (self.request, self.change_form);
        let (model, options, form) = (
            request.model(),
            &request.registered.options,
            &change_form.form,
        );
        let record = (!form.adding).then_some(&form.record);
        let pk = record.map_or_else(String::new, |record| record.pk().to_string());

        let groups = self.groups();
        let inlines = self.inlines(&pk);
        let mut problems = problems(&groups);
        let mut conflicts = conflicts(&groups);
        for inline in &inlines {
            problems.extend(inline.problems());
            conflicts.extend(inline.conflicts());
        }

        // A pop-up window has no links to other pages.
        let has_page = options.view_on_site
            && model.absolute_url.is_some()
            && record.is_some()
            && !request.is_popup;
        let mut content = Content {
            adding: form.adding,
            may_edit,
            name: change_form.name.clone(),
            one: model.verbose_name.clone(),
            form_id: format!("{}_form", model.name),
            hidden: request.hidden(change_form),
            multipart: form.fields.iter().any(|bound| bound.field.is_file())
                || change_form.inlines.iter().any(Formset::takes_files),
            refused: change_form.bound,
            restored: request.is_kept,
            errors: form.errors.clone(),
            problems,
            last_save: if conflicts.is_empty() {
                None
            } else {
                request.last_save(conn, &pk)?
            },
            conflicts,
            buttons: request.buttons(record, may_edit, change_form.bound || request.is_kept),
            kind: if has_page {
                ContentType::for_model(conn, model)?
            } else {
                None
            },
            actions: request.actions(record),
            may_delete: record.is_some() && !request.is_popup && request.may("delete", record),
            pk,
            notes: change_form
                .inlines
                .iter()
                .flat_map(Formset::notes)
                .collect(),
            groups,
            inlines,
        };
        let offered = offered(self.relations.offered());
        if may_edit && !offered.is_empty() {
            content.hidden.push((OFFERED.to_owned(), offered));
        }
        if let Some(count) = field_count(content.fields(), &request.settings) {
            content.hidden.insert(0, (FIELD_COUNT.to_owned(), count));
        }
        Ok(content)
    }

    /// Returns the context of the row of the form.
    fn context(&self) -> RenderContext<'_> {
        let options = &self.request.registered.options;
        let form = &self.change_form.form;
        RenderContext {
            request: self.request,
            relations: &self.relations,
            options,
            adding: form.adding,
            linked: &self.change_form.linked,
            computed: computed::cells_of_row(&self.computed, form.record.pk()),
            picker_result: self.change_form.picker_result.as_ref(),
            empty: options
                .empty_value_display
                .unwrap_or(self.request.site.empty_value_display),
        }
    }

    /// Shows the fields of the row itself.
    fn groups(&self) -> Vec<ShownFieldset> {
        let form = &self.change_form.form;
        let mut groups = self.context().groups(&self.change_form.layout, form);

        if form.adding && self.request.post.is_none() {
            let mut fields = groups
                .iter_mut()
                .flat_map(|group| group.lines.iter_mut().flatten());
            fields
                .find_map(ShownField::control_mut)
                .into_iter()
                .for_each(Control::autofocus);
        }
        groups
    }

    /// Shows the inlines of the row with this primary key; "" for a new one.
    fn inlines(&self, pk: &str) -> Vec<ShownInline> {
        let pairs = self.change_form.inlines.iter().zip(&self.inlines_computed);
        pairs
            .map(|(formset, computed)| formset.show(self.context(), pk, computed))
            .collect()
    }
}

impl ChangeFormRequest {
    /// Returns the last save of the row, if the history has it.
    fn last_save(&self, conn: &mut Conn, pk: &str) -> Result<Option<LastSave>> {
        let mut found = LastSave::for_rows(conn, self.model(), &[pk], &self.actor, self.zone())?;
        Ok(found.pop().map(|(_, last)| last))
    }

    fn hidden(&self, change_form: &BoundChangeForm) -> Vec<(String, String)> {
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
        hidden.push((LOADED.to_owned(), change_form.form.loaded(self.zone())));
        for bound in &change_form.form.fields {
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

    /// Returns the buttons, like Django's `submit_row`.
    fn buttons(&self, record: Option<&Record>, may_edit: bool, bound: bool) -> Buttons {
        let options = &self.registered.options;
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
}

/// Returns the fields of the groups, in order.
fn fields(groups: &[ShownFieldset]) -> impl Iterator<Item = &ShownField> {
    groups.iter().flat_map(|group| group.lines.iter().flatten())
}

fn problems(groups: &[ShownFieldset]) -> Vec<Problem> {
    let of_field = |field: &ShownField| -> Vec<Problem> {
        let errors = field.errors.iter().map(|error| Problem {
            target: field.target(),
            text: format!("{}: {error}", field.label),
        });
        errors.collect()
    };
    fields(groups).flat_map(of_field).collect()
}

fn conflicts(groups: &[ShownFieldset]) -> Vec<ConflictRow> {
    let of_field = |field: &ShownField| {
        let theirs = field.theirs.as_ref()?;
        Some(ConflictRow {
            target: field.target(),
            label: field.label.clone(),
            mine: theirs.mine.clone(),
            theirs: theirs.text.clone(),
        })
    };
    fields(groups).filter_map(of_field).collect()
}
