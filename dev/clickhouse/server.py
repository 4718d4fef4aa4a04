#!/usr/bin/env python3
"""Start the development ClickHouse: the embedded chDB engine behind ClickHouse's HTTP interface."""

import argparse
import fcntl
import os
import signal
import sys
import time

EXAMPLES = """examples:
  server.py --port 8123 --data ./data --user dev --password-file ./password
  server.py --host 127.0.0.1 --port 0 --data ./data --user dev --password-file ./password --database sealtrail
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 takes a free one and logs it")
    parser.add_argument("--data", required=True, help="folder of the databases; made when missing")
    parser.add_argument("--user", required=True, help="the one user that may connect")
    parser.add_argument("--password-file", required=True, help="file with that user's password on its first line")
    parser.add_argument("--database", default="sealtrail", help="database used when a request names none")
    parser.add_argument("--grace", type=float, default=5.0, help="seconds that SIGTERM gives running queries")
    parser.add_argument("--memory-body-bytes", type=int, default=32 << 20,
                        help="bodies up to this size stay in memory, larger ones go to a file")
    parser.add_argument("--max-body-bytes", type=int, default=4 << 30, help="larger bodies are refused")
    return parser.parse_args()


def read_password(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except OSError as error:
        sys.exit(f"can't read --password-file {path}: {error.strerror}. Write the password into that file.")


def lock_folder(data):
    """Two engines in one folder would destroy it, so the folder is locked for the life of the process."""
    try:
        os.makedirs(os.path.join(data, "spool"), exist_ok=True)
        lock = open(os.path.join(data, "lock"), "w", encoding="ascii")
    except OSError as error:
        sys.exit(f"can't use --data {data}: {error.strerror}. Name a folder that this user may write to.")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"another server uses --data {data}. Stop it, or name another folder.")
    return lock


def main():
    options = arguments()
    began = time.monotonic()
    password = read_password(options.password_file)
    data = os.path.abspath(options.data)
    lock = lock_folder(data)
    from front.auth import Account
    from front.engine import Engine
    from front.server import Server
    engine = Engine(data, options.database)
    server = Server(engine, Account(options.user, password), os.path.join(data, "spool"),
                    options.memory_body_bytes, options.max_body_bytes)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        port = server.listen(options.host, options.port)
    except OSError as error:
        sys.exit(f"can't listen on {options.host}:{options.port}: {error.strerror}. Choose a free --port.")
    server.log(f"ready on http://{options.host}:{port} with engine {engine.version} "
               f"after {time.monotonic() - began:.2f} s, data in {data}")
    server.serve()
    server.log("stopping")
    server.finish(options.grace)
    server.log("stopped")
    lock.close()


if __name__ == "__main__":
    main()
