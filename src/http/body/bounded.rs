//! Limits the size of a request body and the time that it may take.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::{Instant, timeout};

use super::kind;
use crate::error::Error;
use crate::http::server::DeclaredBody;
use crate::settings::Settings;

/// Allowance in bytes for the parts of a multipart body that are neither values nor files: names,
/// content types and boundaries.
const MULTIPART_OVERHEAD: u64 = 1 << 20;
/// Bytes per second that a body must have on average.
const MIN_RATE: u64 = 500;

/// Returns the largest allowed size, in bytes, of the body of `request`.
pub(in crate::http) fn limit(request: &HttpRequest, settings: &Settings) -> u64 {
    let fields = settings.data_upload_max_memory_size as u64;
    if kind(request) == "multipart/form-data" {
        fields
            .saturating_add(settings.file_upload_max_size)
            .saturating_add(MULTIPART_OVERHEAD)
    } else {
        fields
    }
}

/// Returns the length that the request declares. actix-web has already refused a length that is not
/// a number.
pub(in crate::http) fn declared_length(request: &HttpRequest) -> Option<u64> {
    request
        .headers()
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Whether the body is sent in chunks.
pub(in crate::http) fn is_chunked(request: &HttpRequest) -> bool {
    request.headers().contains_key(TRANSFER_ENCODING)
}

/// Returns the sum of the sizes of the chunks that the request has declared so far; `None` if its
/// body is not sent in chunks.
pub(in crate::http) fn declared_chunks(request: &HttpRequest) -> Option<&DeclaredBody> {
    request
        .conn_data::<DeclaredBody>()
        .filter(|_| is_chunked(request))
}

struct Bounded {
    payload: Payload,
    chunks: Option<DeclaredBody>,
    began: Instant,
    received: u64,
    limit: u64,
    total: Duration,
}

/// Returns the bytes of `payload` as a stream, which fails as soon as the body is too large or too
/// slow.
pub(super) fn bounded(
    request: &HttpRequest,
    payload: Payload,
    settings: &Settings,
) -> impl Stream<Item = Result<Bytes, PayloadError>> + use<> {
    let body = Bounded {
        payload,
        chunks: declared_chunks(request).cloned(),
        began: Instant::now(),
        received: 0,
        limit: limit(request, settings),
        total: settings.body_timeout,
    };
    let parts = stream::unfold(Some(body), |body| async {
        let mut body = body?;
        match body.read().await? {
            Ok(bytes) => Some((Ok(bytes), Some(body))),
            Err(error) => Some((Err(error), None)),
        }
    });
    // `Multipart` polls once more after the end.
    parts.fuse()
}

impl Bounded {
    /// Returns the next bytes, or `None` at the end.
    async fn read(&mut self) -> Option<Result<Bytes, PayloadError>> {
        let allowed = self
            .total
            .saturating_add(Duration::from_secs(self.received / MIN_RATE));
        let left = allowed.saturating_sub(self.began.elapsed());
        let next = timeout(left.min(self.total), poll_fn(|context| self.poll(context)));
        let Ok(next) = next.await else {
            let too_slow = ErrorKind::TimedOut.into();
            return Some(Err(PayloadError::Incomplete(Some(too_slow))));
        };
        match next? {
            Ok(bytes) => {
                self.received = self.received.saturating_add(bytes.len() as u64);
                Some(if self.received > self.limit {
                    Err(PayloadError::Overflow)
                } else {
                    Ok(bytes)
                })
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// Polls the payload. A chunk that is too large is an error before its bytes arrive.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let declared = self.chunks.as_ref().map(|body| body.poll_bytes(context));
        if declared.is_some_and(|bytes| bytes > self.limit) {
            return Poll::Ready(Some(Err(PayloadError::Overflow)));
        }
        self.payload.poll_next_unpin(context)
    }
}

/// Converts the error of a body that could not be read.
pub(super) fn refusal(error: &PayloadError) -> Error {
    match error {
        PayloadError::Overflow => Error::PayloadTooLarge,
        PayloadError::Incomplete(Some(error)) if error.kind() == ErrorKind::TimedOut => {
            Error::RequestTimeout
        }
        error => Error::BadRequest(format!("the body broke off ({error})")),
    }
}
