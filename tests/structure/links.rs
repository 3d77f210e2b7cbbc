//! Links of the documentation that lead to files of this repository: what they name is there, headings included.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::read;

#[test]
fn every_link_of_the_documentation_leads_somewhere() {
    let mut pages = pages(Path::new("docs"));
    pages.push("README.md".into());
    let broken: Vec<_> = pages.iter().flat_map(|page| broken_links(page)).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The links of a page that lead nowhere, each with where it stands.
fn broken_links(page: &Path) -> Vec<String> {
    let text = read(page);
    let folder = page.parent().unwrap_or(Path::new(""));
    let mut broken = Vec::new();
    for (number, line) in prose(&text) {
        for target in targets(line) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.to_owned() } else { folder.join(path) };
            let leads = file.exists() && (anchor.is_empty() || anchors(&read(&file)).contains(anchor));
            if !leads {
                broken.push(format!("{}:{number}: {target}", page.display()));
            }
        }
    }
    broken
}

/// Where the links of a line lead, but for those to other sites.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let after = line.split("](").skip(1);
    after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).filter(|target| !target.contains("://"))
}

/// The anchors of a page: its headings, as they are named when they are shown, and those that it makes itself.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = prose(page).filter_map(|(_, line)| line.strip_prefix('#'));
    let named = headings.map(|heading| {
        let title = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
    });
    let made = page.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    named.chain(made).collect()
}

/// The lines of a page outside of blocks of code, with their numbers.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    page.lines().enumerate().filter_map(move |(at, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        (!in_code && !is_fence).then_some((at + 1, line))
    })
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found = entries.flat_map(|path| if path.is_dir() { pages(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

#[test]
fn links_and_anchors_are_understood() {
    let page = "# One: `two`, three\n```sh\n# not a heading [x](y)\n```\nSee [a](b.md#c), [d](#e) and [f](https://g/h).\n\
                <a id=\"Own\"></a>";
    assert_eq!(anchors(page), ["one-two-three".to_owned(), "Own".to_owned()].into());
    let found: Vec<_> = prose(page).flat_map(|(number, line)| targets(line).map(move |link| (number, link))).collect();
    assert_eq!(found, [(5, "b.md#c"), (5, "#e")]);
}
