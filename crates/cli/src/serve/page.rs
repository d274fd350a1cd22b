//! The page that shows the served cluster: its files, and what goes between the two.
//!
//! Invariant: the page is the one of everybody, with one script more, which is put in as it is sent. Nothing outside its folder
//! is sent. Not here: what the page does (see `www/attached.js`), what it is told (see `live`).

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::sse::{Event as ServerSent, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, body::Bytes};
use serde_json::Value;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};
use tower_http::services::ServeDir;

use super::control::{Ask, Control, Fault};
use super::live::Live;
use crate::commands::Problem;

/// What goes between the page and the server.
const SCRIPT: &str = include_str!("../../../../www/attached.js");
/// How that looks.
const STYLE: &str = include_str!("../../../../www/attached.css");

/// What the page's document has, where the script is put in: before all others, so that it hears the app from its start.
const SCRIPTS: &str = "<script";
/// The tag that says that the page is attached.
const ROOT: &str = "<html";

/// The page, read.
#[derive(Clone, Debug)]
pub struct Page {
    folder: PathBuf,
    document: String,
}

impl Page {
    /// Reads the page that was built into a folder.
    ///
    /// # Errors
    /// If there is none, with what makes one.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let file = folder.join("index.html");
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Problem::Input(format!(
                "--page: {}: {error}; cargo xtask site makes the page, and --page DIR says where it is",
                file.display()
            ))
        })?;
        let parts = text.split_once(ROOT).zip(text.split_once(SCRIPTS));
        if parts.is_none() || !text.contains("boot.js") {
            let message = format!("--page: {} is not Rosterlab's page", file.display());
            return Err(Problem::Input(message));
        }
        let added = "<link rel=\"stylesheet\" href=\"./attached.css\" />\n\
                     <script type=\"module\" src=\"./attached.js\"></script>\n";
        let document = text.replacen(ROOT, &format!("{ROOT} data-attached"), 1).replacen(
            SCRIPTS,
            &format!("{added}{SCRIPTS}"),
            1,
        );
        Ok(Self { folder: folder.to_owned(), document })
    }

    /// Its routes.
    pub fn routes(self) -> Router<Control> {
        let Self { folder, document } = self;
        // No other site frames it, or keeps a hold of its window.
        let alone = [
            (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ];
        let index = move || async move { (alone, Html(document)) };
        Router::new()
            .route("/", get(index.clone()))
            .route("/index.html", get(index))
            .route("/attached.js", get(|| async { of_type("text/javascript", SCRIPT) }))
            .route("/attached.css", get(|| async { of_type("text/css", STYLE) }))
            .route("/live", get(live))
            .route("/link", post(link))
            .fallback_service(ServeDir::new(folder).precompressed_br())
    }
}

fn of_type(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

async fn live(
    State(control): State<Control>,
) -> Result<Sse<impl Stream<Item = Result<ServerSent, Infallible>>>, Fault> {
    let first = control.ask(Ask::Live).await?.told.to_string();
    let told = |text: Live| Ok(ServerSent::default().data(&*text));
    // The channel's present value may be old: nothing is sent into it while nobody listens.
    let later = WatchStream::from_changes(control.live.subscribe()).map(told);
    let all = tokio_stream::once(told(first.into())).chain(later);
    Ok(Sse::new(all).keep_alive(KeepAlive::default()))
}

/// What was done by hand on a page: a line with the share link that it was led to, and one with that of where it is now.
async fn link(State(control): State<Control>, body: Bytes) -> Result<Json<Value>, Fault> {
    let text = std::str::from_utf8(&body).ok().and_then(|text| text.split_once('\n'));
    let (given, link) = text.ok_or_else(|| {
        let message = "two lines are expected: the link that the page was led to, and its link now";
        Fault::new(StatusCode::BAD_REQUEST.as_u16(), "", message)
    })?;
    let ask = Ask::Link { given: given.trim().to_owned(), link: link.trim().to_owned() };
    control.ask(ask).await.map(|done| Json(done.told))
}
