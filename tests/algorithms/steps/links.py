"""How the hosts find each other, talk, and add up."""

import json
import socket
import time

from contract import Lost, Mistake, address, open_port, unreachable
from job import ATTEMPT, canonical

MEETING_SECONDS = 120
HELLO_SECONDS = 5
SILENCE_SECONDS = 300


def open_door(job):
    # This host's own address: others of this job, or other jobs, may share its network.
    return open_port(job.host, job.port, "port", address(job.current))


def reach_first(job):
    connection = socket.create_connection((address(job.first), job.port), timeout=HELLO_SECONDS)
    return Link(connection, job.first)


class Link:
    """One message a line, each a JSON value."""

    def __init__(self, connection, peer):
        self.connection = connection
        self.peer = peer
        connection.settimeout(SILENCE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = connection.makefile("rb")

    def send(self, message):
        try:
            self.connection.sendall(canonical(message))
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

    def close(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It is gone already.
        self.connection.close()


class Star:
    """All hosts add up through the first of them."""

    def __init__(self, job):
        self.job = job
        # The first has one to every other host, the others to the first alone.
        self.links = {}

    def meet(self, steps):
        """The step to go on from: the greatest that all hosts have, 0 when there is none."""
        hello = {"attempt": ATTEMPT, "host": self.job.current, "steps": steps}
        return self.welcome(hello) if self.job.is_first() else self.come(hello)

    def welcome(self, hello):
        awaited = set(self.job.hosts) - {self.job.current}
        common = set(hello["steps"])
        deadline = time.monotonic() + MEETING_SECONDS
        with open_door(self.job) as door:
            while awaited:
                door.settimeout(max(0.001, deadline - time.monotonic()))
                try:
                    connection, _ = door.accept()
                except socket.timeout:
                    raise Lost(
                        f"{', '.join(sorted(awaited))} did not come: see what they said"
                    ) from None
                theirs = self.admit(connection)
                if theirs:
                    awaited.discard(theirs["host"])
                    common &= set(theirs["steps"])
        agreed = max(common, default=0)
        for link in self.links.values():
            link.send({"from": agreed})
        return agreed

    def admit(self, connection):
        """The hello of a host of this attempt."""
        link = Link(connection, "a peer")
        connection.settimeout(HELLO_SECONDS)
        try:
            hello = link.receive()
        except Lost:
            return None
        # What a former attempt left behind must not add anything to this one.
        if hello["attempt"] != ATTEMPT or hello["host"] not in self.job.hosts:
            link.close()
            return None
        connection.settimeout(SILENCE_SECONDS)
        link.peer = hello["host"]
        self.links[link.peer] = link
        return hello

    def come(self, hello):
        deadline = time.monotonic() + MEETING_SECONDS
        while True:
            try:
                link = reach_first(self.job)
                link.send(hello)
                agreed = link.receive()["from"]
                self.links[link.peer] = link
                return agreed
            except (OSError, Lost) as e:
                # Its name may resolve, and it may listen, later than we ask.
                if time.monotonic() > deadline:
                    raise Lost(self.silent(e)) from e
                time.sleep(0.05)

    def silent(self, cause):
        try:
            place = address(self.job.first)
        except OSError:
            return f"the name {self.job.first} does not resolve: {cause}"
        return unreachable(self.job.host, place, self.job.port, cause, MEETING_SECONDS)

    def add(self, part):
        """The sum of all hosts' parts."""
        if not self.job.is_first():
            link = self.links[self.job.first]
            link.send(part)
            return link.receive()
        parts = [part] + [self.links[host].receive() for host in sorted(self.links)]
        if len({each["step"] for each in parts}) != 1:
            raise ValueError(f"the hosts are at different steps: {[p['step'] for p in parts]}")
        total = {name: sum(each[name] for each in parts) for name in ("bytes", "rows", "loss")}
        total["gradient"] = [
            [sum(slopes) for slopes in zip(*rows)]
            for rows in zip(*(each["gradient"] for each in parts))
        ]
        total["stop"] = any(each["stop"] for each in parts)
        for link in self.links.values():
            link.send(total)
        return total
