//! Snapshots in buckets: those that new caches are filled with, and those that are exported. Whether a bucket can be used
//! is asked before anything is written down; the data are moved by the reconciler.

use crate::{
    model::{BucketObject, Engine},
    object_storage::{ArnError, ObjectStorage, ObjectStorageError, parse_arn},
    operations::errors,
    protocol::AwsError,
};

/// Whether the objects that `arns` name are there and can be read. What names no object is left to [`objects`].
pub(in crate::operations) async fn check_readable(
    storage: &ObjectStorage,
    arns: Option<&[String]>,
) -> Result<(), AwsError> {
    for (bucket, key) in arns.unwrap_or_default().iter().filter_map(|arn| parse_arn(arn).ok()) {
        storage.check_readable(&bucket, &key).await.map_err(|error| refused(&error, &bucket, &key, "READ"))?;
    }
    Ok(())
}

/// The objects that a new cache is to be filled with. `readable` is what came of looking for them.
pub(in crate::operations) fn objects(
    engine: Engine,
    arns: Option<&[String]>,
    readable: Result<(), AwsError>,
) -> Result<Vec<BucketObject>, AwsError> {
    let arns = arns.unwrap_or_default();
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    if engine == Engine::Memcached {
        return Err(errors::restore_not_supported());
    }
    let objects = arns.iter().map(|arn| object(arn)).collect::<Result<_, _>>()?;
    readable.map(|()| objects)
}

/// The object that an ARN names.
pub(in crate::operations) fn object(arn: &str) -> Result<BucketObject, AwsError> {
    match parse_arn(arn) {
        Ok((bucket, key)) => Ok(BucketObject { bucket, key }),
        Err(ArnError::NoKey) => Err(errors::invalid_value("Must specify an object path for S3 ARN")),
        Err(error) => Err(errors::invalid_value(format_args!("Invalid S3 ARN {arn}: {error}."))),
    }
}

/// Whether objects with these keys can be made in a bucket.
pub(in crate::operations) async fn check_writable(
    storage: &ObjectStorage,
    bucket: &str,
    keys: impl Iterator<Item = String>,
) -> Result<(), AwsError> {
    for key in keys {
        storage.check_writable(bucket, &key).await.map_err(|error| refused(&error, bucket, &key, "WRITE"))?;
    }
    Ok(())
}

/// `ElastiCache`'s words where it has some.
fn refused(error: &ObjectStorageError, bucket: &str, key: &str, permission: &str) -> AwsError {
    errors::invalid_value(match error {
        ObjectStorageError::NoSuchBucket => format!("The S3 bucket {bucket} does not exist."),
        ObjectStorageError::NoSuchKey => format!("The S3 bucket {bucket} does not contain an object with key {key}."),
        ObjectStorageError::OtherRegion => format!("The S3 bucket {bucket} is outside of the region."),
        ObjectStorageError::AlreadyExists => {
            format!("The S3 bucket {bucket} already contains an object with key {key}.")
        }
        ObjectStorageError::Forbidden => {
            format!("ElastiCache has not been granted {permission} permissions {key} on the S3 Bucket.")
        }
        ObjectStorageError::NotConfigured
        | ObjectStorageError::TooLarge { .. }
        | ObjectStorageError::NoSuchUpload
        | ObjectStorageError::TimedOut
        | ObjectStorageError::Failed(_) => format!("The S3 bucket {bucket} cannot be used: {error}."),
        // What is wrong on this machine is nobody else's business.
        ObjectStorageError::LocalFile(_) => return errors::internal_failure(),
    })
}
