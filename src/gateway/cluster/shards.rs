//! The answer to `CLUSTER SHARDS`: an array of maps with `slots`, `nodes` and maybe more; `nodes` is an array of maps
//! with `port` or `tls-port` or both, `ip`, `endpoint`, maybe `hostname`, and more.

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

/// Replaces every address that is known, and leaves out nodes of other regions.
pub(super) fn rewrite<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let mut edits = Edits::new(reply);
    let (mut known, mut shards) = (false, Vec::new());
    for _ in 0..cursor.array()? {
        let shard = Shard::read(&mut cursor, viewer)?;
        known |= shard.nodes.iter().any(|node| matches!(node.standing, Standing::Node { .. }));
        shards.push(shard);
    }
    cursor.end()?;
    if known {
        shards.retain(|shard| shard.nodes.iter().any(|node| !node.is_elsewhere()) || shard.nodes.is_empty());
        let mut all = format!("*{}\r\n", shards.len()).into_bytes();
        for shard in &shards {
            shard.write(&mut all);
        }
        edits.replace(0..reply.len(), &all);
    }
    Ok(edits)
}

/// A shard, as far as it matters here.
struct Shard<'a> {
    /// Its map's header, and its entries up to the nodes.
    before: &'a [u8],
    nodes: Vec<Node>,
    /// The entries after the nodes.
    after: &'a [u8],
}

impl<'a> Shard<'a> {
    fn read(cursor: &mut Cursor<'a>, viewer: &Viewer) -> Result<Self, Stop> {
        let start = cursor.at();
        let mut found = None;
        for _ in 0..cursor.map()? {
            if cursor.text()? == Some(b"nodes") {
                let before = cursor.since(start);
                let count = cursor.array()?;
                let nodes = (0..count).map(|_| Node::read(cursor, viewer)).collect::<Result<Vec<_>, _>>()?;
                found = Some((before, nodes, cursor.at()));
            } else {
                cursor.skip()?;
            }
        }
        let (before, nodes, end) = found.ok_or(Stop::Wrong)?;
        Ok(Self { before, nodes, after: cursor.since(end) })
    }

    fn write(&self, output: &mut Vec<u8>) {
        let nodes: Vec<_> = self.nodes.iter().filter(|node| !node.is_elsewhere()).collect();
        output.extend_from_slice(self.before);
        output.extend_from_slice(format!("*{}\r\n", nodes.len()).as_bytes());
        for node in nodes {
            output.extend_from_slice(&node.written);
        }
        output.extend_from_slice(self.after);
    }
}

/// A node of a shard.
struct Node {
    standing: Standing,
    /// As the client is to see it.
    written: Vec<u8>,
}

impl Node {
    fn is_elsewhere(&self) -> bool {
        matches!(self.standing, Standing::Elsewhere { .. })
    }

    fn read(cursor: &mut Cursor, viewer: &Viewer) -> Result<Self, Stop> {
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
                Some(b"role") => fields.push(Field::Role(cursor.since(field_start))),
                _ => fields.push(Field::Other(cursor.since(field_start))),
            }
        }
        let listed = |ip| ports.iter().map(|port| viewer.listed(ip, *port)).find(|listed| *listed != Standing::Unknown);
        let standing = ip.and_then(listed).unwrap_or(Standing::Unknown);
        let Standing::Node { port, stands_in, at } = &standing else {
            return Ok(Self { standing, written: cursor.since(start).to_vec() });
        };
        if let Some(name) = viewer.name(at) {
            fields.push(Field::Hostname(name));
        }
        let mut written = map_header(kind, fields.len()).into_bytes();
        for field in fields {
            field.write(&mut written, (*port, at), *stands_in, viewer);
        }
        Ok(Self { standing, written })
    }
}

/// What is told of a node.
enum Field<'a> {
    Ip,
    Endpoint,
    Hostname(&'a str),
    /// The one of this name.
    Port(&'static str),
    /// As it came, but for one that stands in for the primary.
    Role(&'a [u8]),
    /// As it came.
    Other(&'a [u8]),
}

impl Field<'_> {
    fn write(&self, node: &mut Vec<u8>, (port, at): (u16, &Whereabouts), stands_in: bool, viewer: &Viewer) {
        let text = |key, value| [string(key), string(value)].concat();
        match self {
            Self::Ip => node.extend_from_slice(text("ip", &viewer.ip(at)).as_bytes()),
            Self::Endpoint => node.extend_from_slice(text("endpoint", &viewer.host(at)).as_bytes()),
            Self::Hostname(name) => node.extend_from_slice(text("hostname", name).as_bytes()),
            Self::Port(key) => node.extend_from_slice(format!("{}:{port}\r\n", string(key)).as_bytes()),
            Self::Role(_) if stands_in => node.extend_from_slice(text("role", "master").as_bytes()),
            Self::Role(field) | Self::Other(field) => node.extend_from_slice(field),
        }
    }
}
