"""On every host: comes to the first one, and starts and ends its processes of ps-lite as that says."""

import base64
import queue
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import checkpoints
from contract import BASE, JOB_NAME, TERMINATED, Failed, Lost, address, replace_file, say, unreachable
from coordinator import HEARTBEAT_SECONDS, SILENCE_SECONDS
from links import Link

NODE = Path(__file__).resolve().parent / "node.py"
# Arrays that are larger are split between the servers.
SPLIT_SIZE = "1000"
QUIET = {"OMP_NUM_THREADS": "1", "MXNET_CPU_WORKER_NTHREADS": "1"}


class Node:
    """A process of ps-lite."""

    def __init__(self, role, order, events):
        self.role = role
        self.events = events
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen([sys.executable, str(NODE)], stdin=theirs)
        theirs.close()
        self.link = Link(ours, f"the {role}")
        threading.Thread(target=self.listen, args=(order,), daemon=True).start()

    def listen(self, order):
        try:
            self.link.send(role=self.role, **order)
            while True:
                self.events.put((self, self.link.receive()))
        except Lost:
            self.events.put((self, {"left": self.process.wait()}))

    def end(self):
        """A worker saves what it has seen last."""
        try:
            self.link.send(halt=True)
            self.process.wait(2)
        except (Lost, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.link.connection.close()


class Member:
    def __init__(self, host, values, stop):
        self.host = host
        self.values = values
        self.stop = stop
        self.nodes = []
        self.met = False

    def run(self):
        """The exit code."""
        while not self.stop.is_set():
            first = self.reach_first()
            if first is None:
                break
            self.events = queue.Queue()
            try:
                self.serve(first)
                break
            except Lost as e:
                # It may be replaced, at another address.
                say(f"{self.host.name}: {e}")
            finally:
                self.end_nodes()
                first.connection.close()
        if not self.stop.is_set():
            return 0
        # TERM is for this host alone: others may well train on without it.
        if self.host.is_first():
            self.write_model(checkpoints.newest()[1])
        return TERMINATED

    def reach_first(self):
        """None when that isn't worth while any more."""
        name, port = self.host.first, self.values["port"]
        seconds = self.values["replace_seconds" if self.met else "meeting_seconds"]
        deadline = time.monotonic() + seconds
        place = name
        while not self.stop.is_set():
            try:
                place = address(name)
                link = Link(socket.create_connection((place, port), timeout=5), name)
                link.connection.settimeout(SILENCE_SECONDS)
                return link
            except OSError as e:
                if checkpoints.newest()[0] >= self.values["steps"]:
                    return None
                if time.monotonic() > deadline:
                    raise Failed(unreachable(self.host, place, port, e, seconds), 1) from e
                time.sleep(0.2)
        return None

    def serve(self, first):
        """Until all is over, or this host is told to stop."""
        first.send(job=JOB_NAME, host=self.host.name, **self.state())
        for task in (self.listen, self.beat):
            threading.Thread(target=task, args=(first,), daemon=True).start()
        while not self.stop.is_set():
            try:
                source, message = self.events.get(timeout=0.1)
            except queue.Empty:
                continue
            if source is not first:
                self.pass_on(first, source, message)
            elif "end" in message:
                self.end_nodes()
                if self.host.is_first():
                    self.write_model(base64.b64decode(message["state"]))
                return
            elif "fail" in message:
                raise Failed(message["fail"], 1)
            elif "lost" in message:
                raise Lost(message["lost"])
            elif "halt" in message:
                self.end_nodes()
                first.send(**self.state())
            elif "round" in message:
                self.met = True
                self.start_nodes(message)

    def listen(self, first):
        events = self.events
        try:
            while True:
                events.put((first, first.receive()))
        except Lost as e:
            events.put((first, {"lost": str(e)}))

    @staticmethod
    def beat(first):
        try:
            while True:
                first.send(beat=True)
                time.sleep(HEARTBEAT_SECONDS)
        except Lost:
            pass  # Who listens is told.

    @staticmethod
    def state():
        steps, content = checkpoints.newest()
        return {"ready": steps, "state": content and base64.b64encode(content).decode()}

    def start_nodes(self, message):
        variables = {
            **QUIET,
            **message["round"],
            "DMLC_NODE_HOST": address(self.host.name),
            "MXNET_KVSTORE_BIGARRAY_BOUND": SPLIT_SIZE,
        }
        roles = ["worker"]
        if not message["joins"]:
            servers = self.host.all[: self.values["servers"]]
            roles = (
                ["scheduler"] * self.host.is_first()
                + ["server"] * (self.host.name in servers)
                + roles
            )
        for role in roles:
            order = {
                "environment": {**variables, "DMLC_ROLE": role},
                "values": self.values,
                "state": message["state"],
                "joins": message["joins"],
            }
            self.nodes.append(Node(role, order, self.events))

    def end_nodes(self):
        # The worker first: it may still be about to save.
        for node in reversed(self.nodes):
            node.end()
        self.nodes = []

    def pass_on(self, first, node, message):
        if node not in self.nodes:
            return
        if "failed" in message:
            raise Failed(message["failed"], 1)
        if message.get("left") == 0:
            first.send(done=True)
        elif "left" in message:
            first.send(broken=f"the {node.role} of {self.host.name} left with {message['left']}")
        else:
            first.send(**message)

    def write_model(self, content):
        if not content:
            return
        import model  # pylint: disable=import-outside-toplevel
        import table  # pylint: disable=import-outside-toplevel

        state = model.from_bytes(content)
        line = f"ends after step={model.steps(state)}"
        held_out = table.held_out(self.values["num_class"])
        if held_out:
            inputs, labels = held_out
            accuracy = model.accuracy(state, inputs / self.values["value_scale"], labels)
            line += f" validation-accuracy={accuracy:.4f}"
        state["value_scale"] = [self.values["value_scale"]]
        file = BASE / "model/model.npz"
        replace_file(file, lambda path: path.write_bytes(model.to_bytes(state)))
        say(line)
        say(f"wrote {file}, {file.stat().st_size} bytes")
