//! The files of the console, as they lie in `src/console`, and what browsers are told about them.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::model::hex::hex;

/// Pages run what comes from this server and nothing else: names and tags that users choose stay text even if a page had a
/// mistake, and nothing is fetched from or sent to anywhere else.
pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A file of the console.
pub(super) struct File {
    path: &'static str,
    /// What is in it.
    pub content: &'static [u8],
    /// Its media type.
    pub content_type: &'static str,
    /// Its entity tag, which changes with the content.
    pub tag: String,
}

macro_rules! files {
    ($($path:literal,)*) => {
        [$(File::new($path, include_bytes!(concat!("../../console/", $path))),)*]
    };
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    files! {
        "api.js",
        "command.js",
        "console.css",
        "content.css",
        "dom.js",
        "fields.js",
        "form.js",
        "forms.css",
        "global.js",
        "index.html",
        "main.js",
        "nodes.js",
        "parts.js",
        "resources.js",
        "routes.js",
        "scope.js",
        "sign.js",
        "small.css",
        "watching.js",
        "wire.js",
        "actions/break.js",
        "actions/connect.js",
        "actions/create-cache.js",
        "actions/delete-cache.js",
        "actions/failover.js",
        "actions/keys.js",
        "actions/modify.js",
        "actions/parameters.js",
        "actions/reboot.js",
        "actions/scale.js",
        "actions/snapshots.js",
        "actions/users.js",
        "pages/cache-cluster.js",
        "pages/caches.js",
        "pages/events.js",
        "pages/faults.js",
        "pages/parameter-group.js",
        "pages/parameter-groups.js",
        "pages/replication-group.js",
        "pages/serverless-cache.js",
        "pages/snapshots.js",
        "pages/users.js",
    }
    .into()
});

impl File {
    fn new(path: &'static str, content: &'static [u8]) -> Self {
        let content_type = match path.rsplit_once('.').map(|(_, extension)| extension) {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        };
        Self { path, content, content_type, tag: format!("\"{}\"", hex(&Sha256::digest(content)[..12])) }
    }

    /// The file at this path below the console's own.
    pub fn find(path: &str) -> Option<&'static Self> {
        FILES.iter().find(|file| file.path == path)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn on_disk(folder: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry == root.join("live") {
                // Served by a module of its own.
            } else if entry.is_dir() {
                on_disk(&entry, root, found);
            } else {
                found.push(entry.strip_prefix(root).expect("below").to_str().expect("UTF-8").to_owned());
            }
        }
    }

    #[test]
    fn every_file_is_served_and_has_a_type() {
        let root = Path::new("src/console");
        let mut there = Vec::new();
        on_disk(root, root, &mut there);
        there.sort();
        let mut served: Vec<_> = FILES.iter().map(|file| file.path.to_owned()).collect();
        served.sort();
        assert_eq!(served, there, "the table in {} against src/console", file!());
        assert!(FILES.iter().all(|file| file.content_type != "application/octet-stream"));
    }

    #[test]
    fn what_the_page_names_is_there() {
        let page = std::str::from_utf8(File::find("index.html").expect("the page").content).expect("UTF-8");
        let named = page.split(['"', '\'']).filter(|text| text.starts_with("./"));
        let missing: Vec<_> = named.filter(|path| File::find(&path[2..]).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
