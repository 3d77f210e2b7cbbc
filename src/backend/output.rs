//! The end of what an engine printed, fit to be shown.

/// How much of an engine's output is looked at, in bytes.
pub(super) const TAIL: usize = 4096;

/// How many lines are read at once.
pub(super) const LINES: usize = 500;

/// The last lines of `bytes`, at most [`TAIL`] bytes of them. Redis and Valkey quote a configuration line that they
/// cannot read, behind `>>>`, and it may hold a password, so such lines are left out.
pub(super) fn tail(bytes: &[u8]) -> String {
    let start = bytes.len().saturating_sub(TAIL);
    let text = String::from_utf8_lossy(&bytes[start..]);
    // What was cut in the middle may be the rest of a line that was to be left out.
    let whole = if start == 0 { &*text } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
    let mut shown = String::with_capacity(whole.len());
    for line in whole.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(fit(line));
    }
    shown
}

/// A line as it may be shown.
pub(super) fn fit(line: &str) -> &str {
    if line.trim_start().starts_with(">>>") { ">>> (not shown)" } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_lines_are_not_shown() {
        let printed = b"*** FATAL CONFIG FILE ERROR ***\nat line 2\n>>> 'requirepass secret extra'\nwrong number\n";
        let shown = tail(printed);
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.ends_with("wrong number"), "{shown}");
    }

    #[test]
    fn no_more_than_the_end_is_shown_and_only_whole_lines() {
        let mut printed = b">>> 'requirepass secret".to_vec();
        printed.extend(std::iter::repeat_n(b'x', TAIL));
        printed.extend(b"'\nthe end\n");
        assert_eq!(tail(&printed), "the end");
    }
}
