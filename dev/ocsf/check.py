"""Validates OCSF events from standard input against the schema that each one names."""

import collections
import json
import sys

import jsonschema_rs
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

validators = {}


def closed(schema):
    """The schema with every object closed: an attribute that it does not know is a fault too, but inside `unmapped`."""
    if isinstance(schema, dict):
        schema = {name: closed(part) for name, part in schema.items()}
        if "properties" in schema and schema.get("type") == "object":
            schema["additionalProperties"] = False
    elif isinstance(schema, list):
        schema = [closed(part) for part in schema]
    return schema


def validator(version, class_uid):
    key = (version, class_uid)
    if key not in validators:
        ocsf = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
        name = ocsf.lookup_class_name_from_uid(class_uid=class_uid)
        schema = closed(ocsf.get_class_schema(class_name=name))
        schema.setdefault("properties", {})["unmapped"] = {"type": "object"}
        validators[key] = jsonschema_rs.Draft202012Validator(schema)
    return validators[key]


faults, events, classes = collections.Counter(), 0, collections.Counter()
for line in sys.stdin:
    event = json.loads(line)
    events += 1
    classes[event["class_uid"]] += 1
    for error in validator(event["metadata"]["version"], event["class_uid"]).iter_errors(event):
        path = "/".join(str(step) for step in error.instance_path)
        faults[f"class {event['class_uid']} at /{path}: {error.message}"] += 1
for fault, count in faults.most_common(40):
    print(f"{count} x {fault}")
print(f"ocsf: events={events} classes={len(classes)} faults={sum(faults.values())}")
sys.exit(1 if faults or not events else 0)
