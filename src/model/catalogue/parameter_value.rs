//! Whether a value suits a parameter, by the parameter's `AllowedValues`.
//!
//! `ElastiCache`'s notation is a list of alternatives with commas. For text each alternative is a word. For numbers
//! it is a number (`5000`), a closed range (`1-75`, `1.05-10`), a range without end (`20-`), or `-` for any number;
//! `0,20-` is zero or at least twenty. Two parameters hold lists that the notation cannot express and have rules of
//! their own: `notify-keyspace-events` and `rename-commands`.

use super::families::{DataType, Modifiable, Parameter};
use crate::model::EngineVersion;

/// A value that a parameter cannot take, or a parameter that takes none. AWS code: `InvalidParameterValue`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The family has no such parameter.
    #[error("Parameter {0} doesn't exist")]
    Unknown(String),
    /// The parameter is not the user's to change.
    #[error("The parameter {0} cannot be modified.")]
    NotModifiable(&'static str),
    /// The value is not allowed. The text is ours, after the one of a sister service: that of AWS is not known.
    #[error("Invalid parameter value: {value} for: {name} allowed values are: {allowed}")]
    InvalidValue {
        /// The parameter.
        name: &'static str,
        /// The value of the request.
        value: String,
        /// What would be allowed.
        allowed: &'static str,
    },
}

/// The classes of `notify-keyspace-events`, each with the first version that knows it.
const KEYSPACE_CLASSES: [(&str, &str); 4] = [("0", "KEg$lshzxeA"), ("5", "t"), ("6", "dm"), ("7", "n")];

/// The longest new name of a command in `rename-commands`, characters.
const RENAMED_COMMAND_LENGTH: usize = 20;

/// Whether a user may change `parameter` of a group that is in use (`in_use`) or not.
///
/// # Errors
///
/// [`ParameterError::NotModifiable`], when he may not.
pub fn check_modifiable(parameter: &Parameter, in_use: bool) -> Result<(), ParameterError> {
    match parameter.modifiable {
        Modifiable::Yes => Ok(()),
        Modifiable::WhileUnused if !in_use => Ok(()),
        Modifiable::WhileUnused | Modifiable::No => Err(ParameterError::NotModifiable(parameter.name)),
    }
}

/// Checks `value` against `parameter`'s rule and returns it as it is to be stored: numbers without superfluous
/// zeros, everything else as it came.
///
/// # Errors
///
/// [`ParameterError::InvalidValue`], when the rule does not allow it.
pub fn validate(parameter: &Parameter, value: &str) -> Result<String, ParameterError> {
    let canonical = match (parameter.name, parameter.data_type, parameter.allowed_values) {
        ("notify-keyspace-events", ..) => keyspace_events(parameter, value),
        ("rename-commands", _, Some(commands)) => renamed_commands(commands, value),
        (_, DataType::Integer, allowed) => integer(allowed.unwrap_or("-"), value),
        (_, DataType::Float, allowed) => decimal(allowed.unwrap_or("-"), value),
        (_, DataType::String | DataType::Boolean, Some(words)) => {
            words.split(',').find(|word| *word == value).map(str::to_owned)
        }
        (_, DataType::String | DataType::Boolean, None) => Some(value.to_owned()),
    };
    canonical.ok_or_else(|| ParameterError::InvalidValue {
        name: parameter.name,
        value: value.to_owned(),
        allowed: parameter.allowed_values.unwrap_or("KEg$lshzxetdmnA"),
    })
}

fn integer(allowed: &str, value: &str) -> Option<String> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = value.parse().ok()?;
    within(allowed, &number).then(|| number.to_string())
}

fn decimal(allowed: &str, value: &str) -> Option<String> {
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let number: f64 = value.parse().ok()?;
    within(allowed, &number).then(|| number.to_string())
}

/// Whether `number` is in one of the ranges of `allowed`.
fn within<N: std::str::FromStr + PartialOrd>(allowed: &str, number: &N) -> bool {
    allowed.split(',').any(|range| {
        // A minus at the start belongs to the number, unless it is all there is.
        let separator = range.char_indices().skip(1).find(|(_, letter)| *letter == '-').map(|(index, _)| index);
        match separator {
            None if range == "-" => true,
            None => range.parse().is_ok_and(|only: N| *number == only),
            Some(index) => {
                let (first, last) = (&range[..index], &range[index + 1..]);
                first.parse().is_ok_and(|first: N| *number >= first)
                    && (last.is_empty() || last.parse().is_ok_and(|last: N| *number <= last))
            }
        }
    })
}

fn keyspace_events(parameter: &Parameter, value: &str) -> Option<String> {
    let version: EngineVersion = parameter.minimum_engine_version.parse().ok()?;
    let known = |letter: char| {
        KEYSPACE_CLASSES.iter().any(|(since, classes)| {
            classes.contains(letter) && since.parse::<EngineVersion>().is_ok_and(|since| version >= since)
        })
    };
    value.chars().all(known).then(|| value.to_owned())
}

/// `rename-commands` holds pairs of a command and its new name, or `blocked`, with spaces between.
fn renamed_commands(commands: &str, value: &str) -> Option<String> {
    let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
    let mut renamed: Vec<String> = Vec::new();
    for pair in words.chunks(2) {
        let &[command, name] = pair else { return None };
        let command = command.to_ascii_uppercase();
        let fits = name.len() <= RENAMED_COMMAND_LENGTH && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits || renamed.contains(&command) || !commands.split(',').any(|known| known == command) {
            return None;
        }
        renamed.push(command);
    }
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::families::{families, family};
    use super::*;

    /// Defaults that `ElastiCache` documents outside of the range it documents.
    const KNOWN_EXCEPTIONS: [(&str, &str); 1] = [("valkey9", "cluster-databases")];

    fn parameter(family_name: &str, name: &str) -> &'static Parameter {
        family(family_name).expect("a family").parameter(name).expect("a parameter")
    }

    fn accepted(family: &str, name: &str, value: &str) -> bool {
        validate(parameter(family, name), value).is_ok()
    }

    #[test]
    fn every_default_is_valid_and_canonical() {
        for family in families() {
            for parameter in family.parameters.iter().chain(family.alternates) {
                let expected = !KNOWN_EXCEPTIONS.contains(&(family.name, parameter.name));
                let valid = validate(parameter, parameter.value).is_ok_and(|canonical| canonical == parameter.value);
                assert_eq!(valid, expected, "{} {}", family.name, parameter.name);
            }
        }
    }

    #[test]
    fn every_value_of_a_node_type_is_a_number() {
        for family in families() {
            for entry in family.node_type_parameters {
                assert_eq!(entry.parameter.data_type, DataType::Integer);
                assert!(check_modifiable(&entry.parameter, false).is_err());
            }
        }
    }

    #[test]
    fn numbers_follow_their_ranges() {
        for (name, value, valid) in [
            ("timeout", "0", true),
            ("timeout", "1", false),
            ("timeout", "19", false),
            ("timeout", "20", true),
            ("timeout", "99999999", true),
            ("active-defrag-cycle-max", "75", true),
            ("active-defrag-cycle-max", "76", false),
            ("active-defrag-cycle-max", "0", false),
            ("slowlog-log-slower-than", "-1", true),
            ("slowlog-log-slower-than", "--1", false),
            ("slowlog-log-slower-than", "-", false),
            ("list-max-listpack-size", "-5", true),
            ("list-max-listpack-size", "-6", false),
            ("list-max-listpack-size", "0", false),
            ("list-max-listpack-size", "1", true),
            ("lua-time-limit", "5000", true),
            ("lua-time-limit", "5001", false),
            ("hash-max-listpack-entries", "+5", false),
            ("hash-max-listpack-entries", "1.5", false),
            ("hash-max-listpack-entries", " 5", false),
            ("hash-max-listpack-entries", "", false),
            ("hash-max-listpack-entries", "9223372036854775808", false),
        ] {
            assert_eq!(accepted("redis7", name, value), valid, "{name}={value}");
        }
        assert_eq!(validate(parameter("redis7", "timeout"), "0020").as_deref(), Ok("20"));
        for (value, valid) in
            [("1.05", true), ("10", true), ("10.5", false), ("1", false), ("nan", false), ("2.", false)]
        {
            assert_eq!(accepted("memcached1.6", "chunk_size_growth_factor", value), valid, "{value}");
        }
    }

    #[test]
    fn words_are_matched_exactly() {
        assert!(accepted("redis7", "maxmemory-policy", "allkeys-lfu"));
        assert!(!accepted("redis2.8", "maxmemory-policy", "allkeys-lfu"));
        assert!(!accepted("redis7", "maxmemory-policy", "ALLKEYS-LFU"));
        assert!(!accepted("redis7", "maxmemory-policy", "allkeys-lru,noeviction"));
        assert!(accepted("memcached1.6", "cas_disabled", "1"));
        assert!(!accepted("memcached1.6", "cas_disabled", "true"));
        assert_eq!(
            validate(parameter("redis7", "activedefrag"), "on").expect_err("refused").to_string(),
            "Invalid parameter value: on for: activedefrag allowed values are: yes,no"
        );
    }

    #[test]
    fn lists_have_their_own_rules() {
        assert!(accepted("redis7", "notify-keyspace-events", "AKE"));
        assert!(accepted("redis7", "notify-keyspace-events", "Kn"));
        assert!(!accepted("redis2.8", "notify-keyspace-events", "Kn"));
        assert!(!accepted("redis7", "notify-keyspace-events", "all"));
        assert!(accepted("redis7", "rename-commands", "KEYS blocked flushall wipe2"));
        assert!(!accepted("redis7", "rename-commands", "KEYS"));
        assert!(!accepted("redis7", "rename-commands", "KEYS a keys b"));
        assert!(!accepted("redis7", "rename-commands", "NOSUCH blocked"));
        assert!(!accepted("redis7", "rename-commands", "KEYS with-hyphen"));
        assert!(!accepted("redis7", "rename-commands", "KEYS abcdefghijklmnopqrstu"));
    }

    #[test]
    fn some_parameters_can_be_changed_only_while_unused() {
        let refused = check_modifiable(parameter("redis7", "cluster-enabled"), true).expect_err("refused");
        assert_eq!(refused.to_string(), "The parameter cluster-enabled cannot be modified.");
        assert_eq!(check_modifiable(parameter("redis7", "cluster-enabled"), false), Ok(()));
        assert_eq!(check_modifiable(parameter("redis7", "timeout"), true), Ok(()));
        assert!(check_modifiable(parameter("redis7", "appendonly"), false).is_err());
    }

    fn any_parameter() -> impl Strategy<Value = &'static Parameter> {
        let all: Vec<&'static Parameter> = families().iter().flat_map(|family| family.parameters).collect();
        prop::sample::select(all)
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_check_and_a_canonical_value_stays(parameter in any_parameter(), value in "\\PC{0,20}") {
            if let Ok(canonical) = validate(parameter, &value) {
                prop_assert_eq!(validate(parameter, &canonical), Ok(canonical.clone()));
            }
        }

        #[test]
        fn junk_is_refused(parameter in any_parameter(), value in "[#~%&]{1,8}") {
            prop_assert!(validate(parameter, &value).is_err());
        }

        #[test]
        fn a_closed_range_holds_exactly_its_numbers(first in -50_i64..50, length in 0_i64..50, number in -200_i64..200) {
            let allowed = format!("{first}-{}", first + length);
            prop_assert_eq!(within(&allowed, &number), (first..=first + length).contains(&number));
        }

        #[test]
        fn alternatives_add_up(low in 0_i64..20, open in 20_i64..60, number in -10_i64..100) {
            prop_assert_eq!(within(&format!("{low},{open}-"), &number), number == low || number >= open);
        }
    }
}
