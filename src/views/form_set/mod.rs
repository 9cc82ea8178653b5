//! [`FormSetView`]: shows and saves the forms of several rows (Django's model formsets).

mod request;
mod rows;
mod run;

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};
use diesel::associations::HasTable;
use diesel::expression::AsExpression;
use diesel::query_source::Column;
use diesel::sql_types::SqlType;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::form_view::{actor, token_input};
use super::options::FormOptions;
use crate::auth::visitor;
use crate::db::{Db, Value};
use crate::error::{Error, Result};
use crate::forms::html::HtmlFormSet;
use crate::forms::model::ControlKind;
use crate::http::{PostData, app_data};
use crate::messages::Messages;
use crate::models::{FieldName, FieldNames, FromRecord, Record};
use crate::pages::Page;
use crate::settings::Settings;
use request::FormSetRequest;
use run::SetDone;

/// The number of empty forms, unless the view sets another number (Django's `extra`).
const EXTRA: usize = 3;
/// The largest number of forms in a page (Django's `DEFAULT_MAX_NUM`).
const MAX_FORMS: usize = 1000;

/// The forms of several rows of a model, as an extractor. Like [`FormView`](super::FormView), it handles GET and POST, and
/// neither adds a row twice nor overwrites what somebody else has saved meanwhile.
///
/// ```
/// # use nuages::prelude::*;
/// # /// A phone.
/// # #[nuages::model(app = "people")]
/// # pub struct Phone { #[field(max_length = 20)] pub number: String, #[field(on_delete = "cascade")] pub owner: ForeignKey<User> }
/// # #[nuages::page(source = "{{ phones.with_button(\"Save\")? }}")]
/// # struct Phones { page: Page, phones: HtmlFormSet }
/// async fn my_phones(page: Page, phones: FormSetView<Phone>) -> Result<Phones> {
///     let owner = page.user()?.id;
///     let phones = phones
///         .of(people_phone::owner_id, owner)
///         .can_delete()
///         .save()
///         .await?
///         .or_redirect("/phones/")?;
///     Ok(Phones { page, phones })
/// }
/// # fn main() {}
/// ```
pub struct FormSetView<M> {
    request: HttpRequest,
    options: FormOptions,
    extra: usize,
    max: usize,
    can_delete: bool,
    message: Option<String>,
    model: PhantomData<fn() -> M>,
}

/// Several forms that are to be shown, or the rows that they have saved.
#[derive(Debug)]
pub enum FormSetResult<M> {
    /// The forms are to be shown: for the first time, or with errors.
    Forms(HtmlFormSet),
    /// All forms were valid, and these rows were added or changed.
    Saved(Vec<M>),
}

impl<M> FormSetResult<M> {
    /// Returns the forms that are to be shown, or a redirect (as the error [`Error::Redirect`]) to `url`.
    pub fn or_redirect(self, url: impl Into<String>) -> Result<HtmlFormSet> {
        match self {
            Self::Forms(forms) => Ok(forms),
            Self::Saved(_) => Err(Error::Redirect(url.into())),
        }
    }
}

impl<M: FromRecord> FormSetView<M> {
    /// Limits the forms to the rows with this value in `column`, which new rows get too.
    #[must_use]
    pub fn of<C, V>(mut self, _: C, value: V) -> Self
    where
        C: Column<Table = <M as HasTable>::Table>,
        C::SqlType: SqlType,
        V: Into<Value> + AsExpression<C::SqlType>,
    {
        self.options.set.push((C::NAME, value.into()));
        self
    }

    /// Limits each form to these fields, in this order; otherwise it has all editable fields.
    #[must_use]
    pub fn fields(mut self, fields: impl FieldNames<<M as HasTable>::Table>) -> Self {
        self.options.fields = Some(fields.names());
        self
    }

    /// Shows radio buttons instead of a select.
    #[must_use]
    pub fn radio(mut self, field: impl FieldName<<M as HasTable>::Table>) -> Self {
        self.options
            .controls
            .push((field.name(), ControlKind::Radio));
        self
    }

    /// Sets the number of empty forms for new rows; 3 by default.
    #[must_use]
    pub fn extra(mut self, forms: usize) -> Self {
        self.extra = forms;
        self
    }

    /// Sets the largest number of rows; 1,000 by default.
    #[must_use]
    pub fn max(mut self, rows: usize) -> Self {
        self.max = rows.min(MAX_FORMS);
        self
    }

    /// Adds a check box "Delete" to each existing row.
    #[must_use]
    pub fn can_delete(mut self) -> Self {
        self.can_delete = true;
        self
    }

    /// Shows a message on the next page after the rows were saved.
    #[must_use]
    pub fn message(mut self, text: impl Into<String>) -> Self {
        self.message = Some(text.into());
        self
    }

    /// Shows the forms, or saves what was sent in one transaction.
    pub async fn save(self) -> Result<FormSetResult<M>> {
        let request = &self.request;
        let post = if request.method() == Method::POST {
            Some(PostData::extract(request).await?)
        } else {
            None
        };
        let is_sent = post.is_some();
        let user = visitor::user(request).await?;
        let job = FormSetRequest {
            options: self.options,
            extra: self.extra,
            max: self.max,
            can_delete: self.can_delete,
            post,
            place: request.path().to_owned(),
            user_id: user.map(|user| user.id),
            actor: actor(request, is_sent).await?,
            settings: app_data::<Settings>(request).clone(),
        };
        let db = app_data::<Db>(request).get_ref().clone();
        let done = if is_sent {
            db.write(move |conn| job.run(conn)).await?
        } else {
            db.run(move |conn| job.run(conn)).await?
        };

        match done {
            SetDone::Forms(forms) => Ok(FormSetResult::Forms(with_token(request, forms))),
            SetDone::Saved(records) => {
                if let Some(text) = self.message {
                    Messages::from_request(request).success(text);
                }
                let rows = records.iter().map(|record: &Record| M::from_record(record));
                Ok(FormSetResult::Saved(rows.collect::<Result<_>>()?))
            }
        }
    }
}

/// Adds the CSRF token and the site's way of rendering fields.
fn with_token(request: &HttpRequest, mut forms: HtmlFormSet) -> HtmlFormSet {
    forms.hidden.insert(0, token_input(request));
    if let Some(render) = Page::bare(request).site.form_field {
        forms.render_fields_with(render);
    }
    forms
}

impl<M: FromRecord> FromRequest for FormSetView<M> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            Ok(Self {
                request,
                options: FormOptions::new(M::meta()),
                extra: EXTRA,
                max: MAX_FORMS,
                can_delete: false,
                message: None,
                model: PhantomData,
            })
        }
        .boxed_local()
    }
}
