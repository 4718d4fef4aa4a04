"""Bodies that the tool cannot write by itself: lines of JSON."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def lines(context, value):
    """Text goes out as it is; anything else is one line, so that a body of a wrong type is sent too."""
    text = value if isinstance(value, str) else json.dumps(value) + "\n"
    return text.encode("utf-8", errors="surrogatepass")
