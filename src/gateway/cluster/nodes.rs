//! The answer to `CLUSTER NODES`: a string with a line for each node, `id ip:port@bus-port[,hostname[,..]] flags ..`.
//! `CLUSTER REPLICAS` answers an array with such a line in each string.

use super::{cursor::Cursor, edits::Edits, framing::Stop, topology::at_least, viewer::Viewer};

/// The length of a node's id.
const ID: usize = 40;

/// What a string of RESP3 begins with that says what its text is.
const FORMAT: &[u8] = b"txt:";

/// Tells whether this may be one, by the id of its first node.
pub(super) fn begins(cursor: &mut Cursor) -> Result<(), Stop> {
    let is_verbatim = cursor.kind()? == b'=';
    let length = cursor.string_header()?;
    let format = if is_verbatim { FORMAT } else { b"" };
    at_least(format.len() + ID + 1, length)?;
    let start = cursor.rest().get(..format.len() + ID + 1).ok_or(Stop::Short)?;
    let id = start.strip_prefix(format).ok_or(Stop::Wrong)?;
    if is_id(&id[..ID]) && id[ID] == b' ' { Ok(()) } else { Err(Stop::Wrong) }
}

/// Replaces every address that is known.
pub(super) fn rewrite<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let mut edits = Edits::new(reply);
    rewrite_string(&mut cursor, &mut edits, viewer)?;
    cursor.end()?;
    Ok(edits)
}

/// The same for an array of such strings.
pub(super) fn rewrite_list<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let mut edits = Edits::new(reply);
    for _ in 0..cursor.array()? {
        rewrite_string(&mut cursor, &mut edits, viewer)?;
    }
    cursor.end()?;
    Ok(edits)
}

fn rewrite_string(cursor: &mut Cursor, edits: &mut Edits, viewer: &Viewer) -> Result<(), Stop> {
    let (start, kind) = (cursor.at(), cursor.kind()?);
    let text = cursor.text()?.ok_or(Stop::Wrong)?;
    let format = if kind == b'=' { FORMAT } else { b"" };
    let lines = str::from_utf8(text.strip_prefix(format).ok_or(Stop::Wrong)?).map_err(|_| Stop::Wrong)?;
    let mut known = false;
    let mut changed = format.to_vec();
    for line in lines.split_inclusive('\n') {
        match rewrite_line(line, viewer)? {
            Some(line) => {
                known = true;
                changed.extend_from_slice(line.as_bytes());
            }
            None => changed.extend_from_slice(line.as_bytes()),
        }
    }
    if known {
        let header = format!("{}{}\r\n", char::from(kind), changed.len());
        edits.replace(start..cursor.at(), &[header.as_bytes(), &changed, b"\r\n"].concat());
    }
    Ok(())
}

/// The line as the client is to see it, `None` when it names no known engine.
fn rewrite_line(line: &str, viewer: &Viewer) -> Result<Option<String>, Stop> {
    let mut words = line.splitn(3, ' ');
    let (Some(id), Some(address), Some(rest)) = (words.next(), words.next(), words.next()) else {
        return Err(Stop::Wrong);
    };
    // The host name may be missing, or empty, with more after it as `key=value`.
    let mut parts: Vec<_> = address.split(',').collect();
    let (ip_and_port, bus_port) = parts[0].split_once('@').ok_or(Stop::Wrong)?;
    // An address of version 6 comes without brackets.
    let (ip, port) = ip_and_port.rsplit_once(':').ok_or(Stop::Wrong)?;
    if !is_id(id.as_bytes()) {
        return Err(Stop::Wrong);
    }
    let port = port.parse().map_err(|_| Stop::Wrong)?;
    let Some(port) = viewer.port_listed(ip.as_bytes(), port) else { return Ok(None) };
    let place = format!("{}:{port}@{bus_port}", viewer.ip());
    let name = viewer.name().unwrap_or_default();
    parts[0] = &place;
    match parts.get_mut(1) {
        Some(host_name) => *host_name = name,
        None => parts.push(name),
    }
    if parts[1..] == [""] {
        parts.pop();
    }
    Ok(Some(format!("{id} {} {rest}", parts.join(","))))
}

fn is_id(word: &[u8]) -> bool {
    word.len() == ID && word.iter().all(u8::is_ascii_hexdigit)
}
