//! The protocol Smithy RPC v2 CBOR, which the current SDKs speak to `CloudWatch`.
//! <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>

use chrono::DateTime;
use minicbor::{
    Decoder, Encoder,
    data::{IanaTag, Type},
};

use super::{Code, Error, Value};

/// How deep what is sent may be: a request is four deep.
const DEEPEST: usize = 12;

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Value, Error> {
    let wrong = || Error::new(Code::Serialization, "The body is no CBOR map.");
    if body.is_empty() {
        return Ok(Value::Structure(Vec::new()));
    }
    let mut decoder = Decoder::new(body);
    match value(&mut decoder, DEEPEST).ok_or_else(wrong)? {
        map @ Value::Structure(_) if decoder.position() == body.len() => Ok(map),
        _ => Err(wrong()),
    }
}

fn value(decoder: &mut Decoder<'_>, depth: usize) -> Option<Value> {
    let deeper = depth.checked_sub(1)?;
    Some(match decoder.datatype().ok()? {
        Type::Bool => Value::Truth(decoder.bool().ok()?),
        Type::Null | Type::Undefined => {
            decoder.skip().ok()?;
            Value::Word(String::new())
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            Value::Integer(decoder.i64().ok()?)
        }
        Type::F16 => Value::Number(decoder.f16().ok()?.into()),
        Type::F32 => Value::Number(decoder.f32().ok()?.into()),
        Type::F64 => Value::Number(decoder.f64().ok()?),
        Type::String => Value::Text(decoder.str().ok()?.to_owned()),
        Type::StringIndef => {
            let pieces = decoder.str_iter().ok()?;
            Value::Text(pieces.collect::<Result<String, _>>().ok()?)
        }
        Type::Array | Type::ArrayIndef => {
            let mut items = Vec::new();
            sequence(decoder, Decoder::array, |decoder| {
                items.push(value(decoder, deeper)?);
                Some(())
            })?;
            Value::List(items)
        }
        Type::Map | Type::MapIndef => {
            let mut members = Vec::new();
            sequence(decoder, Decoder::map, |decoder| {
                let Value::Text(name) = value(decoder, deeper)? else { return None };
                members.push((name, value(decoder, deeper)?));
                Some(())
            })?;
            Value::Structure(members)
        }
        Type::Tag => {
            if decoder.tag().ok()? != IanaTag::Timestamp.tag() {
                return None;
            }
            Value::Time(value(decoder, deeper)?.time()?)
        }
        _ => return None,
    })
}

/// Reads what an array or a map holds, whether it tells how much that is or not. Room is made only for what is there.
fn sequence<'b>(
    decoder: &mut Decoder<'b>,
    begin: fn(&mut Decoder<'b>) -> Result<Option<u64>, minicbor::decode::Error>,
    mut item: impl FnMut(&mut Decoder<'b>) -> Option<()>,
) -> Option<()> {
    match begin(decoder).ok()? {
        Some(count) => (0..count).try_for_each(|_| item(decoder)),
        None => loop {
            if decoder.datatype().ok()? == Type::Break {
                return decoder.skip().ok();
            }
            item(decoder)?;
        },
    }
}

/// Writes an answer.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    match encode(&mut encoder, value) {
        Ok(()) => encoder.into_writer(),
        Err(error) => match *error.as_write().expect("there is nothing else that fails") {},
    }
}

fn encode(
    encoder: &mut Encoder<Vec<u8>>,
    value: &Value,
) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
    match value {
        Value::Text(text) | Value::Word(text) => encoder.str(text)?.ok(),
        Value::Integer(number) => encoder.i64(*number)?.ok(),
        Value::Number(number) => encoder.f64(*number)?.ok(),
        Value::Truth(truth) => encoder.bool(*truth)?.ok(),
        Value::Time(time) => encoder.tag(IanaTag::Timestamp)?.f64(seconds(*time))?.ok(),
        Value::List(items) => {
            encoder.array(items.len() as u64)?;
            items.iter().try_for_each(|item| encode(encoder, item))
        }
        Value::Structure(members) | Value::Map(members) => {
            encoder.map(members.len() as u64)?;
            members.iter().try_for_each(|(name, member)| {
                encoder.str(name)?;
                encode(encoder, member)
            })
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds fit for the next two hundred thousand years")]
fn seconds(time: DateTime<chrono::Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let time = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let value = Value::Structure(vec![
            ("a".into(), Value::List(vec![Value::Integer(-5), Value::Number(1.5), Value::Truth(true)])),
            ("b".into(), Value::Time(time)),
            ("c".into(), Value::Text("ä".into())),
        ]);
        assert_eq!(read(&write(&value)), Ok(value));
    }

    #[test]
    fn what_does_not_say_how_long_it_is_is_read() {
        // {_ "a": [_ 1]}, and "b": (_ "x", "y")
        let body = b"\xbf\x61a\x9f\x01\xff\x61b\x7f\x61x\x61y\xff\xff";
        let expected = [("a", Value::List(vec![Value::Integer(1)])), ("b", Value::Text("xy".into()))];
        assert_eq!(read(body), Ok(Value::Structure(expected.map(|(name, value)| (name.to_owned(), value)).into())));
    }

    #[test]
    fn what_is_no_map_or_too_deep_or_claims_to_be_long_is_refused() {
        let deep = [&[0xa1, 0x61, b'a'][..], &[0x81; 100], &[0x01]].concat();
        for body in [&b"\x01"[..], b"\xa1", b"\xa0\xa0", b"\xa1\x61a\x9b\xff\xff\xff\xff\xff\xff\xff\xff", &deep] {
            assert!(read(body).is_err(), "{body:?}");
        }
    }
}
