//! The cache of subjects' keys against a model of a few lines, and what the model does not say: answers from before a
//! forgetting, refusals, later generations.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use seal::keys::{Disposition, KeyError, Secret};
use seal::protect::{
    CacheLimits, Handle, SubjectCache, SubjectClass, SubjectKey, SubjectKeys, SubjectName, TenantKeys,
};

const TENANTS: [&str; 2] = ["north", "south"];
const SUBJECTS: u8 = 10;
const LIMITS: CacheLimits = CacheLimits { subjects_max: 4, keep_ms: 100 };

fn tenant_keys(tenant: &str) -> TenantKeys {
    TenantKeys::of(&Secret::new([5; 32]), tenant)
}

fn id(subject: u8) -> String {
    format!("MRN-{subject}")
}

/// Even ones in the north, odd ones in the south.
fn name(subject: u8, id: &str) -> SubjectName<'_> {
    SubjectName { tenant: TENANTS[usize::from(subject % 2)], class: SubjectClass::Patient, id }
}

fn handle(subject: u8) -> Handle {
    tenant_keys(TENANTS[usize::from(subject % 2)]).handle(SubjectClass::Patient, &id(subject))
}

fn missing(cache: &mut SubjectCache, subjects: &[u8], now_ms: u64) -> Vec<seal::protect::Wanted> {
    let ids: Vec<String> = subjects.iter().map(|subject| id(*subject)).collect();
    let names = subjects.iter().zip(&ids).map(|(subject, id)| name(*subject, id));
    cache.missing(names, now_ms, |tenant| Ok(tenant_keys(tenant))).unwrap()
}

/// The key's first byte.
fn key(cache: &mut SubjectCache, subject: u8) -> Result<u8, KeyError> {
    let id = id(subject);
    let SubjectName { tenant, class, id } = name(subject, &id);
    cache.key(tenant, class, id).map(|key| key.root().expose()[0])
}

#[derive(Debug, Clone)]
enum Step {
    /// After so many milliseconds a batch of these subjects; of those that are missing the first few are looked up.
    Batch(u64, Vec<u8>, usize),
    Expire(u64),
    Forget(u8),
    ForgetAll,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..60_u64, prop::collection::vec(0..SUBJECTS, 0..8), 0..9_usize)
            .prop_map(|(later, subjects, answered)| Step::Batch(later, subjects, answered)),
        2 => (0..150_u64).prop_map(Step::Expire),
        2 => (0..SUBJECTS).prop_map(Step::Forget),
        1 => Just(Step::ForgetAll),
    ]
}

/// Subjects in the order of their last use, each with its key and when it dies.
#[derive(Default)]
struct Model {
    now: u64,
    keys: Vec<(u8, u8, u64)>,
    pinned: Vec<u8>,
}

impl Model {
    fn expire(&mut self, later: u64) {
        self.now += later;
        self.keys.retain(|(_, _, dies)| *dies > self.now);
    }

    fn shrink(&mut self) {
        while self.keys.len() > LIMITS.subjects_max && !self.pinned.contains(&self.keys[0].0) {
            self.keys.remove(0);
        }
    }

    fn batch(&mut self, later: u64, subjects: &[u8]) -> Vec<u8> {
        self.expire(later);
        let mut absent = Vec::new();
        for subject in subjects {
            match self.keys.iter().position(|(held, ..)| held == subject) {
                Some(at) => {
                    let held = self.keys.remove(at);
                    self.keys.push(held);
                }
                None if absent.contains(subject) => {}
                None => absent.push(*subject),
            }
        }
        self.pinned = subjects.to_vec();
        self.shrink();
        absent
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn the_cache_does_what_a_list_in_order_of_use_does(steps in prop::collection::vec(step(), 1..40)) {
        let (mut cache, mut model, mut made) = (SubjectCache::new(LIMITS), Model::default(), 0_u8);
        for step in steps {
            match step {
                Step::Batch(later, subjects, answered) => {
                    let absent = model.batch(later, &subjects);
                    let wanted = missing(&mut cache, &subjects, model.now);
                    let expected: Vec<Handle> = absent.iter().map(|subject| handle(*subject)).collect();
                    prop_assert_eq!(wanted.iter().map(|wanted| wanted.subject).collect::<Vec<_>>(), expected);
                    for (subject, wanted) in absent.into_iter().zip(&wanted).take(answered) {
                        made = made.wrapping_add(1);
                        prop_assert!(cache.insert(wanted, SubjectKey::from_bytes(wanted.subject, [made; 32])));
                        model.keys.push((subject, made, model.now + LIMITS.keep_ms));
                        model.shrink();
                    }
                }
                Step::Expire(later) => {
                    model.expire(later);
                    cache.expire(model.now);
                }
                Step::Forget(subject) => {
                    let held = model.keys.iter().any(|(of, ..)| *of == subject);
                    prop_assert_eq!(cache.forget(&handle(subject)), held);
                    model.keys.retain(|(of, ..)| *of != subject);
                }
                Step::ForgetAll => {
                    cache.forget_all();
                    model.keys.clear();
                }
            }
            prop_assert_eq!(cache.len(), model.keys.len());
            for subject in 0..SUBJECTS {
                let held = model.keys.iter().find(|(of, ..)| *of == subject).map(|(_, key, _)| *key);
                prop_assert_eq!(key(&mut cache, subject).ok(), held, "subject {}", subject);
            }
        }
    }
}

#[test]
fn a_key_that_is_not_here_is_an_outage_and_says_what_to_do() {
    let mut cache = SubjectCache::new(LIMITS);
    let error = key(&mut cache, 0).unwrap_err();
    assert_eq!((error.clone(), error.disposition()), (KeyError::NotLoaded, Disposition::Retry));
    assert!(error.to_string().contains("look up"), "{error}");
}

#[test]
fn an_answer_from_before_a_forgetting_is_not_taken() {
    for all in [false, true] {
        let mut cache = SubjectCache::new(LIMITS);
        let wanted = missing(&mut cache, &[0, 2], 0);
        // The erasure of 0 comes while the store's answer is on its way.
        if all {
            cache.forget_all();
        } else {
            assert!(!cache.forget(&handle(0)));
        }
        for wanted in &wanted {
            assert!(!cache.insert(wanted, SubjectKey::from_bytes(wanted.subject, [1; 32])));
        }
        assert_eq!(key(&mut cache, 0), Err(KeyError::NotLoaded));
        let again = missing(&mut cache, &[0, 2], 0);
        assert!(again.iter().all(|wanted| cache.insert(wanted, SubjectKey::from_bytes(wanted.subject, [2; 32]))));
        assert_eq!(key(&mut cache, 0), Ok(2));
    }
}

#[test]
fn a_refusal_holds_for_its_subject_and_its_batch() {
    let mut cache = SubjectCache::new(LIMITS);
    let wanted = missing(&mut cache, &[0, 2], 0);
    cache.refuse(&wanted[0], KeyError::CannotOpen);
    cache.insert(&wanted[1], SubjectKey::from_bytes(wanted[1].subject, [1; 32]));
    assert_eq!((key(&mut cache, 0), key(&mut cache, 2)), (Err(KeyError::CannotOpen), Ok(1)));
    let wanted = missing(&mut cache, &[0, 2], 0);
    assert_eq!(wanted.iter().map(|wanted| wanted.subject).collect::<Vec<_>>(), [handle(0)]);
    assert_eq!(key(&mut cache, 0), Err(KeyError::NotLoaded));
}

#[test]
fn a_later_generation_is_forgotten_by_its_own_handle_and_by_its_subjects() {
    for by_subject in [false, true] {
        let mut cache = SubjectCache::new(LIMITS);
        let wanted = missing(&mut cache, &[0], 0).remove(0);
        let second = cache.handle(&wanted, 2).unwrap();
        assert_ne!(second, wanted.subject);
        cache.insert(&wanted, SubjectKey::from_bytes(second, [2; 32]));
        assert_eq!(key(&mut cache, 0), Ok(2));
        assert!(!cache.forget(&handle(2)));
        assert!(cache.forget(if by_subject { &wanted.subject } else { &second }));
        assert_eq!(key(&mut cache, 0), Err(KeyError::NotLoaded));
    }
}

#[test]
fn a_tenant_whose_keys_cannot_be_had_stops_the_batch() {
    let mut cache = SubjectCache::new(LIMITS);
    let id = id(0);
    let outage = || KeyError::Unavailable("away".to_owned());
    assert_eq!(cache.missing([name(0, &id)], 0, |_| Err(outage())), Err(outage()));
    // Asked once for a tenant that is known.
    missing(&mut cache, &[0, 2], 0);
    assert!(cache.missing([name(0, &id)], 0, |_| Err(outage())).is_ok());
}

#[test]
fn what_is_shown_names_nobody() {
    let mut cache = SubjectCache::new(LIMITS);
    let wanted = missing(&mut cache, &[0], 0);
    let id = id(0);
    let shown = format!("{cache:?} {wanted:?} {:?}", name(0, &id));
    assert!(shown.starts_with("SubjectCache(0 keys)") && shown.ends_with("SubjectName(patient)"), "{shown}");
    assert!(!shown.contains("MRN"), "{shown}");
}
