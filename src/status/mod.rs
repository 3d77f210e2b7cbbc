//! What a running server has, as a table for people or as JSON for programs. It asks the server's admin API and changes
//! nothing.

mod resources;
mod table;

use resources::{Health, Resources, Row};
use serde_json::json;

use crate::client::{self, ClientError};

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// The server was not asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What answers is no Cachette.
    #[error("what answers at {url} is no Cachette: {source}")]
    NotCachette {
        /// Where.
        url: String,
        /// What is wrong with its answer.
        source: serde_json::Error,
    },
}

/// What a server has.
#[derive(Debug)]
pub struct Status {
    url: String,
    health: Health,
    rows: Vec<Row>,
}

impl Status {
    /// Asks the server at `url`.
    ///
    /// # Errors
    /// When it does not answer, refuses, or is no Cachette.
    pub async fn ask(url: &str) -> Result<Self, StatusError> {
        let not_cachette = |source| StatusError::NotCachette { url: url.to_owned(), source };
        let health = client::get(url, "/_cachette/health").await?;
        let health: Health = serde_json::from_slice(&health).map_err(not_cachette)?;
        let resources = client::get(url, "/_cachette/resources").await?;
        let resources: Resources = serde_json::from_slice(&resources).map_err(not_cachette)?;
        let host = http::Uri::try_from(url).ok().and_then(|url| url.host().map(str::to_owned));
        let rows = resources.rows(&host.unwrap_or_default());
        Ok(Self { url: url.to_owned(), health, rows })
    }

    /// For people: no line is longer than `width`, but for one whose words are.
    #[must_use]
    pub fn table(&self, width: usize) -> String {
        let Health { version, backend } = &self.health;
        let head = format!("Cachette {version} at {}, engines by {backend}\n", self.url);
        if self.rows.is_empty() { format!("{head}No caches.\n") } else { head + "\n" + &table::of(&self.rows, width) }
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> String {
        let Health { version, backend } = &self.health;
        let all = json!({"url": self.url, "version": version, "backend": backend, "resources": self.rows});
        format!("{all:#}\n")
    }
}
