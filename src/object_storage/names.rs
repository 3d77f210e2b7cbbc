//! Which buckets and keys can be named: all that S3 allows, save for keys that a folder could not hold without being
//! left. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use super::ObjectStorageError;

/// The partitions of AWS that there are ARNs of.
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// The most bytes of a key.
const LONGEST_KEY: usize = 1024;

/// The error of writing under a key that no object can have.
pub(super) fn unusable_key() -> ObjectStorageError {
    ObjectStorageError::Failed(ArnError::BadKey.to_string())
}

/// Why a text is not the ARN of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// It is no ARN of S3, or names no bucket that there can be.
    #[error("it is not the ARN of an object in S3: arn:aws:s3:::bucket/key")]
    NotOfS3,
    /// It names a bucket only.
    #[error("it names no object in the bucket")]
    NoKey,
    /// `ElastiCache` takes no keys with commas.
    #[error("the key has a comma")]
    Comma,
    /// No object can have this key here.
    #[error("the key is empty in a part, has a part . or .., or is longer than {LONGEST_KEY} bytes")]
    BadKey,
}

/// The bucket and the key that an ARN names, as `arn:aws:s3:::bucket/folder/file.rdb` does.
///
/// # Errors
/// When it is not such an ARN.
pub fn parse_arn(arn: &str) -> Result<(String, String), ArnError> {
    let rest = arn.strip_prefix("arn:").and_then(|rest| rest.split_once(":s3:::")).ok_or(ArnError::NotOfS3)?;
    let (partition, object) = rest;
    let (bucket, key) = object.split_once('/').unwrap_or((object, ""));
    if !PARTITIONS.contains(&partition) || !is_bucket(bucket) {
        return Err(ArnError::NotOfS3);
    }
    if key.is_empty() {
        return Err(ArnError::NoKey);
    }
    if key.contains(',') {
        return Err(ArnError::Comma);
    }
    if is_key(key) { Ok((bucket.to_owned(), key.to_owned())) } else { Err(ArnError::BadKey) }
}

/// Whether a bucket can have this name. It can be a host name or the name of a folder, so it is checked before use.
pub(super) fn is_bucket(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte != b'-' && byte != b'.');
    (3..=63).contains(&name.len())
        && name.bytes().all(allowed)
        && ends(name.bytes().next())
        && ends(name.bytes().last())
        && !name.contains("..")
}

/// Whether an object can have this key: it has to be a path below the bucket too.
pub(super) fn is_key(key: &str) -> bool {
    key.len() <= LONGEST_KEY
        && !key.contains('\0')
        && key.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_a_bucket_and_a_key() {
        let named = |arn: &str| parse_arn(arn).map(|(bucket, key)| format!("{bucket} {key}"));
        assert_eq!(named("arn:aws:s3:::my-bucket/a/b c.rdb"), Ok("my-bucket a/b c.rdb".to_owned()));
        assert_eq!(named("arn:aws-cn:s3:::my.bucket/x:::y"), Ok("my.bucket x:::y".to_owned()));
        assert_eq!(named("arn:aws:s3:::my-bucket"), Err(ArnError::NoKey));
        assert_eq!(named("arn:aws:s3:::my-bucket/"), Err(ArnError::NoKey));
        assert_eq!(named("arn:aws:s3:::my-bucket/a,b"), Err(ArnError::Comma));
        for arn in
            ["", "my-bucket/key", "arn:aws:s3:eu-west-1::bucket/key", "arn:aws:s3:::/key", "arn:x:s3:::bucket/key"]
        {
            assert_eq!(named(arn), Err(ArnError::NotOfS3), "{arn}");
        }
        assert_eq!(named("arn:aws:elasticache:us-east-1:000000000000:snapshot:one"), Err(ArnError::NotOfS3));
        for key in ["../x", "a//b", "/a", "a/..", "./a", "a/"] {
            assert_eq!(named(&format!("arn:aws:s3:::my-bucket/{key}")), Err(ArnError::BadKey), "{key}");
        }
    }

    #[test]
    fn buckets_have_names_that_hosts_can_have() {
        for name in ["abc", "my-bucket.of-2026", &"a".repeat(63)] {
            assert!(is_bucket(name), "{name}");
        }
        let long = "a".repeat(64);
        for name in
            ["", "ab", "..", "a..b", "A-bucket", "a/b", "evil.com:80", "a_b", "-abc", "abc.", "..a", long.as_str()]
        {
            assert!(!is_bucket(name), "{name}");
        }
    }

    #[test]
    fn keys_are_paths_that_stay_where_they_are() {
        for key in ["a", "a/b", "..a", "a b/c..d", "\u{e4}", &"a".repeat(1024)] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "/", "/etc/passwd", "a/../../b", "a\0", &"a".repeat(1025)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
