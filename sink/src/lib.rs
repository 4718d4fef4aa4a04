//! The sink worker: batches of sealed events into Postgres or ClickHouse, exactly once.
