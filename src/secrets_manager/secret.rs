//! What a secret says: a password, or a user with one.

use serde::Deserialize;

use super::SecretError;

/// By what one logs in to an engine. There is no `Debug` of it.
#[derive(Clone)]
pub struct SourceLogin {
    /// The user; `None` for the one that a password without a name is for.
    pub username: Option<String>,
    /// The password.
    pub password: String,
}

/// The fields that count. Others may stand beside them.
#[derive(Deserialize)]
struct Fields {
    username: Option<String>,
    password: String,
}

impl SourceLogin {
    /// Reads the text of a secret: JSON with `password` and, where there is one, `username`; or the password itself.
    ///
    /// # Errors
    /// When it is empty, or JSON without a password.
    pub(super) fn parse(text: &str) -> Result<Self, SecretError> {
        if text.trim_start().starts_with('{') {
            let Fields { username, password } = serde_json::from_str(text).map_err(|_| SecretError::NoLogin)?;
            let username = username.filter(|name| !name.is_empty());
            return Ok(Self { username, password }).and_then(Self::checked);
        }
        Self { username: None, password: text.to_owned() }.checked()
    }

    fn checked(self) -> Result<Self, SecretError> {
        if self.password.is_empty() { Err(SecretError::NoLogin) } else { Ok(self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Option<String>, String)> {
        SourceLogin::parse(text).ok().map(|login| (login.username, login.password))
    }

    #[test]
    fn a_secret_is_a_password_or_a_login() {
        assert_eq!(read("hush"), Some((None, "hush".into())));
        assert_eq!(read(r#"{"password":"hush"}"#), Some((None, "hush".into())));
        assert_eq!(
            read(r#" {"username":"u","password":"hush","engine":"x"}"#),
            Some((Some("u".into()), "hush".into()))
        );
        for wrong in ["", "{}", r#"{"username":"u"}"#, r#"{"password":""}"#, r#"{"password":"hush""#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn errors_do_not_repeat_a_secret() {
        let error = SourceLogin::parse(r#"{"hush":1}"#).err().expect("an error");
        assert!(!error.to_string().contains("hush") && !format!("{error:?}").contains("hush"));
    }
}
