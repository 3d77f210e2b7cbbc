//! What is printed: a line for each figure, and how busy the machine was.

use std::{fmt, time::Duration};

/// How a figure is printed.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Things a second.
    PerSecond,
    /// Milliseconds.
    Milliseconds,
    /// Mebibytes.
    Mebibytes,
    /// Hundredths.
    Percent,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PerSecond => "/s",
            Self::Milliseconds => "ms",
            Self::Mebibytes => "MiB",
            Self::Percent => "%",
        })
    }
}

/// A figure, the floor beside it, and what is hoped for.
pub struct Line<'a> {
    /// What was measured.
    pub what: &'a str,
    /// The unit of both figures.
    pub unit: Unit,
    /// Ours, one a round.
    pub ours: Vec<f64>,
    /// The floor, one a round, in the same order; empty when there is none.
    pub floor: Vec<f64>,
    /// What the floor is.
    pub floor_is: &'a str,
    /// What is hoped for, in words.
    pub target: &'a str,
}

impl Line<'_> {
    /// Prints the medians over the rounds, and the median of the ratios of each round.
    pub fn print(self) {
        let Self { what, unit, ours, floor, floor_is, target } = self;
        let ratios: Vec<f64> = ours.iter().zip(&floor).map(|(ours, floor)| ours / floor).collect();
        let figure = |values: Vec<f64>| match median(values) {
            Some(value) => format!("{} {unit}", rounded(value)),
            None => "-".to_owned(),
        };
        let ratio = median(ratios).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let (ours, floor) = (figure(ours), figure(floor));
        println!("{what:<44} {ours:>13} {floor:>13} {ratio:>7}   {target:<18} {floor_is}");
    }
}

/// The names of the columns.
pub fn heading() {
    println!("{:<44} {:>13} {:>13} {:>7}   {:<18} floor", "", "ours", "floor", "ratio", "target");
}

/// Says how busy the machine is: figures from a busy one are worth less than their ratios.
pub fn machine(part: &str) {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default();
    let running = text.split(' ').nth(3).and_then(|word| word.split('/').next()).unwrap_or("?");
    println!("-- {part}: load average {load:.2}, {running} tasks running now, {processors} processors");
}

/// Says out loud what was not measured.
pub fn skipped(what: &str, why: &str) {
    println!("{what:<44} skipped: {why}");
}

/// The middle one of some figures.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A duration in milliseconds.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Three digits or so: more would pretend to a precision that is not there.
fn rounded(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
