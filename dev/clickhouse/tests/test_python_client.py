"""The real Python client, clickhouse-connect, can't tell the front from a server."""

import datetime
import logging
import unittest

import clickhouse_connect
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError

from .process import PASSWORD, USER, shared

ROWS = [[n, f"name {n % 7}", datetime.datetime(2026, 1, 1, 0, 0, n % 60), None if n % 2 else n % 100, ["a", "é"]]
        for n in range(20_000)]
COLUMNS = ["a", "s", "at", "maybe", "list"]


def client(**options):
    return clickhouse_connect.get_client(host="127.0.0.1", port=shared().port, username=USER, database="sealtrail",
                                         **{"password": PASSWORD, **options})


class PythonClient(unittest.TestCase):
    def setUp(self):
        self.client = client()
        self.client.command("CREATE OR REPLACE TABLE typed (a UInt32, s LowCardinality(String), at DateTime64(3), "
                            "maybe Nullable(Int8), list Array(String)) ENGINE = MergeTree ORDER BY a")

    def tearDown(self):
        self.client.close()

    def test_insert_and_read_back_with_every_compression(self):
        for compress in ("lz4", "zstd", "gzip", False):
            with client(compress=compress) as one:
                one.command("TRUNCATE TABLE typed")
                summary = one.insert("typed", ROWS, column_names=COLUMNS)
                self.assertEqual(summary.written_rows, len(ROWS))
                result = one.query("SELECT * FROM typed ORDER BY a")
                self.assertEqual([list(row) for row in result.result_rows], ROWS, compress)

    def test_parameters(self):
        result = self.client.query("SELECT {n:UInt32} + 1, {s:String}, {l:Array(String)}",
                                   parameters={"n": 4, "s": "it's\n\t\\", "l": ["a'b", "c"]})
        self.assertEqual(result.result_rows, [(5, "it's\n\t\\", ["a'b", "c"])])

    def test_form_encoded_query_parameters(self):
        with client(form_encode_query_params=True) as one:
            result = one.query("SELECT {s:String}", parameters={"s": "x" * 100_000})
            self.assertEqual(len(result.result_rows[0][0]), 100_000)

    def test_streaming(self):
        with self.client.query_row_block_stream("SELECT number, toString(number) FROM numbers(1000000)") as stream:
            self.assertEqual(sum(len(rows) for rows in stream), 1_000_000)

    def test_raw_insert_and_query(self):
        self.client.raw_insert("typed", ["a", "s"], b'{"a":7,"s":"raw"}\n', fmt="JSONEachRow")
        self.assertEqual(self.client.raw_query("SELECT a, s FROM typed", fmt="CSV"), b'7,"raw"\n')

    def test_settings_and_temporary_tables(self):
        self.assertEqual(self.client.query("SELECT getSetting('max_threads')", settings={"max_threads": 3}).first_row, (3,))
        self.client.command("CREATE TEMPORARY TABLE mine (a UInt8)")
        self.client.command("INSERT INTO mine VALUES (1), (2)")
        self.assertEqual(self.client.command("SELECT count() FROM mine"), 2)

    def test_errors(self):
        with self.assertRaisesRegex(DatabaseError, "(?s)code: 47.*UNKNOWN_IDENTIFIER"):
            self.client.query("SELECT nosuch")
        with self.assertRaisesRegex(DatabaseError, "code: 516"):
            client(password="wrong")
        with self.assertRaisesRegex(DatabaseError, "code: 60"):
            self.client.insert("nosuch", [[1]], column_names=["a"], column_type_names=["UInt8"])

    def test_error_in_the_middle_of_a_result(self):
        logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)
        with self.assertRaisesRegex(StreamFailureError, "Code: 395"):
            with self.client.query_row_block_stream(
                    "SELECT throwIf(number = 5000000), number FROM numbers(10000000)") as stream:
                for _ in stream:
                    continue
