//! The routes: the page's files, and the interface under `/api/v1`.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use turnover_analysis::format::in_sentence;
use turnover_analysis::{AnalysisError, Watch};
use turnover_data::{Fault, countries};
use turnover_measures::{Measure, WatchList};

use crate::ask;
use crate::budget::Budget;
use crate::data::{Base, FileOptions};
use crate::error::Refusal;
use crate::guard::{Guard, guard};
use crate::jobs::{Jobs, State as JobState};
use crate::openapi::openapi;
use crate::{Config, Limits, ServerError, assets};

/// What every request sees.
struct Shared {
    base: Base,
    jobs: Jobs,
    limits: Limits,
    working: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// Memory for files that are received and read.
    reading: Budget,
}

pub(crate) fn app(config: Config, bound: SocketAddr) -> Result<Router, ServerError> {
    assets::prepare();
    let limits = config.limits;
    let guarding = Arc::new(Guard::new(bound, &config.hosts, config.token));
    let shared = Arc::new(Shared {
        base: Base::new(config.figures, limits)?,
        jobs: Jobs::default(),
        limits,
        working: Arc::new(Semaphore::new(limits.working)),
        waiting: AtomicUsize::new(0),
        reading: Budget::new(limits.reading_bytes),
    });
    Ok(Router::new()
        .route("/api/v1/openapi.json", get(|| async { Json(openapi()) }))
        .route("/api/v1/meta", get(meta))
        .route("/api/v1/answers/{question}", post(answer))
        .route("/api/v1/jobs", post(begin))
        .route("/api/v1/jobs/{id}", axum::routing::delete(stop))
        .route("/api/v1/jobs/{id}/events", get(events))
        .route("/api/v1/files", post(file))
        .route("/api/v1/brief.html", post(brief_page))
        .fallback(assets::serve)
        .method_not_allowed_fallback(|| async {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "this address is not used in this way",
                "see /api/v1/openapi.json",
            )
        })
        .layer(from_fn_with_state(guarding, guard))
        .layer(from_fn(|request: Request, next: Next| caught(next.run(request))))
        .with_state(shared))
}

/// A response, or the fault that a panic on the way to it is.
async fn caught(response: impl Future<Output = Response>) -> Response {
    let mut response = pin!(response);
    poll_fn(|context| match Fault::catch(|| response.as_mut().poll(context)) {
        Ok(polled) => polled,
        Err(fault) => Poll::Ready(Refusal::from(fault).into_response()),
    })
    .await
}

/// The length that a request says its body has.
fn declared(request: &Request) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok())
}

/// Reads a body within its limits of size and time.
async fn body(request: Request, most: usize, limits: &Limits) -> Result<Bytes, Refusal> {
    let too_much = || {
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {most} bytes"),
            "larger files are read on the command line, or given to the server when it is started",
        )
    };
    if declared(&request).is_some_and(|n| n > most as u64) {
        return Err(too_much());
    }
    let read = axum::body::to_bytes(request.into_body(), most);
    match tokio::time::timeout(limits.body, read).await {
        Err(_) => {
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long to come", "send it again, at once"))
        }
        Ok(Err(e)) if format!("{e:?}").contains("LengthLimit") => Err(too_much()),
        Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the body broke off", "send it again")),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}

/// A body as JSON of a known form.
async fn read<T: for<'a> Deserialize<'a>>(request: Request, limits: &Limits) -> Result<T, Refusal> {
    let json_kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(';').next().is_some_and(|k| k.trim().eq_ignore_ascii_case("application/json")));
    if !json_kind {
        let help = "send the header Content-Type: application/json";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a question comes as JSON", help));
    }
    let bytes = body(request, limits.question_bytes, limits).await?;
    let parsed = match bytes.trim_ascii_start().first() {
        Some(b'{') => serde_json::from_slice(&bytes).map_err(|e| e.to_string()),
        // An array would be taken for the members in their order.
        _ => Err("an object was expected".to_owned()),
    };
    parsed.map_err(|e| {
        let help = "see /api/v1/openapi.json for the members and an example";
        Refusal::new(StatusCode::BAD_REQUEST, format!("the question cannot be read: {e}"), help)
    })
}

/// Runs work on a thread of its own when it is its turn.
async fn work<T: Send + 'static>(
    shared: &Arc<Shared>,
    call: impl FnOnce(&Shared) -> T + Send + 'static,
) -> Result<T, Refusal> {
    struct Waiting<'a>(&'a AtomicUsize);
    impl Drop for Waiting<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let busy =
        || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too many answers are waiting", "ask again in a moment");
    let waiting = Waiting(&shared.waiting);
    if shared.waiting.fetch_add(1, Ordering::Relaxed) >= shared.limits.waiting {
        return Err(busy());
    }
    let place = Arc::clone(&shared.working).acquire_owned().await.map_err(|_| busy())?;
    drop(waiting);
    let own = Arc::clone(shared);
    tokio::task::spawn_blocking(move || {
        let result = Fault::catch(|| call(&own));
        drop(place);
        result
    })
    .await
    .map_err(|_| {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the answer broke off",
            "report what was asked: this is a fault",
        )
    })?
    .map_err(Refusal::from)
}

/// The same with a limit of time.
async fn in_time<T: Send + 'static>(
    shared: &Arc<Shared>,
    call: impl FnOnce(&Shared) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::time::timeout(shared.limits.answer, work(shared, call)).await {
        Ok(done) => done?,
        Err(_) => {
            let help = "ask for less, or on the command line, which has no such limit";
            Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, "the answer took too long", help))
        }
    }
}

/// Countries, measures, and what the server answers from.
async fn meta(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Refusal> {
    let base = &shared.base;
    let all: Vec<Value> = countries()
        .iter()
        .map(|c| json!({"code": c.code, "name": c.name, "numeric": format!("{:03}", c.numeric), "in_sentence": in_sentence(c.name), "eu_from": c.eu_from, "eu_until": c.eu_until}))
        .collect();
    let measure = |m: &Measure| {
        json!({
            "id": m.id, "title": m.title, "sender": m.sender.code(), "sender_name": m.sender.name(),
            "targets": m.targets.iter().map(|t| json!({"code": t.party.code(), "from": t.from, "until": t.until}))
                .collect::<Vec<_>>(),
            "direction": m.direction, "instrument": m.instrument, "scope": m.scope, "legal": m.legal,
            "codes": m.products.iter().map(|p| p.codes.len()).sum::<usize>(),
        })
    };
    let list = |l: &WatchList| json!({"id": l.id, "title": l.title});
    let own = &base.own.workspace;
    let known = own.knowledge();
    let (world, dossier, catalogue) = (known.world()?, known.dossier()?, known.catalogue());
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "figures": own.name(),
        "embedded": own.is_embedded(),
        "usual_year": own.usual_year(),
        "countries": all,
        "world": {"countries": world.countries, "year": world.year, "source": world.source},
        "measures": catalogue.measures.iter().map(measure).collect::<Vec<_>>(),
        "watch_lists": catalogue.watch_lists.iter().map(list).collect::<Vec<_>>(),
        "dossier": {"a": dossier.pair.a, "b": dossier.pair.b},
    })))
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let options: Value = read(request, &shared.limits).await?;
    let query = ask::read(&name, options)?;
    in_time(&shared, move |s| ask::find(&s.base, query, Watch::none())).await.map(Json)
}

/// What a job is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    question: String,
    ask: Value,
}

async fn begin(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Refusal> {
    let asked: Begin = read(request, &shared.limits).await?;
    let query = ask::read(&asked.question, asked.ask)?;
    let job = shared.jobs.begin()?;
    let id = job.id().to_owned();
    tokio::spawn(async move {
        let own = Arc::clone(&job);
        let done = in_time(&shared, move |s| {
            let tell = |what: &str, done: usize, all: usize| {
                own.set(JobState::Working { what: what.to_owned(), done, all });
            };
            watch_start(&own.stop)?;
            ask::find(&s.base, query, Watch::new(&tell, &own.stop))
        })
        .await;
        // One that took too long is told to break off too.
        job.stop.store(true, Ordering::Relaxed);
        job.set(match done {
            Ok(answer) => JobState::Answered(Arc::new(answer)),
            Err(refusal) => JobState::Refused(refusal),
        });
    });
    let place = format!("/api/v1/jobs/{id}");
    let mut response =
        (StatusCode::ACCEPTED, Json(json!({"id": id, "events": format!("{place}/events")}))).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// A job that was stopped while it waited does not begin.
fn watch_start(stop: &std::sync::atomic::AtomicBool) -> Result<(), Refusal> {
    if stop.load(Ordering::Relaxed) { Err(AnalysisError::Stopped.into()) } else { Ok(()) }
}

async fn stop(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    shared.jobs.stop(&id)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn events(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let mut states = shared.jobs.find(&id)?.state.subscribe();
    let (send, receive) = tokio::sync::mpsc::channel(4);
    // Ends with the job's last event, or when nobody listens any more.
    tokio::spawn(async move {
        loop {
            let state = states.borrow_and_update().clone();
            let (name, data) = state.event();
            let event = Event::default().event(name).data(data.to_string());
            if send.send(Ok(event)).await.is_err() || state.is_final() || states.changed().await.is_err() {
                break;
            }
        }
    });
    Ok(Sse::new(ReceiverStream::new(receive)).keep_alive(KeepAlive::default()))
}

async fn file(
    State(shared): State<Arc<Shared>>,
    options: Result<Query<FileOptions>, QueryRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    let Query(options) = options.map_err(|e| {
        let help = "see /api/v1/openapi.json for the parameters of this address";
        Refusal::new(StatusCode::BAD_REQUEST, e.body_text(), help)
    })?;
    let limits = shared.limits;
    // Room for the body before it comes, and for what is packed in it before it is unpacked.
    let coming = declared(&request)
        .and_then(|n| usize::try_from(n).ok())
        .map_or(limits.file_bytes, |n| n.min(limits.file_bytes));
    let room = shared.reading.take(coming)?;
    let bytes = body(request, limits.file_bytes, &limits).await?;
    let packed = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"PAR1") || bytes.starts_with(b"PK");
    let unpacked = if packed { Some(shared.reading.take(limits.file_bytes)?) } else { None };
    let taken = in_time(&shared, move |s| {
        let taken = s.base.take(&bytes, &options);
        drop((bytes, room, unpacked));
        taken
    })
    .await?;
    Ok((StatusCode::CREATED, Json(taken)).into_response())
}

/// The brief as a file of its own.
async fn brief_page(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Refusal> {
    let options: Value = read(request, &shared.limits).await?;
    let query = ask::read("brief", options)?;
    let page = in_time(&shared, move |s| {
        let document = ask::brief(&s.base, query)?;
        turnover_brief::html(&document)
            .map_err(|e| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, e, "report what was asked: this is a fault"))
    })
    .await?;
    let mut response = Response::new(Body::from(page));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"brief.html\""));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;
    use crate::Served;

    fn shared() -> Arc<Shared> {
        let limits = Limits { working: 1, ..Limits::default() };
        Arc::new(Shared {
            base: Base::new(Served::embedded().unwrap(), limits).unwrap(),
            jobs: Jobs::default(),
            limits,
            working: Arc::new(Semaphore::new(limits.working)),
            waiting: AtomicUsize::new(0),
            reading: Budget::new(limits.reading_bytes),
        })
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn a_panic_in_an_answer_is_refused_and_the_next_is_answered() {
        let shared = shared();
        run(async {
            // As often as there are places to work, so that one that was not given back would be missed.
            for _ in 0..3 {
                let refusal = in_time::<()>(&shared, |s| {
                    let _held = s.jobs.hold();
                    panic!("no such number")
                })
                .await
                .unwrap_err();
                assert_eq!(refusal.status, StatusCode::INTERNAL_SERVER_ERROR);
                let place = "a fault of this program at crates/turnover-server/src/api.rs:";
                assert!(refusal.error.starts_with(place), "{}", refusal.error);
                assert!(refusal.help.unwrap().contains("please report it"));
            }
            assert!(shared.jobs.begin().is_ok(), "the lock that the panic held is of no use any more");
            assert_eq!(in_time(&shared, |_| Ok(7)).await.unwrap(), 7);
        });
    }

    #[test]
    fn a_panic_on_the_way_to_an_answer_is_a_response() {
        let response = run(caught(async { panic!("no such route") }));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = run(to_bytes(response.into_body(), 4096)).unwrap();
        let json: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json["status"], "not_answered");
        assert!(json["error"].as_str().unwrap().ends_with(": no such route"), "{json}");
    }
}
