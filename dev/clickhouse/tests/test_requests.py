"""Requests: where the query, its settings, parameters, database and format may stand."""

import json
import unittest

from .wire import ask, head, must, raw


class WhereTheQueryStands(unittest.TestCase):
    def test_get_with_query(self):
        answer = ask("SELECT 1 + 1", method="GET")
        self.assertEqual((answer.status, answer.body), (200, b"2\n"))

    def test_post_with_query_in_body(self):
        self.assertEqual(must("SELECT 'é', 2"), "é\t2")

    def test_query_split_between_url_and_body(self):
        self.assertEqual(must("SELECT 1,", b"2, 3"), "1\t2\t3")

    def test_get_is_read_only(self):
        answer = ask("CREATE TABLE from_get (a UInt8) ENGINE = Memory", method="GET")
        self.assertEqual((answer.status, answer.code), (500, 164))
        self.assertEqual(must("EXISTS TABLE from_get"), "0")

    def test_multipart_form(self):
        body = b"".join(b'--xx\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % pair for pair in (
            (b"query", b"SELECT {a:String}"), (b"param_a", b"x\\ty"))) + b"--xx--\r\n"
        answer = ask(body=body, headers={"Content-Type": "multipart/form-data; boundary=xx"})
        self.assertEqual((answer.status, answer.body), (200, b"x\\ty\n"))

    def test_empty_query(self):
        answer = ask(" -- nothing\n")
        self.assertEqual((answer.status, answer.code), (400, 62))

    def test_several_statements_are_refused(self):
        answer = ask("SELECT 1; SELECT 2")
        self.assertEqual((answer.status, answer.code), (400, 62))
        self.assertIn("Multi-statements are not allowed", answer.text)

    def test_closing_semicolon_and_comment(self):
        self.assertEqual(must("SELECT 1 FORMAT CSV; -- done"), "1")


class SettingsAndParameters(unittest.TestCase):
    def test_parameters(self):
        self.assertEqual(must("SELECT {x:UInt32} + 1, {s:String}, {l:Array(String)}",
                              param_x="4", param_s="it's", param_l="['a','b']"), "5\tit\\'s\t['a','b']")

    def test_missing_and_bad_parameter(self):
        self.assertEqual(ask("SELECT {x:UInt32}").code, 456)
        self.assertEqual(ask("SELECT {x:UInt32}", param_x="minus").code, 457)

    def test_settings_reach_the_engine(self):
        self.assertEqual(must("SELECT getSetting('max_threads'), getSetting('max_execution_time')",
                              max_threads="3", max_execution_time="7.5"), "3\t7.5")

    def test_settings_of_one_request_do_not_reach_the_next(self):
        must("SELECT 1", max_block_size="777", insert_deduplication_token="left over")
        self.assertEqual(must("SELECT getSetting('max_block_size') = 777, getSetting('insert_deduplication_token')"),
                         "0\t")

    def test_unknown_and_malformed_settings(self):
        self.assertEqual((ask("SELECT 1", no_such_setting="1").status, ask("SELECT 1", no_such_setting="1").code),
                         (404, 115))
        answer = ask("SELECT 1", **{"max_threads = 1, readonly": "0"})
        self.assertEqual(answer.code, 115)
        self.assertEqual(ask("SELECT 1", max_threads="1', readonly='2").status, 400)

    def test_settings_that_clients_send_are_taken(self):
        self.assertEqual(must(
            "SELECT 1", async_insert=0, wait_for_async_insert=1, insert_deduplication_token="a'b\\c", wait_end_of_query=1,
            deduplicate_insert="enable", max_insert_block_size=1048449, send_progress_in_http_headers=1,
            http_headers_progress_interval_ms=1000, cancel_http_readonly_queries_on_client_close=1,
            enable_http_compression=1, client_protocol_version=54405, buffer_size=1000, session_timeout=10), "1")

    def test_setting_limits_are_enforced(self):
        self.assertEqual(ask("SELECT sleepEachRow(0.5) FROM numbers(6) SETTINGS max_block_size = 1",
                             max_execution_time="0.5").status, 408)


class DatabaseAndFormat(unittest.TestCase):
    def test_default_database(self):
        self.assertEqual(must("SELECT currentDatabase()"), "sealtrail")

    def test_database_by_url_and_header(self):
        self.assertEqual(must("SELECT currentDatabase()", database="system"), "system")
        answer = ask("SELECT currentDatabase()", headers={"X-ClickHouse-Database": "system"})
        self.assertEqual(answer.body, b"system\n")

    def test_unknown_database(self):
        answer = ask("SELECT 1", database="no`such")
        self.assertEqual((answer.status, answer.code), (404, 81))

    def test_format_by_clause_url_and_header(self):
        for answer in (ask("SELECT 1 AS a FORMAT JSONEachRow"), ask("SELECT 1 AS a", default_format="JSONEachRow"),
                       ask("SELECT 1 AS a", headers={"X-ClickHouse-Format": "jsoneachrow"})):
            self.assertEqual(answer.body, b'{"a":1}\n')
            self.assertEqual(answer.headers["X-ClickHouse-Format"], "JSONEachRow")
            self.assertIn("application/x-ndjson", answer.headers["Content-Type"])

    def test_clause_wins_over_default(self):
        self.assertEqual(must("SELECT 1 FORMAT CSV SETTINGS max_threads = 1", default_format="JSON"), "1")

    def test_unknown_format(self):
        self.assertEqual((ask("SELECT 1 FORMAT Nonsense").status, ask("SELECT 1 FORMAT Nonsense").code), (404, 73))

    def test_whole_formats_stay_whole_beyond_one_block(self):
        sql = "SELECT number AS n, toString(number) AS s FROM numbers(200000) FORMAT "
        parsed = json.loads(ask(sql + "JSON").body)
        self.assertEqual((parsed["rows"], len(parsed["data"])), (200000, 200000))
        self.assertEqual(ask(sql + "CSVWithNames").body.count(b'"n","s"'), 1)
        self.assertEqual(ask(sql + "RowBinaryWithNamesAndTypes").body.count(b"UInt64"), 1)
        parquet = ask(sql + "Parquet").body
        self.assertEqual((parquet[:4], parquet[-4:]), (b"PAR1", b"PAR1"))

    def test_every_output_format_of_the_engine(self):
        names = must("SELECT name FROM system.formats WHERE is_output AND name NOT IN ('ProtobufSingle', 'Protobuf', "
                     "'ProtobufList', 'CapnProto', 'Template', 'CustomSeparated')").split("\n")
        self.assertGreater(len(names), 40)
        for name in names:
            answer = ask(f"SELECT 'x' AS a, 'y' AS b FORMAT {name}")
            if answer.status == 200:
                self.assertEqual(answer.headers["X-ClickHouse-Format"], name)
            else:
                # A few formats need one binary column or a schema; the refusal must be the engine's own.
                self.assertRegex(answer.text, r"^Code: \d+\. DB::Exception: ", name)


class PlainHttp(unittest.TestCase):
    def test_ping_and_friends(self):
        for path in ("/ping", "/replicas_status", "/"):
            answer = ask(method="GET", path=path, login=False)
            self.assertEqual((answer.status, answer.body), (200, b"Ok.\n"), path)

    def test_head_has_no_body(self):
        self.assertEqual(ask(method="HEAD", path="/ping", login=False).body, b"")
        answer = ask("SELECT 1", method="HEAD")
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_options_and_unknown(self):
        self.assertEqual(ask(method="OPTIONS", login=False).status, 204)
        self.assertEqual(ask(method="GET", path="/nowhere").status, 404)
        self.assertEqual(ask(method="DELETE").status, 501)

    def test_keep_alive_carries_many_requests(self):
        one = head("POST", "/", "Content-Length: 8") + b"SELECT 1"
        bad = head("POST", "/", "Content-Length: 8") + b"SELECT x"
        last = head("POST", "/", "Content-Length: 8", "Connection: close") + b"SELECT 3"
        received = raw(one + bad + one + last)
        self.assertEqual(received.count(b"HTTP/1.1 200 OK"), 3)
        self.assertEqual(received.count(b"HTTP/1.1 404 "), 1)
        self.assertTrue(received.endswith(b"2\r\n3\n\r\n0\r\n\r\n"))

    def test_http_1_0_reads_until_close(self):
        login = head("GET", "/?query=SELECT%20number%20FROM%20numbers(3)").replace(b"HTTP/1.1", b"HTTP/1.0")
        received = raw(login)
        self.assertTrue(received.endswith(b"\r\n\r\n0\n1\n2\n"))
        self.assertNotIn(b"chunked", received)

    def test_post_without_length(self):
        received = raw(head("POST", "/?query=SELECT%201", "Connection: close"))
        self.assertIn(b"411 Length Required", received)

    def test_broken_heads(self):
        for broken in (b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", b"GET / HTTP/1.1\r\na b: c\r\n\r\n",
                       b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                       b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
                       b"POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\n"):
            self.assertIn(b"HTTP/1.1 400 ", raw(broken), broken)
