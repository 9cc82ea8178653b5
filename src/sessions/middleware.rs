//! Middleware that gives each request its session and saves the changes.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage as _, HttpResponse, web};

use super::expiry::Expiry;
use super::store::Changes;
use super::{Origin, Session};
use crate::clock;
use crate::db::Db;
use crate::error::Result;
use crate::http::middleware::caught;
use crate::http::{cookie, delete_cookie, set_cookie, vary_on_cookie};
use crate::settings::Settings;

/// See the module. As in Django, nothing is saved for a response with status 500 or above.
pub async fn sessions<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let name = &settings.session.cookie.name;
    let session = Session::with_cookie(cookie(request.request(), name));
    request.extensions_mut().insert(session.clone());
    let mut response = next.call(request).await?.map_into_boxed_body();
    Ok(
        match caught(keep(&session, &db, &settings, &mut response)).await {
            Ok(()) => response,
            Err(error) => response.into_response(HttpResponse::from_error(error)),
        },
    )
}

/// Saves the changes of `session` and sets its cookie.
async fn keep(
    session: &Session,
    db: &Db,
    settings: &web::Data<Settings>,
    response: &mut ServiceResponse<BoxBody>,
) -> Result<()> {
    if session.is_modified() {
        // A view may have written values without reading the session.
        session.load(db, settings).await?;
    }
    if !session.is_loaded() {
        return Ok(());
    }
    vary_on_cookie(response.headers_mut());
    let (is_empty, modified) = {
        let state = session.state();
        (
            state.data.is_empty() && state.key.is_none(),
            state.modified || settings.session.save_every_request,
        )
    };
    let save = modified && !response.status().is_server_error();
    if save {
        let (expiry, now, age) = (
            Expiry::from_data(&session.state().data),
            clock::now(),
            settings.session.cookie.age,
        );
        let origin = Origin::from_request(response.request());
        let changes =
            Changes::from_session(session, expiry.date(now, age), &settings.secret_key, origin);
        let is_saved = match db.atomic(move |conn| changes.write(conn)).await {
            Ok(()) => true,
            Err(error) if error.is_temporary() && is_only_read(response) => {
                log::warn!(target: "nuages.db", "a session was not saved: {error}");
                false
            }
            Err(error) => return Err(error),
        };
        if is_saved
            && !is_empty
            && let Some(key) = session.key()
        {
            let ends = expiry.at_browser_close(settings.session.expire_at_browser_close);
            let age = (!ends).then(|| expiry.age(now, age));
            set_cookie(response.headers_mut(), &settings.session.cookie, &key, age);
        }
    }
    if is_empty && session.has_cookie() {
        delete_cookie(response.headers_mut(), &settings.session.cookie);
    }
    Ok(())
}

/// Whether the response is a page that was only to be read: it is shown even if the session cannot
/// be saved. A redirect fails instead, because its target may need the saved data.
fn is_only_read(response: &ServiceResponse<BoxBody>) -> bool {
    response.request().method().is_safe() && response.status().is_success()
}
