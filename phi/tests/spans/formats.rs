//! Our own audit event, DICOM's audit message, and the Elastic Common Schema.

use crate::check;

#[test]
fn our_own_event_is_known_field_by_field() {
    check(&[(
        r#"{"event_id": "e", "event_type": "patient-record.viewed", "occurred_at": "2026-03-01T09:30:00Z", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            "agents": [{"id": "u-1204", "name": "A. Nurse", "role": "nurse", "network": {"address": "10.1.2.3", "user_agent": "ehr-desktop/12.4"}}],
            "context": {"encounter": "Encounter/2026-88121", "facility": "north wing", "http": {"url": "/fhir/Patient/4711?given=Jane"}},
            "objects": [{"kind": "chart", "id": "chart-99", "changes": [{"path": "/patient/phone", "before": "555-010-0200"}]}],
            "patients": [{"id": "MRN-0004711", "name": "P. Example", "detail": {"identifiers": [{"value": "078051120", "kind": {"codings": [{"code": "SS"}]}}]}}],
            "source": {"system": "ehr", "address": "ehr.example"}}"#,
        &[
            "OTHER_ID u-1204",
            "NAME A. Nurse",
            "IP 10.1.2.3",
            "OTHER_ID 2026-88121",
            "ORG north wing",
            "MRN 4711",
            "NAME Jane",
            "PHONE 555-010-0200",
            "MRN MRN-0004711",
            "NAME P. Example",
            "SSN 078051120",
        ],
    )]);
}

#[test]
fn an_audit_message_is_known_as_json_with_or_without_attribute_marks() {
    check(&[(
        r#"{"AuditMessage": {"EventIdentification": {"@EventDateTime": "2026-03-01T09:30:00Z", "EventID": {"@csd-code": "110112"}},
            "ActiveParticipant": [{"@UserID": "exnurse", "@UserName": "Example Nurse", "@NetworkAccessPointID": "10.1.2.3", "@NetworkAccessPointTypeCode": "2"}],
            "ParticipantObjectIdentification": {"@ParticipantObjectID": "4711^^^&1.2.3&ISO", "ParticipantObjectIDTypeCode": {"@csd-code": "2"}}}}"#,
        &["OTHER_ID exnurse", "NAME Example Nurse", "IP 10.1.2.3", "MRN 4711"],
    )]);
}

#[test]
fn ecs_is_known_nested_and_dotted() {
    check(&[
        (
            r#"{"@timestamp": "2026-03-01T09:30:00Z", "user": {"name": "jdoe", "full_name": "Jane Doe"}, "host": {"name": "ws-17"}, "source": {"ip": "203.0.113.9", "port": 4242}, "url": {"full": "https://ehr.example/Patient?family=Smith"}}"#,
            &["OTHER_ID jdoe", "NAME Jane Doe", "IP 203.0.113.9", "NAME Smith"],
        ),
        (
            r#"{"@timestamp": "2026-03-01T09:30:00Z", "user.name": "jdoe", "client.address": "203.0.113.9", "host.name": "ws-17", "event.id": "12345678901"}"#,
            &["OTHER_ID jdoe", "IP 203.0.113.9"],
        ),
    ]);
}
