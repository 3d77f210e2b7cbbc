//! A place in the parameters, and what is below it.
//!
//! Every name under a path begins with the path, and in a sorted list names with a common beginning are neighbours.
//! A [`Node`] is therefore a slice of the pairs and the length of the beginning they share; going down a level is two
//! binary searches in that slice.

use super::parameters::Pair;
use super::shown;
use crate::protocol::AwsError;

/// A value that can be read from a place in the parameters.
pub trait Decode: Sized {
    /// Whether the place holds a value. By default: whether anything is below it, as for a structure.
    #[must_use]
    fn is_given(node: &Node<'_>) -> bool {
        !node.below.is_empty()
    }

    /// Reads the value; called only where [`Decode::is_given`] says there is one, or where an empty one counts.
    ///
    /// # Errors
    ///
    /// `InvalidParameterValue`, with the whole path of the parameter.
    fn decode(node: Node<'_>) -> Result<Self, AwsError>;
}

/// A place in the parameters, such as `Tags.Tag.1`.
#[derive(Clone, Copy)]
pub struct Node<'p> {
    /// The pair whose name is exactly this path.
    own: Option<&'p Pair<'p>>,
    /// The pairs whose names go on below this path, sorted.
    below: &'p [Pair<'p>],
    /// How many bytes the names in `below` share: this path and its dot, or nothing at the root.
    depth: usize,
}

impl<'p> Node<'p> {
    /// The place that holds every parameter.
    pub(super) fn root(pairs: &'p [Pair<'p>]) -> Self {
        Self { own: None, below: pairs, depth: 0 }
    }

    /// The text given for exactly this path.
    #[must_use]
    pub fn text(&self) -> Option<&'p str> {
        self.own.map(|(_, value)| value.as_ref())
    }

    /// The path, if anything was given there or below; empty at the root.
    #[must_use]
    pub fn path(&self) -> &'p str {
        match (self.own, self.below.first()) {
            (Some((name, _)), _) => name,
            (None, Some((name, _))) => &name[..self.depth.saturating_sub(1)],
            (None, None) => "",
        }
    }

    /// An optional member of a structure; `None` if it is absent or empty.
    ///
    /// # Errors
    ///
    /// What the member's own decoding says.
    pub fn optional<T: Decode>(&self, name: &str) -> Result<Option<T>, AwsError> {
        let node = self.member(name);
        if T::is_given(&node) { T::decode(node).map(Some) } else { Ok(None) }
    }

    /// An optional member where an empty value has a meaning: `None` only if it is absent.
    ///
    /// # Errors
    ///
    /// What the member's own decoding says.
    pub fn optional_or_empty<T: Decode>(&self, name: &str) -> Result<Option<T>, AwsError> {
        let node = self.member(name);
        if node.own.is_some() { T::decode(node).map(Some) } else { Ok(None) }
    }

    /// A required member.
    ///
    /// # Errors
    ///
    /// `InvalidParameterValue` if it is absent or empty.
    pub fn required<T: Decode>(&self, name: &str) -> Result<T, AwsError> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    /// An optional list: `None` if it is absent, empty if it was given as `Name=`.
    ///
    /// # Errors
    ///
    /// `InvalidParameterValue` for entries that are not `Name.{element}.N` or `Name.member.N`, and what the entries'
    /// own decoding says.
    pub fn list<T: Decode>(&self, name: &str, element: &str) -> Result<Option<Vec<T>>, AwsError> {
        let node = self.member(name);
        match node.text() {
            None if node.below.is_empty() => Ok(None),
            None | Some("") => node.entries(element).map(Some),
            Some(_) => Err(not_an_entry(node.path(), node.path(), element)),
        }
    }

    /// A required list.
    ///
    /// # Errors
    ///
    /// As [`Node::list`], and `InvalidParameterValue` if it is absent or empty.
    pub fn required_list<T: Decode>(&self, name: &str, element: &str) -> Result<Vec<T>, AwsError> {
        self.list(name, element)?.filter(|items| !items.is_empty()).ok_or_else(|| self.missing(name))
    }

    /// The place `name` below this one.
    fn member(&self, name: &str) -> Self {
        let from = &self.below[self.below.partition_point(|pair| pair.0.as_bytes()[self.depth..] < *name.as_bytes())..];
        let own = from.first().filter(|pair| pair.0[self.depth..] == *name);
        // `Node`, `Node-x`, `Node.1`, `Node0`: a dot sorts in the middle, so what is below a name need not follow it.
        let is_before = |pair: &Pair<'p>| {
            let tail = pair.0.as_bytes()[self.depth..].strip_prefix(name.as_bytes());
            tail.is_some_and(|tail| tail.first().is_none_or(|byte| *byte < b'.'))
        };
        let is_below = |pair: &Pair<'p>| {
            let tail = pair.0.as_bytes()[self.depth..].strip_prefix(name.as_bytes());
            tail.is_some_and(|tail| tail.first() == Some(&b'.'))
        };
        let from = &from[from.partition_point(is_before)..];
        let below = &from[..from.partition_point(is_below)];
        Self { own, below, depth: self.depth + name.len() + 1 }
    }

    /// The entries of a list, in the order of their indices, whatever the gaps between them.
    fn entries<T: Decode>(&self, element: &str) -> Result<Vec<T>, AwsError> {
        let mut entries: Vec<(u64, Node<'p>)> = Vec::new();
        let mut rest = self.below;
        while let Some(first) = rest.first() {
            let (group, index) = first.0[self.depth..].split_once('.').unwrap_or_default();
            let digits = index.split_once('.').map_or(index, |(digits, _)| digits);
            let refused = || not_an_entry(&first.0, self.path(), element);
            if group != element && group != "member" {
                return Err(refused());
            }
            let index = list_index(digits).ok_or_else(refused)?;
            let end = self.depth + group.len() + 1 + digits.len();
            let belongs = |pair: &&Pair<'p>| {
                let tail = pair.0.strip_prefix(&first.0[..end]);
                tail.is_some_and(|tail| tail.is_empty() || tail.starts_with('.'))
            };
            let (entry, others) = rest.split_at(rest.iter().take_while(belongs).count());
            let (own, below) = if first.0.len() == end { (Some(first), &entry[1..]) } else { (None, entry) };
            entries.push((index, Self { own, below, depth: end + 1 }));
            rest = others;
        }
        entries.sort_by_key(|(index, _)| *index);
        entries.into_iter().map(|(_, node)| node).filter(|node| T::is_given(node)).map(T::decode).collect()
    }

    fn missing(&self, name: &str) -> AwsError {
        match self.path() {
            "" => AwsError::must_be_provided(name),
            path => AwsError::must_be_provided(&format!("{path}.{name}")),
        }
    }
}

/// The number of a list entry: decimal digits, no leading zero, so that every entry has one name only.
fn list_index(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits == "0" || !digits.starts_with('0');
    if plain && canonical { digits.parse().ok() } else { None }
}

fn not_an_entry(name: &str, list: &str, element: &str) -> AwsError {
    let (name, list) = (shown(name), shown(list));
    AwsError::invalid_value(format!(
        "The parameter {name} is not an entry of a list: entries are named {list}.{element}.N."
    ))
}
