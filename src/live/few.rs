//! A map of a few entries, as each of many plays has several: it takes no more room than they do.

/// Values by key, in the order of the keys.
pub(super) struct Few<K, V>(Vec<(K, V)>);

impl<K: Ord + Copy, V> Few<K, V> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.at(key).ok().map(|at| &self.0[at].1)
    }

    /// Puts a value in place of the one that was there.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.at(key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (key, value));
            }
        }
    }

    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        self.at(key).ok().map(|at| self.0.remove(at).1)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    fn at(&self, key: K) -> Result<usize, usize> {
        self.0.binary_search_by_key(&key, |(key, _)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_one_value() {
        let mut few = Few::new();
        for key in [4, 1, 9, 4] {
            few.insert(key, key * 10 + few.values().count());
        }
        assert_eq!(few.values().copied().collect::<Vec<_>>(), [11, 43, 92]);
        assert_eq!((few.get(9), few.get(2)), (Some(&92), None));
        assert_eq!((few.remove(4), few.remove(4)), (Some(43), None));
        assert_eq!((few.get(1), few.get(4)), (Some(&11), None));
    }
}
