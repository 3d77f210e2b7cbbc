//! `cachette wait`: until all that is to be there is. Light enough to be asked every second by a health check.

use std::{str::FromStr, time::Duration};

use clap::Args;
use http::StatusCode;
use tokio::time::{Instant, sleep, timeout_at};

use crate::client::{self, ClientError};

/// The wait between two questions.
const POLL: Duration = Duration::from_millis(100);

/// How long a server that is there may take to say whether it is ready.
const ONE_ANSWER: Duration = Duration::from_secs(1);

/// How long to wait, and for what.
#[derive(Debug, Args)]
pub struct Wait {
    /// The server [default: `CACHETTE_LISTEN`, `AWS_ENDPOINT_URL_ELASTICACHE`, or `http://localhost:4598`].
    #[arg(long, env = "CACHETTE_URL", value_name = "URL")]
    pub url: Option<String>,

    /// How long to wait, such as 500ms, 90s or 5m.
    #[arg(long, default_value = "60s", value_name = "TIME")]
    pub timeout: Patience,

    /// Wait for the server only, not for what is to be there.
    #[arg(long)]
    pub health_only: bool,
}

/// Why the wait was in vain.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// What was waited for does not come by itself.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The time is over.
    #[error("not ready after {patience}: {missing}")]
    TimedOut {
        /// How long it was.
        patience: Patience,
        /// What was missing in the end.
        missing: String,
    },
    /// An entry of the init cannot be carried out.
    #[error("{0}")]
    Failed(String),
}

impl Wait {
    /// Waits.
    ///
    /// # Errors
    /// When the time is over, or waiting longer would be no good.
    pub async fn run(self) -> Result<(), WaitError> {
        let url = client::url_or_usual(self.url);
        let path = if self.health_only { "/_cachette/health" } else { "/_cachette/health?ready=resources" };
        let until = Instant::now() + self.timeout.0;
        let mut missing = format!("no server answers at {url}");
        // One answer is waited for, however short the time is.
        let mut patience = until.max(Instant::now() + ONE_ANSWER);
        loop {
            match timeout_at(patience, client::get(&url, path)).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(ClientError::Refused { status: StatusCode::SERVICE_UNAVAILABLE, reason, .. })) => {
                    missing = reason.unwrap_or_else(|| "the server does not say why".to_owned());
                    if missing.starts_with("the init has failed") {
                        return Err(WaitError::Failed(missing));
                    }
                }
                Ok(Err(error @ ClientError::Silent { .. })) => missing = error.to_string(),
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => {}
            }
            patience = until;
            if Instant::now() + POLL >= until {
                return Err(WaitError::TimedOut { patience: self.timeout, missing });
            }
            sleep(POLL).await;
        }
    }
}

/// How long somebody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience(pub Duration);

impl std::fmt::Display for Patience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl FromStr for Patience {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        let number: Option<u64> = digits.parse().ok();
        let time = number.and_then(|number| match &text[digits.len()..] {
            "ms" => Some(Duration::from_millis(number)),
            "" | "s" => Some(Duration::from_secs(number)),
            "m" => number.checked_mul(60).map(Duration::from_secs),
            _ => None,
        });
        // What comes after this is a slip, and could not be added to the time of day.
        let time = time.filter(|time| *time <= Duration::from_hours(24 * 365));
        time.map(Self).ok_or_else(|| "write a number with ms, s or m, such as 90s".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, millis) in [("500ms", 500), ("60s", 60_000), ("5m", 300_000), ("2", 2000), ("0s", 0)] {
            assert_eq!(text.parse(), Ok(Patience(Duration::from_millis(millis))), "{text}");
        }
        for text in ["", "s", "-1s", "1.5s", "1h", "99999999999999999999s", "9999999999999m"] {
            assert!(text.parse::<Patience>().is_err(), "{text}");
        }
    }
}
