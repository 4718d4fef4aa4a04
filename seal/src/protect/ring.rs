//! Subjects' keys in memory, for tests and tools: derived from a seed instead of random, bounded, never stored.

use std::collections::HashMap;

use crate::keys::{KeyError, Secret, kdf};
use crate::protect::{Handle, SubjectClass, SubjectKey, SubjectKeys, TenantKeys};

/// Makes each subject's key from one seed, so that a test's records can be made again. Not for production: who has the
/// seed has every key, and erasing one subject is not possible.
pub struct SubjectRing {
    seed: Secret,
    root: Secret,
    keys: HashMap<Handle, SubjectKey>,
    subjects_max: usize,
}

impl SubjectRing {
    #[must_use]
    pub fn new(seed: [u8; 32], subjects_max: usize) -> Self {
        let seed = Secret::new(seed);
        let root = kdf(&seed, "sealtrail/ring-root/1", &[]);
        Self { seed, root, keys: HashMap::new(), subjects_max }
    }

    #[must_use]
    pub fn tenant(&self, tenant: &str) -> TenantKeys {
        TenantKeys::of(&self.root, tenant)
    }

    /// The key that a record names, if this ring has made it.
    #[must_use]
    pub fn by_handle(&self, handle: &Handle) -> Option<&SubjectKey> {
        self.keys.get(handle)
    }
}

impl SubjectKeys for SubjectRing {
    fn key(&mut self, tenant: &str, class: SubjectClass, id: &str) -> Result<&SubjectKey, KeyError> {
        let handle = self.tenant(tenant).handle(class, id);
        if !self.keys.contains_key(&handle) && self.keys.len() >= self.subjects_max {
            // Any key can be made again.
            self.keys.clear();
        }
        let seed = &self.seed;
        let made = || SubjectKey::new(handle, kdf(seed, "sealtrail/ring-subject/1", &[handle.as_bytes()]));
        Ok(self.keys.entry(handle).or_insert_with(made))
    }
}

impl std::fmt::Debug for SubjectRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SubjectRing({} keys)", self.keys.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_bounded_and_makes_the_same_key_again() {
        let mut ring = SubjectRing::new([1; 32], 2);
        let first = *ring.key("north", SubjectClass::Patient, "1").unwrap().root().expose();
        for id in ["2", "3", "4"] {
            ring.key("north", SubjectClass::Patient, id).unwrap();
            assert!(ring.keys.len() <= 2);
        }
        assert_eq!(*ring.key("north", SubjectClass::Patient, "1").unwrap().root().expose(), first);
        let handle = ring.tenant("north").handle(SubjectClass::Patient, "1");
        assert!(ring.by_handle(&handle).is_some());
    }

    #[test]
    fn every_subject_class_and_tenant_has_its_own_key() {
        let mut ring = SubjectRing::new([1; 32], 10);
        let mut roots = std::collections::BTreeSet::new();
        for tenant in ["north", "south"] {
            for class in SubjectClass::ALL {
                for id in ["1", "2"] {
                    roots.insert(*ring.key(tenant, class, id).unwrap().root().expose());
                }
            }
        }
        assert_eq!(roots.len(), 12);
    }
}
