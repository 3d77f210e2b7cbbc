//! The answer to `CLUSTER SLOTS`: an array of `[from, to, node, node, ..]`, each node `[host, port, id, metadata]`.
//! Engines before version 7 have no metadata. The host may be null, with the address among the metadata. The first node is
//! the primary: in a secondary group of a global datastore the one that stands in for it.

use super::{
    super::{Standing, Whereabouts},
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

/// Replaces every address that is known, and leaves out nodes of other regions.
pub(super) fn rewrite<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let mut edits = Edits::new(reply);
    let (mut known, mut ranges) = (false, Vec::new());
    for _ in 0..cursor.array()? {
        let parts = at_least(3, cursor.array()?)?;
        let start = cursor.at();
        cursor.integer()?;
        cursor.integer()?;
        let range = cursor.since(start);
        let mut nodes: Vec<_> = (2..parts).map(|_| Node::read(&mut cursor, viewer)).collect::<Result<_, _>>()?;
        known |= nodes.iter().any(|node| matches!(node.standing, Standing::Node { .. }));
        nodes.retain(|node| !matches!(node.standing, Standing::Elsewhere { .. }));
        // The primary comes first.
        nodes.sort_by_key(|node| !matches!(node.standing, Standing::Node { stands_in: true, .. }));
        if !nodes.is_empty() {
            ranges.push((range, nodes));
        }
    }
    cursor.end()?;
    if known {
        let mut all = format!("*{}\r\n", ranges.len()).into_bytes();
        for (range, nodes) in ranges {
            all.extend_from_slice(format!("*{}\r\n", 2 + nodes.len()).as_bytes());
            all.extend_from_slice(range);
            all.extend(nodes.into_iter().flat_map(|node| node.written));
        }
        edits.replace(0..reply.len(), &all);
    }
    Ok(edits)
}

/// A node of a range.
struct Node {
    standing: Standing,
    /// As the client is to see it.
    written: Vec<u8>,
}

impl Node {
    fn read(cursor: &mut Cursor, viewer: &Viewer) -> Result<Self, Stop> {
        let begin = cursor.at();
        let parts = at_least(2, cursor.array()?)?;
        let header = cursor.since(begin);
        let host = cursor.text()?;
        let port = cursor.integer()?;
        let after_address = cursor.at();
        if parts > 2 {
            cursor.text()?;
        }
        let id = cursor.since(after_address);
        let metadata = if parts > 3 { Some(Metadata::read(cursor)?) } else { None };
        let after_metadata = cursor.at();
        for _ in 4..parts {
            cursor.skip()?;
        }
        let others = cursor.since(after_metadata);

        // With a host name in its place, or null, the address is among the metadata.
        let listed = metadata.as_ref().and_then(|metadata| metadata.ip).or(host);
        let standing = listed.map_or(Standing::Unknown, |ip| viewer.listed(ip, port));
        let written = match &standing {
            Standing::Node { port, at, .. } => {
                let address = format!("{}:{port}\r\n", string(&viewer.host(at)));
                let metadata = metadata.map(|metadata| metadata.rewritten(viewer, at)).unwrap_or_default();
                [header, address.as_bytes(), id, &metadata, others].concat()
            }
            Standing::Elsewhere { .. } | Standing::Unknown => cursor.since(begin).to_vec(),
        };
        Ok(Self { standing, written })
    }
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

    fn rewritten(&self, viewer: &Viewer, at: &Whereabouts) -> Vec<u8> {
        let ip = viewer.name(at).map(|_| format!("{}{}", string("ip"), string(&viewer.ip(at))));
        let header = map_header(self.kind, self.others.len() + usize::from(ip.is_some()));
        [header.as_bytes(), ip.unwrap_or_default().as_bytes(), &self.others.concat()].concat()
    }
}
