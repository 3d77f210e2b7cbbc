//! What a container printed since some time. The daemon notes when it got each line, in nanoseconds; that time is the
//! place of the line.

use bollard::{Docker, container::LogOutput, query_parameters::LogsOptions};
use chrono::DateTime;
use futures_util::StreamExt;

use super::errors::{failed, status};
use crate::backend::{BackendError, Printed, output};

/// The lines that came after the time `after`.
pub(super) async fn printed(docker: &Docker, container: &str, after: u64) -> Result<Printed, BackendError> {
    let since = i32::try_from(after / 1_000_000_000).unwrap_or(i32::MAX);
    let options = LogsOptions { stdout: true, stderr: true, timestamps: true, since, ..Default::default() };
    read(docker, container, options, after).await
}

/// The last lines.
pub(super) async fn last_printed(docker: &Docker, container: &str) -> Result<Printed, BackendError> {
    let tail = output::LINES.to_string();
    read(docker, container, LogsOptions { stdout: true, stderr: true, timestamps: true, tail, ..Default::default() }, 0)
        .await
}

async fn read(docker: &Docker, container: &str, options: LogsOptions, after: u64) -> Result<Printed, BackendError> {
    let mut logs = std::pin::pin!(docker.logs(container, Some(options)));
    let mut lines = Vec::new();
    while lines.len() < output::LINES
        && let Some(part) = logs.next().await
    {
        match part {
            Ok(
                LogOutput::StdErr { message }
                | LogOutput::StdOut { message }
                | LogOutput::StdIn { message }
                | LogOutput::Console { message },
            ) => {
                let text = String::from_utf8_lossy(&message);
                lines.extend(text.lines().filter_map(line).filter(|(place, _)| *place > after));
            }
            // Gone, or about to be.
            Err(error) if matches!(status(&error), Some(404 | 409)) => break,
            Err(error) => return Err(failed("reading what an engine printed", &error)),
        }
    }
    Ok(Printed { lines })
}

/// A line with its place.
fn line(text: &str) -> Option<(u64, String)> {
    let (time, line) = text.split_once(' ')?;
    let time = DateTime::parse_from_rfc3339(time).ok()?.timestamp_nanos_opt()?;
    Some((u64::try_from(time).ok()?, output::fit(line.trim_end()).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_line_is_its_place() {
        let (place, text) = line("2026-11-21T18:12:55.000000002Z 1:M * ready \r").expect("a line");
        assert_eq!((place % 1_000_000_000, text.as_str()), (2, "1:M * ready"));
        assert_eq!(line("2026-11-21T18:12:55Z >>> 'requirepass x'").expect("a line").1, ">>> (not shown)");
        assert_eq!(line("no time at all"), None);
    }
}
