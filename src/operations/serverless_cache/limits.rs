//! `CacheUsageLimits`: what a request says about them, and how they are shown.

use std::ops::RangeInclusive;

use crate::{
    model::{
        Limit, UsageLimits,
        catalogue::limits::{SERVERLESS_DATA_STORAGE_GB, SERVERLESS_ECPU_PER_SECOND},
    },
    operations::errors,
    protocol::{AwsError, types},
};

/// The limits that a request for a new cache asks for.
pub(super) fn of_new(asked: Option<types::CacheUsageLimits>) -> Result<UsageLimits, AwsError> {
    change(UsageLimits::default(), asked, Zero::IsRefused)
}

/// The limits of a cache that had `present` once a change was made. What the request does not name stays; zero takes a
/// limit away.
pub(super) fn changed(present: UsageLimits, asked: types::CacheUsageLimits) -> Result<UsageLimits, AwsError> {
    change(present, Some(asked), Zero::RemovesLimit)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zero {
    IsRefused,
    RemovesLimit,
}

fn change(present: UsageLimits, asked: Option<types::CacheUsageLimits>, zero: Zero) -> Result<UsageLimits, AwsError> {
    let types::CacheUsageLimits { data_storage, ecpu_per_second } = asked.unwrap_or_default();
    // There is one unit.
    let types::DataStorage { minimum, maximum, unit: _ } = data_storage.unwrap_or_default();
    let data_storage = Bounds { of: "DataStorage", range: SERVERLESS_DATA_STORAGE_GB, zero };
    let types::ECPUPerSecond { minimum: least_ecpu, maximum: most_ecpu } = ecpu_per_second.unwrap_or_default();
    let ecpu_per_second = Bounds { of: "ECPUPerSecond", range: SERVERLESS_ECPU_PER_SECOND, zero };
    Ok(UsageLimits {
        data_storage: data_storage.limit(present.data_storage, minimum, maximum)?,
        ecpu_per_second: ecpu_per_second.limit(present.ecpu_per_second, least_ecpu, most_ecpu)?,
    })
}

/// What the numbers of one limit have to be.
struct Bounds {
    of: &'static str,
    range: RangeInclusive<i32>,
    zero: Zero,
}

impl Bounds {
    fn limit(&self, present: Limit, minimum: Option<i32>, maximum: Option<i32>) -> Result<Limit, AwsError> {
        let limit = Limit {
            minimum: self.number("Minimum", present.minimum, minimum)?,
            maximum: self.number("Maximum", present.maximum, maximum)?,
        };
        match limit {
            Limit { minimum: Some(minimum), maximum: Some(maximum) } if minimum > maximum => {
                Err(errors::invalid_value(format_args!(
                    "The Minimum of CacheUsageLimits.{} must not be greater than its Maximum.",
                    self.of
                )))
            }
            limit => Ok(limit),
        }
    }

    fn number(&self, name: &str, present: Option<u32>, asked: Option<i32>) -> Result<Option<u32>, AwsError> {
        match asked {
            None => Ok(present),
            Some(0) if self.zero == Zero::RemovesLimit => Ok(None),
            Some(asked) => match u32::try_from(asked) {
                Ok(number) if self.range.contains(&asked) => Ok(Some(number)),
                _ => Err(errors::invalid_value(format_args!(
                    "Invalid value {asked} for CacheUsageLimits.{}.{name}. Must be between {} and {}.",
                    self.of,
                    self.range.start(),
                    self.range.end()
                ))),
            },
        }
    }
}

/// As the API shows them: just the parts that there are.
pub(super) fn show(limits: &UsageLimits) -> Option<types::CacheUsageLimits> {
    let UsageLimits { data_storage, ecpu_per_second } = limits;
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    let shown = types::CacheUsageLimits {
        data_storage: (!data_storage.is_empty()).then(|| types::DataStorage {
            maximum: number(data_storage.maximum),
            minimum: number(data_storage.minimum),
            unit: types::DataStorageUnit::Gb,
        }),
        ecpu_per_second: (!ecpu_per_second.is_empty()).then(|| types::ECPUPerSecond {
            maximum: number(ecpu_per_second.maximum),
            minimum: number(ecpu_per_second.minimum),
        }),
    };
    (*limits != UsageLimits::default()).then_some(shown)
}
