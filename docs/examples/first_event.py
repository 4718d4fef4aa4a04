"""Publishes one event with Python's standard library, trying again until the gateway has decided it.

Needs SEALTRAIL_GATEWAY_URL and SEALTRAIL_API_KEY in the environment.
"""

import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
import uuid

DEADLINE_SECONDS = 30


def publish(event):
    """The receipt. The event keeps its event_id through all attempts, so it is stored once."""
    request = urllib.request.Request(
        os.environ["SEALTRAIL_GATEWAY_URL"] + "/v1/events",
        data=json.dumps(event).encode(),
        headers={"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["SEALTRAIL_API_KEY"]},
    )
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    for attempt in range(1000):
        wait = random.uniform(0, min(5, 0.1 * 2 ** min(attempt, 10)))
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (408, 429) and refusal.code < 500:
                sys.exit(f"refused: {refusal.read().decode()}")
            after = refusal.headers.get("Retry-After", "")
            wait = max(wait, int(after)) if after.isdigit() else wait
            why = f"status {refusal.code}"
        except (OSError, ValueError) as failure:  # no connection, no answer in time, or one that cannot be read
            why = str(failure)
        if time.monotonic() + wait > give_up_at:
            sys.exit(f"not acknowledged ({why}); keep the event and send it again with the same event_id")
        time.sleep(wait)


event = {
    "event_id": str(uuid.uuid4()),
    "event_type": "patient-record.viewed",
    "action": "read",
    "outcome": "success",
    "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    "agents": [{"id": "u-1204", "role": "nurse", "requestor": True}],
    "patients": [{"id": "MRN-0004711"}],
    "objects": [{"kind": "chart", "id": "c-9"}],
    "purpose": "treatment",
    "source": {"system": "ehr"},
}
print(json.dumps(publish(event)))
