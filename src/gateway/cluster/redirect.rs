//! `-MOVED <slot> <ip>:<port>` and `-ASK <slot> <ip>:<port>`. One that leads to another region is for a write that nobody
//! in this one takes, and is told as that.

use super::{
    framing::Stop,
    viewer::{Viewer, Whither},
};

/// The beginnings of the errors that are redirects.
const REDIRECTS: [&[u8]; 2] = [b"-MOVED ", b"-ASK "];

/// The longest redirect that is looked at, its end included. One with a host name of 255 bytes fits.
const MAX_REDIRECT: usize = 512;

/// What an engine says to a client that writes to a replica.
const READ_ONLY: &str = "-READONLY You can't write against a read only replica.\r\n";

/// A redirect as the client is to see it.
pub(super) struct Redirect {
    /// How many bytes the engine's has.
    pub(super) length: usize,
    pub(super) line: String,
}

/// Looks at the beginning of a reply. It is [`Stop::Wrong`] unless it is a redirect to a node that is known.
pub(super) fn read(input: &[u8], viewer: &Viewer) -> Result<Redirect, Stop> {
    let visible = &input[..input.len().min(MAX_REDIRECT)];
    if !REDIRECTS.iter().any(|start| visible.starts_with(start) || start.starts_with(visible)) {
        return Err(Stop::Wrong);
    }
    let Some(end) = memchr::memchr(b'\n', visible) else {
        return Err(if visible.len() < MAX_REDIRECT { Stop::Short } else { Stop::Wrong });
    };
    let line = rewrite(&visible[..end], viewer).ok_or(Stop::Wrong)?;
    Ok(Redirect { length: end + 1, line })
}

fn rewrite(line: &[u8], viewer: &Viewer) -> Option<String> {
    let mut words = str::from_utf8(line.strip_suffix(b"\r")?).ok()?.split(' ');
    let (error, slot, target) = (words.next()?, words.next()?, words.next()?);
    // An address of version 6 comes without brackets.
    let (ip, port) = target.rsplit_once(':')?;
    let whither = viewer.redirected(ip.as_bytes(), port.parse().ok()?)?;
    words.next().is_none().then(|| match whither {
        Whither::Port(port, at) => format!("{error} {slot} {}:{port}\r\n", viewer.host(&at)),
        Whither::Nowhere => READ_ONLY.to_owned(),
    })
}
