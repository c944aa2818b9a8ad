//! The page's files, embedded as Vite built them.

use std::io::Write;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::error::Refusal;

struct Asset {
    path: &'static str,
    kind: &'static str,
    plain: &'static [u8],
    packed: Bytes,
    tag: String,
}

/// Path, media type, content.
const FILES: [(&str, &str, &[u8]); 6] = [
    ("/", "text/html; charset=utf-8", include_bytes!("../../../web/dist/index.html")),
    ("/page.js", "text/javascript; charset=utf-8", include_bytes!("../../../web/dist/page.js")),
    ("/page.css", "text/css; charset=utf-8", include_bytes!("../../../web/dist/page.css")),
    ("/world.json", "application/json", include_bytes!("../../../web/dist/world.json")),
    ("/licences.txt", "text/plain; charset=utf-8", include_bytes!("../../../web/dist/licences.txt")),
    ("/icon.svg", "image/svg+xml", include_bytes!("../../../web/dist/icon.svg")),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let chart = ("/chart.css", "text/css; charset=utf-8", turnover_brief::CHART_STYLE.as_bytes());
    FILES
        .into_iter()
        .chain([chart])
        .map(|(path, kind, plain)| {
            let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
            // Writing to memory cannot fail.
            let packed = packer.write_all(plain).and_then(|()| packer.finish()).unwrap_or_default();
            let tag: String = Sha256::digest(plain).iter().take(8).map(|b| format!("{b:02x}")).collect();
            Asset { path, kind, plain, packed: packed.into(), tag: format!("\"{tag}\"") }
        })
        .collect()
});

/// Packs the files, so that the first page does not wait for it.
pub(crate) fn prepare() {
    LazyLock::force(&ASSETS);
}

/// An embedded file by its exact path; anything else is refused.
pub(crate) async fn serve(request: Request) -> Response {
    let found = ASSETS.iter().find(|a| a.path == request.uri().path());
    let Some(asset) = found else {
        return Refusal::new(
            StatusCode::NOT_FOUND,
            "there is nothing here",
            "/ is the page, /api/v1/openapi.json the interface",
        )
        .into_response();
    };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "files can only be read", "use GET").into_response();
    }
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
    let mut response = if text(header::IF_NONE_MATCH) == asset.tag {
        StatusCode::NOT_MODIFIED.into_response()
    } else if text(header::ACCEPT_ENCODING).contains("gzip") && !asset.packed.is_empty() {
        let mut response = Response::new(Body::from(asset.packed.clone()));
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response
    } else {
        Response::new(Body::from(asset.plain))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&asset.tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}
