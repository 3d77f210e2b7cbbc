//! Pages: `MaxResults` and opaque tokens, which say after which key the next page starts.

use super::AutoscalingError;
use crate::model::hex::{hex, unhex};

/// Which page is asked for.
pub(super) struct Page {
    after: Option<String>,
    size: usize,
}

impl Page {
    /// The page that `max_results`, of `most` at most, and `next_token` ask for.
    pub fn new(max_results: Option<i32>, most: i32, next_token: Option<&str>) -> Result<Self, AutoscalingError> {
        let asked = max_results.unwrap_or(most);
        let size = usize::try_from(asked).ok().filter(|_| (1..=most).contains(&asked));
        let size = size.ok_or_else(|| {
            AutoscalingError::invalid(format_args!("MaxResults must be between 1 and {most}, and is {asked}."))
        })?;
        let read = |token: &str| unhex(token).and_then(|key| String::from_utf8(key).ok());
        let token = next_token.filter(|token| !token.is_empty());
        let after = token.map(|token| read(token).ok_or(AutoscalingError::NextToken)).transpose()?;
        Ok(Self { after, size })
    }

    /// This page's share of what there is, all in the order of their keys, and the token of the next page.
    pub fn take<T>(&self, all: impl Iterator<Item = (String, T)>, backwards: bool) -> (Vec<T>, Option<String>) {
        let is_later = |key: &str, after: &str| if backwards { key < after } else { key > after };
        let mut rest = all.filter(|(key, _)| self.after.as_deref().is_none_or(|after| is_later(key, after))).peekable();
        let (mut page, mut last) = (Vec::new(), None);
        for (key, item) in rest.by_ref().take(self.size) {
            page.push(item);
            last = Some(key);
        }
        let token = rest.peek().and(last).map(|last| hex(last.as_bytes()));
        (page, token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_everything_once_in_both_directions() {
        for backwards in [false, true] {
            let mut all: Vec<String> = (0..25).map(|number| format!("{number:03}")).collect();
            if backwards {
                all.reverse();
            }
            let (mut seen, mut token) = (Vec::new(), None::<String>);
            loop {
                let page = Page::new(Some(10), 50, token.as_deref()).expect("a page");
                let (items, next) = page.take(all.iter().map(|key| (key.clone(), key.clone())), backwards);
                seen.extend(items);
                token = next;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(seen, all);
        }
        for size in [-1, 0, 51] {
            assert!(Page::new(Some(size), 50, None).is_err(), "{size}");
        }
        assert!(matches!(Page::new(None, 50, Some("no token")), Err(AutoscalingError::NextToken)));
    }
}
