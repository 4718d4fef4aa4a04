"""The local stack: real Kafka, schema registry, Postgres and ClickHouse without containers.

`dev/README.md` says how to use it; each module here is named after the one thing it knows.
"""
