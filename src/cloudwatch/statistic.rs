//! What is made of several values.

use super::{Code, Error};

/// A statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// What so many of a hundred values are not above.
    Percentile(f64),
}

impl Statistic {
    /// Those that are no percentiles.
    pub(super) const SIMPLE: [(&str, Self); 5] = [
        ("SampleCount", Self::SampleCount),
        ("Average", Self::Average),
        ("Sum", Self::Sum),
        ("Minimum", Self::Minimum),
        ("Maximum", Self::Maximum),
    ];

    /// The statistic of this name that is no percentile.
    pub(super) fn simple(name: &str) -> Option<Self> {
        Self::SIMPLE.into_iter().find(|(known, _)| *known == name).map(|(_, statistic)| statistic)
    }

    /// The percentile of this name: `p50`, `p99.9`.
    pub(super) fn percentile(name: &str) -> Option<Self> {
        let percent: f64 = name.strip_prefix('p').filter(|number| !number.starts_with(['+', '-']))?.parse().ok()?;
        (0.0..=100.0).contains(&percent).then_some(Self::Percentile(percent))
    }

    /// The statistic of any name.
    pub(super) fn read(name: &str) -> Result<Self, Error> {
        let trimmed = ["tm", "wm", "tc", "ts", "pr", "TM", "WM", "TC", "TS", "PR", "IQM"];
        Self::simple(name).or_else(|| Self::percentile(name)).ok_or_else(|| {
            if trimmed.into_iter().any(|prefix| name.starts_with(prefix)) {
                Error::unsupported(&format!("the statistic {name}"))
            } else {
                Error::new(Code::ValidationError, format!("{name} is no statistic."))
            }
        })
    }

    /// The statistic of values of which there are some, sorted.
    pub(super) fn of(self, sorted: &[f64]) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "there are never that many values")]
        let count = sorted.len() as f64;
        match self {
            Self::SampleCount => count,
            Self::Sum => sorted.iter().sum(),
            Self::Average => sorted.iter().sum::<f64>() / count,
            Self::Minimum => sorted.first().copied().unwrap_or_default(),
            Self::Maximum => sorted.last().copied().unwrap_or_default(),
            Self::Percentile(percent) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it is between nothing and the number of values"
                )]
                let rank = (percent / 100.0 * count).ceil() as usize;
                sorted[rank.clamp(1, sorted.len()) - 1]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_worked_out() {
        let values = [1.0, 2.0, 3.0, 10.0];
        for (name, expected) in [
            ("SampleCount", 4.0),
            ("Average", 4.0),
            ("Sum", 16.0),
            ("Minimum", 1.0),
            ("Maximum", 10.0),
            ("p50", 2.0),
            ("p99.9", 10.0),
            ("p0", 1.0),
        ] {
            let value = Statistic::read(name).map(|statistic| statistic.of(&values));
            assert_eq!(value, Ok(expected), "{name}");
        }
        for name in ["average", "p101", "p-1", "pp", "tm90", ""] {
            assert!(Statistic::read(name).is_err(), "{name}");
        }
    }
}
