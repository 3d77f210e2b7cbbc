//! The conditions of statements: operators, and when they are met.

use std::{cmp::Ordering, net::IpAddr, str::FromStr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use ipnet::IpNet;

use super::{
    context::{Context, Key},
    pattern::{ArnPattern, is_like, refuse_variables},
};

/// What one key's values have to be.
#[derive(Debug)]
pub(super) struct Condition {
    key: Key,
    test: Test,
    /// Whether the condition is met when the values do not pass the test.
    negated: bool,
    /// Whether the condition is met when the request does not have the key.
    if_exists: bool,
    quantifier: Option<Quantifier>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    ForAllValues,
    ForAnyValue,
}

/// What a value is held against. One of several is enough.
#[derive(Debug)]
enum Test {
    Equal(Vec<String>),
    EqualIgnoringCase(Vec<String>),
    Like(Vec<String>),
    Arn(Vec<ArnPattern>),
    Number(Relation, Vec<f64>),
    Date(Relation, Vec<DateTime<Utc>>),
    Bool(Vec<bool>),
    Address(Vec<IpNet>),
    /// Whether the key is absent.
    Null(Vec<bool>),
}

#[derive(Clone, Copy, Debug)]
enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// The condition that a policy writes so.
    ///
    /// # Errors
    /// When the operator or the key is not known, or a value is none of the operator's.
    pub fn new(operator: &str, key: &str, values: Vec<String>) -> Result<Self, String> {
        let (quantifier, base) = match operator.split_once(':') {
            Some(("ForAllValues", base)) => (Some(Quantifier::ForAllValues), base),
            Some(("ForAnyValue", base)) => (Some(Quantifier::ForAnyValue), base),
            _ => (None, operator),
        };
        let (base, if_exists) = base.strip_suffix("IfExists").map_or((base, false), |base| (base, true));
        let key = Key::known(key)?;
        if key.has_many_values() && quantifier.is_none() && base != "Null" {
            return Err(format!("{operator}: a key with several values needs ForAllValues or ForAnyValue"));
        }
        for value in &values {
            refuse_variables(value)?;
        }
        let (test, negated) = Test::new(base, values).map_err(|error| format!("{operator}: {error}"))?;
        if matches!(test, Test::Null(_)) && (if_exists || quantifier.is_some()) {
            return Err(format!("{operator}: this operator is not supported"));
        }
        Ok(Self { key, test, negated, if_exists, quantifier })
    }

    /// Whether a request with these values meets the condition.
    pub fn is_met(&self, context: &Context) -> bool {
        let values = context.values(&self.key);
        if let Test::Null(wanted) = &self.test {
            return wanted.contains(&values.is_empty());
        }
        if values.is_empty() {
            return match self.quantifier {
                Some(Quantifier::ForAllValues) => true,
                Some(Quantifier::ForAnyValue) => self.if_exists,
                None => self.if_exists || self.negated,
            };
        }
        let mut passes = values.iter().map(|value| self.test.passes(value) != self.negated);
        match self.quantifier {
            Some(Quantifier::ForAllValues) => passes.all(|passes| passes),
            Some(Quantifier::ForAnyValue) => passes.any(|passes| passes),
            // There is more than one only when tags differ in letter case alone, and none of them must slip through.
            None if self.negated => passes.all(|passes| passes),
            None => passes.any(|passes| passes),
        }
    }
}

impl Test {
    /// The test of an operator, and whether the operator is the opposite of it.
    fn new(operator: &str, values: Vec<String>) -> Result<(Self, bool), String> {
        use Relation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
        Ok(match operator {
            "StringEquals" => (Self::Equal(values), false),
            "StringNotEquals" => (Self::Equal(values), true),
            "StringEqualsIgnoreCase" => (Self::EqualIgnoringCase(values), false),
            "StringNotEqualsIgnoreCase" => (Self::EqualIgnoringCase(values), true),
            "StringLike" => (Self::Like(values), false),
            "StringNotLike" => (Self::Like(values), true),
            // In IAM both compare with wildcards.
            "ArnEquals" | "ArnLike" => (Self::Arn(read(values, ArnPattern::try_from)?), false),
            "ArnNotEquals" | "ArnNotLike" => (Self::Arn(read(values, ArnPattern::try_from)?), true),
            "NumericEquals" => (Self::Number(Equal, numbers(values)?), false),
            "NumericNotEquals" => (Self::Number(Equal, numbers(values)?), true),
            "NumericLessThan" => (Self::Number(Less, numbers(values)?), false),
            "NumericLessThanEquals" => (Self::Number(LessOrEqual, numbers(values)?), false),
            "NumericGreaterThan" => (Self::Number(Greater, numbers(values)?), false),
            "NumericGreaterThanEquals" => (Self::Number(GreaterOrEqual, numbers(values)?), false),
            "DateEquals" => (Self::Date(Equal, dates(values)?), false),
            "DateNotEquals" => (Self::Date(Equal, dates(values)?), true),
            "DateLessThan" => (Self::Date(Less, dates(values)?), false),
            "DateLessThanEquals" => (Self::Date(LessOrEqual, dates(values)?), false),
            "DateGreaterThan" => (Self::Date(Greater, dates(values)?), false),
            "DateGreaterThanEquals" => (Self::Date(GreaterOrEqual, dates(values)?), false),
            "Bool" => (Self::Bool(truths(values)?), false),
            "IpAddress" => (Self::Address(addresses(values)?), false),
            "NotIpAddress" => (Self::Address(addresses(values)?), true),
            "Null" => (Self::Null(truths(values)?), false),
            _ => return Err("this operator is not supported".to_owned()),
        })
    }

    /// Whether one of the test's values fits the request's. A value that is not of the operator's kind fits none.
    fn passes(&self, value: &str) -> bool {
        match self {
            Self::Equal(wanted) => wanted.iter().any(|wanted| wanted == value),
            // All of Unicode, as in IAM, and not the Latin letters alone.
            Self::EqualIgnoringCase(wanted) => {
                wanted.iter().any(|wanted| wanted.to_lowercase() == value.to_lowercase())
            }
            Self::Like(wanted) => wanted.iter().any(|wanted| is_like(wanted, value)),
            Self::Arn(wanted) => wanted.iter().any(|wanted| wanted.matches(value)),
            Self::Number(relation, wanted) => {
                number(value).is_some_and(|value| wanted.iter().any(|wanted| relation.holds(value.partial_cmp(wanted))))
            }
            Self::Date(relation, wanted) => {
                date(value).is_some_and(|value| wanted.iter().any(|wanted| relation.holds(Some(value.cmp(wanted)))))
            }
            Self::Bool(wanted) => truth(value).is_some_and(|value| wanted.contains(&value)),
            Self::Address(wanted) => IpAddr::from_str(value).is_ok_and(|address| {
                let address = address.to_canonical();
                wanted.iter().any(|network| network.contains(&address))
            }),
            Self::Null(_) => false,
        }
    }
}

impl Relation {
    fn holds(self, ordering: Option<Ordering>) -> bool {
        ordering.is_some_and(|ordering| match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        })
    }
}

fn read<T>(values: Vec<String>, one: impl Fn(String) -> Result<T, String>) -> Result<Vec<T>, String> {
    values.into_iter().map(one).collect()
}

fn numbers(values: Vec<String>) -> Result<Vec<f64>, String> {
    read(values, |value| number(&value).ok_or_else(|| format!("{value} is no number")))
}

fn dates(values: Vec<String>) -> Result<Vec<DateTime<Utc>>, String> {
    read(values, |value| date(&value).ok_or_else(|| format!("{value} is no date such as 2026-01-31T12:00:00Z")))
}

fn truths(values: Vec<String>) -> Result<Vec<bool>, String> {
    read(values, |value| truth(&value).ok_or_else(|| format!("{value} is neither true nor false")))
}

fn addresses(values: Vec<String>) -> Result<Vec<IpNet>, String> {
    read(values, |value| {
        let network = value.parse().or_else(|_| value.parse::<IpAddr>().map(IpNet::from));
        network.map_err(|_| format!("{value} is no range of addresses such as 10.0.0.0/8"))
    })
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn truth(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|truth| text.eq_ignore_ascii_case(&truth.to_string()))
}

/// The forms of ISO 8601 that IAM names, and seconds since 1970.
fn date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        return Some(date.to_utc());
    }
    if let Ok(date) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%MZ") {
        return Some(date.and_utc());
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Some(date.and_time(NaiveTime::MIN).and_utc());
    }
    text.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}
