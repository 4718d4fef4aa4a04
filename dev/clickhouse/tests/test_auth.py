"""Who may ask: the ways to log in, and the error of those who may not."""

import base64
import unittest

from .process import PASSWORD, USER
from .wire import LOGIN, ask


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Login(unittest.TestCase):
    def refused(self, answer, text="Authentication failed"):
        self.assertEqual((answer.status, answer.code), (403, 516), answer.text)
        self.assertRegex(answer.text, r"^Code: 516\. DB::Exception: .*\(AUTHENTICATION_FAILED\) \(version [\d.]+\)\n$")
        self.assertIn(text, answer.text)

    def test_accepted_ways(self):
        for answer in (ask("SELECT 1", login=False, headers=basic(USER, PASSWORD)),
                       ask("SELECT 1", login=False, headers=LOGIN),
                       ask("SELECT 1", login=False, user=USER, password=PASSWORD)):
            self.assertEqual((answer.status, answer.body), (200, b"1\n"))

    def test_refused(self):
        self.refused(ask("SELECT 1", login=False))
        self.refused(ask("SELECT 1", login=False, headers=basic(USER, "wrong")))
        self.refused(ask("SELECT 1", login=False, headers=basic("someone", PASSWORD)))
        self.refused(ask("SELECT 1", login=False, headers={**LOGIN, "X-ClickHouse-Key": ""}))
        self.refused(ask("SELECT 1", login=False, user=USER))
        self.refused(ask("SELECT 1", login=False, headers={"Authorization": "Bearer x"}), "scheme is not supported")
        self.refused(ask("SELECT 1", login=False, headers={"Authorization": "Basic %%%"}), "not base64")

    def test_two_ways_at_once(self):
        self.refused(ask("SELECT 1", headers=basic(USER, PASSWORD)), "simultaneously")
        self.refused(ask("SELECT 1", user=USER, password=PASSWORD), "simultaneously")

    def test_refused_insert_leaves_nothing(self):
        ask("CREATE TABLE IF NOT EXISTS guarded (a UInt8) ENGINE = Memory")
        self.refused(ask("INSERT INTO guarded FORMAT TSV", b"1\n" * 1_000_000, login=False))
        self.assertEqual(ask("SELECT count() FROM guarded").body, b"0\n")
