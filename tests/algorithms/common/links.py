"""Messages between processes: one a line, each a JSON value."""

import json
import socket
import threading

from contract import Lost


class Link:
    def __init__(self, connection, peer):
        self.connection = connection
        self.peer = peer
        self.lines = connection.makefile("rb")
        self.sending = threading.Lock()
        connection.settimeout(None)
        if connection.family == socket.AF_INET:
            # A host whose machine is gone says nothing any more.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)

    def send(self, **message):
        try:
            with self.sending:
                self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError as e:
            raise Lost(f"lost {self.peer}: {e}") from e

    def receive(self):
        try:
            line = self.lines.readline()
        except OSError as e:
            raise Lost(f"lost {self.peer}: {e}") from e
        if not line.endswith(b"\n"):
            raise Lost(f"lost {self.peer}: it closed the connection")
        return json.loads(line)
