//! Addresses of machines and mail, and what programs write that is nobody's.

use super::check;

#[test]
fn addresses_are_found() {
    check(&[
        "mail «EMAIL jane.doe@example.org», please",
        "<«EMAIL j_doe+tag@mail.example.co.uk»>",
        "email:«EMAIL JDOE@EXAMPLE.COM».",
        "see «URL https://portal.example.com/p/123?x=1&y=2».",
        "(«URL http://example.org/a_(b)»)",
        "at «URL www.example.org» or «URL example.com/patients/12»",
        "«URL mychart.example.org» is down",
        "«URL ftp://files.example.org/x.zip»",
        "from «IP 10.20.30.40» port 443",
        "src=«IP 192.168.1.17»:51234 dst=«IP 8.8.8.8»:53",
        "login from «IP 203.0.113.7».",
        "«IP 2001:db8:85a3::8a2e:370:7334»",
        "peer «IP fe80::1ff:fe23:4567:890a», lost",
        "[«IP 2001:db8::1»]:443",
        "MAC «DEVICE 00:1A:2B:3C:4D:5E»",
        "nic «DEVICE 00-1a-2b-3c-4d-5e»",
        "from «IP 10.0.0.0»/8",
    ]);
}

#[test]
fn user_names_are_found() {
    check(&[
        "user=«OTHER_ID jdoe» action=view",
        "user «OTHER_ID jsmith» accessed the chart",
        "username: «OTHER_ID mgarcia42»",
        "login by «OTHER_ID CORP\\jdoe» ok",
        "C:\\Users\\«OTHER_ID jdoe»\\Desktop\\x.txt",
        "/home/«OTHER_ID asmith»/.ssh",
        "logged in as «OTHER_ID k.chen»",
        "\"user\":\"«OTHER_ID u1204»\"",
        "actor=«OTHER_ID nurse12»",
        "user_id=«OTHER_ID 88213»",
        "login ok uid=«OTHER_ID tfarouk» on WS-114",
        "labs 200 41ms by=«OTHER_ID svc_hartono» done",
        "«OTHER_ID svc-jporter» pulled 412 rows",
        "«OTHER_ID aobrien_rn» overrode it",
        "Break-glass by «OTHER_ID E-20931» on it",
        "closed user='«OTHER_ID p.lindgren-ext»' ok",
        "WHERE dept_id = 441",
        "svc-payments restarted, node-exporter up",
    ]);
}

#[test]
fn machines_own_words_are_left_alone() {
    check(&[
        "upgrade to v2.4.1 and 3.0.2",
        "version 1.2.3.4 of the client",
        "Chrome/120.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
        "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "request 550e8400-e29b-41d4-a716-446655440000 took 12 ms",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 3f2a9c1 by ci",
        "at 1712345678901 the job ended",
        "bound to 127.0.0.1:8080 and 0.0.0.0:443, mask 255.255.255.0",
        "listening on ::1 port 9000",
        "urn:oid:2.16.840.1.113883.4.1",
        "http://loinc.org and http://hl7.org/fhir/sid/us-ssn",
        "error 500, status=404, exit code 137, port 5432",
        "std::vec::Vec and a::b",
        "10:11:12 elapsed",
        "pid 4711 tid 99 worker-12",
        "CVE-2024-12345 fixed in build 20391",
        "kafka partition 12 offset 48291334",
        "user account locked after 5 failed attempts",
        "the user reported an error",
        "User: what is the dose?\nAssistant: one tablet\nUser: thanks, that's fine",
        "Operator: hello, how can we help",
        "job-7f9c8d6b5-x2x9z restarted",
        "file.txt, main.rs, e.g. i.e. etc.",
        "INFO 3 records in 12.5s",
        "HTTP/1.1 200 OK 5123",
        "ULID 01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "SSH2_MSG 12 AES-256-GCM TLS1.3",
    ]);
}
