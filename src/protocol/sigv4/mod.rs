//! Temporary: only reads what a request claims.
use super::AwsError;
/// x
pub struct Claimed {
    /// x
    pub access_key: String,
    /// x
    pub region: String,
}
/// x
#[must_use]
pub fn claimed_credential(parts: &axum::http::request::Parts) -> Option<Claimed> {
    let header = parts.headers.get("authorization")?.to_str().ok()?;
    let credential = header.split("Credential=").nth(1)?.split([',', ' ']).next()?;
    let mut words = credential.split('/');
    let access_key = words.next()?.to_owned();
    let _date = words.next()?;
    Some(Claimed { access_key, region: words.next()?.to_owned() })
}
/// x
pub fn verify<'a>(
    _: &axum::http::request::Parts,
    _: &[u8],
    _: chrono::DateTime<chrono::Utc>,
    _: impl Fn(&str) -> Option<&'a str>,
) -> Result<Claimed, AwsError> {
    Err(AwsError::new(super::ErrorCode::MissingAuthenticationToken, "x"))
}
