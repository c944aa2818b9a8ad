//! Who may ask: the names by which the server is called, where a page that asks must come from, and
//! the token. Other pages in the same browser, names that point here by trickery, and clients without
//! the token are turned away before anything is read.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use subtle::ConstantTimeEq;

use crate::error::Refusal;

const COOKIE: &str = "turnover_token";

/// What is checked of each request.
pub(crate) struct Guard {
    /// Names with port.
    hosts: Vec<String>,
    token: Option<String>,
}

impl Guard {
    pub(crate) fn new(bound: SocketAddr, hosts: &[String], token: Option<String>) -> Self {
        let port = bound.port();
        let mut all: Vec<String> = hosts.iter().map(|h| h.to_lowercase()).collect();
        all.extend([
            format!("localhost:{port}"),
            format!("127.0.0.1:{port}"),
            format!("[::1]:{port}"),
            bound.to_string(),
        ]);
        if port == 80 {
            all.extend(["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()]);
        }
        Guard { hosts: all, token }
    }

    fn knows(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        self.hosts.contains(&host)
    }

    fn check(&self, request: &Request) -> Result<(), Refusal> {
        let headers = request.headers();
        let text = |name: HeaderName| -> Result<Option<&str>, Refusal> {
            let mut all = headers.get_all(&name).iter();
            let first = all.next();
            let refuse =
                || Refusal::new(StatusCode::BAD_REQUEST, format!("the header {name} cannot be read"), "send it once");
            match (first, all.next()) {
                (None, _) => Ok(None),
                (Some(value), None) => value.to_str().map(Some).map_err(|_| refuse()),
                _ => Err(refuse()),
            }
        };
        let host = text(header::HOST)?.filter(|h| self.knows(h));
        if host.is_none() {
            return Err(Refusal::new(
                StatusCode::MISDIRECTED_REQUEST,
                "the server is not called by this name",
                "open it by the address that turnover serve printed; turnover serve takes further names",
            ));
        }
        let same = |origin: &str| {
            origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")).is_some_and(|h| self.knows(h))
        };
        let foreign = text(header::ORIGIN)?.is_some_and(|o| !same(o));
        // A browser says where a request comes from; only an address typed or followed may come from
        // elsewhere, and it can only read the page.
        let site = text(HeaderName::from_static("sec-fetch-site"))?;
        let elsewhere = site.is_some_and(|s| !matches!(s, "same-origin" | "none"));
        let followed =
            request.method() == Method::GET && text(HeaderName::from_static("sec-fetch-mode"))? == Some("navigate");
        if foreign || (elsewhere && !followed) {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "another page asked",
                "questions are answered to the server's own page and to programs",
            ));
        }
        Ok(())
    }

    fn shows_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let equal = |text: &str| bool::from(text.as_bytes().ct_eq(token.as_bytes()));
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok()?.strip_prefix("Bearer ").map(equal))
            .unwrap_or(false);
        let cookie = headers.get_all(header::COOKIE).iter().any(|v| {
            let pairs = v.to_str().unwrap_or("").split(';');
            pairs.filter_map(|p| p.trim().split_once('=')).any(|(name, value)| name == COOKIE && equal(value))
        });
        bearer || cookie
    }

    /// A page opened with `?token=` keeps it in a cookie that scripts cannot read.
    fn enter(&self, request: &Request) -> Option<Response> {
        let token = self.token.as_ref()?;
        let given = request.uri().query()?.split('&').find_map(|p| p.strip_prefix("token="))?;
        if request.method() != Method::GET || !bool::from(given.as_bytes().ct_eq(token.as_bytes())) {
            return None;
        }
        let mut response = Redirect::to("/").into_response();
        let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
        response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
        Some(response)
    }
}

/// Checks each request and puts the security headers on each response.
pub(crate) async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.check(&request) {
        Err(refusal) => refusal.into_response(),
        Ok(()) => match guard.enter(&request) {
            Some(response) => response,
            None if !guard.shows_token(request.headers()) => Refusal::new(
                StatusCode::UNAUTHORIZED,
                "the token is missing or wrong",
                "open /?token=TOKEN, or send the header Authorization: Bearer TOKEN",
            )
            .into_response(),
            None => next.run(request).await,
        },
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
