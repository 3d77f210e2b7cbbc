//! Finds which of the crate's modules a source file names, by its words alone: a parser of Rust would be a heavy thing
//! for that. Comments and literals are passed over, groups in braces are followed, and `super` is counted.

use std::collections::BTreeSet;

/// The top-level modules that `source` names by `crate::` or by climbing to the root with `super::`. `depth` is how deep
/// the file's module lies: 1 for `src/store/mod.rs`, 2 for `src/store/disk.rs`.
pub fn named_modules(source: &str, depth: usize) -> BTreeSet<String> {
    let words = words(source);
    let mut found = BTreeSet::new();
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match word.as_str() {
            "{" => blocks.push(at >= 2 && words[at - 2] == "mod"),
            "}" => drop(blocks.pop()),
            "crate" | "self" | "super" if at == 0 || words[at - 1] != "::" => {
                let inline_modules = blocks.iter().filter(|is_module| **is_module).count();
                at = follow(&words, at, Some(depth + inline_modules), &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Follows the path that starts at the word `at`, and every branch of it, and answers where it ends. `height` is how far
/// above the path's present place the root lies, `None` once the path has gone down from the root or from beside it.
fn follow(words: &[String], mut at: usize, mut height: Option<usize>, found: &mut BTreeSet<String>) -> usize {
    loop {
        let word = words.get(at).map_or("", String::as_str);
        height = match (word, height) {
            ("self", height) => height,
            ("crate", Some(_)) => Some(0),
            ("super", Some(height)) => height.checked_sub(1),
            ("{", height) => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    at = if words[at] == "," { at + 1 } else { follow(words, at, height, found) };
                }
                return at + 1;
            }
            (name, height) => {
                if height == Some(0) && !name.is_empty() {
                    found.insert(name.to_owned());
                }
                None
            }
        };
        at += 1;
        if words.get(at).is_none_or(|word| word != "::") {
            // `as` renames what was named.
            return if words.get(at).is_some_and(|word| word == "as") { at + 2 } else { at };
        }
        at += 1;
    }
}

/// The words and signs of `source`, `::` as one, without comments, literals and lifetimes.
fn words(source: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' {
            character_or_lifetime(rest)
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            words.push(rest[..length].to_owned());
            length
        } else {
            let length = if rest.starts_with("::") { 2 } else { first.len_utf8() };
            if !first.is_whitespace() {
                words.push(rest[..length].to_owned());
            }
            length
        };
        rest = &rest[length..];
    }
    words
}

/// The length of a comment with comments in it.
fn block_comment(text: &str) -> usize {
    let (mut open, mut at) = (0, 0);
    while at < text.len() {
        let step = match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => {
                open += 1;
                2
            }
            [b'*', b'/', ..] => {
                open -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if open == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a raw string such as `r#"..."#`, if one starts here.
fn raw_string(text: &str) -> Option<usize> {
    let after_prefix = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let opened = after_prefix.trim_start_matches('#');
    let end = format!("\"{}", "#".repeat(after_prefix.len() - opened.len()));
    let content = opened.strip_prefix('"')?;
    Some(content.find(&end).map_or(text.len(), |at| text.len() - content.len() + at + end.len()))
}

/// The length of a literal between quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `'a'`, `'\n'` or `'lifetime`.
fn character_or_lifetime(text: &str) -> usize {
    let mut after = text.chars().skip(1);
    match (after.next(), after.next()) {
        (Some('\\'), _) | (_, Some('\'')) => quoted(text, '\''),
        _ => 1,
    }
}

#[test]
fn modules_are_found_however_they_are_named() {
    for (source, depth, expected) in [
        ("use crate::store::Store;", 1, vec!["store"]),
        ("use crate::{clock::Clock, model::{self, Engine as E}, store as s};", 2, vec!["clock", "model", "store"]),
        ("fn f(x: &crate::http::Api) -> crate::model::Scope {}", 2, vec!["http", "model"]),
        ("use super::store::Store;", 1, vec!["store"]),
        ("use super::disk;", 2, vec![]),
        ("use super::super::store;", 2, vec!["store"]),
        ("use self::super::{x, super::store};", 2, vec!["store"]),
        ("mod tests { use super::super::store; }", 2, vec![]),
        ("mod tests { use super::{super::{super::store}, *}; }", 2, vec!["store"]),
        ("fn f() { { } } use super::super::store;", 2, vec!["store"]),
        ("pub(crate) fn f(); pub(super) fn g(); pub(in crate::gateway) fn h();", 2, vec!["gateway"]),
        ("use crate::*;", 1, vec!["*"]),
        ("// crate::http\n/* crate::http /* */ crate::http */ use x::crate_;", 1, vec![]),
        (
            r##"let a = ("crate::http \" crate::http", r#"" crate::http"#, '"', b'\'', 'x'); crate::model::A"##,
            1,
            vec!["model"],
        ),
        ("impl<'a> A<'a> { fn f() { crate::model::g::<crate::store::B>() } }", 1, vec!["model", "store"]),
    ] {
        let expected: BTreeSet<_> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(named_modules(source, depth), expected, "{source}");
    }
}
