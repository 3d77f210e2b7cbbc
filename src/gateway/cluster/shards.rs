//! The answer to `CLUSTER SHARDS`: an array of maps with `slots`, `nodes` and maybe more; `nodes` is an array of maps
//! with `port` or `tls-port` or both, `ip`, `endpoint`, maybe `hostname`, and more.

use super::{
    cursor::{Cursor, map_header, string},
    edits::Edits,
    framing::Stop,
    topology::at_least,
    viewer::Viewer,
};

/// Tells whether this may be one.
pub(super) fn begins(cursor: &mut Cursor) -> Result<(), Stop> {
    at_least(1, cursor.array()?)?;
    at_least(2, cursor.map()?)?;
    // Any longer one is none of those that are looked for.
    if Cursor::new(cursor.rest()).string_header()? > b"slots".len() {
        return Err(Stop::Wrong);
    }
    match cursor.text()? {
        Some(b"slots" | b"nodes" | b"id") => Ok(()),
        _ => Err(Stop::Wrong),
    }
}

/// Replaces every address that is known.
pub(super) fn rewrite<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let mut edits = Edits::new(reply);
    for _ in 0..cursor.array()? {
        let mut nodes = None;
        for _ in 0..cursor.map()? {
            if cursor.text()? == Some(b"nodes") {
                nodes = Some(cursor.array()?);
                for _ in 0..nodes.unwrap_or_default() {
                    rewrite_node(&mut cursor, &mut edits, viewer)?;
                }
            } else {
                cursor.skip()?;
            }
        }
        nodes.ok_or(Stop::Wrong)?;
    }
    cursor.end()?;
    Ok(edits)
}

fn rewrite_node(cursor: &mut Cursor, edits: &mut Edits, viewer: &Viewer) -> Result<(), Stop> {
    let (start, kind) = (cursor.at(), cursor.kind()?);
    let (mut ip, mut ports, mut fields) = (None, Vec::new(), Vec::new());
    for _ in 0..cursor.map()? {
        let field_start = cursor.at();
        let key = cursor.text()?;
        match key {
            Some(b"ip") => ip = cursor.text()?,
            Some(b"endpoint" | b"hostname") => drop(cursor.text()?),
            Some(b"port" | b"tls-port") => ports.push(cursor.integer()?),
            _ => cursor.skip()?,
        }
        match key {
            // It is told anew, or not at all.
            Some(b"hostname") => {}
            Some(b"ip") => fields.push(Field::Ip),
            Some(b"endpoint") => fields.push(Field::Endpoint),
            Some(b"port") => fields.push(Field::Port("port")),
            Some(b"tls-port") => fields.push(Field::Port("tls-port")),
            _ => fields.push(Field::Other(cursor.since(field_start))),
        }
    }
    let known = |ip| ports.iter().find_map(|port| viewer.port_listed(ip, *port));
    let Some(port) = ip.and_then(known) else { return Ok(()) };
    if let Some(name) = viewer.name() {
        fields.push(Field::Hostname(name));
    }
    let mut node = map_header(kind, fields.len()).into_bytes();
    for field in fields {
        field.write(&mut node, port, viewer);
    }
    edits.replace(start..cursor.at(), &node);
    Ok(())
}

/// What is told of a node.
enum Field<'a> {
    Ip,
    Endpoint,
    Hostname(&'a str),
    /// The one of this name.
    Port(&'static str),
    /// As it came.
    Other(&'a [u8]),
}

impl Field<'_> {
    fn write(&self, node: &mut Vec<u8>, port: u16, viewer: &Viewer) {
        let text = |key, value| [string(key), string(value)].concat();
        match self {
            Self::Ip => node.extend_from_slice(text("ip", viewer.ip()).as_bytes()),
            Self::Endpoint => node.extend_from_slice(text("endpoint", viewer.host()).as_bytes()),
            Self::Hostname(name) => node.extend_from_slice(text("hostname", name).as_bytes()),
            Self::Port(key) => node.extend_from_slice(format!("{}:{port}\r\n", string(key)).as_bytes()),
            Self::Other(field) => node.extend_from_slice(field),
        }
    }
}
