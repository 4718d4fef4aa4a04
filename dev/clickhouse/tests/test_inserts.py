"""Inserts: every kind of body, all of it or nothing."""

import gzip
import os
import socket
import struct
import time
import unittest
import zlib

import lz4.block
import lz4.frame
import zstandard
from clickhouse_cityhash.cityhash import CityHash128

from .process import ServerProcess
from .wire import ask, head, must, raw, shared


def block(plain, method=0x82, packed=None):
    """One of ClickHouse's compressed blocks, built here independently of the front."""
    packed = lz4.block.compress(plain, store_size=False) if packed is None else packed
    rest = struct.pack("<BII", method, len(packed) + 9, len(plain)) + packed
    value = CityHash128(rest)
    return struct.pack("<QQ", value >> 64, value & (2 ** 64 - 1)) + rest


def column_block(path):
    """The first compressed block of a column file that the engine itself wrote."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack_from("<I", data, 17)[0]
    return data[:16 + size]


class InsertCase(unittest.TestCase):
    def setUp(self):
        must("CREATE OR REPLACE TABLE t (a UInt32, s String) ENGINE = MergeTree ORDER BY a "
             "SETTINGS non_replicated_deduplication_window = 100")

    def rows(self):
        return must("SELECT a, s FROM t ORDER BY a, s")

    def count(self):
        return int(must("SELECT count() FROM t"))


class Statements(InsertCase):
    def test_query_in_url_data_in_body(self):
        answer = ask("INSERT INTO t FORMAT TSV", b"1\tx\n2\ty\n")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual((answer.summary["written_rows"], answer.summary["read_rows"]), (2, 2))
        self.assertGreater(answer.summary["written_bytes"], 0)
        self.assertEqual(self.rows(), "1\tx\n2\ty")

    def test_query_and_data_in_body(self):
        must(b"INSERT INTO t (s, a) SETTINGS async_insert = 0 FORMAT RowBinary\n\x01\n\x07\0\0\0\x02\xff\0\x08\0\0\0")
        self.assertEqual(must("SELECT a, hex(s) FROM t ORDER BY a"), "7\t0A\n8\tFF00")

    def test_values_inline(self):
        must("INSERT INTO t VALUES (1, 'FORMAT TSV'), (2, concat('x', 'y')), ({x:UInt32}, 'p');", param_x="3")
        self.assertEqual(self.rows(), "1\tFORMAT TSV\n2\txy\n3\tp")

    def test_values_in_body(self):
        must("INSERT INTO t (a, s) VALUES", b"(1, 'a;b'), (2, 'c')")
        self.assertEqual(self.rows(), "1\ta;b\n2\tc")

    def test_select(self):
        must("INSERT INTO t SELECT number, 'n' FROM numbers(3)")
        self.assertEqual(self.count(), 3)

    def test_select_from_input(self):
        must("INSERT INTO t SELECT a * 2, upper(s) FROM input('a UInt32, s String') WHERE a > 1 FORMAT TSV",
             b"1\tx\n2\ty\n")
        must(b"INSERT INTO t SELECT a, s FROM input('a UInt32, s String') FORMAT CSV\n9,\"z\"\n")
        self.assertEqual(self.rows(), "4\tY\n9\tz")

    def test_formats(self):
        must("INSERT INTO t FORMAT JSONEachRow", b'{"a":1,"s":"\xc3\xa9"}\n{"s":"b","a":2}')
        must("INSERT INTO t FORMAT CSVWithNames", b"s,a\nc,3\n")
        names = ("Native", "Parquet", "RowBinaryWithNamesAndTypes", "ArrowStream")
        for number, name in enumerate(names, 4):
            data = ask(f"SELECT toUInt32({number}) AS a, 'd' AS s FORMAT {name}").body
            must(f"INSERT INTO t FORMAT {name}", data)
        self.assertEqual(self.rows(), "1\té\n2\tb\n3\tc\n4\td\n5\td\n6\td\n7\td")

    def test_empty_body(self):
        answer = ask(headers={"Content-Length": "0"}, query="INSERT INTO t FORMAT TSV")
        self.assertEqual((answer.status, self.count()), (200, 0))

    def test_large_insert_is_one_part(self):
        body = b"".join(struct.pack("<I", n) + b"\x64" + b"x" * 100 for n in range(100_000))
        must("INSERT INTO t FORMAT RowBinary", body)
        self.assertEqual(must("SELECT groupArray(rows) FROM system.parts WHERE table = 't' AND active "
                              "AND database = 'sealtrail'"), "[100000]")

    def test_deduplication_token(self):
        for token, expected in (("one", 2), ("one", 2), ("two", 4)):
            must("INSERT INTO t FORMAT TSV", b"1\tx\n2\ty\n", insert_deduplication_token=token, async_insert=0)
            self.assertEqual(self.count(), expected)


class Refusals(InsertCase):
    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.text)
        self.assertIn(f"Code: {code}. DB::Exception: ", answer.text)
        self.assertEqual(self.count(), 0)

    def test_bad_row_at_the_end(self):
        self.refused(ask("INSERT INTO t FORMAT TSV", b"1\tx\n" * 1000 + b"no\ty\n"), 400, 27)

    def test_row_cut_short(self):
        self.refused(ask("INSERT INTO t FORMAT RowBinary", b"\x01\0\0\0\x01x" * 10 + b"\x02\0\0"), 500, 33)

    def test_unknown_things(self):
        self.assertEqual(ask("INSERT INTO nosuch FORMAT TSV", b"1\n").status, 404)
        self.assertEqual(ask("INSERT INTO t (zz) FORMAT TSV", b"1\n").code, 16)
        self.assertEqual(ask("INSERT INTO t FORMAT Nonsense", b"1\n").code, 73)
        self.assertEqual(ask("INSERT INTO t FORMAT TSV", b"1\tx\n", no_such=1).code, 115)
        self.assertEqual(self.count(), 0)

    def test_damaged_block(self):
        good = block(b"1\tx\n2\ty\n")
        for position in (0, 15, 20, 24, len(good) - 1):
            bad = bytearray(good)
            bad[position] ^= 1
            answer = ask("INSERT INTO t FORMAT TSV", bytes(bad), decompress=1)
            self.assertIn(answer.code, (40, 118, 33), position)
            self.assertEqual(self.count(), 0)

    def test_block_that_lies_about_its_size(self):
        lie = lz4.block.compress(b"1\tx\n", store_size=False)
        self.refused(ask("INSERT INTO t FORMAT TSV", block(b"1\tx\n2\tx\n", packed=lie), decompress=1), 500, 271)

    def test_unknown_block_method(self):
        self.refused(ask("INSERT INTO t FORMAT TSV", block(b"1\tx\n", method=0x55), decompress=1), 500, 89)

    def test_truncated_blocks_and_encodings(self):
        plain = b"".join(b"%d\t%b\n" % (n, os.urandom(20).hex().encode()) for n in range(5000))
        self.refused(ask("INSERT INTO t FORMAT TSV", block(plain) + block(plain)[:-5], decompress=1), 500, 33)
        for name, data in (("gzip", gzip.compress(plain)), ("deflate", zlib.compress(plain)),
                           ("zstd", zstandard.compress(plain)), ("lz4", lz4.frame.compress(plain))):
            answer = ask("INSERT INTO t FORMAT TSV", data[:-9], headers={"Content-Encoding": name})
            self.refused(answer, 500, 33)
        self.refused(ask("INSERT INTO t FORMAT TSV", b"garbage", headers={"Content-Encoding": "gzip"}), 500, 271)
        self.refused(ask("INSERT INTO t FORMAT TSV", b"x", headers={"Content-Encoding": "br"}), 501, 48)

    def test_body_shorter_than_its_length(self):
        start = head("POST", "/?query=INSERT%20INTO%20t%20FORMAT%20TSV", "Content-Length: 4000")
        received = raw(start + b"1\tx\n" * 500, half_close=True)
        self.assertIn(b"Code: 3. DB::Exception", received)
        self.assertEqual(self.count(), 0)

    def test_chunked_body_without_its_end(self):
        start = head("POST", "/?query=INSERT%20INTO%20t%20FORMAT%20TSV", "Transfer-Encoding: chunked")
        received = raw(start + b"4\r\n1\tx\n\r\n", half_close=True)
        self.assertIn(b"Code: 3. DB::Exception", received)
        self.assertEqual(self.count(), 0)

    def test_client_that_dies_in_the_middle(self):
        start = head("POST", "/?query=INSERT%20INTO%20t%20FORMAT%20TSV&query_id=dying", "Content-Length: 4000000")
        with socket.create_connection(("127.0.0.1", shared().port)) as sock:
            sock.sendall(start + b"1\tx\n" * 500_000)
            # A reset instead of an orderly close, as when a process is killed.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        began = time.monotonic()
        while ask("SELECT 1", query_id="dying").code == 216:
            self.assertLess(time.monotonic() - began, 5, "the server still waits for the dead client")
            time.sleep(0.05)
        self.assertEqual(self.count(), 0)


class Encodings(InsertCase):
    def test_blocks_lz4_zstd_and_plain(self):
        must("INSERT INTO t FORMAT TSV", block(b"1\ta\n") + block(b"2\tb\n", 0x02, b"2\tb\n")
             + block(b"3\tc\n", 0x90, zstandard.compress(b"3\tc\n")), decompress=1)
        self.assertEqual(self.rows(), "1\ta\n2\tb\n3\tc")

    def test_the_query_itself_may_be_compressed(self):
        self.assertEqual(ask(body=block(b"SELECT 5"), decompress=1).body, b"5\n")

    def test_content_encodings(self):
        plain = b"1\ta\n2\tb\n"
        for name, data in (("gzip", gzip.compress(plain)), ("deflate", zlib.compress(plain)),
                           ("zstd", zstandard.compress(plain)), ("lz4", lz4.frame.compress(plain)),
                           ("gzip", gzip.compress(plain[:4]) + gzip.compress(plain[4:]))):
            answer = ask("INSERT INTO t FORMAT TSV", data, headers={"Content-Encoding": name})
            self.assertEqual((answer.status, answer.summary["written_rows"]), (200, 2), name)

    def test_chunked_body_and_keep_alive(self):
        insert = head("POST", "/?query=INSERT%20INTO%20t%20FORMAT%20TSV", "Transfer-Encoding: chunked")
        body = b"6\r\n1\tx\n2\t\r\n2;ext=1\r\ny\n\r\n0\r\nTrailer: x\r\n\r\n"
        after = head("GET", "/?query=SELECT%20count()%20FROM%20t", "Connection: close")
        received = raw(insert + body + after)
        self.assertTrue(received.endswith(b"2\r\n2\n\r\n0\r\n\r\n"), received)

    def test_expect_100_continue(self):
        start = head("POST", "/?query=INSERT%20INTO%20t%20FORMAT%20TSV", "Content-Length: 4", "Expect: 100-continue",
                     "Connection: close")
        with socket.create_connection(("127.0.0.1", shared().port), timeout=10) as sock:
            sock.sendall(start)
            self.assertEqual(sock.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
            sock.sendall(b"1\tx\n")
            self.assertIn(b"HTTP/1.1 200 OK", sock.recv(1000))
        self.assertEqual(self.count(), 1)

    def test_expect_100_with_a_wrong_password_is_not_continued(self):
        start = head("POST", "/?query=SELECT%201", "Content-Length: 4", "Expect: 100-continue").replace(
            b"correct horse", b"wrong")
        received = raw(start)
        self.assertTrue(received.startswith(b"HTTP/1.1 403 "), received)


class LargeBodies(unittest.TestCase):
    def test_spooled_to_a_file_and_limited(self):
        server = ServerProcess("--memory-body-bytes", "1000000", "--max-body-bytes", "60000000").start()
        try:
            must("CREATE TABLE big (s String) ENGINE = MergeTree ORDER BY tuple()", server=server)
            before = server.memory()
            row = b"x" * 999 + b"\n"
            must("INSERT INTO big FORMAT TSV", row * 50_000, server=server)
            must("INSERT INTO big SELECT s FROM input('s String') FORMAT TSV", row * 2_000, server=server)
            must(b"INSERT INTO big FORMAT TSV\n" + row * 3_000, server=server)
            self.assertEqual(must("SELECT count() FROM big", server=server), "55000")
            self.assertLess(server.memory() - before, 400)
            answer = ask("INSERT INTO big FORMAT TSV", row * 61_000, server=server)
            self.assertEqual((answer.status, answer.code), (413, 290))
            self.assertEqual(must("SELECT count() FROM big", server=server), "55000")
            self.assertEqual(os.listdir(os.path.join(server.folder, "data", "spool")), [])
        finally:
            server.remove()


class AgainstTheEnginesOwnBlocks(InsertCase):
    def test_checksums_agree_with_a_column_file(self):
        must("CREATE OR REPLACE TABLE wide (s String CODEC(LZ4)) ENGINE = MergeTree ORDER BY tuple() "
             "SETTINGS min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0")
        must("INSERT INTO wide SELECT toString(number) FROM numbers(1000)")
        path = must("SELECT path FROM system.parts WHERE table = 'wide' AND active AND database = 'sealtrail'")
        folder = os.path.join(shared().folder, "data", path)
        data = column_block(os.path.join(folder, "s.bin"))
        self.assertEqual(data[16], 0x82)
        plain = lz4.block.decompress(data[25:], uncompressed_size=struct.unpack_from("<I", data, 21)[0])
        self.assertEqual(block(plain, packed=data[25:])[:16], data[:16])
