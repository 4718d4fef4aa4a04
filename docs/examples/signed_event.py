"""Publishes one signed event: the signing secret never leaves this machine. Python's standard library, nothing else.

Needs SEALTRAIL_GATEWAY_URL and SEALTRAIL_SIGNING_SECRET (sts_...) in the environment.
"""

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.parse
import urllib.request
import uuid

url = os.environ["SEALTRAIL_GATEWAY_URL"] + "/v1/events"
secret = os.environ["SEALTRAIL_SIGNING_SECRET"]  # the whole text is the key of the HMAC
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

body = json.dumps(event).encode()
digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
nonce = base64.urlsafe_b64encode(os.urandom(18)).decode()  # new for each attempt
parameters = (
    '("@method" "@path" "@query" "content-digest" "content-type")'
    f';created={int(time.time())};nonce="{nonce}";keyid="{secret.split("_")[1]}";alg="hmac-sha256";tag="sealtrail"'
)
base = "\n".join(
    [
        '"@method": POST',
        f'"@path": {urllib.parse.urlsplit(url).path}',
        '"@query": ?',
        f'"content-digest": {digest}',
        '"content-type": application/json',
        f'"@signature-params": {parameters}',
    ]
)
signature = base64.b64encode(hmac.digest(secret.encode(), base.encode(), "sha256")).decode()
headers = {
    "Content-Type": "application/json",
    "Content-Digest": digest,
    "Signature-Input": f"sig={parameters}",
    "Signature": f"sig=:{signature}:",
}
with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers), timeout=10) as answer:
    print(json.dumps(json.load(answer)))
