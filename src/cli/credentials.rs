//! The keys of `--credentials`. What was given is never shown again, not even when it is refused.

use std::{collections::HashMap, ffi::OsStr, str::FromStr};

use clap::{Arg, Command, Error, builder::TypedValueParser, error::ErrorKind};

/// Access keys with their secrets. Never printed.
#[derive(Clone)]
pub struct Credentials(pub HashMap<String, String>);

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({} keys)", self.0.len())
    }
}

impl FromStr for Credentials {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pairs = text.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, secret) = pair.split_once(':').ok_or("write KEY:SECRET, several separated by commas")?;
            Ok((key.to_owned(), secret.to_owned()))
        });
        pairs.collect::<Result<_, String>>().map(Self)
    }
}

/// Reads [`Credentials`]. Clap's own errors repeat the value, which may be a secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader;

impl TypedValueParser for Reader {
    type Value = Credentials;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<Credentials, Error> {
        let read = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned()).and_then(str::parse);
        read.map_err(|reason| {
            let message = format!("invalid value for '--credentials <KEY:SECRET,..>': {reason}\n");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn secrets_are_read_and_never_shown() {
        let credentials: Credentials = "AKIA:se:cret,000000000001:x".parse().expect("credentials");
        assert_eq!(credentials.0["AKIA"], "se:cret");
        assert!(!format!("{credentials:?}").contains("cret"));
        assert!("AKIA".parse::<Credentials>().is_err());

        let refused = Cli::try_parse_from(["cachette", "serve", "--credentials", "hunter2"]).expect_err("no colon");
        let text = refused.to_string();
        assert!(text.contains("--credentials") && text.contains("KEY:SECRET") && !text.contains("hunter2"), "{text}");
    }
}
