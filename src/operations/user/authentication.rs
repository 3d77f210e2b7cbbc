//! How a user is to prove who it is, as requests say it: in one of three ways, two of which are older than the third.

use crate::{
    model::{Authentication, Engine, PasswordHash, catalogue::limits},
    operations::errors,
    protocol::{AwsError, Sensitive, WireEnum, enums::InputAuthenticationType, types},
};

/// How long a password may be.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;

/// The characters that a password cannot have.
const FORBIDDEN: [char; 4] = [',', '"', '/', '@'];

/// What a request says of authentication.
pub(super) struct Asked {
    pub passwords: Option<Vec<Sensitive<String>>>,
    pub no_password_required: Option<bool>,
    pub mode: Option<types::AuthenticationMode>,
}

impl Asked {
    /// What was asked for, checked; `None` when nothing was. Terraform always sends `NoPasswordRequired`, mostly false,
    /// which asks for nothing.
    pub(super) fn authentication(self) -> Result<Option<Authentication>, AwsError> {
        use InputAuthenticationType::{Iam, NoPasswordRequired, Password};
        let needs_none = self.no_password_required == Some(true);
        let mut passwords = given(self.passwords);
        let kind = match self.mode {
            Some(mode) => {
                let kind = mode.r#type.ok_or_else(no_type)?;
                let of_mode = given(mode.passwords);
                if !of_mode.is_empty() && !passwords.is_empty() {
                    let message = "Passwords and AuthenticationMode.Passwords cannot both be specified.";
                    return Err(errors::invalid_combination(message));
                }
                passwords.extend(of_mode);
                if needs_none && kind != NoPasswordRequired {
                    let kind = kind.as_str();
                    return Err(errors::invalid_combination(format_args!(
                        "No password required flag is true but provided authentication type is {kind}"
                    )));
                }
                kind
            }
            None if needs_none => NoPasswordRequired,
            None if passwords.is_empty() => return Ok(None),
            None => Password,
        };
        if kind == Password {
            return hashes(&passwords).map(|hashes| Some(Authentication::Password(hashes)));
        }
        if !passwords.is_empty() {
            let kind = kind.as_str();
            return Err(errors::invalid_combination(format_args!(
                "Password field is not allowed with authentication type: {kind}"
            )));
        }
        Ok(Some(if kind == Iam { Authentication::Iam } else { Authentication::NoPassword }))
    }
}

/// Checks that a user of this engine, id and name can prove itself in this way.
pub(super) fn check(authentication: &Authentication, engine: Engine, id: &str, name: &str) -> Result<(), AwsError> {
    match authentication {
        Authentication::NoPassword if engine == Engine::Valkey => {
            Err(errors::invalid_combination("No-password-required is not allowed for a user with engine Valkey"))
        }
        // The token is made for the id, which is in lower case.
        Authentication::Iam if name != id => {
            Err(errors::invalid_combination("User Id and User name must be same for authentication type: iam"))
        }
        _ => Ok(()),
    }
}

/// None of the ways was named where one has to be.
pub(super) fn no_type() -> AwsError {
    errors::invalid_value(
        "Input Authentication type: null is not in the allowed list: [password,no-password-required,iam]",
    )
}

fn given(passwords: Option<Vec<Sensitive<String>>>) -> Vec<Sensitive<String>> {
    let passwords = passwords.unwrap_or_default().into_iter();
    passwords.filter(|password| !password.expose().is_empty()).collect()
}

fn hashes(passwords: &[Sensitive<String>]) -> Result<Vec<PasswordHash>, AwsError> {
    if passwords.is_empty() {
        return Err(errors::invalid_combination(
            "A user with Authentication Mode: password, must have at least one password",
        ));
    }
    if passwords.len() > limits::PASSWORDS_PER_USER {
        let most = limits::PASSWORDS_PER_USER;
        return Err(errors::invalid_value(format_args!(
            "Maximum number of passwords allowed in this service is {most}."
        )));
    }
    let mut hashes = Vec::new();
    for password in passwords.iter().map(Sensitive::expose) {
        if !LENGTHS.contains(&password.chars().count()) {
            return Err(errors::invalid_value("Passwords length must be between 16-128 characters."));
        }
        if !password.chars().all(|character| (' '..='~').contains(&character) && !FORBIDDEN.contains(&character)) {
            return Err(errors::invalid_value(
                "Passwords can only contain printable ASCII characters other than ',', '\"', '/' and '@'.",
            ));
        }
        let hash = PasswordHash::of(password);
        // An engine keeps one that is given twice once.
        if !hashes.contains(&hash) {
            hashes.push(hash);
        }
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;

    type Sent<'a> = (&'a [&'a str], Option<bool>, Option<(Option<InputAuthenticationType>, &'a [&'a str])>);

    fn of((passwords, no_password_required, mode): Sent<'_>) -> Result<Option<Authentication>, AwsError> {
        let sensitive = |passwords: &[&str]| {
            let passwords = passwords.iter().map(|password| Sensitive::new((*password).to_owned()));
            Some(passwords.collect::<Vec<_>>()).filter(|passwords| !passwords.is_empty())
        };
        let mode = mode.map(|(r#type, of_mode)| types::AuthenticationMode { r#type, passwords: sensitive(of_mode) });
        Asked { passwords: sensitive(passwords), no_password_required, mode }.authentication()
    }

    const LONG: &str = "a-password-of-24-letters";
    const OTHER: &str = "another-password-of-some";

    #[test]
    fn each_way_of_asking_is_understood() {
        use InputAuthenticationType::{Iam, NoPasswordRequired, Password};
        let password = || Authentication::Password(vec![PasswordHash::of(LONG)]);
        let cases: [(Sent<'_>, Option<Authentication>); 9] = [
            ((&[], None, None), None),
            ((&[], Some(false), None), None),
            ((&[LONG], None, None), Some(password())),
            ((&[LONG, LONG], Some(false), None), Some(password())),
            ((&[], Some(true), None), Some(Authentication::NoPassword)),
            ((&[], Some(false), Some((Some(Password), &[LONG]))), Some(password())),
            ((&[LONG], None, Some((Some(Password), &[]))), Some(password())),
            ((&[], Some(true), Some((Some(NoPasswordRequired), &[]))), Some(Authentication::NoPassword)),
            ((&[], Some(false), Some((Some(Iam), &[]))), Some(Authentication::Iam)),
        ];
        for (asked, expected) in cases {
            assert_eq!(of(asked).ok(), Some(expected), "{asked:?}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        use InputAuthenticationType::{Iam, NoPasswordRequired, Password};
        let (short, at) = ("fifteen-letters", "sixteen@letters.");
        let cases: [(Sent<'_>, &str); 12] = [
            (
                (&[LONG], Some(true), None),
                "Password field is not allowed with authentication type: no-password-required",
            ),
            (
                (&[], None, Some((Some(NoPasswordRequired), &[LONG]))),
                "Password field is not allowed with authentication type: no-password-required",
            ),
            ((&[LONG], None, Some((Some(Iam), &[]))), "Password field is not allowed with authentication type: iam"),
            (
                (&[], Some(true), Some((Some(Iam), &[]))),
                "No password required flag is true but provided authentication type is iam",
            ),
            (
                (&[], None, Some((Some(Password), &[]))),
                "A user with Authentication Mode: password, must have at least one password",
            ),
            (
                (&[], None, Some((None, &[LONG]))),
                "Input Authentication type: null is not in the allowed list: [password,no-password-required,iam]",
            ),
            ((&[LONG], None, Some((Some(Password), &[OTHER]))), "cannot both be specified"),
            ((&[LONG, OTHER, LONG], None, None), "Maximum number of passwords allowed in this service is 2."),
            ((&[short], None, None), "Passwords length must be between 16-128 characters."),
            ((&[at], None, None), "printable ASCII"),
            ((&["sixteen letters\u{e9}"], None, None), "printable ASCII"),
            ((&[&LONG.repeat(6)], None, None), "Passwords length must be between 16-128 characters."),
        ];
        for (asked, text) in cases {
            let error = of(asked).expect_err("refused");
            assert!(error.message.contains(text), "{asked:?}: {}", error.message);
            assert!([ErrorCode::InvalidParameterValue, ErrorCode::InvalidParameterCombination].contains(&error.code));
        }
    }
}
