//! A YAML document, of which JSON is a part, as a tree that knows its lines. It knows nothing of the API: whether a word
//! is a text or a number is left to whoever knows what is expected.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

/// How deep a document may go. Nothing in the API comes near.
const DEPTH: usize = 32;

/// A value in a document, with the line that it begins in.
#[derive(Debug)]
pub struct Node {
    /// Its line, from 1.
    pub line: usize,
    /// The value.
    pub value: Value,
}

/// What a document is made of.
#[derive(Debug)]
pub enum Value {
    /// Nothing, where a value could stand, or `null`.
    Nothing,
    /// A text, number or word, as it is written but for quotes and escapes.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Values by name, in the order in which they are written.
    Map(Vec<(Node, Node)>),
}

/// Why a document cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DocumentError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: Cow<'static, str>,
}

impl DocumentError {
    fn at(line: usize, reason: &'static str) -> Self {
        Self { line, reason: reason.into() }
    }
}

impl From<ScanError> for DocumentError {
    fn from(error: ScanError) -> Self {
        let column = error.marker().col() + 1;
        Self { line: error.marker().line(), reason: format!("{} (column {column})", error.info()).into() }
    }
}

impl Value {
    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Scalar(_) => "a single value",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// Reads a text that holds one document, or none.
///
/// # Errors
/// When it is no YAML, or uses what would hide from readers what is meant: tags, aliases, a name twice, a second document.
pub fn read(text: &str) -> Result<Node, DocumentError> {
    let mut reader = Reader { parser: Parser::new_from_str(text) };
    let mut document = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(document.unwrap_or(Node { line: 1, value: Value::Nothing })),
            Event::DocumentStart(_) if document.is_some() => {
                return Err(DocumentError::at(span.start.line(), "there is a second document; a file has one list"));
            }
            Event::DocumentStart(_) => {
                let (event, span) = reader.next()?;
                document = Some(reader.node(event, span, 0)?);
            }
            _ => {}
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), DocumentError> {
        self.parser.next_event().unwrap_or(Ok((Event::StreamEnd, Span::default()))).map_err(DocumentError::from)
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, DocumentError> {
        let line = span.start.line();
        let refused = |reason| Err(DocumentError::at(line, reason));
        if depth > DEPTH {
            return refused("this goes too deep");
        }
        let value = match event {
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                return refused("tags such as !!str are not understood here");
            }
            Event::Alias(_) => return refused("aliases such as *name are not understood here; write the value out"),
            Event::Scalar(text, ScalarStyle::Plain, ..) if matches!(&*text, "" | "~" | "null") => Value::Nothing,
            Event::Scalar(text, ..) => Value::Scalar(text.into_owned()),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Value::List(items),
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => self.map(depth)?,
            _ => return refused("the file ends too early"),
        };
        Ok(Node { line, value })
    }

    fn map(&mut self, depth: usize) -> Result<Value, DocumentError> {
        let mut members: Vec<(Node, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value::Map(members));
            }
            let name = self.node(event, span, depth + 1)?;
            let Value::Scalar(text) = &name.value else {
                return Err(DocumentError::at(name.line, "a name has to be a word"));
            };
            let is_same = |other: &Node| matches!(&other.value, Value::Scalar(other) if other == text);
            if members.iter().any(|(other, _)| is_same(other)) {
                return Err(DocumentError { line: name.line, reason: format!("{text} is there twice").into() });
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            members.push((name, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree as JSON, each value with its line.
    fn shown(node: &Node) -> String {
        let value = match &node.value {
            Value::Nothing => "-".to_owned(),
            Value::Scalar(text) => text.clone(),
            Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Value::Map(members) => {
                let members = members.iter().map(|(name, value)| format!("{}={}", shown(name), shown(value)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(" "))
            }
        };
        format!("{value}@{}", node.line)
    }

    #[test]
    fn values_are_as_written_and_know_their_lines() {
        let yaml =
            "# caches\n- Create:\n    Version: 7.10\n    Id: \"a\\tb\"\n    Nodes: 012\n    Tags: [{Key: a}, ~]\n";
        assert_eq!(
            shown(&read(yaml).expect("a document")),
            "[{Create@2={Version@3=7.10@3 Id@4=a\tb@4 Nodes@5=012@5 Tags@6=[{Key@6=a@6}@6 -@6]@6}@3}@2]@2"
        );
        let json = "[\n  {\"Create\": {\"Id\": \"null\",\n\"On\": true}}]";
        let json = shown(&read(json).expect("JSON is YAML"));
        assert_eq!(json, "[{Create@2={Id@2=null@2 On@3=true@3}@2}@2]@1");
        for empty in ["", "# nothing\n", "---\n"] {
            assert!(matches!(read(empty).expect("nothing").value, Value::Nothing), "{empty:?}");
        }
    }

    #[test]
    fn what_would_hide_what_is_meant_is_refused_with_its_line() {
        for (text, line) in [
            ("- a: 1\n  b: 2\n  a: 3\n", 3),
            ("- &x a\n- *x\n", 2),
            ("- 1\n- !!str 2\n", 2),
            ("- 1\n---\n- 2\n", 2),
            ("- ? [a]\n  : b\n", 1),
            ("- a\n- }\n", 2),
        ] {
            let error = read(text).expect_err(text);
            assert_eq!(error.line, line, "{text:?}: {error}");
        }
        // Where these should have ended nobody can tell.
        for text in ["- {a: 1\n- b\n", "- a: [1, 2\n", "- a: \"x\n", &"[".repeat(100_000)] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
