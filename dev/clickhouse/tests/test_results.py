"""Results: streamed in bounded memory, compressed on request, and never silently cut."""

import gzip
import http.client
import re
import socket
import struct
import time
import unittest
import zlib
from urllib.parse import urlencode

import lz4.block
import lz4.frame
import zstandard
from clickhouse_cityhash.cityhash import CityHash128

from .wire import LOGIN, ask, head, must, raw, shared

FAILS_LATE = "SELECT number, throwIf(number = 700000) FROM numbers(2000000) FORMAT "


def stream(sql, **params):
    """Yield (response, pieces) of a query without keeping its result."""
    connection = http.client.HTTPConnection("127.0.0.1", shared().port, timeout=60)
    connection.request("POST", "/?" + urlencode(params), sql, LOGIN)
    return connection, connection.getresponse()


def unblock(data):
    """Take ClickHouse's compressed blocks apart, checking each checksum."""
    plain, at = b"", 0
    while at < len(data):
        method, packed, size = struct.unpack_from("<BII", data, at + 16)
        rest = data[at + 16:at + 16 + packed]
        value = CityHash128(rest)
        if struct.pack("<QQ", value >> 64, value & (2 ** 64 - 1)) != data[at:at + 16] or method != 0x82:
            raise AssertionError("a response block has a wrong checksum or method")
        plain += lz4.block.decompress(rest[9:], uncompressed_size=size)
        at += 16 + packed
    return plain


class Streaming(unittest.TestCase):
    def test_ten_million_rows_in_bounded_memory(self):
        must("SELECT count() FROM numbers(10000000)")
        before, peak, size = shared().memory(), 0, 0
        connection, response = stream("SELECT number, repeat('x', 100) FROM numbers(10000000) FORMAT RowBinary")
        try:
            while piece := response.read(8 << 20):
                size += len(piece)
                peak = max(peak, shared().memory())
        finally:
            connection.close()
        self.assertEqual(size, 10_000_000 * 109)
        self.assertLess(peak - before, 450, f"{before} -> {peak} MiB for a result of {size >> 20} MiB")

    def test_first_rows_come_before_the_query_is_done(self):
        connection, response = stream("SELECT number FROM system.numbers FORMAT RowBinary")
        try:
            self.assertEqual(response.status, 200)
            self.assertEqual(response.read(16), struct.pack("<QQ", 0, 1))
        finally:
            connection.close()

    def test_hanging_up_ends_the_query(self):
        connection, response = stream("SELECT number FROM system.numbers FORMAT RowBinary", query_id="endless")
        response.read(16)
        response.close()
        connection.close()
        began = time.monotonic()
        while ask("SELECT 1", query_id="endless").code == 216:
            self.assertLess(time.monotonic() - began, 5, "the query still runs after its client hung up")
            time.sleep(0.05)
        self.assertEqual(must("SELECT count() FROM system.processes WHERE query LIKE '%system.numbers FORMAT%' "
                              "AND query NOT LIKE '%processes%'"), "0")

    def test_hanging_up_before_the_first_row_when_asked_to_cancel(self):
        sql = b"SELECT sum(sleepEachRow(0.1)) FROM numbers(200) SETTINGS max_block_size = 10"
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", shared().port)) as sock:
            sock.sendall(head("POST", "/?cancel_http_readonly_queries_on_client_close=1&query_id=quiet",
                              f"Content-Length: {len(sql)}") + sql)
            time.sleep(0.3)
            self.assertEqual(ask("SELECT 1", query_id="quiet").code, 216)
        while ask("SELECT 1", query_id="quiet").code == 216:
            self.assertLess(time.monotonic() - began, 10, "the query still runs after its client hung up")
            time.sleep(0.05)

    def test_headers(self):
        answer = ask("SELECT number FROM numbers(5)", query_id="my-id")
        self.assertEqual(answer.headers["X-ClickHouse-Query-Id"], "my-id")
        self.assertEqual(answer.headers["X-ClickHouse-Timezone"], must("SELECT timezone()"))
        self.assertTrue(answer.headers["X-ClickHouse-Server-Display-Name"])
        self.assertEqual(answer.headers["X-ClickHouse-Format"], "TabSeparated")
        self.assertEqual((answer.summary["read_rows"], answer.summary["result_rows"]), (5, 5))
        self.assertGreater(answer.summary["elapsed_ns"], 0)

    def test_version_is_the_engines(self):
        self.assertRegex(must("SELECT version()"), r"^\d+\.\d+\.\d+\.\d+$")


class Compressed(unittest.TestCase):
    SQL = "SELECT number, toString(number) FROM numbers(300000)"

    def test_native_blocks(self):
        self.assertEqual(unblock(ask(self.SQL, compress=1).body), ask(self.SQL).body)

    def test_errors_in_native_blocks(self):
        answer = ask("SELECT nosuch", compress=1)
        self.assertEqual(answer.status, 404)
        self.assertIn(b"Code: 47.", unblock(answer.body))

    def test_content_encodings(self):
        plain = ask(self.SQL).body
        for name, decode in (("gzip", gzip.decompress), ("deflate", zlib.decompress), ("lz4", lz4.frame.decompress),
                             ("zstd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data))):
            answer = ask(self.SQL, headers={"Accept-Encoding": name}, enable_http_compression=1)
            self.assertEqual(answer.headers["Content-Encoding"], name)
            self.assertEqual(decode(answer.body), plain)
            self.assertLess(len(answer.body), len(plain))

    def test_not_compressed_when_not_wanted(self):
        for accept, enabled in (("lz4", 0), ("br", 1), ("lz4;q=0", 1)):
            answer = ask(self.SQL, headers={"Accept-Encoding": accept}, enable_http_compression=enabled)
            self.assertIsNone(answer.headers["Content-Encoding"])


class Errors(unittest.TestCase):
    def test_before_the_first_byte(self):
        answer = ask("SELECT nosuch")
        self.assertEqual((answer.status, answer.code), (404, 47))
        self.assertRegex(answer.text, r"(?s)^Code: 47\. DB::Exception: .*\(UNKNOWN_IDENTIFIER\) \(version [\d.]+\)\n$")
        for sql, status, code in (("SELEC 1", 400, 62), ("SELECT * FROM nosuch", 404, 60), ("SELECT nosuch()", 404, 46),
                                  ("SELECT throwIf(1)", 500, 395), ("SELECT 'a' + 1", 400, 43)):
            answer = ask(sql)
            self.assertEqual((answer.status, answer.code), (status, code), sql)

    def test_in_the_middle(self):
        for form in ("RowBinary", "JSON", "TSV"):
            received = raw(head("POST", "/", f"Content-Length: {len(FAILS_LATE) + len(form)}")
                           + FAILS_LATE.encode() + form.encode())
            self.assertTrue(received.startswith(b"HTTP/1.1 200 OK"))
            tag = re.search(rb"X-ClickHouse-Exception-Tag: (\w+)", received).group(1)
            end = received[-2000:]
            self.assertRegex(end, rb"(?s)\r\n__exception__\r\n" + tag + rb"\r\nCode: 395\..*\n\d+ " + tag
                             + rb"\r\n__exception__\r\n\r\n$")
            self.assertFalse(received.endswith(b"\r\n0\r\n\r\n"), "a broken result must not look complete")

    def test_in_the_middle_of_a_compressed_result(self):
        received = raw(head("POST", "/", "Accept-Encoding: gzip", f"Content-Length: {len(FAILS_LATE) + 3}")
                       + FAILS_LATE.encode() + b"TSV")
        self.assertIn(b"Content-Encoding: gzip", received)
        self.assertFalse(received.endswith(b"\r\n0\r\n\r\n"))

    def test_wait_end_of_query_gives_a_clean_error_and_a_full_summary(self):
        answer = ask(FAILS_LATE + "TSV", wait_end_of_query=1)
        self.assertEqual((answer.status, answer.code), (500, 395))
        good = ask("SELECT number FROM numbers(3000000)", wait_end_of_query=1)
        self.assertEqual(good.summary["result_rows"], 3_000_000)
        self.assertEqual(good.body.count(b"\n"), 3_000_000)
