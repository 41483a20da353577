"""One host: its worker, and, on the first ones, a server's process."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import checkpoints
import model
import numpy
import table
from contract import BASE, TERMINATED, Lost, await_address, replace_file, say
from network import Network
from tensorflow_c import Session, server_target, start_server

BETWEEN_REPORTS = 100
PARTING_SECONDS = 60


def ports(first, rank):
    """Of the server and of the worker: hosts of one machine share its ports."""
    return first + 2 * rank, first + 2 * rank + 1


class Training:
    def __init__(self, host, values, stop):
        self.host = host
        self.values = values
        self.stop = stop
        self.server = None

    def run(self):
        classes = self.values["num_class"]
        inputs, labels = table.share(self.host, classes)
        self.inputs = inputs / numpy.float32(self.values["value_scale"])
        self.labels = numpy.eye(classes, dtype=numpy.float32)[labels]
        self.held_out = self.host.is_first() and table.held_out(classes)
        self.meet()
        try:
            return self.train()
        except Lost as e:
            reason = str(e).splitlines()[0:2]
            raise Lost(
                f"{self.host.name} lost a server, whose host's log says why: {' '.join(reason)}"
            ) from e
        finally:
            if self.server:
                self.server.kill()

    def meet(self):
        """Sessions would wait for whoever is missing, and never say so."""
        seconds = self.values["meeting_seconds"]
        self.deadline = time.monotonic() + seconds
        cluster = {"ps": [], "worker": []}
        for rank, name in enumerate(self.host.all):
            place = await_address(name, seconds)
            server, worker = ports(self.values["port"], rank)
            cluster["worker"].append(f"{place}:{worker}")
            if rank < self.values["servers"]:
                cluster["ps"].append(f"{place}:{server}")
        if self.host.rank < self.values["servers"]:
            program = Path(__file__).resolve().parent / "server.py"
            command = [sys.executable, str(program), json.dumps(cluster), str(self.host.rank)]
            self.server = subprocess.Popen(command, stdin=subprocess.PIPE)
        self.target = server_target(start_server(cluster, "worker", self.host.rank))
        for job, places in cluster.items():
            for name, place in zip(self.host.all, places):
                self.await_task(f"the {job} of {name}", place)
        say(f"{self.host.name} meets {len(cluster['ps'])} servers, {self.host.count} workers")

    def await_task(self, task, place):
        where, _, port = place.rpartition(":")
        while True:
            try:
                socket.create_connection((where, int(port)), timeout=5).close()
                return
            except OSError as e:
                if time.monotonic() > self.deadline:
                    raise Lost(
                        f"{self.host.name} got no answer from {task} ({place}): {e}. See what that"
                        " host said; if it runs, a firewall between the nodes may keep the port"
                        " shut"
                    ) from e
                time.sleep(0.1)

    def train(self):
        steps, content = checkpoints.newest()
        state = model.beginning(self.inputs.shape[1], self.values)
        if content:
            state = model.from_bytes(content)
        servers = self.values["servers"]
        rate = self.values["learning_rate"]
        self.network = Network(state, self.host.rank, servers, rate)
        self.session = Session(self.network.graph, self.target)
        if self.host.is_first():
            self.session.run(done=self.network.starts)
            say(f"training begins from step={steps}")
        while not all(self.session.run(self.network.presences)):
            time.sleep(0.1)
        finished = self.make_steps()
        if self.host.is_first():
            self.write_model()
        if not finished:
            return TERMINATED
        self.part()
        return 0

    def make_steps(self):
        """False when it was told to stop."""
        random = numpy.random.default_rng((self.values["seed"], self.host.rank))
        saved = reported = None
        while True:
            rows = random.integers(len(self.labels), size=self.values["batch_size"])
            fed = [
                (self.network.inputs, self.inputs[rows]),
                (self.network.labels, self.labels[rows]),
            ]
            fetched = [self.network.reads[model.COUNT], self.network.loss]
            count, loss = self.session.run(fetched, fed, self.network.steps)
            steps = int(count[0])
            if steps >= self.values["steps"] or self.stop.is_set():
                return not self.stop.is_set()
            saved = steps if saved is None else saved
            reported = steps if reported is None else reported
            if self.host.is_first() and steps >= saved + self.values["checkpoint_steps"]:
                self.save()
                saved = steps
            if steps >= reported + BETWEEN_REPORTS:
                self.report(f"step={steps} loss={loss:.4f}")
                reported = steps

    def state(self):
        fetched = self.session.run([self.network.reads[name] for name in model.NAMES])
        return dict(zip(model.NAMES, fetched))

    def save(self):
        state = self.state()
        checkpoints.save(self.host, model.steps(state), model.to_bytes(state))
        return state

    def report(self, line, state=None):
        if self.held_out:
            inputs, labels = self.held_out
            inputs = inputs / self.values["value_scale"]
            accuracy = model.accuracy(state or self.state(), inputs, labels)
            line += f" validation-accuracy={accuracy:.4f}"
        say(f"{line} on {self.host.name}")

    def write_model(self):
        state = self.save()
        self.report(f"ends after step={model.steps(state)}", state)
        state["value_scale"] = [self.values["value_scale"]]
        file = BASE / "model/model.npz"
        replace_file(file, lambda path: path.write_bytes(model.to_bytes(state)))
        say(f"wrote {file}, {file.stat().st_size} bytes")

    def part(self):
        """Who has a server stays until all workers have seen the last step."""
        self.session.run(done=self.network.leave)
        until = time.monotonic() + PARTING_SECONDS
        try:
            while self.server and time.monotonic() < until:
                if self.session.run([self.network.reads["done"]])[0][0] >= self.host.count:
                    return
                time.sleep(0.1)
        except Lost as e:
            say(f"{self.host.name}: {e}")  # Another server has left, and so all have seen it.
