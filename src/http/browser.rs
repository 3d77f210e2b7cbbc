//! Tells requests that a stranger's web page had a browser send from those of the server's own clients.
//!
//! A page anywhere can have a browser on this machine send requests here: a form posts `Action=DeleteCacheCluster`, an
//! image is fetched from `/?Action=..`. And a page whose own host name its owner lets resolve to this machine (DNS
//! rebinding) counts as of the same origin, and may read the answers as well. Neither has to be asked for by CORS. What
//! a page cannot forge is what the browser says of it:
//!
//! - `Sec-Fetch-Site` says whether the page is ours. Browsers send it to `localhost`, loopback addresses and over TLS.
//! - `Origin` says whose page it is. It comes with every request but plain `GET` and `HEAD`.
//! - `Host` is the name in the address that was called, so the stranger's own when it was made to resolve to us. To
//!   resolve at all for a stranger it has to have a dot, and must not be an address.
//! - `Accept-Language` comes with every request, and no page can take it away.
//!
//! SDKs and command line tools send none of these but `Host`, and containers call the API by any name. So the API looks
//! at requests only that carry another mark of a browser. The admin API, which anybody calls by hand, looks at all.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header, uri::Authority};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Foreign {
    /// A page of another site had it sent.
    #[error("Requests that a web page of another site makes are not answered.")]
    Site,
    /// It was sent to a name that may be a stranger's.
    #[error(
        "The host name of this request may be anybody's. Use an address, localhost, a name without dots, or --allowed-hosts."
    )]
    Host,
}

/// The host names with dots that are the server's own.
#[derive(Clone, Debug, Default)]
pub struct OwnNames(Vec<String>);

impl OwnNames {
    /// These names.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// Whether no stranger can have made this name resolve to us.
    fn accepts(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&host);
        address.parse::<std::net::IpAddr>().is_ok()
            || !host.contains(['.', '[', ':'])
            || host.ends_with(".localhost")
            || self.0.contains(&host)
    }
}

/// Checks a request to the API.
pub(super) fn check_api(headers: &HeaderMap, own: &OwnNames) -> Result<(), Foreign> {
    let marked = [header::ORIGIN, header::ACCEPT_LANGUAGE, SEC_FETCH_SITE, SEC_FETCH_MODE]
        .iter()
        .any(|name| headers.contains_key(name));
    if !marked && !names_a_browser(headers) {
        return Ok(());
    }
    // A `GET` may delete a cache.
    check(headers, own, true)
}

/// Checks a request to the admin API.
pub(super) fn check_admin(method: &Method, headers: &HeaderMap, own: &OwnNames) -> Result<(), Foreign> {
    check(headers, own, !method.is_safe())
}

/// `changes`: whether the request may change anything, so that it matters who sent it even if they see no answer.
fn check(headers: &HeaderMap, own: &OwnNames, changes: bool) -> Result<(), Foreign> {
    let host = called(headers).ok_or(Foreign::Host)?;
    if !own.accepts(host.host()) {
        return Err(Foreign::Host);
    }
    let is_ours = |site: &HeaderValue| site == "same-origin" || site == "none";
    if !headers.get_all(SEC_FETCH_SITE).iter().all(is_ours) {
        return Err(Foreign::Site);
    }
    if !headers.get_all(header::ORIGIN).iter().all(|origin| is_origin(origin, &host)) {
        return Err(Foreign::Site);
    }
    let told = headers.contains_key(SEC_FETCH_SITE) || headers.contains_key(header::ORIGIN);
    // A browser that says nothing of the page: an image, say, fetched from an address that is not a loopback one.
    if changes && !told && is_certainly_a_browser(headers) {
        return Err(Foreign::Site);
    }
    Ok(())
}

/// The one host that was called.
fn called(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, None) = (hosts.next()?, hosts.next()) else { return None };
    let host: Authority = host.to_str().ok()?.parse().ok()?;
    (!host.host().is_empty() && !host.as_str().contains('@')).then_some(host)
}

/// Whether a page of this origin was served at `host`.
fn is_origin(origin: &HeaderValue, host: &Authority) -> bool {
    let Some((scheme, origin)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else { return false };
    let Ok(origin) = origin.parse::<Authority>() else { return false };
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let port = |authority: &Authority| authority.port_u16().unwrap_or(usual);
    origin.host().eq_ignore_ascii_case(host.host()) && port(&origin) == port(host)
}

fn names_a_browser(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).is_some_and(|agent| agent.as_bytes().starts_with(b"Mozilla/"))
}

/// Whether only a browser would send these. Node's `fetch` also sends `Accept-Language`, but no language.
fn is_certainly_a_browser(headers: &HeaderMap) -> bool {
    names_a_browser(headers) || headers.get(header::ACCEPT_LANGUAGE).is_some_and(|language| language != "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")))
            .collect()
    }

    fn own() -> OwnNames {
        OwnNames::new(["Cache.Example.com".to_owned()])
    }

    #[test]
    fn clients_without_a_browser_may_call_the_api_by_any_name() {
        for host in ["localhost:4598", "127.0.0.1:4598", "cachette.internal:4598", "[::1]:4598", "evil.example"] {
            let sdk = headers(&[("host", host), ("user-agent", "aws-cli/2.15"), ("accept", "*/*")]);
            assert_eq!(check_api(&sdk, &own()), Ok(()), "{host}");
        }
        assert_eq!(check_api(&HeaderMap::new(), &own()), Ok(()));
    }

    #[test]
    fn rebound_names_are_refused() {
        let admin = |host| check_admin(&Method::GET, &headers(&[("host", host)]), &own());
        for host in
            ["evil.example", "evil.example:4598", "localhost.evil.example", "127.0.0.1.evil.example", "a.b@c", ""]
        {
            assert_eq!(admin(host), Err(Foreign::Host), "{host}");
            for mark in [("accept-language", "*"), ("origin", "http://evil.example"), ("user-agent", "Mozilla/5.0")] {
                assert_eq!(check_api(&headers(&[("host", host), mark]), &own()), Err(Foreign::Host), "{host} {mark:?}");
            }
        }
        for host in
            ["localhost", "LOCALHOST:80", "a.localhost", "127.0.0.1:1", "[::1]:4598", "cachette", "CACHE.example.com:9"]
        {
            assert_eq!(admin(host), Ok(()), "{host}");
        }
        assert_eq!(check_admin(&Method::GET, &HeaderMap::new(), &own()), Err(Foreign::Host));
        let two =
            HeaderMap::from_iter(["localhost", "localhost"].map(|host| (header::HOST, HeaderValue::from_static(host))));
        let mut twice = two.clone();
        twice.append(header::HOST, HeaderValue::from_static("evil.example"));
        assert_eq!(check_admin(&Method::GET, &twice, &own()), Err(Foreign::Host));
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        for mark in [
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost:3000"),
            ("origin", "https://localhost:1"),
            ("origin", "file://localhost:4598"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let sent = headers(&[("host", "localhost:4598"), mark]);
            assert_eq!(check_api(&sent, &own()), Err(Foreign::Site), "{mark:?}");
            assert_eq!(check_admin(&Method::GET, &sent, &own()), Err(Foreign::Site), "{mark:?}");
        }
        let contradicting = headers(&[
            ("host", "localhost:4598"),
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://evil.example"),
        ]);
        assert_eq!(check_api(&contradicting, &own()), Err(Foreign::Site));
    }

    #[test]
    fn images_fetched_from_an_address_without_marks_change_nothing() {
        let image = headers(&[("host", "192.0.2.1:4598"), ("accept-language", "en"), ("user-agent", "Mozilla/5.0")]);
        assert_eq!(check_api(&image, &own()), Err(Foreign::Site));
        assert_eq!(check_admin(&Method::POST, &image, &own()), Err(Foreign::Site));
        assert_eq!(check_admin(&Method::GET, &image, &own()), Ok(()));
    }

    #[test]
    fn the_server_s_own_pages_and_people_at_the_address_bar_are_let_in() {
        for mark in [
            ("origin", "http://localhost:4598"),
            ("origin", "HTTP://LOCALHOST:4598".to_lowercase().leak()),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "none"),
        ] {
            let sent = headers(&[("host", "localhost:4598"), ("accept-language", "en"), mark]);
            assert_eq!(check_api(&sent, &own()), Ok(()), "{mark:?}");
            assert_eq!(check_admin(&Method::POST, &sent, &own()), Ok(()), "{mark:?}");
        }
        let usual = headers(&[("host", "localhost"), ("origin", "http://localhost")]);
        assert_eq!(check_admin(&Method::POST, &usual, &own()), Ok(()));
        let node = headers(&[("host", "cachette:4598"), ("accept-language", "*"), ("sec-fetch-mode", "cors")]);
        assert_eq!(check_api(&node, &own()), Ok(()));
    }
}
