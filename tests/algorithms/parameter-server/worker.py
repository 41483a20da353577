"""A worker: pulls the weights, and pushes what its rows say about them."""

import base64
import threading
import time

import checkpoints
import kvstore
import model
import numpy
import table
from contract import Host, Lost, say

BETWEEN_REPORTS = 100
STUCK_SECONDS = 60


class Worker:
    def __init__(self, parent, order):
        self.parent = parent
        self.host = Host()
        self.values = order["values"]
        classes = self.values["num_class"]
        self.inputs, self.labels = self.scaled(table.share(self.host, classes))
        self.held_out = self.host.is_first() and table.held_out(classes)
        self.saving = threading.Lock()
        self.state = model.beginning(self.inputs.shape[1], self.values)
        if order["state"]:
            self.state = model.from_bytes(base64.b64decode(order["state"]))
        self.moved = time.monotonic()
        threading.Thread(target=self.watch, daemon=True).start()
        self.store = kvstore.Client([self.state[name].shape for name in model.NAMES])
        if not order["joins"]:
            self.store.begin([self.state[name] for name in model.NAMES])
        parent.send(trains=True)

    def scaled(self, rows):
        return rows[0] / self.values["value_scale"], rows[1]

    def save(self):
        with self.saving:
            checkpoints.save(self.host, model.steps(self.state), model.to_bytes(self.state))

    def watch(self):
        """A server that is gone is never missed by ps-lite: its answer is waited for, forever."""
        while time.monotonic() < self.moved + STUCK_SECONDS:
            time.sleep(1)
        try:
            self.parent.send(broken=f"{self.host.name}'s worker was not answered")
        except Lost:
            pass  # Then we are ended anyway.

    def run(self):
        seeds = (self.values["seed"], self.host.rank, model.steps(self.state))
        random = numpy.random.default_rng(seeds)
        saved = reported = model.steps(self.state)
        while True:
            pulled = self.store.pull()
            with self.saving:
                self.state = dict(zip(model.NAMES, pulled))
            self.moved = time.monotonic()
            steps = model.steps(self.state)
            if steps >= self.values["steps"]:
                self.save()
                return
            if steps >= saved + self.values["checkpoint_steps"]:
                self.save()
                saved = steps
            time.sleep(self.values["step_millis"] / 1000)
            rows = random.integers(len(self.labels), size=self.values["batch_size"])
            loss, change = model.gradient(self.state, self.inputs[rows], self.labels[rows])
            self.store.push([change[name] for name in model.NAMES])
            if steps >= reported + BETWEEN_REPORTS:
                self.report(steps, loss)
                reported = steps

    def report(self, steps, loss):
        line = f"step={steps} loss={loss:.4f}"
        if self.held_out:
            accuracy = model.accuracy(self.state, *self.scaled(self.held_out))
            line += f" validation-accuracy={accuracy:.4f}"
        say(f"{line} on {self.host.name}")
