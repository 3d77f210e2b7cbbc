//! The values of one metric of one node, one for each minute, in little memory: minutes in a row with the same value are
//! kept as one, and most of what an idle cache tells never changes.

use std::collections::VecDeque;

/// A minute, counted from 1970.
pub type Minute = u32;

/// Minutes in a row with the same value.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: Minute,
    count: u32,
    value: f64,
}

impl Run {
    fn end(&self) -> Minute {
        self.first + self.count
    }
}

/// The values of one metric of one node.
#[derive(Clone, Debug, Default)]
pub(super) struct Series(VecDeque<Run>);

impl Series {
    /// Notes the value of a minute. That of the last minute can be noted again as it goes on; earlier ones stay.
    pub(super) fn set(&mut self, minute: Minute, value: f64) {
        let same = |run: &Run| run.value.to_bits() == value.to_bits();
        if let Some(last) = self.0.back_mut() {
            if minute + 1 < last.end() || (minute + 1 == last.end() && same(last)) {
                return;
            }
            if minute + 1 == last.end() {
                last.count -= 1;
                if last.count == 0 {
                    self.0.pop_back();
                }
            }
        }
        match self.0.back_mut() {
            Some(last) if last.end() == minute && same(last) => last.count += 1,
            _ => self.0.push_back(Run { first: minute, count: 1, value }),
        }
    }

    /// Forgets what is before `oldest`, and the oldest beyond `most` pieces.
    pub(super) fn trim(&mut self, oldest: Minute, most: usize) {
        while self.0.front().is_some_and(|run| run.end() <= oldest) || self.0.len() > most {
            self.0.pop_front();
        }
        if let Some(first) = self.0.front_mut().filter(|run| run.first < oldest) {
            first.count = first.end() - oldest;
            first.first = oldest;
        }
        if self.0.capacity() > 4 * self.0.len().max(4) {
            self.0.shrink_to_fit();
        }
    }

    /// The values of the minutes from `from` up to and without `to`, oldest first.
    pub(super) fn between(&self, from: Minute, to: Minute) -> impl Iterator<Item = (Minute, f64)> + '_ {
        let begin = self.0.partition_point(|run| run.end() <= from);
        let runs = self.0.range(begin..).take_while(move |run| run.first < to);
        runs.flat_map(move |run| (run.first.max(from)..run.end().min(to)).map(|minute| (minute, run.value)))
    }

    /// The value of a minute.
    pub(super) fn at(&self, minute: Minute) -> Option<f64> {
        self.between(minute, minute + 1).next().map(|(_, value)| value)
    }

    /// The newest value.
    pub(super) fn last(&self) -> Option<(Minute, f64)> {
        self.0.back().map(|run| (run.end() - 1, run.value))
    }

    /// How many pieces it is kept in.
    #[cfg(test)]
    fn pieces(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(series: &Series) -> Vec<(Minute, f64)> {
        series.between(0, Minute::MAX).collect()
    }

    #[test]
    fn the_same_value_again_and_again_takes_no_more_memory() {
        let mut series = Series::default();
        for minute in 10..1000 {
            series.set(minute, 7.0);
        }
        assert_eq!((series.pieces(), all(&series).len()), (1, 990));
        series.trim(900, 10);
        assert_eq!(all(&series).first(), Some(&(900, 7.0)));
    }

    #[test]
    fn a_minute_that_goes_on_gets_its_newest_value() {
        let mut series = Series::default();
        for (minute, value) in [(1, 1.0), (2, 1.0), (2, 2.0), (2, 1.0), (4, 3.0), (3, 9.0), (4, 5.0)] {
            series.set(minute, value);
        }
        assert_eq!(all(&series), [(1, 1.0), (2, 1.0), (4, 5.0)]);
        assert_eq!((series.at(3), series.at(4), series.last()), (None, Some(5.0), Some((4, 5.0))));
    }

    proptest! {
        #[test]
        fn what_was_noted_is_what_is_read(steps in prop::collection::vec((0u32..3, 0u8..3), 0..200)) {
            let mut series = Series::default();
            let mut expected = std::collections::BTreeMap::new();
            let mut minute = 1;
            for (step, value) in steps {
                minute += step;
                series.set(minute, f64::from(value));
                expected.insert(minute, f64::from(value));
            }
            prop_assert_eq!(all(&series), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
