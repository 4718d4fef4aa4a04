"""Query ids, KILL QUERY, sessions and many queries at once."""

import socket
import threading
import time
import unittest

from .wire import ask, head, must, shared

SLOW = "SELECT sleepEachRow(0.1) FROM numbers(300) SETTINGS max_block_size = 1"


class Background(threading.Thread):
    """A query in its own thread."""

    def __init__(self, sql, **params):
        super().__init__(daemon=True)
        self._ask = (sql, params)
        self.answer = None
        self.start()

    def run(self):
        sql, params = self._ask
        self.answer = ask(sql, **params)


def wait_until_running(query_id):
    began = time.monotonic()
    while not must(f"KILL QUERY WHERE query_id = '{query_id}' TEST"):
        if time.monotonic() - began > 5:
            raise AssertionError(f"query {query_id} never ran")
        time.sleep(0.02)


class QueryIds(unittest.TestCase):
    def test_running_duplicate_is_refused_and_the_id_is_free_afterwards(self):
        slow = Background(SLOW, query_id="twice")
        wait_until_running("twice")
        answer = ask("SELECT 1", query_id="twice")
        self.assertEqual((answer.status, answer.code), (500, 216))
        must("KILL QUERY WHERE query_id = 'twice' SYNC")
        slow.join(5)
        for _ in range(20):
            must("SELECT 1", query_id="twice")

    def test_generated_ids_differ(self):
        one, two = (ask("SELECT 1").headers["X-ClickHouse-Query-Id"] for _ in range(2))
        self.assertRegex(one, r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertNotEqual(one, two)


class Kill(unittest.TestCase):
    def test_by_pattern_and_in_sync(self):
        victims = [Background(SLOW, query_id=f"sink:topic:1:{n}") for n in range(2)]
        other = Background("SELECT sleep(1.5), 'kept'", query_id="sink:topic:2:0")
        for query_id in ("sink:topic:1:0", "sink:topic:1:1", "sink:topic:2:0"):
            wait_until_running(query_id)
        self.assertEqual(len(must("KILL QUERY WHERE query_id LIKE 'sink:topic:1:%' TEST").split("\n")), 2)
        killed = must("KILL QUERY WHERE query_id LIKE 'sink:topic:1:%' SYNC FORMAT CSV").split("\n")
        self.assertEqual(sorted(line.split(",")[:2] for line in killed),
                         [['"finished"', '"sink:topic:1:0"'], ['"finished"', '"sink:topic:1:1"']])
        for victim in victims:
            victim.join(5)
            self.assertEqual(victim.answer.code, 394)
        other.join(5)
        self.assertEqual(other.answer.body, b"0\tkept\n")

    def test_nothing_to_kill(self):
        self.assertEqual(must("KILL QUERY WHERE query_id = 'nobody' SYNC"), "")

    def test_bad_condition(self):
        slow = Background("SELECT sleep(0.5)", query_id="other-than-the-kill")
        wait_until_running("other-than-the-kill")
        self.assertEqual(ask("KILL QUERY WHERE nosuch = 1").code, 47)
        slow.join(5)

    def test_an_insert_in_the_engine(self):
        must("CREATE OR REPLACE TABLE killed (a UInt64) ENGINE = MergeTree ORDER BY a")
        slow = Background("INSERT INTO killed SELECT number + sleepEachRow(0.1) FROM numbers(300) "
                          "SETTINGS max_block_size = 1", query_id="slow-insert")
        wait_until_running("slow-insert")
        must("KILL QUERY WHERE query_id = 'slow-insert' SYNC")
        slow.join(5)
        self.assertEqual(slow.answer.code, 394)
        self.assertEqual(must("SELECT count() FROM killed"), "0")

    def test_an_insert_whose_body_is_still_on_its_way(self):
        must("CREATE OR REPLACE TABLE halfway (a UInt64) ENGINE = MergeTree ORDER BY a")
        start = head("POST", "/?query_id=halfway&query=INSERT%20INTO%20halfway%20FORMAT%20TSV", "Content-Length: 9000")
        with socket.create_connection(("127.0.0.1", shared().port), timeout=10) as sock:
            sock.sendall(start + b"1\n" * 100)
            wait_until_running("halfway")
            began = time.monotonic()
            self.assertIn("halfway", must("KILL QUERY WHERE query_id = 'halfway' SYNC"))
            self.assertLess(time.monotonic() - began, 2)
            with self.assertRaises(OSError):
                while True:
                    sock.sendall(b"2\n" * 100)
                    time.sleep(0.01)
        self.assertEqual(must("SELECT count() FROM halfway"), "0")


class Sessions(unittest.TestCase):
    def test_session_keeps_settings_and_temporary_tables(self):
        must("SET max_block_size = 4321", session_id="s1")
        must("CREATE TEMPORARY TABLE tmp (a UInt8)", session_id="s1")
        must("INSERT INTO tmp FORMAT TSV", b"1\n2\n", session_id="s1")
        self.assertEqual(must("SELECT count(), getSetting('max_block_size') FROM tmp", session_id="s1"), "2\t4321")
        self.assertEqual(ask("SELECT count() FROM tmp", session_id="s2").code, 60)
        self.assertEqual(ask("SELECT count() FROM tmp").code, 60)

    def test_settings_of_a_request_end_with_it(self):
        must("SET max_block_size = 1234", session_id="s3")
        self.assertEqual(must("SELECT getSetting('max_block_size'), getSetting('max_bytes_to_read')", session_id="s3",
                              max_block_size=99, max_bytes_to_read=200000), "99\t200000")
        self.assertEqual(must("SELECT getSetting('max_block_size'), getSetting('max_bytes_to_read')",
                              session_id="s3"), "1234\t0")
        ask("SELECT nosuch", session_id="s3", max_block_size=88)
        self.assertEqual(must("SELECT getSetting('max_block_size')", session_id="s3"), "1234")

    def test_busy_session_is_refused(self):
        slow = Background("SELECT sleep(0.8)", session_id="busy", query_id="in-session")
        wait_until_running("in-session")
        self.assertEqual(ask("SELECT 1", session_id="busy").code, 373)
        slow.join(5)
        self.assertEqual(must("SELECT 1", session_id="busy"), "1")

    def test_check_close_and_timeout(self):
        self.assertEqual(ask("SELECT 1", session_id="never", session_check=1).code, 372)
        must("SET max_block_size = 1", session_id="closed", close_session=1)
        self.assertEqual(ask("SELECT 1", session_id="closed", session_check=1).code, 372)
        must("SELECT 1", session_id="short", session_timeout=0)
        time.sleep(0.05)
        self.assertEqual(ask("SELECT 1", session_id="short", session_check=1).code, 372)
        self.assertEqual(ask("SELECT 1", session_id="x", session_timeout="99999").code, 374)


class ManyAtOnce(unittest.TestCase):
    def test_inserts_and_reads_together(self):
        must("CREATE OR REPLACE TABLE busy (w UInt8, n UInt32) ENGINE = MergeTree ORDER BY (w, n)")
        failures = []

        def work(worker):
            for batch in range(10):
                rows = b"".join(b"%d\t%d\n" % (worker, batch * 100 + n) for n in range(100))
                answer = ask("INSERT INTO busy FORMAT TSV", rows, query_id=f"w{worker}-{batch}")
                count = ask(f"SELECT count() FROM busy WHERE w = {worker}", max_threads=worker % 3 + 1)
                if answer.status != 200 or count.text != f"{batch * 100 + 100}\n":
                    failures.append((answer.text, count.text))

        workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(failures, [])
        self.assertEqual(must("SELECT count(), uniqExact(w, n) FROM busy"), "8000\t8000")

    def test_a_slow_query_holds_up_nobody(self):
        slow = Background("SELECT sleep(1)")
        began = time.monotonic()
        must("SELECT 1")
        self.assertLess(time.monotonic() - began, 0.7)
        slow.join(5)
