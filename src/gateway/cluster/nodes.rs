//! The answer to `CLUSTER NODES`: a string with a line for each node, `id ip:port@bus-port[,hostname[,..]] flags ..`.
//! `CLUSTER REPLICAS` answers an array with such a line in each string.
//!
//! In a secondary group of a global datastore all nodes are replicas of ones in another region. There the node that stands
//! in for one is told as the primary, with the slots of that one, and the others as its replicas.

use std::collections::BTreeMap;

use super::{super::Standing, cursor::Cursor, edits::Edits, framing::Stop, topology::at_least, viewer::Viewer};

/// The length of a node's id.
const ID: usize = 40;

/// The flags by which roles are told.
const PRIMARY: &str = "master";
const REPLICA: &str = "slave";

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

/// Replaces every address that is known, and leaves out nodes of other regions.
pub(super) fn rewrite<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let listed = [Listed::read(&mut cursor, viewer)?];
    cursor.end()?;
    let mut edits = Edits::new(reply);
    let primaries = Primaries::of(&listed);
    if let [listed] = &listed
        && listed.is_known()
    {
        edits.replace(0..reply.len(), &listed.written(&primaries, viewer));
    }
    Ok(edits)
}

/// The same for an array of such strings.
pub(super) fn rewrite_list<'a>(reply: &'a [u8], viewer: &Viewer) -> Result<Edits<'a>, Stop> {
    let mut cursor = Cursor::new(reply);
    let listed: Vec<_> = (0..cursor.array()?).map(|_| Listed::read(&mut cursor, viewer)).collect::<Result<_, _>>()?;
    cursor.end()?;
    let mut edits = Edits::new(reply);
    if listed.iter().any(|listed| listed.is_known() || listed.is_elsewhere()) {
        let primaries = Primaries::of(&listed);
        let present: Vec<_> = listed.iter().filter(|listed| !listed.is_elsewhere()).collect();
        let mut list = format!("*{}\r\n", present.len()).into_bytes();
        list.extend(present.into_iter().flat_map(|listed| listed.written(&primaries, viewer)));
        edits.replace(0..reply.len(), &list);
    }
    Ok(edits)
}

/// A string with lines.
struct Listed<'a> {
    /// The string as it came.
    raw: &'a [u8],
    kind: u8,
    format: &'static [u8],
    lines: Vec<Line<'a>>,
}

/// The line of a node.
struct Line<'a> {
    raw: &'a str,
    id: &'a str,
    address: &'a str,
    flags: &'a str,
    primary: &'a str,
    /// From the time of the last ping on.
    rest: &'a str,
    standing: Standing,
}

/// The nodes of this region that clients take for primaries in another one.
struct Primaries<'a> {
    /// By the id of the other.
    stand_ins: BTreeMap<&'a str, &'a str>,
    /// The slots of each primary, by its id.
    slots: BTreeMap<&'a str, &'a str>,
}

impl<'a> Primaries<'a> {
    fn of(listed: &[Listed<'a>]) -> Self {
        let lines = || listed.iter().flat_map(|listed| &listed.lines);
        let stand_ins = lines().filter(|line| line.stands_in()).map(|line| (line.primary, line.id)).collect();
        let primaries = lines().filter(|line| !line.is_replica());
        Self { stand_ins, slots: primaries.filter_map(|line| Some((line.id, line.slots()?))).collect() }
    }
}

impl<'a> Listed<'a> {
    fn read(cursor: &mut Cursor<'a>, viewer: &Viewer) -> Result<Self, Stop> {
        let (start, kind) = (cursor.at(), cursor.kind()?);
        let text = cursor.text()?.ok_or(Stop::Wrong)?;
        let format = if kind == b'=' { FORMAT } else { b"" };
        let lines = str::from_utf8(text.strip_prefix(format).ok_or(Stop::Wrong)?).map_err(|_| Stop::Wrong)?;
        let lines = lines.split_inclusive('\n').map(|line| Line::read(line, viewer)).collect::<Result<_, _>>()?;
        Ok(Self { raw: cursor.since(start), kind, format, lines })
    }

    /// Whether it names a node of the client's group.
    fn is_known(&self) -> bool {
        self.lines.iter().any(|line| matches!(line.standing, Standing::Node { .. }))
    }

    /// Whether all that it names is in other regions.
    fn is_elsewhere(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(Line::is_elsewhere)
    }

    /// The string as the client is to see it.
    fn written(&self, primaries: &Primaries<'_>, viewer: &Viewer) -> Vec<u8> {
        if !self.is_known() {
            return self.raw.to_vec();
        }
        let lines: String =
            self.lines.iter().filter(|line| !line.is_elsewhere()).map(|line| line.written(primaries, viewer)).collect();
        let header = format!("{}{}\r\n", char::from(self.kind), self.format.len() + lines.len());
        [header.as_bytes(), self.format, lines.as_bytes(), b"\r\n"].concat()
    }
}

impl<'a> Line<'a> {
    fn read(line: &'a str, viewer: &Viewer) -> Result<Self, Stop> {
        let mut words = line.splitn(5, ' ');
        let (Some(id), Some(address), Some(flags)) = (words.next(), words.next(), words.next()) else {
            return Err(Stop::Wrong);
        };
        let ip_and_port = address.split(',').next().unwrap_or_default();
        let (ip_and_port, _) = ip_and_port.split_once('@').ok_or(Stop::Wrong)?;
        // An address of version 6 comes without brackets.
        let (ip, port) = ip_and_port.rsplit_once(':').ok_or(Stop::Wrong)?;
        if !is_id(id.as_bytes()) {
            return Err(Stop::Wrong);
        }
        let standing = viewer.listed(ip.as_bytes(), port.parse().map_err(|_| Stop::Wrong)?);
        let (primary, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Ok(Self { raw: line, id, address, flags, primary, rest, standing })
    }

    fn is_elsewhere(&self) -> bool {
        matches!(self.standing, Standing::Elsewhere { .. })
    }

    fn is_replica(&self) -> bool {
        self.flags.split(',').any(|flag| flag == REPLICA)
    }

    fn stands_in(&self) -> bool {
        matches!(self.standing, Standing::Node { stands_in: true, .. }) && self.is_replica()
    }

    /// What comes after the times, the epoch and the state of the link.
    fn slots(&self) -> Option<&'a str> {
        self.rest.trim_end().splitn(5, ' ').nth(4)
    }

    /// The line as the client is to see it.
    fn written(&self, primaries: &Primaries<'_>, viewer: &Viewer) -> String {
        let Standing::Node { port, stands_in, at } = &self.standing else { return self.raw.to_owned() };
        // The host name may be missing, or empty, with more after it as `key=value`.
        let mut parts: Vec<_> = self.address.split(',').collect();
        let bus_port = parts[0].split_once('@').map_or("0", |(_, port)| port);
        let place = format!("{}:{port}@{bus_port}", viewer.ip(at));
        let name = viewer.name(at).unwrap_or_default();
        parts[0] = &place;
        match parts.get_mut(1) {
            Some(host_name) => *host_name = name,
            None => parts.push(name),
        }
        if parts[1..] == [""] {
            parts.pop();
        }
        let start = &self.raw[self.id.len() + 1 + self.address.len()..];
        if !self.is_replica() || primaries.stand_ins.is_empty() {
            return format!("{} {}{start}", self.id, parts.join(","));
        }
        let (mut flags, mut primary, mut rest) = (self.flags.to_owned(), self.primary, self.rest.to_owned());
        if *stands_in {
            let flag = |flag| if flag == REPLICA { PRIMARY } else { flag };
            flags = self.flags.split(',').map(flag).collect::<Vec<_>>().join(",");
            primary = "-";
            if let Some(slots) = primaries.slots.get(self.primary) {
                let end = if rest.ends_with('\n') { "\n" } else { "" };
                rest = format!("{} {slots}{end}", rest.trim_end());
            }
        } else if let Some(stand_in) = primaries.stand_ins.get(self.primary) {
            primary = stand_in;
        }
        format!("{} {} {flags} {primary} {rest}", self.id, parts.join(","))
    }
}

fn is_id(word: &[u8]) -> bool {
    word.len() == ID && word.iter().all(u8::is_ascii_hexdigit)
}
