//! Once warm, an event is judged without one allocation. A program of its own, since the allocator is the whole process's.

use phi::{Engine, Scratch};
use schemas::AuditEvent;

const EVENT: &str = include_str!("../benches/event.json");

#[test]
fn a_warm_engine_judges_an_event_without_an_allocation() {
    let engine = Engine::builtin().unwrap();
    let mut scratch = Scratch::default();
    let mut event: Option<AuditEvent<'_>> = Some(serde_json::from_str(EVENT).unwrap());
    let mut judge = || event = event.take().map(|event| engine.classify(event, &mut scratch).recycle(&mut scratch));
    (0..10).for_each(|_| judge());
    let counted = allocation_counter::measure(judge);
    assert_eq!(counted.count_total, 0);
    // It can count at all.
    assert_eq!(allocation_counter::measure(|| drop(std::hint::black_box(vec![1]))).count_total, 1);
}
