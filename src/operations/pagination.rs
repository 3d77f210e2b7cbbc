//! Pages: `MaxRecords` and opaque markers.
//!
//! A marker says after which identifier the next page starts, so it stays right while other resources come and go.

use crate::{
    model::{
        catalogue::limits::MAX_RESULTS_OF_SERVERLESS,
        hex::{hex, unhex},
    },
    protocol::{AwsError, ErrorCode},
};

/// The most records on a page, unless an operation has other bounds.
const MOST: usize = 100;

/// The fewest records a caller may ask for.
const FEWEST: i32 = 20;

/// The first characters of every marker, so that nobody takes a marker for an identifier.
const PREFIX: &str = "after:";

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    after: Option<String>,
    size: usize,
}

impl Page {
    /// The page that `max_records` and `marker` ask for.
    ///
    /// # Errors
    /// `InvalidParameterValue` when the size is out of bounds or the marker is none of ours.
    pub fn new(max_records: Option<i32>, marker: Option<&str>) -> Result<Self, AwsError> {
        Self::with_most(max_records, marker, MOST)
    }

    /// The same, for operations with another upper bound.
    pub fn with_most(max_records: Option<i32>, marker: Option<&str>, most: usize) -> Result<Self, AwsError> {
        let size = match max_records {
            None => most,
            Some(asked) => {
                usize::try_from(asked).ok().filter(|size| asked >= FEWEST && *size <= most).ok_or_else(|| {
                    let message = format!("Invalid value {asked} for MaxRecords. Must be between {FEWEST} and {most}");
                    AwsError::new(ErrorCode::InvalidParameterValue, message)
                })?
            }
        };
        let after = marker.filter(|marker| !marker.is_empty()).map(decode).transpose()?;
        Ok(Self { after, size })
    }

    /// The same for operations on serverless caches and their snapshots, which call the size `MaxResults`.
    pub fn of_serverless(max_results: Option<i32>, next_token: Option<&str>) -> Result<Self, AwsError> {
        let (fewest, most) = MAX_RESULTS_OF_SERVERLESS.into_inner();
        let asked = max_results.unwrap_or(most);
        let size = usize::try_from(asked).ok().filter(|_| (fewest..=most).contains(&asked)).ok_or_else(|| {
            let message = format!("Invalid value {asked} for MaxResults. Must be between {fewest} and {most}");
            AwsError::new(ErrorCode::InvalidParameterValue, message)
        })?;
        let after = next_token.filter(|token| !token.is_empty()).map(decode).transpose()?;
        Ok(Self { after, size })
    }

    /// The key after which the page starts.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Takes this page's share of `items`, which have to come in the order of their keys, the first being the first
    /// after [`Page::after`]. Answers them and, when there are more, the marker of the next page.
    pub fn take<T>(&self, items: impl Iterator<Item = T>, key: impl Fn(&T) -> &str) -> (Vec<T>, Option<String>) {
        let mut items = items.peekable();
        let page: Vec<T> = items.by_ref().take(self.size).collect();
        let marker = items.peek().and(page.last()).map(|last| encode(key(last)));
        (page, marker)
    }
}

fn encode(key: &str) -> String {
    hex(format!("{PREFIX}{key}").as_bytes())
}

fn decode(marker: &str) -> Result<String, AwsError> {
    let text = unhex(marker).and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| text.strip_prefix(PREFIX).map(str::to_owned))
        .ok_or_else(|| AwsError::new(ErrorCode::InvalidParameterValue, "The parameter Marker is not valid."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_everything_once_and_end_without_a_marker() {
        let all: Vec<String> = (0..45).map(|number| format!("c{number:03}")).collect();
        let (mut seen, mut marker) = (Vec::new(), None::<String>);
        loop {
            let page = Page::new(Some(20), marker.as_deref()).expect("a page");
            let rest = all.iter().filter(|id| page.after().is_none_or(|after| id.as_str() > after));
            let (items, next) = page.take(rest, |id| id.as_str());
            seen.extend(items.into_iter().cloned());
            marker = next;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn sizes_out_of_bounds_and_foreign_markers_are_refused() {
        for size in [i32::MIN, -1, 0, 19, 101, i32::MAX] {
            assert!(Page::new(Some(size), None).is_err(), "{size}");
        }
        for marker in ["x", "zz", "00ff", "616263", "é"] {
            assert!(Page::new(None, Some(marker)).is_err(), "{marker}");
        }
        assert_eq!(Page::new(None, Some("")).expect("as if absent").after(), None);
    }
}
