"""Splitting statements: traps in comments, strings and names."""

import unittest

from front.errors import QueryError
from front.sqltext import Insert, Other, Read, plan


class Reads(unittest.TestCase):
    def check(self, text, form, upto):
        found = plan(text)
        self.assertIsInstance(found, Read)
        self.assertEqual((found.format, found.text[:found.cut].strip()), (form, upto))

    def test_format_clause(self):
        self.check(b"SELECT 1 FORMAT CSV", b"CSV", b"SELECT 1")
        self.check(b"select * format CSV settings a = 1", b"CSV", b"select *")
        self.check(b"SELECT 1 SETTINGS a = 1 FORMAT CSV;", b"CSV", b"SELECT 1 SETTINGS a = 1")
        self.check(b"(SELECT 1) UNION ALL (SELECT 2) FORMAT TSV -- FORMAT CSV", b"TSV",
                   b"(SELECT 1) UNION ALL (SELECT 2)")

    def test_no_format_clause(self):
        for text in (b"SELECT 1", b"SELECT 'a FORMAT CSV'", b"SELECT format FROM t", b"SELECT 1 AS format",
                     b"SELECT t.format x", b"SELECT a, format b", b"SELECT `FORMAT`, 1 /* FORMAT CSV */ + 1",
                     b"SELECT (SELECT 1 FORMAT)", b"SELECT $x$ FORMAT CSV $x$", b"SELECT format('{}', a) AS b",
                     b"WITH 1 AS x SELECT x", b"FROM t SELECT a", b"SELECT 'it''s \\' FORMAT CSV'"):
            self.check(text, None, text.strip())

    def test_several_and_none(self):
        for text in (b"SELECT 1; SELECT 2", b"", b" ; ", b"-- only a comment"):
            with self.assertRaises(QueryError):
                plan(text)


class Inserts(unittest.TestCase):
    def check(self, text, form, sql, data):
        found = plan(text)
        self.assertIsInstance(found, Insert)
        self.assertEqual((found.format, found.sql.strip(), text[found.data:]), (form, sql, data))

    def test_data_begins_after_the_first_line_end(self):
        self.check(b"INSERT INTO t FORMAT TSV\n1\t2\n", b"TSV", b"INSERT INTO t", b"1\t2\n")
        self.check(b"insert into t format RowBinary \r\n\n;\x00'", b"RowBinary", b"insert into t", b"\n;\x00'")
        self.check(b"INSERT INTO t FORMAT JSONEachRow {}", b"JSONEachRow", b"INSERT INTO t", b"{}")

    def test_names_and_clauses(self):
        self.check(b"INSERT INTO `VALUES` (format, `a)b`) SETTINGS x = 'FORMAT' VALUES (1)", b"Values",
                   b"INSERT INTO `VALUES` (format, `a)b`) SETTINGS x = 'FORMAT'", b" (1)")
        self.check(b"/* VALUES */ INSERT INTO FUNCTION remote('a', values) FORMAT CSV\nx", b"CSV",
                   b"/* VALUES */ INSERT INTO FUNCTION remote('a', values)", b"x")

    def test_select(self):
        self.assertIsInstance(plan(b"INSERT INTO t SELECT 1"), Other)
        self.assertIsInstance(plan(b"INSERT INTO t SELECT * FROM values('a UInt8', 1)"), Other)
        found = plan(b"INSERT INTO t SELECT a FROM input('a UInt8') FORMAT TSV\n1\n")
        self.assertIsInstance(found, Insert)
        self.assertIsNotNone(found.input_call)
        self.assertIsInstance(plan(b"WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x"), Other)
