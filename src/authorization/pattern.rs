//! The patterns of policies: actions, ARNs, and texts with `*` and `?`. They are checked when they are read, so that
//! nothing stands in a policy that could never mean anything here.

use serde::Deserialize;

use crate::protocol::Operation;

/// The service whose actions are decided on here.
const SERVICE: &str = "elasticache";

/// Actions that are no operations of the API: letting a user into a cache, and an experiment of another service.
const OTHER_ACTIONS: [&str; 2] = ["Connect", "InterruptClusterAzPower"];

/// How many fields an ARN has, the last of which may have colons in it.
const ARN_FIELDS: usize = 6;

/// Whether `text` is as `pattern` says, where `*` stands for any characters and `?` for any one.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // Where the last `*` stands, and up to where it was taken to reach. Only the last one ever has to be taken back.
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((place, reach)) = star else { return false };
                star = Some((place, reach + 1));
                at = place + 1;
                seen = reach + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// Refuses policy variables such as `${aws:username}`: taken literally, they would make a policy mean something else.
pub(super) fn refuse_variables(text: &str) -> Result<(), String> {
    if text.contains("${") { Err(format!("{text}: policy variables are not supported")) } else { Ok(()) }
}

/// Which actions a statement is about. Their letter case does not matter.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ActionPattern(String);

impl ActionPattern {
    /// Whether this is about `action`, which is in lower case and has its service in front.
    pub fn matches(&self, action: &str) -> bool {
        is_like(&self.0, action)
    }
}

impl TryFrom<String> for ActionPattern {
    type Error = String;

    /// Actions of other services are taken as they are: policies are often written for several.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let pattern = Self(text.to_ascii_lowercase());
        if text == "*" {
            return Ok(pattern);
        }
        let Some((service, name)) = pattern.0.split_once(':') else {
            return Err(format!("{text}: an action is written service:Name"));
        };
        if service.is_empty() || name.is_empty() || service.contains(['*', '?']) {
            return Err(format!("{text}: an action is written service:Name, and the service without wildcards"));
        }
        let mut known = Operation::NAMES.iter().chain(&OTHER_ACTIONS);
        if service == SERVICE && !known.any(|action| is_like(name, &action.to_ascii_lowercase())) {
            return Err(format!("{text}: ElastiCache has no such action"));
        }
        Ok(pattern)
    }
}

/// Which ARNs a statement or a condition is about. As in IAM, each field is compared for itself, so that a wildcard
/// never reaches over a colon, but for the last field, which is all that comes after the account.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum ArnPattern {
    /// `*`: every resource, and requests that are about no resource.
    Any,
    /// A pattern for each field.
    Fields(Vec<String>),
}

impl ArnPattern {
    /// Whether this is about `arn`.
    pub fn matches(&self, arn: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Fields(patterns) => {
                let fields: Vec<_> = arn.splitn(ARN_FIELDS, ':').collect();
                fields.len() == ARN_FIELDS
                    && patterns.iter().zip(fields).all(|(pattern, field)| is_like(pattern, field))
            }
        }
    }
}

impl TryFrom<String> for ArnPattern {
    type Error = String;

    /// Fields that are missing at the end stand for any.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        refuse_variables(&text)?;
        if text == "*" {
            return Ok(Self::Any);
        }
        if !text.starts_with("arn:") {
            return Err(format!("{text}: a resource is * or begins with arn:"));
        }
        let mut fields: Vec<_> = text.splitn(ARN_FIELDS, ':').map(str::to_owned).collect();
        fields.resize(ARN_FIELDS, "*".to_owned());
        Ok(Self::Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_in_iam() {
        for (pattern, text, matches) in [
            ("", "", true),
            ("", "a", false),
            ("a", "a", true),
            ("a", "A", false),
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("a*b*c", "a-b-b-c", true),
            ("?", "", false),
            ("?", "ü", true),
            ("a?c*", "abc", true),
            ("*?", "", false),
            ("**a", "bba", true),
        ] {
            assert_eq!(is_like(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn arns_are_compared_field_by_field() {
        let cluster = "arn:aws:elasticache:us-east-1:000000000000:cluster:dev-1";
        for (pattern, matches) in [
            ("*", true),
            (cluster, true),
            ("arn:aws:elasticache:*:*:cluster:dev-*", true),
            ("arn:*:elasticache:*", true),
            ("arn:aws:elasticache:us-east-1:000000000000:*", true),
            ("arn:aws:elasticache:us-east-?:*:cluster:*", true),
            ("arn:aws:elasticache:*:cluster:dev-1", false),
            ("arn:aws:elasticache:*:*:cluster:dev", false),
            ("arn:aws:elasticache:*:*:replicationgroup:*", false),
            ("arn:aws:s3:*:*:*", false),
        ] {
            let pattern = ArnPattern::try_from(pattern.to_owned()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(pattern.matches(cluster), matches, "{pattern:?}");
            assert_eq!(pattern.matches("*"), matches!(pattern, ArnPattern::Any), "{pattern:?}");
        }
    }

    #[test]
    fn what_can_mean_nothing_is_refused() {
        for text in ["", "DescribeCacheClusters", "elasticache:", ":a", "e*:a", "elasticache:DescribeCacheCluster"] {
            ActionPattern::try_from(text.to_owned()).expect_err(text);
        }
        for text in ["*", "s3:GetObject", "ElastiCache:Describe*", "elasticache:connect", "elasticache:*"] {
            ActionPattern::try_from(text.to_owned()).expect(text);
        }
        for text in ["", "cluster", "arn:aws:elasticache:*:*:cluster:${aws:username}", "ARN:aws:s3:::x"] {
            ArnPattern::try_from(text.to_owned()).expect_err(text);
        }
    }
}
