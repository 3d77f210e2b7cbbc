//! Requests of the query protocol: names are paths, `Dimensions.member.1.Name`.

use super::{Code, Error, Value};
use crate::protocol::query::Parameters;

/// How deep a path may be: `MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name` is.
const DEEPEST: usize = 12;

/// Reads what a request's parameters say, but for those of the protocol itself.
pub(super) fn read(parameters: &Parameters<'_>) -> Result<Value, Error> {
    let pairs = parameters.pairs().filter(|(name, _)| !matches!(*name, "Action" | "Version"));
    let pairs: Vec<_> = pairs.map(|(name, value)| (name.split('.').collect::<Vec<_>>(), value)).collect();
    let mut pairs: Vec<_> = pairs.iter().map(|(path, value)| (path.as_slice(), *value)).collect();
    if pairs.iter().any(|(path, _)| path.len() > DEEPEST) {
        return Err(Error::new(Code::Serialization, "A parameter's name has too many parts."));
    }
    // As numbers, the tenth of a list comes after the ninth.
    pairs.sort_by_cached_key(|(path, _)| path.iter().map(|part| (part.parse::<u32>().ok(), *part)).collect::<Vec<_>>());
    structure(&pairs)
}

/// What is below a place, of which the paths' first parts are the members.
fn structure(pairs: &[(&[&str], &str)]) -> Result<Value, Error> {
    let mut members = Vec::new();
    for members_pairs in pairs.chunk_by(|a, b| a.0.first() == b.0.first()) {
        let Some(name) = members_pairs[0].0.first() else { continue };
        let below: Vec<_> = members_pairs.iter().map(|(path, value)| (&path[1..], *value)).collect();
        members.push(((*name).to_owned(), value(&below)?));
    }
    Ok(Value::Structure(members))
}

fn value(pairs: &[(&[&str], &str)]) -> Result<Value, Error> {
    match pairs {
        [([], word)] => Ok(Value::Word((*word).to_owned())),
        pairs if pairs.iter().any(|(path, _)| path.is_empty()) => {
            Err(Error::new(Code::Serialization, "A parameter is both a value and a structure."))
        }
        pairs if pairs.iter().all(|(path, _)| path[0] == "member" && path.len() > 1) => {
            let items: Vec<_> = pairs.iter().map(|(path, value)| (&path[1..], *value)).collect();
            let items = items.chunk_by(|a, b| a.0.first() == b.0.first());
            let each =
                items.map(|item| value(&item.iter().map(|(path, value)| (&path[1..], *value)).collect::<Vec<_>>()));
            each.collect::<Result<_, _>>().map(Value::List)
        }
        pairs => structure(pairs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<Value, Error> {
        read(&Parameters::parse(Some(query), b"")?)
    }

    fn word(text: &str) -> Value {
        Value::Word(text.into())
    }

    #[test]
    fn paths_become_lists_and_structures() {
        let query = "Action=X&D.member.10.N=ten&D.member.2.N=two&D.member.2.V=x&M.S=y&P=60";
        let item = |members: &[(&str, &str)]| {
            Value::Structure(members.iter().map(|(name, value)| ((*name).to_owned(), word(value))).collect())
        };
        let expected = [
            ("D", Value::List(vec![item(&[("N", "two"), ("V", "x")]), item(&[("N", "ten")])])),
            ("M", item(&[("S", "y")])),
            ("P", word("60")),
        ];
        assert_eq!(of(query), Ok(Value::Structure(expected.map(|(name, value)| (name.to_owned(), value)).into())));
    }

    #[test]
    fn what_is_two_things_at_once_or_too_deep_is_refused() {
        assert!(of("A=1&A.B=2").is_err());
        assert!(of(&format!("A{}=1", ".B".repeat(100))).is_err());
    }
}
