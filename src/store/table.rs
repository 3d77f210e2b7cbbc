//! The records of one kind, by account and region and then by identifier.

use std::sync::Arc;

use imbl::OrdMap;

use crate::model::Scope;

/// The records of one kind. Copies share their content, so a copy costs next to nothing.
#[derive(Debug)]
pub struct Table<R> {
    scopes: OrdMap<Scope, OrdMap<String, Arc<R>>>,
}

impl<R> Clone for Table<R> {
    fn clone(&self) -> Self {
        Self { scopes: self.scopes.clone() }
    }
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self { scopes: OrdMap::new() }
    }
}

impl<R> Table<R> {
    /// The record `id` of `scope`.
    #[must_use]
    pub fn get(&self, scope: &Scope, id: &str) -> Option<&Arc<R>> {
        self.scopes.get(scope)?.get(id)
    }

    /// The records of `scope`, by identifier.
    pub fn iter<'a>(&'a self, scope: &Scope) -> impl DoubleEndedIterator<Item = (&'a String, &'a Arc<R>)> + use<'a, R> {
        self.scopes.get(scope).into_iter().flat_map(OrdMap::iter)
    }

    /// The records of `scope` whose identifiers come after `id`.
    pub fn iter_after<'a>(
        &'a self,
        scope: &Scope,
        id: &str,
    ) -> impl Iterator<Item = (&'a String, &'a Arc<R>)> + use<'a, R> {
        use std::ops::Bound;
        let range = (Bound::Excluded(id.to_owned()), Bound::Unbounded);
        self.scopes.get(scope).into_iter().flat_map(move |records| records.range(range.clone()))
    }

    /// The accounts and regions that have records.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.keys()
    }

    /// The records of every account and region.
    pub fn iter_all(&self) -> impl Iterator<Item = (&Scope, &String, &Arc<R>)> {
        self.scopes.iter().flat_map(|(scope, records)| records.iter().map(move |(id, record)| (scope, id, record)))
    }

    /// How many records `scope` has.
    #[must_use]
    pub fn len(&self, scope: &Scope) -> usize {
        self.scopes.get(scope).map_or(0, OrdMap::len)
    }

    /// Whether there is no record at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty()
    }

    pub(super) fn insert(&mut self, scope: &Scope, id: &str, record: Arc<R>) {
        if let Some(records) = self.scopes.get_mut(scope) {
            records.insert(id.to_owned(), record);
        } else {
            self.scopes.insert(scope.clone(), OrdMap::unit(id.to_owned(), record));
        }
    }

    pub(super) fn remove(&mut self, scope: &Scope, id: &str) -> bool {
        let Some(records) = self.scopes.get_mut(scope) else { return false };
        let removed = records.remove(id).is_some();
        if records.is_empty() {
            self.scopes.remove(scope);
        }
        removed
    }
}
