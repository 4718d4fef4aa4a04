"""A ClickHouse HTTP interface in front of the embedded chDB engine (development and tests only)."""
