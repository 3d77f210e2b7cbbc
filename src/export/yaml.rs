//! Writes entries in YAML, one parameter a line. Texts are in quotes wherever a reader could take them for something else.

use std::fmt::Write as _;

use super::entry::{Entry, Value};

/// The whole file: notes as comments, then the entries.
pub(super) fn write(notes: &[String], entries: &[Entry]) -> String {
    let mut text = "# Written by cachette export; cachette serve --init makes the same again.\n".to_owned();
    for note in notes {
        // What users named may have a line's end in it.
        let _ = writeln!(text, "# {}", note.replace(char::is_control, " "));
    }
    if entries.is_empty() {
        text.push_str("[]\n");
    }
    for Entry { name, value } in entries {
        let _ = write!(text, "- {name}:");
        match value {
            Value::Map(members) if !members.is_empty() => map(&mut text, members, 4, true),
            other => single(&mut text, other),
        }
    }
    text
}

fn map(text: &mut String, members: &[(&'static str, Value)], indent: usize, on_new_line: bool) {
    for (number, (name, value)) in members.iter().enumerate() {
        if on_new_line || number > 0 {
            if number == 0 {
                text.push('\n');
            }
            let _ = write!(text, "{:indent$}", "");
        }
        let _ = write!(text, "{name}:");
        match value {
            Value::Map(members) if !members.is_empty() => map(text, members, indent + 2, true),
            Value::List(values) if values.iter().any(|value| matches!(value, Value::Map(_))) => {
                text.push('\n');
                for value in values {
                    let _ = write!(text, "{:indent$}- ", "", indent = indent + 2);
                    match value {
                        Value::Map(members) if !members.is_empty() => map(text, members, indent + 4, false),
                        other => single(text, other),
                    }
                }
            }
            other => single(text, other),
        }
    }
}

/// A value in the rest of the line.
fn single(text: &mut String, value: &Value) {
    if !text.ends_with(' ') {
        text.push(' ');
    }
    text.push_str(&flow(value));
    text.push('\n');
}

fn flow(value: &Value) -> String {
    match value {
        Value::Text(word) if is_plain(word) => word.clone(),
        Value::List(values) => format!("[{}]", values.iter().map(flow).collect::<Vec<_>>().join(", ")),
        // What is JSON is YAML.
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Whether a text is the same without quotes, and looks like a text to everybody.
fn is_plain(word: &str) -> bool {
    let starts_well = word.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    // Of old, YAML had more words for true and false than anybody remembers.
    let means_something = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    starts_well && is_word && !means_something.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_easy_to_read() {
        let tags = Value::List(vec![
            Value::Map(vec![("Key", "a".into()), ("Value", "".into())]),
            Value::Map(vec![("Key", "no".into()), ("Value", "x: \"y\"\n${z}".into())]),
        ]);
        let entries = [
            Entry::place("Region", "eu-west-1"),
            Entry::new("CreateX")
                .with("Id", "cache.t3.micro")
                .with("Version", "7.0")
                .with("Port", 6379_u16)
                .with("On", true)
                .with("Token", Value::Variable("TOKEN".into()))
                .with("Tags", tags)
                .with("Limits", Value::Map(vec![("Data", Value::Map(vec![("Maximum", 5_u32.into())]))]))
                .with_list("Ids", ["a", "1"]),
        ];
        let expected = r#"# Written by cachette export; cachette serve --init makes the same again.
# one two
- Region: eu-west-1
- CreateX:
    Id: cache.t3.micro
    Version: "7.0"
    Port: 6379
    On: true
    Token: "${TOKEN}"
    Tags:
      - Key: a
        Value: ""
      - Key: "no"
        Value: "x: \"y\"\n$${z}"
    Limits:
      Data:
        Maximum: 5
    Ids: [a, "1"]
"#;
        assert_eq!(write(&["one\ntwo".to_owned()], &entries), expected);
        assert!(write(&[], &[]).ends_with("\n[]\n"));
    }
}
