"""Tests of the ClickHouse front against the real server process."""
