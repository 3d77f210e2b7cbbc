//! The answer to `CLUSTER SLOTS`: an array of `[from, to, node, node, ..]`, each node `[host, port, id, metadata]`.
//! Engines before version 7 have no metadata. The host may be null, with the address among the metadata.

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
    at_least(3, cursor.array()?)?;
    if cursor.kind()? == b':' { Ok(()) } else { Err(Stop::Wrong) }
}

/// Replaces every address that is known.
pub(super) fn rewrite<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let mut edits = Edits::new(reply);
    for _ in 0..cursor.array()? {
        let parts = at_least(3, cursor.array()?)?;
        cursor.integer()?;
        cursor.integer()?;
        for _ in 2..parts {
            rewrite_node(&mut cursor, &mut edits, viewer)?;
        }
    }
    cursor.end()?;
    Ok(edits)
}

fn rewrite_node(cursor: &mut Cursor, edits: &mut Edits, viewer: &Viewer) -> Result<(), Stop> {
    let parts = at_least(2, cursor.array()?)?;
    let start = cursor.at();
    let host = cursor.text()?;
    let port = cursor.integer()?;
    let address_end = cursor.at();
    if parts > 2 {
        cursor.text()?;
    }
    let metadata_start = cursor.at();
    let metadata = if parts > 3 { Some(Metadata::read(cursor)?) } else { None };
    let metadata_end = cursor.at();
    for _ in 4..parts {
        cursor.skip()?;
    }

    // With a host name in its place, or null, the address is among the metadata.
    let listed = metadata.as_ref().and_then(|metadata| metadata.ip).or(host);
    let Some(port) = listed.and_then(|ip| viewer.port_listed(ip, port)) else { return Ok(()) };
    edits.replace(start..address_end, format!("{}:{port}\r\n", string(viewer.host())).as_bytes());
    if let Some(metadata) = metadata {
        edits.replace(metadata_start..metadata_end, &metadata.rewritten(viewer));
    }
    Ok(())
}

/// What is told of a node beside the host to use: its address when that is a name, and its name when that is an address.
struct Metadata<'a> {
    kind: u8,
    ip: Option<&'a [u8]>,
    /// The entries that are not about hosts, as they came.
    others: Vec<&'a [u8]>,
}

impl<'a> Metadata<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Stop> {
        let kind = cursor.kind()?;
        let (mut ip, mut others) = (None, Vec::new());
        for _ in 0..cursor.map()? {
            let start = cursor.at();
            match cursor.text()? {
                Some(b"ip") => ip = cursor.text()?,
                Some(b"hostname") => drop(cursor.text()?),
                _ => {
                    cursor.skip()?;
                    others.push(cursor.since(start));
                }
            }
        }
        Ok(Self { kind, ip, others })
    }

    fn rewritten(&self, viewer: &Viewer) -> Vec<u8> {
        let ip = viewer.name().map(|_| format!("{}{}", string("ip"), string(viewer.ip())));
        let header = map_header(self.kind, self.others.len() + usize::from(ip.is_some()));
        [header.as_bytes(), ip.unwrap_or_default().as_bytes(), &self.others.concat()].concat()
    }
}
