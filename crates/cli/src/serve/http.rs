//! How the control is spoken to: its connections and what of HTTP goes wrong.
//!
//! Invariant: connections, bodies and waiting for either are bounded, and every error is JSON of the same form. Not here:
//! what paths mean (see `control`).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::control::Fault;

/// The most connections at a time. Each listener to events has one.
pub const MOST_CONNECTIONS: usize = 256;

/// The longest body of a request, in bytes.
const MOST_BODY_BYTES: usize = 2 * 1024 * 1024;

/// The longest body of an error that is made JSON.
const MOST_ERROR_BYTES: usize = 64 * 1024;

/// Serves the control's routes until the task is dropped. One connection too many is closed at once; so is one that does
/// not send the head of a request within `patience`.
pub async fn serve(listener: TcpListener, routes: Router, patience: Duration) {
    let routes = routes
        .layer(middleware::from_fn_with_state(patience, whole_body))
        .layer(middleware::from_fn(errors_as_json));
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely: others have to close theirs first.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(routes.clone());
        tokio::spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(patience);
            // How it ends is the client's affair.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
            drop(place);
        });
    }
}

/// Waits for the whole body before anything is done.
async fn whole_body(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match timeout(patience, to_bytes(body, MOST_BODY_BYTES)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(_)) => {
            let message = format!("a body has at most {MOST_BODY_BYTES} bytes");
            Fault::new(413, "", &message).into_response()
        }
        Err(_) => Fault::new(408, "", "the body took too long").into_response(),
    }
}

/// Gives the errors that routes and extractors make themselves the form of all others.
async fn errors_as_json(method: Method, uri: Uri, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !(status.is_client_error() || status.is_server_error()) || is_json {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let said = to_bytes(body, MOST_ERROR_BYTES).await.unwrap_or_default();
    let message = match (status, String::from_utf8_lossy(&said).trim()) {
        (StatusCode::NOT_FOUND, "") => {
            format!("there is no {}; GET / lists what there is", uri.path())
        }
        (StatusCode::METHOD_NOT_ALLOWED, "") => {
            format!("{} does not take {method}; GET / lists what there is", uri.path())
        }
        (_, "") => status.canonical_reason().unwrap_or("refused").to_owned(),
        (_, said) => said.to_owned(),
    };
    let mut fault = Fault::new(status.as_u16(), "", &message).into_response();
    // What else the reply says, such as the methods that are allowed, stays.
    head.headers.remove(header::CONTENT_TYPE);
    head.headers.remove(header::CONTENT_LENGTH);
    fault.headers_mut().extend(head.headers);
    fault
}
