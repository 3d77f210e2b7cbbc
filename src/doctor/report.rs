//! What was found, for people and for programs.

use std::fmt::Write;

use serde::Serialize;
use serde_json::json;

/// How it stands with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// It works.
    Ok,
    /// It may matter, and a server does without.
    Note,
    /// A server with these flags could not start, or not run every engine.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// How it stands.
    pub mark: Mark,
    /// What it is.
    pub what: String,
    /// What was found.
    pub detail: String,
    /// What mends it: a command, mostly.
    pub mend: Option<String>,
}

impl Check {
    /// Something that works.
    pub(super) fn ok(what: &str, detail: impl Into<String>) -> Self {
        Self { mark: Mark::Ok, what: what.to_owned(), detail: detail.into(), mend: None }
    }

    /// Something that may matter.
    pub(super) fn note(what: &str, detail: impl Into<String>) -> Self {
        Self { mark: Mark::Note, ..Self::ok(what, detail) }
    }

    /// Something that has to be mended.
    pub(super) fn fail(what: &str, detail: impl Into<String>) -> Self {
        Self { mark: Mark::Fail, ..Self::ok(what, detail) }
    }

    /// What mends it.
    pub(super) fn mended_by(self, mend: impl Into<Option<String>>) -> Self {
        Self { mend: mend.into(), ..self }
    }
}

/// All that was found.
#[derive(Clone, Debug)]
pub struct Report {
    checks: Vec<Check>,
}

impl Report {
    pub(super) fn new(checks: Vec<Check>) -> Self {
        Self { checks }
    }

    /// Whether a server could start and run all engines.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.checks.iter().all(|check| check.mark != Mark::Fail)
    }

    /// For people: a line for each check, and one below it for what mends it.
    #[must_use]
    pub fn text(&self, has_colour: bool) -> String {
        let widest = self.checks.iter().map(|check| check.what.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for Check { mark, what, detail, mend } in &self.checks {
            let mark = mark.shown(has_colour);
            let _ = writeln!(text, "{mark}  {what:widest$}  {detail}");
            if let Some(mend) = mend {
                let _ = writeln!(text, "{:indent$}> {mend}", "", indent = widest + 8);
            }
        }
        text.push_str(if self.is_ready() {
            "\nA server can start here, and run redis, valkey and memcached: cachette serve\n"
        } else {
            "\nA server with these flags cannot start here, or not run every engine.\n"
        });
        text
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> String {
        format!("{:#}\n", json!({"ready": self.is_ready(), "checks": self.checks}))
    }
}

impl Mark {
    /// As a word of four letters: colours alone tell nothing to those who do not see them.
    fn shown(self, has_colour: bool) -> String {
        let (word, colour) = match self {
            Self::Ok => ("ok  ", "32"),
            Self::Note => ("note", "33"),
            Self::Fail => ("FAIL", "31"),
        };
        if has_colour { format!("\u{1b}[{colour}m{word}\u{1b}[0m") } else { word.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mends_something_stands_below_it() {
        let report = Report::new(vec![
            Check::ok("memory", "8 GB"),
            Check::fail("API port", "taken").mended_by("stop it".to_owned()),
        ]);
        let expected = "\
ok    memory    8 GB
FAIL  API port  taken
                > stop it

A server with these flags cannot start here, or not run every engine.
";
        assert_eq!(report.text(false), expected);
        assert!(report.text(true).contains("\u{1b}[31mFAIL\u{1b}[0m"));
        assert!(!report.is_ready());
        let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
        assert_eq!((&json["ready"], &json["checks"][1]["mark"]), (&false.into(), &"fail".into()));
    }
}
