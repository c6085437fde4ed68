"""A way to the server that breaks when a test says so."""

import contextlib
import socket
import threading


class Proxy:
    """Passes connections on to `base` and calls it by its name; `address` is where it listens."""

    def __init__(self, base):
        self.target = ("127.0.0.1", int(base.rsplit(":", 1)[1]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.lock = threading.Lock()
        self.open, self.is_cut = set(), False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Ends all connections; those that come until `mend` are ended as well."""
        with self.lock:
            self.is_cut = True
            for end in self.open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            self.open.clear()

    def mend(self):
        with self.lock:
            self.is_cut = False

    def _accept(self):
        while True:
            browser, _ = self.listener.accept()
            with self.lock:
                if self.is_cut:
                    browser.close()
                    continue
                server = socket.create_connection(self.target)
                self.open |= {browser, server}
            names = (self.address[7:].encode(), f"127.0.0.1:{self.target[1]}".encode())
            threading.Thread(target=_pass, args=(browser, server, *names), daemon=True).start()
            threading.Thread(target=_pass, args=(server, browser, b"", b""), daemon=True).start()


def _pass(source, sink, name, other):
    with contextlib.suppress(OSError):
        while part := source.recv(1 << 16):
            sink.sendall(part.replace(name, other) if name else part)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
