"""The listening socket, one thread per connection, and an orderly end."""

import os
import socket
import sys
import threading
import time

from .auth import Account
from .engine import Engine
from .handler import Handler
from .running import Registry
from .sessions import Sessions


class Server:
    """Everything that the connections share."""

    def __init__(self, engine: Engine, account: Account, spool_folder, memory_limit, size_limit):
        self.engine = engine
        self.account = account
        self.registry = Registry(engine)
        self.sessions = Sessions(engine)
        self.spool_folder = spool_folder
        self.memory_limit = memory_limit
        self.size_limit = size_limit
        self.stopping = threading.Event()
        self._display_name = socket.gethostname()
        self._lock = threading.Lock()
        self._handlers = set()
        self._listener = None

    def default_headers(self):
        return [("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())),
                ("X-ClickHouse-Server-Display-Name", self._display_name)]

    @staticmethod
    def log(text):
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        sys.stderr.write(f"{stamp}.{int(now * 1000) % 1000:03d}Z {text}\n")
        sys.stderr.flush()

    def listen(self, host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
        self._listener = listener
        return listener.getsockname()[1]

    def serve(self):
        """Accept connections until `stop` is called."""
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                if self.stopping.is_set():
                    return
                self.log("accept failed: too many open files? Waiting a moment.")
                time.sleep(0.1)
                continue
            handler = Handler(self, sock)
            with self._lock:
                self._handlers.add(handler)
            threading.Thread(target=self._serve_one, args=(handler,), daemon=True).start()

    def _serve_one(self, handler):
        try:
            handler.serve()
        finally:
            with self._lock:
                self._handlers.discard(handler)

    def stop(self):
        """Stop accepting; safe to call from a signal handler."""
        self.stopping.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def finish(self, grace):
        """Let running queries end within the grace, cancel the others, close the engine."""
        self._listener.close()
        with self._lock:
            for handler in self._handlers:
                if handler.idle:
                    handler.hang_up()
        if not self.registry.wait_all(grace):
            self.log(f"queries still ran after {grace} s: cancelling them")
            self.registry.kill_all()
            if not self.registry.wait_all(2):
                self.log("some queries did not react to the cancel; ending without them")
                os._exit(1)
        self.sessions.close_all()
        self.engine.close()
