"""A daemon that speaks ClamAV's protocol on a real socket and finds what the test tells it to find."""

import socket
import socketserver
import struct
import threading
from contextlib import contextmanager

MARK = b"harm invented for tests"


class Conversation(socketserver.BaseRequestHandler):
    def handle(self):
        stream = self.request.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", stream.read(4))[0]:
            content += stream.read(length)
        self.server.scanned.append(content)
        if self.server.answer is not None:
            answer = self.server.answer
        elif MARK in content:
            answer = b"stream: Invented.Test-1 FOUND\0"
        else:
            answer = b"stream: OK\0"
        self.request.sendall(answer)


class TcpDaemon(socketserver.ThreadingTCPServer):
    daemon_threads = True


class UnixDaemon(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def running(path=None):
    """A daemon with its `address`; `answer` stands in for its own, `scanned` is what it was sent."""
    server = UnixDaemon(path, Conversation) if path else TcpDaemon(("127.0.0.1", 0), Conversation)
    server.address = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
    server.answer, server.scanned = None, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def nobody():
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"
