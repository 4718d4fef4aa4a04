#!/bin/sh
# Publishes one event and shows where it is held. Needs SEALTRAIL_GATEWAY_URL and SEALTRAIL_API_KEY.
curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused --write-out '\n' \
  --header "Authorization: Bearer $SEALTRAIL_API_KEY" --json '{
  "event_id": "first-1", "event_type": "patient-record.viewed", "action": "read", "outcome": "success",
  "occurred_at": "2026-03-01T09:30:00Z",
  "agents": [{"id": "u-1204", "role": "nurse", "requestor": true}],
  "patients": [{"id": "MRN-0004711"}],
  "objects": [{"kind": "chart", "id": "c-9"}],
  "purpose": "treatment",
  "source": {"system": "ehr"}
}' "$SEALTRAIL_GATEWAY_URL/v1/events"
