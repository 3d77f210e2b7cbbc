//! `cachette export`: what a server has, as a file for `--init`.

use clap::{Args, ValueEnum};

use crate::{
    client::{self, ClientError},
    terminal,
};

/// What to write down, and how.
#[derive(Debug, Args)]
pub struct Export {
    /// The server [default: `CACHETTE_LISTEN`, `AWS_ENDPOINT_URL_ELASTICACHE`, or `http://localhost:4598`].
    #[arg(long, env = "CACHETTE_URL", value_name = "URL")]
    pub url: Option<String>,

    /// How it is written. YAML tells in comments what is not in it.
    #[arg(long, default_value = "yaml")]
    pub format: Format,

    /// Only what is in this region.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, and for programs.
    Yaml,
    /// For programs.
    Json,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The server does not tell.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What is no region's name.
    #[error("--region {0}: this is not the name of a region such as eu-west-1")]
    Region(String),
    /// It cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] std::io::Error),
}

impl Export {
    /// Writes the file to standard output.
    ///
    /// # Errors
    /// When the server does not tell, or nobody reads.
    pub async fn run(self) -> Result<(), ExportError> {
        let format = match self.format {
            Format::Yaml => "yaml",
            Format::Json => "json",
        };
        let mut path = format!("/_cachette/export?format={format}");
        if let Some(region) = self.region {
            if !region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
                return Err(ExportError::Region(region));
            }
            path.extend(["&region=", &region]);
        }
        let file = client::get(&client::url_or_usual(self.url), &path).await?;
        Ok(terminal::print(&file)?)
    }
}
