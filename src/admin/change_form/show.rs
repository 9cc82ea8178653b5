//! Shows the form: gathers which related rows the page names, loads them, and renders.

use super::bound_form::BoundChangeForm;
use super::computed::{self, Cells, cells};
use super::inline::{Formset, Inside, ShownInline};
use super::offered::{OFFERED, offered};
use super::outcome::Outcome;
use super::page::{Buttons, Content};
use super::problem::{ConflictRow, Problem};
use super::readonly::Look;
use super::relations::{Relations, want_shown};
use super::request::ChangeFormRequest;
use super::shown::{Showing, ShownField, ShownFieldset};
use super::widgets::{Around, want};
use crate::admin::last_save::LastSave;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{BoundField, Control, LOADED, texts};
use crate::forms::submissions::{SUBMISSION, new_id};
use crate::http::{FIELD_COUNT, field_count};
use crate::models::content_types::ContentType;
use crate::models::{Field, Record};

/// The values of computed columns.
struct Computed {
    own: Cells,
    /// The values in the rows of each inline.
    inlines: Vec<Cells>,
}

impl ChangeFormRequest {
    /// Returns the page with this form: gathers the related rows that it names, loads them, and renders.
    pub(super) fn show(
        &self,
        conn: &mut Conn,
        change_form: &BoundChangeForm,
        may_edit: bool,
    ) -> Result<Outcome> {
        let mut relations = self.gather(change_form);
        let loaded = self.load_shown(conn, change_form, &mut relations)?;
        self.render(conn, change_form, &relations, &loaded, may_edit)
    }

    /// Lists the related rows that the form offers or names.
    fn gather(&self, change_form: &BoundChangeForm) -> Relations {
        let mut relations = Relations::default();
        for bound in &change_form.form.fields {
            want(&mut relations, bound, &self.registered.options);
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
        relations
    }

    /// Loads the related rows and the computed columns: a fixed number of queries for each model.
    fn load_shown(
        &self,
        conn: &mut Conn,
        change_form: &BoundChangeForm,
        relations: &mut Relations,
    ) -> Result<Computed> {
        relations.load(conn, self.site)?;

        let form = &change_form.form;
        let pk = (!form.adding).then(|| form.record.pk().clone());
        let columns = &self.registered.options.readonly_computed;
        let own = cells(conn, self.model(), columns, pk.into_iter().collect())?;

        let inlines: Result<Vec<Cells>> = change_form
            .inlines
            .iter()
            .map(|formset| formset.computed(conn))
            .collect();
        Ok(Computed {
            own,
            inlines: inlines?,
        })
    }

    /// Renders the form.
    fn render(
        &self,
        conn: &mut Conn,
        change_form: &BoundChangeForm,
        relations: &Relations,
        loaded: &Computed,
        may_edit: bool,
    ) -> Result<Outcome> {
        let (model, options, form) = (
            self.registered.model,
            &self.registered.options,
            &change_form.form,
        );
        let look = Look {
            site: self.site,
            actor: &self.actor,
            relations,
            zone: self.zone(),
            empty: options
                .empty_value_display
                .unwrap_or(self.site.empty_value_display),
        };
        let groups = self.groups(change_form, look, loaded);
        let parent = if form.adding {
            String::new()
        } else {
            form.record.pk().to_string()
        };
        let inlines: Vec<ShownInline> = change_form
            .inlines
            .iter()
            .zip(&loaded.inlines)
            .map(|(formset, computed)| {
                formset.show(Inside {
                    screen: self,
                    relations,
                    look,
                    parent: &parent,
                    picker_result: change_form.picker_result.as_ref(),
                    computed,
                })
            })
            .collect();

        let mut problems = problems(&groups);
        let mut conflicts = conflicts(&groups);
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
            name: change_form.name.clone(),
            one: model.verbose_name.clone(),
            form_id: format!("{}_form", model.name),
            hidden: self.hidden(change_form),
            multipart: form.fields.iter().any(|bound| bound.field.is_file())
                || change_form.inlines.iter().any(Formset::takes_files),
            refused: change_form.bound,
            restored: self.is_kept,
            errors: form.errors.clone(),
            problems,
            last_save: if conflicts.is_empty() {
                None
            } else {
                self.last_save(conn, &parent)?
            },
            conflicts,
            buttons: self.buttons(record, may_edit, change_form.bound || self.is_kept),
            kind: if has_page {
                ContentType::for_model(conn, model)?
            } else {
                None
            },
            actions: self.actions(record),
            pk: parent,
            may_delete: record.is_some() && !self.is_popup && self.may("delete", record),
            notes: change_form
                .inlines
                .iter()
                .flat_map(Formset::notes)
                .collect(),
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

    /// Renders the fields of the row itself.
    fn groups(
        &self,
        change_form: &BoundChangeForm,
        look: Look<'_>,
        loaded: &Computed,
    ) -> Vec<ShownFieldset> {
        let form = &change_form.form;
        let around = Around {
            site: self.site,
            actor: &self.actor,
            relations: look.relations,
            options: &self.registered.options,
            adding: form.adding,
            picker_result: change_form.picker_result.as_ref(),
            django: self.settings.django_version(),
        };
        let showing = Showing {
            around,
            look,
            linked: &change_form.linked,
            computed: computed::cells_of_row(&loaded.own, form.record.pk()),
        };
        let mut groups = showing.groups(&change_form.layout, form);

        if form.adding && self.post.is_none() {
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
