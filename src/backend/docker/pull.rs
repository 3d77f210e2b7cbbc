//! How far the pull of an image has come, from what the daemon tells of it layer by layer.

use std::{collections::BTreeMap, fmt, time::Duration};

use bollard::models::{CreateImageInfo, ProgressDetail};
use tokio::time::Instant;

/// How much time lies at least between two lines of the log about one pull.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// A pull that goes on.
#[derive(Debug)]
pub(super) struct Pull {
    reference: String,
    /// The bytes that are here and those there are, of each layer that is being downloaded or has been.
    layers: BTreeMap<String, (u64, u64)>,
    began: Instant,
    last_line: Instant,
}

impl Pull {
    /// Nothing is here yet.
    pub(super) fn of(reference: &str) -> Self {
        let now = Instant::now();
        Self { reference: reference.to_owned(), layers: BTreeMap::new(), began: now, last_line: now }
    }

    /// Takes note of what the daemon told.
    pub(super) fn note(&mut self, step: CreateImageInfo) {
        let (Some(layer), Some(status)) = (step.id, step.status) else { return };
        match status.as_str() {
            "Downloading" => {
                let Some(ProgressDetail { current, total }) = step.progress_detail else { return };
                let bytes = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
                self.layers.insert(layer, (bytes(current), bytes(total)));
            }
            "Download complete" | "Pull complete" => {
                if let Some((here, all)) = self.layers.get_mut(&layer) {
                    *here = *all;
                }
            }
            _ => {}
        }
    }

    /// Whether it is time for the log to be told again. It is not told of each step: there are thousands.
    pub(super) fn is_worth_a_line(&mut self) -> bool {
        let due = self.last_line.elapsed() >= BETWEEN_LINES;
        if due {
            self.last_line = Instant::now();
        }
        due
    }

    /// For how long it has been going on.
    pub(super) fn took(&self) -> Duration {
        self.began.elapsed()
    }
}

impl fmt::Display for Pull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MEGABYTE: u64 = 1_000_000;
        write!(f, "pulling {}", self.reference)?;
        let (here, all) =
            self.layers.values().fold((0, 0), |(here, all), (of_here, of_all)| (here + of_here, all + of_all));
        if all == 0 { Ok(()) } else { write!(f, ", {} of {} MB", here / MEGABYTE, all.div_ceil(MEGABYTE)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(layer: &str, status: &str, bytes: Option<(i64, i64)>) -> CreateImageInfo {
        CreateImageInfo {
            id: Some(layer.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: bytes
                .map(|(current, total)| ProgressDetail { current: Some(current), total: Some(total) }),
            ..CreateImageInfo::default()
        }
    }

    #[test]
    fn layers_add_up() {
        let mut pull = Pull::of("redis:7");
        assert_eq!(pull.to_string(), "pulling redis:7");
        for told in [
            step("7", "Pulling from library/redis", None),
            step("a", "Pulling fs layer", None),
            step("a", "Downloading", Some((10_000_000, 30_000_000))),
            step("b", "Downloading", Some((4_000_000, 20_000_000))),
            CreateImageInfo::default(),
        ] {
            pull.note(told);
        }
        assert_eq!(pull.to_string(), "pulling redis:7, 14 of 50 MB");
        pull.note(step("a", "Download complete", None));
        // What is said of unpacking counts other bytes.
        pull.note(step("a", "Extracting", Some((1, 30_000_000))));
        assert_eq!(pull.to_string(), "pulling redis:7, 34 of 50 MB");
    }
}
