//! Refuses a request whose declared body length is too large, even if no view reads the body.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage as _};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use super::settings;
use crate::error::Error;
use crate::http::body::{declared_chunks, declared_length, is_chunked, limit};

/// See the module. actix-web closes the connection if a body of declared length was not read.
pub async fn body_limits<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let limit = limit(request.request(), &settings(&request));
    let declared = declared_length(request.request())
        .or_else(|| declared_chunks(request.request()).map(|body| body.bytes()));
    if declared.is_some_and(|bytes| bytes > limit) {
        return Ok(request.error_response(Error::PayloadTooLarge));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Closes the connection after the response to a chunked request whose body was not read to the
/// end.
///
/// actix-web would continue to read such a body, which may never end, as soon as the payload is
/// dropped. So the response body keeps the payload alive.
pub async fn unread_bodies<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    if !is_chunked(request.request()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let payload = Rc::new(RefCell::new(request.take_payload()));
    let shared = Rc::clone(&payload);
    let parts = stream::poll_fn(move |context| shared.borrow_mut().poll_next_unpin(context));
    request.set_payload(Payload::Stream {
        payload: Box::pin(parts),
    });

    let response = next.call(request).await?.map_into_boxed_body();
    Ok(response.map_body(|_, body| {
        BoxBody::new(Answer {
            body,
            _payload: payload,
        })
    }))
}

/// The body of a response together with the payload of its request.
struct Answer {
    body: BoxBody,
    _payload: Rc<RefCell<Payload>>,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
