//! Which version runs when the one asked for is not at hand. Pure: what is at hand is the caller's to find out.

use std::cmp::Reverse;

use crate::model::EngineVersion;

/// The index in `available` of the version that serves `requested` best, if any does.
///
/// In this order: one that agrees in every number that was asked for (the newest of them); one of the same minor
/// version; one of the same major version; one of a newer major version. Among several, the oldest that is not older
/// than asked for, else the newest: what was asked for is then there, with as little besides as can be. An older major
/// version never serves, since it lacks what the caller counts on.
pub(super) fn nearest(requested: &EngineVersion, available: &[EngineVersion]) -> Option<usize> {
    let agrees = |version: &EngineVersion, numbers: usize| {
        let same = [
            version.major() == requested.major(),
            version.minor() == requested.minor(),
            version.patch() == requested.patch(),
        ];
        same[..numbers].iter().all(|same| *same)
    };
    let among = |numbers: usize| available.iter().enumerate().filter(move |(_, version)| agrees(version, numbers));

    // Of equal versions the first one serves, as its place was given before the others'.
    let newest = |(index, version): &(usize, &EngineVersion)| (EngineVersion::clone(version), Reverse(*index));
    if let Some((index, _)) = among(requested.precision()).max_by_key(newest) {
        return Some(index);
    }
    for numbers in [2, 1] {
        let not_older = among(numbers).filter(|(_, version)| *version >= requested).min_by_key(|(_, version)| *version);
        let nearest = not_older.or_else(|| among(numbers).max_by_key(newest));
        if let Some((index, _)) = nearest {
            return Some(index);
        }
    }
    let newer = available.iter().enumerate().filter(|(_, version)| version.major() > requested.major());
    newer.min_by_key(|(_, version)| *version).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> EngineVersion {
        text.parse().expect("a version")
    }

    fn chosen(requested: &str, available: &[&str]) -> Option<String> {
        let versions: Vec<_> = available.iter().copied().map(version).collect();
        nearest(&version(requested), &versions).map(|index| available[index].to_owned())
    }

    #[test]
    fn the_nearest_version_is_chosen() {
        let redis = ["6.2.7", "7.0.4", "7.0.15", "7.2.5", "8.0.2"];
        for (requested, expected) in [
            ("7.0.4", "7.0.4"),   // exact
            ("7.0", "7.0.15"),    // as far as asked for: the newest
            ("7", "7.2.5"),       //
            ("7.0.9", "7.0.15"),  // same minor, not older
            ("7.0.20", "7.0.15"), // same minor, older for want of a newer
            ("7.1", "7.2.5"),     // same major, not older
            ("7.4", "7.2.5"),     // same major, older for want of a newer
            ("6.0", "6.2.7"),     //
            ("5.0.6", "6.2.7"),   // the next major
            ("2.8.24", "6.2.7"),  //
        ] {
            assert_eq!(chosen(requested, &redis).as_deref(), Some(expected), "{requested}");
        }
    }

    #[test]
    fn an_older_major_version_never_serves() {
        assert_eq!(chosen("9.0", &["7.2.5", "8.1.1"]), None);
        assert_eq!(chosen("7.0", &[]), None);
    }

    #[test]
    fn a_version_that_was_given_with_fewer_numbers_serves_as_well() {
        assert_eq!(chosen("7.0.7", &["7"]).as_deref(), Some("7"));
        assert_eq!(chosen("1.6.22", &["1.5", "1.6"]).as_deref(), Some("1.6"));
    }

    #[test]
    fn of_equal_versions_the_first_serves() {
        let versions: Vec<_> = ["7.0.15", "6.2.7", "7.0.15"].map(version).into();
        assert_eq!(nearest(&version("7.0"), &versions), Some(0));
    }
}
