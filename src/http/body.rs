//! Receives the bodies of requests: as many bytes as are allowed, in the time that is allowed.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::Limits;

/// Bodies up to this size in bytes are received at any time. So large ones, which have to wait for one another, never
/// keep ordinary requests waiting.
const SMALL: usize = 4 << 10;

/// Why a body was not received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    /// It is larger than any request has to be.
    #[error("The request is too large.")]
    TooLarge,
    /// It did not come in time.
    #[error("The request's body did not arrive in time.")]
    TooSlow,
}

/// Receives bodies.
pub(super) struct Bodies {
    limits: Limits,
    /// One permit for each byte of large bodies that may be held meanwhile.
    room: Semaphore,
}

impl Bodies {
    pub(super) fn new(limits: Limits) -> Self {
        let room = Semaphore::new(limits.all_bodies_bytes.clamp(limits.body_bytes, Semaphore::MAX_PERMITS));
        Self { limits, room }
    }

    /// Receives the body of a request with these headers.
    pub(super) async fn receive(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, BodyError> {
        let most = self.limits.body_bytes;
        let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let largest = match announced {
            Some(length) if length > most => return Err(BodyError::TooLarge),
            Some(length) => length,
            None if headers.contains_key(header::TRANSFER_ENCODING) => most,
            None => 0,
        };
        let receiving = async {
            let _room = self.room_for(largest).await;
            to_bytes(body, most).await.map_err(|_| BodyError::TooLarge)
        };
        timeout(self.limits.body_patience, receiving).await.map_err(|_| BodyError::TooSlow)?
    }

    /// Waits for room for a body of so many bytes.
    async fn room_for(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        if bytes <= SMALL {
            return None;
        }
        // The semaphore is never closed.
        self.room.acquire_many(u32::try_from(bytes).unwrap_or(u32::MAX)).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use axum::http::HeaderValue;
    use futures_util::{StreamExt, future::join_all, stream};
    use tokio::time::Instant;

    use super::*;

    fn bodies() -> Bodies {
        Bodies::new(Limits { body_bytes: 16 << 10, all_bodies_bytes: 32 << 10, ..Limits::default() })
    }

    fn of_length(length: usize) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from(length))])
    }

    fn chunked() -> HeaderMap {
        HeaderMap::from_iter([(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"))])
    }

    /// Sends a byte a second, for ever.
    fn slow() -> Body {
        let bytes = stream::repeat(()).then(|()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<_, Infallible>("x")
        });
        Body::from_stream(bytes)
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_byte_by_byte_is_given_up() {
        let started = Instant::now();
        assert_eq!(bodies().receive(&of_length(100), slow()).await, Err(BodyError::TooSlow));
        assert_eq!(started.elapsed(), Limits::default().body_patience);
    }

    #[tokio::test]
    async fn a_body_without_end_is_refused_at_the_limit() {
        let endless = Body::from_stream(stream::repeat(Ok::<_, Infallible>("x".repeat(1024))));
        assert_eq!(bodies().receive(&chunked(), endless).await, Err(BodyError::TooLarge));
        assert_eq!(bodies().receive(&of_length(1 << 40), Body::empty()).await, Err(BodyError::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn slow_large_bodies_do_not_keep_small_ones_waiting() {
        let bodies = bodies();
        let headers = chunked();
        let attackers = join_all((0..100).map(|_| bodies.receive(&headers, slow())));
        let honest = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(bodies.room.available_permits(), 0, "all the room is taken");
            let started = Instant::now();
            assert_eq!(bodies.receive(&of_length(2), Body::from("ok")).await, Ok(Bytes::from("ok")));
            assert_eq!(started.elapsed(), Duration::ZERO);
        };
        let (given_up, ()) = tokio::join!(attackers, honest);
        assert!(given_up.iter().all(|body| *body == Err(BodyError::TooSlow)));
    }
}
