//! What declared metrics look like on the page.

use super::*;

crate::metric_names! {
    /// For the tests.
    enum TestMetric {
        Seen: counter = "audit_test_seen_total", "records seen";
        Kept: counter { outcome, partition } = "audit_test_kept_total", "records kept";
        Lag: gauge = "audit_test_lag", "records behind";
        Seconds: histogram = "audit_test_seconds", "time of one batch";
        Bytes: histogram = "audit_test_batch_bytes", "size of one batch";
    }
}

fn rendered(work: impl FnOnce()) -> String {
    let recorder = recorder().unwrap();
    ::metrics::with_local_recorder(&recorder, work);
    recorder.handle().render()
}

#[test]
fn described_counters_start_at_zero_and_gauges_claim_nothing() {
    let text = rendered(TestMetric::describe);
    assert!(text.contains("# HELP audit_test_seen_total records seen"), "{text}");
    assert!(text.contains("audit_test_seen_total 0"), "{text}");
    assert!(!text.contains("audit_test_lag"), "{text}");
    assert!(!text.contains("audit_test_kept_total"), "a labelled counter has no series without labels: {text}");
}

#[test]
fn values_and_labels_reach_the_page() {
    let text = rendered(|| {
        TestMetric::describe();
        TestMetric::Seen.increment(3);
        TestMetric::Kept.with(&[("outcome", "sealed")]).increment(2);
        TestMetric::Kept.with(&[("partition", 11)]).increment(1);
        TestMetric::Lag.set(4.5);
        TestMetric::Seconds.record(0.03);
        TestMetric::Bytes.record(5000.0);
    });
    for line in [
        "audit_test_seen_total 3",
        "audit_test_kept_total{outcome=\"sealed\"} 2",
        "audit_test_kept_total{partition=\"11\"} 1",
        "audit_test_lag 4.5",
        "audit_test_seconds_bucket{le=\"0.025\"} 0",
        "audit_test_seconds_bucket{le=\"0.05\"} 1",
        "audit_test_batch_bytes_bucket{le=\"4096\"} 0",
        "audit_test_batch_bytes_bucket{le=\"16384\"} 1",
    ] {
        assert!(text.contains(line), "{line} is missing in:\n{text}");
    }
}

#[test]
fn all_lists_every_metric_with_its_labels() {
    assert_eq!(TestMetric::ALL.len(), 5);
    assert_eq!(TestMetric::ALL[1].labels, ["outcome", "partition"]);
    assert_eq!(TestMetric::ALL[3].kind, Kind::Histogram);
}
