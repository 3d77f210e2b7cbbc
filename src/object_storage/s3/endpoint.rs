//! Where requests to S3 go.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a path: what the signature leaves as it is, and the slashes of keys.
const IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Where requests go.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// `https://s3.us-east-1.amazonaws.com`, without a slash at the end.
    base: String,
    /// Whether a bucket is named by its host.
    by_host: bool,
}

/// Why a URL is not where S3 can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is none.
    #[error("it is no URL that starts with http:// or https://")]
    NoUrl,
    /// It has a part that it cannot have.
    #[error("a URL with a user, a password or parameters is not supported")]
    Surplus,
}

impl Endpoint {
    /// What speaks the protocol of S3 elsewhere. Buckets are named by the path, as nobody has DNS for their hosts.
    pub(in crate::object_storage) fn at(url: &str) -> Result<Self, EndpointError> {
        let uri: Uri = url.parse().map_err(|_| EndpointError::NoUrl)?;
        let (Some("http" | "https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(EndpointError::NoUrl);
        };
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(EndpointError::Surplus);
        }
        Ok(Self { base: url.trim_end_matches('/').to_owned(), by_host: false })
    }

    /// The real one.
    pub(in crate::object_storage) fn of_aws(region: &str) -> Self {
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        Self { base: format!("https://s3.{region}.{domain}"), by_host: true }
    }

    /// Whether connections are encrypted.
    pub(super) fn has_tls(&self) -> bool {
        self.base.starts_with("https:")
    }

    /// The URL of a bucket or of an object in it, with a query that is encoded already.
    pub(in crate::object_storage) fn url(&self, bucket: &str, key: Option<&str>, query: &str) -> String {
        // A certificate for all hosts below a domain does not hold for those with more dots.
        let mut url = match self.base.split_once("://") {
            Some((scheme, host)) if self.by_host && !bucket.contains('.') => format!("{scheme}://{bucket}.{host}"),
            _ => format!("{}/{bucket}", self.base),
        };
        match key {
            Some(key) => url.extend(["/"].into_iter().chain(utf8_percent_encode(key, IN_PATHS))),
            None if self.by_host && !bucket.contains('.') => url.push('/'),
            None => {}
        }
        if !query.is_empty() {
            url.extend(["?", query]);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_hosts_at_aws_and_paths_elsewhere() {
        let aws = Endpoint::of_aws("eu-west-1");
        assert_eq!(aws.url("bucket", Some("a b/c+d"), ""), "https://bucket.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd");
        assert_eq!(aws.url("my.bucket", Some("k"), ""), "https://s3.eu-west-1.amazonaws.com/my.bucket/k");
        assert!(Endpoint::of_aws("cn-north-1").url("bucket", None, "").ends_with(".amazonaws.com.cn/"));
        let other = Endpoint::at("http://localhost:9000/below/").expect("an endpoint");
        assert_eq!(
            other.url("bucket", Some("k?&\u{e4}"), "uploads="),
            "http://localhost:9000/below/bucket/k%3F%26%C3%A4?uploads="
        );
        assert_eq!(other.url("bucket", None, ""), "http://localhost:9000/below/bucket");
    }

    #[test]
    fn not_every_text_is_an_endpoint() {
        for url in ["", "localhost", "localhost:9000", "/path", "ftp://host"] {
            assert_eq!(Endpoint::at(url).err(), Some(EndpointError::NoUrl), "{url}");
        }
        for url in ["http://me:pw@host", "http://host/?a=b"] {
            assert_eq!(Endpoint::at(url).err(), Some(EndpointError::Surplus), "{url}");
        }
    }
}
