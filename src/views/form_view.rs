//! [`FormView`]: shows and saves the form of a row.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::FormResult;
use super::options::{ExtraFields, FormOptions};
use super::request::{Done, FormRequest, Target};
use crate::auth::{User, visitor};
use crate::csrf::Csrf;
use crate::db::{Conn, Db, Value};
use crate::error::{Error, Result};
use crate::forms::html::HtmlForm;
use crate::forms::model::ControlKind;
use crate::http::{PostData, app_data};
use crate::messages::Messages;
use crate::models::{FieldName, FieldNames, FromRecord, ManyToMany, Record};
use crate::pages::Page;
use crate::records::{Actor, FieldError};
use crate::settings::Settings;
use diesel::associations::HasTable;
use diesel::expression::AsExpression;
use diesel::query_source::Column;
use diesel::sql_types::SqlType;

/// The form of a model (or of a `#[nuages::form]`) for visitors, as an extractor. It handles GET and POST: see
/// [`form`](crate::http::form).
///
/// [`create`](Self::create), [`update`](Self::update) and [`delete`](Self::delete) show the form if the method is GET, or
/// save what was sent: the fields are validated as in the admin (choices, unique values and constraints too), uploads are
/// checked and stored, a page that is sent twice adds one row, and a change that somebody else has saved meanwhile is not
/// overwritten. A form with errors is shown again with everything that was typed, chosen files included.
pub struct FormView<M> {
    request: HttpRequest,
    options: FormOptions,
    message: Option<String>,
    model: PhantomData<fn() -> M>,
}

impl<M: FromRecord> FormView<M> {
    /// Limits the form to these fields, in this order; otherwise it has all editable fields.
    #[must_use]
    pub fn fields(mut self, fields: impl FieldNames<<M as HasTable>::Table>) -> Self {
        self.options.fields = Some(fields.names());
        self
    }

    /// Leaves out these fields.
    #[must_use]
    pub fn exclude(mut self, fields: impl FieldNames<<M as HasTable>::Table>) -> Self {
        self.options.exclude.extend(fields.names());
        self
    }

    /// Sets a value that the visitor does not choose: `.set(ticket::customer_id, user.id)`. The form leaves the field out.
    #[must_use]
    pub fn set<C, V>(mut self, _: C, value: V) -> Self
    where
        C: Column<Table = <M as HasTable>::Table>,
        C::SqlType: SqlType,
        V: Into<Value> + AsExpression<C::SqlType>,
    {
        self.options.set.push((C::NAME, value.into()));
        self
    }

    /// Sets the value that the form of a new row shows first.
    #[must_use]
    pub fn initial<C, V>(mut self, _: C, value: V) -> Self
    where
        C: Column<Table = <M as HasTable>::Table>,
        C::SqlType: SqlType,
        V: Into<Value> + AsExpression<C::SqlType>,
    {
        self.options.initial.push((C::NAME, value.into()));
        self
    }

    /// Sets all values that the form of a new row shows first, with a form of the same kind: one that was kept in the
    /// session, or one that the view has filled in (Django's `initial=model_to_dict(row)`).
    #[must_use]
    pub fn initial_from(mut self, form: M) -> Self
    where
        M: Into<Record>,
    {
        let record: Record = form.into();
        for field in &record.model.fields {
            let value = record.value(field).clone();
            self.options.initial.push((field.column, value));
        }
        self
    }

    /// Sets the label of a field.
    #[must_use]
    pub fn label(
        mut self,
        field: impl FieldName<<M as HasTable>::Table>,
        label: impl Into<String>,
    ) -> Self {
        self.options.labels.push((field.name(), label.into()));
        self
    }

    /// Sets the help text of a field.
    #[must_use]
    pub fn help_text(
        mut self,
        field: impl FieldName<<M as HasTable>::Table>,
        text: impl Into<String>,
    ) -> Self {
        self.options.help_texts.push((field.name(), text.into()));
        self
    }

    /// Lets the visitor choose one of these values, with their labels, for choices that depend on the settings or on the
    /// database. Another value is refused.
    #[must_use]
    pub fn choices(
        mut self,
        field: impl FieldName<<M as HasTable>::Table>,
        choices: Vec<(String, String)>,
    ) -> Self {
        self.options.choices.push((field.name(), choices));
        self
    }

    /// Shows radio buttons instead of a select.
    #[must_use]
    pub fn radio(self, field: impl FieldName<<M as HasTable>::Table>) -> Self {
        self.control(field, ControlKind::Radio)
    }

    /// Shows a check box for each choice of a many-to-many field.
    #[must_use]
    pub fn checkboxes(self, field: ManyToMany<<M as HasTable>::Table>) -> Self {
        self.control(field, ControlKind::Boxes)
    }

    /// Shows a text area instead of a single line.
    #[must_use]
    pub fn textarea(self, field: impl FieldName<<M as HasTable>::Table>) -> Self {
        self.control(field, ControlKind::Textarea)
    }

    /// Shows a single line instead of a text area.
    #[must_use]
    pub fn text_input(self, field: impl FieldName<<M as HasTable>::Table>) -> Self {
        self.control(field, ControlKind::Input("text"))
    }

    /// Sends the value in a hidden input.
    #[must_use]
    pub fn hidden(self, field: impl FieldName<<M as HasTable>::Table>) -> Self {
        self.control(field, ControlKind::Input("hidden"))
    }

    /// Hides the characters that are typed, and never sends the value back to the browser.
    #[must_use]
    pub fn password(self, field: impl FieldName<<M as HasTable>::Table>) -> Self {
        self.control(field, ControlKind::Input("password"))
    }

    fn control(mut self, field: impl FieldName<<M as HasTable>::Table>, kind: ControlKind) -> Self {
        self.options.controls.push((field.name(), kind));
        self
    }

    /// Puts `prefix` and a dash before the names of the inputs, for a page with several forms.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.options.prefix = prefix.into();
        self
    }

    /// Shows a message on the next page after the row was saved.
    #[must_use]
    pub fn message(mut self, text: impl Into<String>) -> Self {
        self.message = Some(text.into());
        self
    }

    /// Validates several fields together, after each field is valid by itself (Django's `Form.clean`). Columns of a new
    /// row that have no value yet, such as the primary key, are 0, false or "".
    #[must_use]
    pub fn check(
        mut self,
        check: impl FnOnce(&mut Conn, &M) -> Result<Vec<FieldError>> + Send + 'static,
    ) -> Self {
        self.options.check.push(Box::new(move |conn, record| {
            check(conn, &M::from_record(&record.without_gaps())?)
        }));
        self
    }

    /// Adds the fields of the `#[nuages::form]` `E` after those of the model (Django's fields that a `ModelForm` declares).
    /// `set` gets the row and their values, in the transaction that saves it. The names of the fields are not those of the
    /// model.
    ///
    /// ```
    /// # use nuages::prelude::*;
    /// #[nuages::model(app = "desk")]
    /// pub struct Ticket {
    ///     pub text: String,
    ///     #[field(email)]
    ///     pub sender: String,
    /// }
    ///
    /// #[nuages::form]
    /// pub struct Visitor {
    ///     pub name: String,
    ///     #[field(email)]
    ///     pub email: String,
    /// }
    ///
    /// # async fn view(form: FormView<Ticket>) -> Result<FormResult<Ticket>> {
    /// form.fields((desk_ticket::text,))
    ///     .extra_fields(|_, row, visitor: Visitor| {
    ///         row.set(desk_ticket::sender, visitor.email);
    ///         Ok(())
    ///     })
    ///     .create()
    ///     .await
    /// # }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn extra_fields<E: FromRecord>(
        mut self,
        set: impl FnOnce(&mut Conn, &mut Record, E) -> Result<()> + Send + 'static,
    ) -> Self {
        self.options.extra = Some(Box::new(ExtraFields {
            options: FormOptions::new(E::meta()),
            set: Some(Box::new(move |conn, row, extra| {
                set(conn, row, E::from_record(extra)?)
            })),
        }));
        self
    }

    /// Sets further values of the row, in the transaction that saves it.
    #[must_use]
    pub fn before_save(
        mut self,
        set: impl FnOnce(&mut Conn, &mut Record) -> Result<()> + Send + 'static,
    ) -> Self {
        self.options.before_save.push(Box::new(set));
        self
    }

    /// Does more in the transaction that has saved the row. With [`validate`](Self::validate), which saves none, in a
    /// transaction as soon as the form is valid: to send a mail, for example.
    #[must_use]
    pub fn after_save(
        mut self,
        then: impl FnOnce(&mut Conn, &M) -> Result<()> + Send + 'static,
    ) -> Self {
        self.options.after_save.push(Box::new(move |conn, record| {
            then(conn, &M::from_record(record)?)
        }));
        self
    }

    /// Whether the form was sent.
    pub fn is_sent(&self) -> bool {
        self.request.method() == Method::POST
    }

    /// Shows the form of a new row, or adds the row.
    pub async fn create(self) -> Result<FormResult<M>> {
        self.run(Target::New).await
    }

    /// Shows the form of the row with this primary key, or changes the row. Returns [`Error::NotFound`] if no row has this key.
    ///
    /// The view decides whether this visitor may change the row.
    pub async fn update(self, pk: impl Into<Value>) -> Result<FormResult<M>> {
        self.run(Target::Row(pk.into())).await
    }

    /// Shows a form without fields for the question whether the row with this primary key is to be deleted, or deletes
    /// the row and what depends on it. Rows that other rows protect are not deleted: the form has an error that names
    /// them.
    pub async fn delete(self, pk: impl Into<Value>) -> Result<FormResult<M>> {
        self.run(Target::Delete(pk.into())).await
    }

    /// Shows the form, or validates what was sent without saving it: for a `#[nuages::form]`. Files are stored.
    pub async fn validate(self) -> Result<FormResult<M>> {
        self.run(Target::Nothing).await
    }

    /// Returns the unsent form, for a page that sends it to another URL.
    pub async fn unsent(self) -> Result<HtmlForm> {
        let request = self.form_request(Target::New, None).await?;
        let db = app_data::<Db>(&self.request).get_ref().clone();
        let options = self.options;
        match db.run(move |conn| request.run(conn, options)).await? {
            Done::Form(form) => Ok(with_token(&self.request, *form)),
            Done::Saved(_) => Err(Error::NotFound),
        }
    }

    async fn form_request(&self, target: Target, post: Option<PostData>) -> Result<FormRequest> {
        let user = visitor::user(&self.request).await?;
        let actor = actor(&self.request, post.is_some()).await?;
        Ok(FormRequest {
            target,
            post,
            place: self.request.path().to_owned(),
            user_id: user.map(|user| user.id),
            actor,
            settings: app_data::<Settings>(&self.request).clone(),
        })
    }

    async fn run(self, target: Target) -> Result<FormResult<M>> {
        let post = if self.is_sent() {
            Some(PostData::extract(&self.request).await?)
        } else {
            None
        };
        let writes = post.is_some()
            && (!matches!(target, Target::Nothing) || !self.options.after_save.is_empty());
        let request = self.form_request(target, post).await?;
        let db = app_data::<Db>(&self.request).get_ref().clone();
        let options = self.options;
        let job = move |conn: &mut Conn| request.run(conn, options);
        let done = if writes {
            db.write(job).await?
        } else {
            db.run(job).await?
        };

        match done {
            Done::Form(form) => Ok(FormResult::Form(with_token(&self.request, *form))),
            Done::Saved(record) => {
                let row = M::from_record(&record)?;
                if let Some(text) = self.message {
                    Messages::from_request(&self.request).success(text);
                }
                Ok(FormResult::Saved(row))
            }
        }
    }
}

/// Returns the visitor of a request with the permissions; without them if nothing `is_sent`.
pub(super) async fn actor(request: &HttpRequest, is_sent: bool) -> Result<Actor> {
    let user = visitor::user(request).await?;
    let Some(user) = user.filter(|_| is_sent) else {
        return Ok(Actor::anonymous());
    };
    Ok(Actor {
        user: User::clone(&user),
        permissions: (*visitor::permissions(request).await?).clone(),
    })
}

/// Adds the CSRF token and the site's way of rendering fields.
fn with_token(request: &HttpRequest, mut form: HtmlForm) -> HtmlForm {
    form.hidden.insert(0, token_input(request));
    if let Some(render) = Page::bare(request).site.form_field {
        form.render_fields_with(render);
    }
    form
}

/// Returns the name and the value of the hidden input with the CSRF token.
pub(super) fn token_input(request: &HttpRequest) -> (String, String) {
    let token = Csrf::from_request(request).token();
    ("csrfmiddlewaretoken".to_owned(), token)
}

impl<M: FromRecord> FromRequest for FormView<M> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            Ok(Self {
                request,
                options: FormOptions::new(M::meta()),
                message: None,
                model: PhantomData,
            })
        }
        .boxed_local()
    }
}
