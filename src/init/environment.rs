//! Values that come from the environment, so that passwords need not stand in a file: `${NAME}`.

/// Finds the value of a variable.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Looks up variables.
pub struct Environment(Box<Variable>);

/// Why a value cannot be had from the environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// There is no such variable.
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    /// What stands between the braces is no name.
    #[error("write ${{NAME}} for an environment variable, and $${{ for a dollar sign and a brace")]
    NoName,
}

impl Environment {
    /// An environment in which `variable` finds values.
    pub fn new(variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Box::new(variable))
    }

    /// The text with every `${NAME}` replaced; `$${` stands for `${` itself, and every other dollar sign for itself.
    ///
    /// # Errors
    /// When a variable is not set, or there is no name in the braces.
    pub fn resolve(&self, text: &str) -> Result<String, EnvironmentError> {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, after) = (&rest[..at], &rest[at + 2..]);
            if let Some(before) = before.strip_suffix('$') {
                resolved.extend([before, "${"]);
                rest = after;
                continue;
            }
            let (name, after) = after.split_once('}').ok_or(EnvironmentError::NoName)?;
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(EnvironmentError::NoName);
            }
            let value = (self.0)(name).ok_or_else(|| EnvironmentError::NotSet(name.to_owned()))?;
            resolved.extend([before, &value]);
            rest = after;
        }
        resolved.push_str(rest);
        Ok(resolved)
    }
}

/// The text that stands for `text` itself.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_and_nothing_else() {
        let environment = Environment::new(|name| (name == "A_1").then(|| "$${x}".to_owned()));
        for (text, expected) in [
            ("", Ok("")),
            ("a$b$$c}{", Ok("a$b$$c}{")),
            ("<${A_1}${A_1}>", Ok("<$${x}$${x}>")),
            ("$${A_1}", Ok("${A_1}")),
            ("${B}", Err(EnvironmentError::NotSet("B".to_owned()))),
            ("${}", Err(EnvironmentError::NoName)),
            ("${A-1}", Err(EnvironmentError::NoName)),
            ("${A_1", Err(EnvironmentError::NoName)),
        ] {
            assert_eq!(environment.resolve(text), expected.map(str::to_owned), "{text}");
        }
        for text in ["${A_1}", "$$${A_1}", "a${", "$"] {
            let again = environment.resolve(&escaped(text));
            assert_eq!(again.as_deref(), Ok(text));
        }
    }
}
