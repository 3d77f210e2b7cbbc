//! Text in answers: whatever it is, the document is well-formed, and a parser reads the text that went in, but for the
//! characters that XML cannot carry.

use cachette::protocol::{AwsError, ErrorCode, Output, types};
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};

/// `input` is a text; bytes that are none are replaced.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let error = AwsError::new(ErrorCode::InvalidParameterValue, text.clone());
    let expected = carried(&text);
    assert_eq!(read(&error.to_xml(&text), &["Message", "RequestId"]), [&*expected, &*expected]);

    let tag = types::Tag { key: Some(text.to_string()), value: Some(text.to_string()) };
    let tags = types::TagListMessage { tag_list: Some(vec![tag]) };
    let document = Output::ListTagsForResource(tags).to_xml("id");
    assert_eq!(read(&document, &["Key", "Value"]), [&*expected, &*expected]);
}

/// The text as XML can carry it.
fn carried(text: &str) -> String {
    let is_carried = |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    text.chars().map(|c| if is_carried(c) { c } else { '\u{FFFD}' }).collect()
}

/// The texts of the elements of these names, in their order, as a parser reads them.
fn read(document: &[u8], names: &[&str]) -> Vec<String> {
    let mut reader = Reader::from_str(str::from_utf8(document).expect("a document is UTF-8"));
    let (mut open, mut texts) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().expect("a well-formed document") {
            Event::Start(tag) => open.push((tag.name().as_ref().to_owned(), String::new())),
            Event::End(_) => {
                let (name, text) = open.pop().expect("the reader matches tags");
                if names.contains(&name.as_str()) {
                    texts.push(text);
                }
            }
            Event::Empty(tag) if names.contains(&tag.name().as_ref()) => texts.push(String::new()),
            Event::Text(text) => open.last_mut().expect("text is in an element").1 += &text,
            Event::GeneralRef(reference) => {
                let text = &mut open.last_mut().expect("text is in an element").1;
                match reference.resolve_char_ref().expect("a reference") {
                    Some(c) => text.push(c),
                    None => *text += resolve_predefined_entity(&reference).expect("an entity"),
                }
            }
            Event::Eof => break,
            other => panic!("{other:?} has no place in an answer"),
        }
    }
    assert!(open.is_empty(), "elements without an end");
    texts
}
