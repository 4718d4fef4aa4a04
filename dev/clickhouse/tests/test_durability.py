"""The process: start, SIGTERM, kill -9 and restart with every acknowledged row."""

import http.client
import threading
import time
import unittest

from .process import ServerProcess
from .wire import ask, must

CREATE = "CREATE TABLE durable (n UInt64, s String) ENGINE = MergeTree ORDER BY n"
BATCH = 500


def rows(batch):
    return b"".join(b"%d\t%b\n" % (batch * BATCH + n, b"x" * 200) for n in range(BATCH))


class Life(unittest.TestCase):
    def setUp(self):
        self.server = ServerProcess()
        self.addCleanup(self.server.remove)
        self.server.start()

    def test_kill_during_inserts_keeps_all_that_was_acknowledged_and_no_half_insert(self):
        must(CREATE, server=self.server)
        acknowledged = []

        def write():
            for batch in range(10_000):
                try:
                    answer = ask("INSERT INTO durable FORMAT TSV", rows(batch), server=self.server)
                except (OSError, http.client.HTTPException):
                    # The server died before its answer was whole, so nothing was acknowledged.
                    return
                if answer.status == 200:
                    acknowledged.append(batch)

        writer = threading.Thread(target=write)
        writer.start()
        for pause in (0.4, 0.3):
            time.sleep(pause)
            self.server.kill()
            writer.join()
            done = len(acknowledged)
            self.assertGreater(done, 5)
            self.server.start()
            whole = must(f"SELECT intDiv(n, {BATCH}) AS b, count() FROM durable GROUP BY b ORDER BY b FORMAT TSV",
                         server=self.server)
            found = {int(b): int(n) for b, n in (line.split("\t") for line in whole.split("\n"))}
            self.assertEqual(set(found.values()), {BATCH}, "an insert is there in part")
            self.assertEqual(set(acknowledged) - set(found), set(), "acknowledged rows are missing")
            must("TRUNCATE TABLE durable", server=self.server)
            acknowledged.clear()
            writer = threading.Thread(target=write)
            writer.start()
        time.sleep(0.2)
        self.server.kill()
        writer.join()

    def test_terminate_lets_a_running_query_end(self):
        must(CREATE, server=self.server)
        answers = []
        slow = threading.Thread(target=lambda: answers.append(ask("SELECT sleep(1), 'whole'", server=self.server)))
        slow.start()
        time.sleep(0.3)
        began = time.monotonic()
        self.assertEqual(self.server.terminate(), 0)
        self.assertLess(time.monotonic() - began, 5)
        slow.join(5)
        self.assertEqual(answers[0].body, b"0\twhole\n")
        self.server.start()
        self.assertEqual(must("EXISTS TABLE durable", server=self.server), "1")

    def test_terminate_cancels_what_takes_too_long(self):
        server = ServerProcess("--grace", "0.3")
        self.addCleanup(server.remove)
        server.start()
        answers = []
        sql = "SELECT sleepEachRow(0.1) FROM numbers(300) SETTINGS max_block_size = 1"
        slow = threading.Thread(target=lambda: answers.append(ask(sql, server=server)))
        slow.start()
        time.sleep(0.3)
        self.assertEqual(server.terminate(), 0)
        slow.join(5)
        self.assertEqual(answers[0].code, 394)

    def test_second_server_on_the_same_folder_is_refused(self):
        second = ServerProcess()
        self.addCleanup(second.remove)
        folder, second.folder = second.folder, self.server.folder
        second.log = self.server.log
        try:
            with self.assertRaisesRegex(AssertionError, "another server uses --data"):
                second.start()
        finally:
            second.folder = folder

    def test_start_is_quick(self):
        self.server.terminate()
        began = time.monotonic()
        self.server.start()
        self.assertLess(time.monotonic() - began, 5)
        self.assertLess(self.server.memory(), 450)


class Arguments(unittest.TestCase):
    def test_port_in_use(self):
        first, second = ServerProcess(), ServerProcess()
        self.addCleanup(first.remove)
        self.addCleanup(second.remove)
        second.port = first.start().port
        with self.assertRaisesRegex(AssertionError, "can't listen on .* Choose a free --port"):
            second.start()
