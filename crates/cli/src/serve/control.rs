//! The HTTP control: test suites in any language drive the cluster through it.
//!
//! Invariant: a step that is refused changes nothing and says where it is wrong. It listens where the nodes do, and pages
//! of other sites cannot use it. Not here: its connections (see `http`), what steps mean (see the scenario crate).

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event as ServerSent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{Stream, StreamExt};

use super::live::Live;
use super::simulation::Progress;
use super::told::Told;

/// Where a request comes from, as a browser says: `same-origin`, `cross-site` …
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What it is for: `navigate`, `cors` …
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The longest that a request waits for the cluster.
const MOST_WAIT: Duration = Duration::from_mins(10);

/// What the control asks of the thread that has the simulation.
#[derive(Debug)]
pub enum Ask {
    /// What the cluster is like.
    State,
    /// The same in few lines, for a person.
    Brief,
    /// What is served of each namespace, and what is lost, in one line.
    Outcome,
    /// These steps: JSON text of one, or of a list.
    Steps(Bytes),
    /// The scenario's next step.
    Next,
    /// Back to the start.
    Reset,
    /// What a page that is attached is told.
    Live,
    /// What was done by hand on a page.
    Link {
        /// The share link that the page was led to last.
        given: String,
        /// That of where it is now.
        link: String,
    },
    /// Lines of the admin tool.
    Admin {
        /// The lines.
        text: String,
        /// Whose session of the tool it is.
        from: From,
    },
    /// Standard input's session of the admin tool is connected to this node from now on.
    Connect(String),
}

/// Whose session of the admin tool a line is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// Standard input's.
    Input,
    /// That of the control's requests which name this node; else the highest one that is up is meant.
    Control(Option<String>),
}

/// An answer: done, with data, or not.
pub type Answer = Result<Done, Fault>;

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// What is said of it.
    pub told: Value,
    /// What happens after it.
    pub later: Option<broadcast::Receiver<Told>>,
}

impl std::convert::From<Value> for Done {
    fn from(told: Value) -> Self {
        Self { told, later: None }
    }
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The status of the reply.
    pub status: u16,
    /// Where in what was sent; empty if it is all of it.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    /// A fault.
    pub fn new(status: u16, place: &str, message: &str) -> Self {
        Self { status, place: place.to_owned(), message: message.to_owned() }
    }
}

/// A question and where its answer goes.
pub type Asked = (Ask, oneshot::Sender<Answer>);

/// What handlers share.
#[derive(Clone)]
pub struct Control {
    /// Where questions go.
    pub asks: mpsc::Sender<Asked>,
    /// How far the cluster has come.
    pub progress: watch::Receiver<Progress>,
    /// What happens: each listener gets a receiver of its own.
    pub events: broadcast::Sender<Told>,
    /// What pages that are attached are told.
    pub live: watch::Sender<Live>,
}

/// What a request waits for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Until {
    /// No cluster change is to come.
    Settled,
    /// Neither a change nor a migration is left.
    Migrated,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    until: Option<Until>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForAdmin {
    until: Option<Until>,
    node: Option<String>,
}

const HELP: &str = "\
rosterlab: the control of a simulated cluster

GET  /help     this
GET  /state    what the cluster is like now
GET  /events   what happens from now on, as server-sent events: one JSON object each
POST /steps    does a step of the scenario format, or a list of them (JSON)
POST /next     does the scenario's next step
POST /reset    sets the cluster back to its start, without records
GET  /live     with --page: where the cluster is, as a share link, and what clients were told; server-sent events
POST /link     with --page: does what was done on a page; two lines: the link that it was led to, and the one where it is
POST /admin    does lines of the admin tool (text), such as: show roster; ?node=A101 says where it is connected

POST /steps, /next and /admin take ?until=settled or ?until=migrated: the reply waits until the cluster has come so far,
and tells what happened until then. Errors are JSON: an object with error, and place in what was sent.
";

/// What is at the root where no page is.
pub fn root() -> Router<Control> {
    Router::new().route("/", get(|| async { HELP }))
}

/// The control's routes, beside those of its root.
///
/// `advertised` is a name, beside addresses and `localhost`, by which it may be asked.
pub fn routes(root: Router<Control>, control: Control, advertised: Option<String>) -> Router {
    root.route("/help", get(|| async { HELP }))
        .route("/state", get(state))
        .route("/events", get(events))
        .route("/steps", post(steps))
        .route("/next", post(next))
        .route("/reset", post(reset))
        .route("/admin", post(admin))
        .layer(middleware::from_fn_with_state(advertised, only_from_here))
        .with_state(control)
}

/// A page of another site may send requests to loopback without being able to read the replies: its origin says so. Its
/// name may also be made to lead to loopback: then the host is a name that is not ours.
async fn only_from_here(
    State(advertised): State<Option<String>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_ours = is_address(name) || name == "localhost" || Some(name) == advertised.as_deref();
    let origin = text(header::ORIGIN);
    // A browser says so too of what sends no origin, such as a picture. To come here by a link is allowed.
    let is_led_here = text(FETCH_MODE) == Some("navigate");
    let is_foreign = text(FETCH_SITE) == Some("cross-site") && !is_led_here;
    let is_own_page = !is_foreign && origin.is_none_or(|origin| origin == format!("http://{host}"));
    if is_ours && is_own_page {
        next.run(request).await
    } else {
        Fault::new(403, "", "requests of pages of other sites are refused").into_response()
    }
}

/// Whether a host is an address, with brackets if it is one of IPv6.
fn is_address(host: &str) -> bool {
    host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(json!({"error": self.message, "place": self.place}))).into_response()
    }
}

impl Control {
    /// Asks the thread that has the simulation.
    pub async fn ask(&self, ask: Ask) -> Answer {
        let stopping =
            || Fault { status: 503, place: String::new(), message: "the server stops".to_owned() };
        let (sender, answer) = oneshot::channel();
        self.asks.send((ask, sender)).await.map_err(|_| stopping())?;
        answer.await.map_err(|_| stopping())?
    }

    /// Waits until the cluster has come so far, and gives its time then.
    async fn wait(&self, until: Option<Until>) -> Result<u64, Fault> {
        let come_so_far = |progress: &Progress| match until {
            None => true,
            Some(Until::Settled) => !progress.changing,
            Some(Until::Migrated) => !progress.changing && !progress.migrating,
        };
        let mut progress = self.progress.clone();
        match tokio::time::timeout(MOST_WAIT, progress.wait_for(come_so_far)).await {
            Ok(now) => Ok(now.map_or(0, |now| now.now_ms)),
            Err(_) => {
                Err(Fault::new(504, "", "the cluster did not come so far within ten minutes"))
            }
        }
    }

    /// Asks, waits, and adds to the answer what has happened since.
    async fn ask_and_wait(&self, ask: Ask, until: Option<Until>) -> Result<Json<Value>, Fault> {
        let Done { mut told, later } = self.ask(ask).await?;
        if until.is_none() {
            return Ok(Json(told));
        }
        let now_ms = self.wait(until).await?;
        if let Some(events) = told.get_mut("events").and_then(Value::as_array_mut) {
            events.extend(later.into_iter().flat_map(all_there));
            told["timeMs"] = json!(now_ms);
        }
        Ok(Json(told))
    }
}

/// What a listener has received so far. It may have missed what came first when it was a great deal.
fn all_there(mut listener: broadcast::Receiver<Told>) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        match listener.try_recv() {
            Ok(told) => all.push(told.json().clone()),
            Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return all,
        }
    }
}

async fn state(State(control): State<Control>) -> Result<Json<Value>, Fault> {
    control.ask(Ask::State).await.map(|done| Json(done.told))
}

async fn steps(
    State(control): State<Control>,
    Query(Waiting { until }): Query<Waiting>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(is_json) {
        let message = "the body has to be JSON, and its content-type application/json";
        return Err(Fault::new(415, "", message));
    }
    control.ask_and_wait(Ask::Steps(body), until).await
}

/// Whether a media type is JSON's, whatever its parameters.
fn is_json(kind: &str) -> bool {
    let name = kind.split(';').next().unwrap_or_default().trim();
    name.eq_ignore_ascii_case("application/json")
}

async fn next(
    State(control): State<Control>,
    Query(Waiting { until }): Query<Waiting>,
) -> Result<Json<Value>, Fault> {
    control.ask_and_wait(Ask::Next, until).await
}

async fn reset(State(control): State<Control>) -> Result<Json<Value>, Fault> {
    control.ask(Ask::Reset).await.map(|done| Json(done.told))
}

async fn admin(
    State(control): State<Control>,
    Query(ForAdmin { until, node }): Query<ForAdmin>,
    text: String,
) -> Result<String, Fault> {
    let told = control.ask_and_wait(Ask::Admin { text, from: From::Control(node) }, until).await?;
    Ok(told.as_str().unwrap_or_default().to_owned())
}

async fn events(
    State(control): State<Control>,
) -> Sse<impl Stream<Item = Result<ServerSent, Infallible>>> {
    let told = BroadcastStream::new(control.events.subscribe()).map(|told| {
        Ok(match told {
            Ok(told) => ServerSent::default().data(told.json().to_string()),
            Err(BroadcastStreamRecvError::Lagged(missed)) => {
                ServerSent::default().event("missed").data(missed.to_string())
            }
        })
    });
    Sse::new(told).keep_alive(KeepAlive::default())
}
