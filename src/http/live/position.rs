//! How far a reader of events has come, in a form that a browser hands back when it connects again.

use std::{collections::BTreeMap, fmt};

use crate::model::Scope;

/// The most accounts and regions of a position that is told. Browsers send it in a header.
const MOST: usize = 100;

/// The number of the newest event that was told, by account and region. Those that are not in it had none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Position(BTreeMap<Scope, u64>);

impl Position {
    /// The number of the newest event of `scope` that was told; 0 before the first one.
    pub fn of(&self, scope: &Scope) -> u64 {
        self.0.get(scope).copied().unwrap_or_default()
    }

    /// Notes that everything of `scope` up to an event was told.
    pub fn set(&mut self, scope: &Scope, event: u64) {
        if event == 0 {
            self.0.remove(scope);
        } else {
            self.0.insert(scope.clone(), event);
        }
    }

    /// The position as a reader is told it; `None` when it is too long for that.
    pub fn told(&self) -> Option<String> {
        (self.0.len() <= MOST).then(|| self.to_string())
    }

    /// Reads what [`told`](Self::told) has written; `None` when that is something else.
    pub fn read(text: &str) -> Option<Self> {
        let entries = text.strip_prefix("at:")?;
        let entries = entries.split(',').filter(|entry| !entry.is_empty()).take(MOST + 1).map(|entry| {
            let mut parts = entry.split('/');
            let (account, region, event) = (parts.next()?, parts.next()?, parts.next()?);
            let is_whole = parts.next().is_none() && is_name(account) && is_name(region);
            is_whole.then_some(())?;
            Some((Scope::new(account, region), event.parse().ok()?))
        });
        let entries = entries.collect::<Option<BTreeMap<_, _>>>()?;
        (entries.len() <= MOST).then_some(Self(entries))
    }
}

/// Whether an account or a region can be called so. Nothing else is to be told again.
fn is_name(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never empty, as that would make a browser forget where it was.
        f.write_str("at:")?;
        for (number, (scope, event)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}{scope}/{event}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(count: u64) -> Position {
        let mut position = Position::default();
        for number in 1..=count {
            position.set(&Scope::new(format!("{number:012}"), "us-east-1"), number);
        }
        position
    }

    #[test]
    fn what_is_told_is_read_back() {
        for count in [0, 1, 3, MOST as u64] {
            let told = position(count).told().expect("it is short enough");
            assert_eq!(Position::read(&told), Some(position(count)), "{told}");
        }
        assert_eq!(position(1).told().expect("short"), "at:000000000001/us-east-1/1");
        assert_eq!(position(MOST as u64 + 1).told(), None);
    }

    #[test]
    fn anything_else_is_no_position() {
        let long = format!("at:{}", vec!["1/a/1"; 10_000].join(","));
        for text in ["", "7", "at:1/us-east-1", "at:1/a/x", "at:1/a/1/2", "at:1/a/-1", "at:1/a\nb/1", "at:1//1"] {
            assert_eq!(Position::read(text), None, "{text}");
        }
        assert_eq!(
            Position::read(&long).map(|read| read.0.len()),
            Some(1),
            "it is cut off, and the same again and again"
        );
    }
}
