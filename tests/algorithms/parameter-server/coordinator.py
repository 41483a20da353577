"""On the first host: where all hosts meet, and what is told to them.

A round is one life of ps-lite: its scheduler, servers and workers. ps-lite takes in another worker
for one that is gone, and waits forever where a server is gone. So a lost host that has a worker
alone comes into the round that is; any other loss ends it, and the next one begins from the newest
state that a host has.
"""

import queue
import socket
import threading
import time

from contract import JOB_NAME, Lost, await_address, say
from links import Link

HEARTBEAT_SECONDS = 1
# So long ps-lite believes in a node that says nothing, and gives its place to nobody.
DEAD_SECONDS = 8
SILENCE_SECONDS = 20
LINGER_SECONDS = 10
VAIN_ROUNDS = 3


class Coordinator(threading.Thread):
    def __init__(self, host, values):
        super().__init__(daemon=True)
        self.host = host
        self.values = values
        self.servers = host.all[: values["servers"]]
        place = await_address(host.name, values["meeting_seconds"])
        # This host's own address: others of this job, or other jobs, may share its network.
        self.door = socket.create_server((place, values["port"]), backlog=256)
        self.place = place
        self.events = queue.Queue()
        self.links = {}
        self.lost = {}
        # Hosts without processes of ps-lite, and their newest states: (steps, content).
        self.ready = {}
        self.round = None
        self.rounds = 0
        self.training = set()
        self.began = time.monotonic()
        self.vain = 0
        self.why = ""
        self.steps = 0

    def run(self):
        for task in (self.open, self.beat):
            threading.Thread(target=task, daemon=True).start()
        told = set()
        try:
            while told != set(self.host.all):
                self.hear()
                told |= self.decide()
                if told and time.monotonic() > self.began + LINGER_SECONDS:
                    return
        except Lost as e:
            self.tell(self.links, fail=str(e))

    def open(self):
        while True:
            connection, _ = self.door.accept()
            threading.Thread(target=self.listen, args=(connection,), daemon=True).start()

    def beat(self):
        while True:
            self.tell(self.links, beat=True)
            time.sleep(HEARTBEAT_SECONDS)

    def listen(self, connection):
        link = Link(connection, "a host")
        connection.settimeout(SILENCE_SECONDS)
        try:
            hello = link.receive()
            if hello.get("job") != JOB_NAME or hello.get("host") not in self.host.all:
                connection.close()
                return
            link.peer = hello["host"]
            self.events.put((link, hello))
            while True:
                self.events.put((link, link.receive()))
        except (Lost, ValueError) as e:
            if link.peer in self.host.all:
                self.events.put((link, {"lost": str(e)}))

    def tell(self, names, **message):
        for name in list(names):
            try:
                self.links[name].send(**message)
            except (KeyError, Lost):
                pass  # Whoever listens to it tells so.

    def hear(self):
        try:
            link, message = self.events.get(timeout=0.2)
        except queue.Empty:
            return
        name = link.peer
        if "job" in message:
            if name in self.links:
                self.lose(name, "it comes anew")
            self.links[name] = link
            say(f"{name} comes")
        elif self.links.get(name) is not link:
            return  # From before it came anew.
        if "ready" in message:
            self.ready[name] = message["ready"], message["state"]
        elif "lost" in message:
            self.lose(name, message["lost"])
        elif "trains" in message:
            self.training.add(name)
        elif "broken" in message:
            self.end_round(message["broken"])
        elif "done" in message:
            self.end_round(f"{name} is done")

    def lose(self, name, why):
        self.links.pop(name).connection.close()
        self.ready.pop(name, None)
        self.lost[name] = time.monotonic()
        say(f"{self.host.name} has lost {name}: {why}")
        if name in self.servers or not self.is_complete():
            self.end_round(f"{name} is gone")
        elif self.round:
            say(f"the others go on without the worker of {name}")

    def is_complete(self):
        """Before, ps-lite gives nobody's place to another."""
        return self.training >= set(self.host.all)

    def end_round(self, why):
        if self.round:
            say(f"round {self.rounds} ends: {why}")
            self.why = why
            self.round = None
            self.began = time.monotonic()
            self.tell(set(self.links) - set(self.ready), halt=True)

    def decide(self):
        """Whom it told that all is over."""
        if self.round:
            self.take_in()
        elif self.ready.keys() == self.links.keys() and self.links:
            steps, state = max(self.ready.values(), key=lambda s: s[0])
            if steps >= self.values["steps"]:
                self.tell(self.links, end=True, state=state)
                return set(self.links)
            if len(self.ready) == self.host.count:
                self.begin_round(steps, state)
        self.check_patience()
        return set()

    def check_patience(self):
        missing = sorted(set(self.host.all) - set(self.links))
        seconds = self.values["replace_seconds" if self.rounds else "meeting_seconds"]
        if not self.round and missing and time.monotonic() > self.began + seconds:
            raise Lost(
                f"{', '.join(missing)} did not come to {self.host.name} in {seconds} s: see what"
                " they said; a firewall between the nodes may keep the port shut"
            )

    def take_in(self):
        """Workers in the places of lost ones, when ps-lite has given those up."""
        for name in list(self.ready):
            if time.monotonic() > self.lost[name] + DEAD_SECONDS + 2 * HEARTBEAT_SECONDS:
                say(f"{name} comes into round {self.rounds}")
                state = self.ready.pop(name)[1]
                self.tell([name], round=self.round, state=state, joins=True)

    def begin_round(self, steps, state):
        self.vain = self.vain + 1 if steps == self.steps and self.rounds else 0
        if self.vain > VAIN_ROUNDS:
            raise Lost(
                f"{self.vain} times in a row all hosts began anew and came no further. The last"
                f" time: {self.why}. The hosts' logs say more"
            )
        self.rounds += 1
        self.steps = steps
        with socket.create_server((self.place, 0)) as free:
            port = free.getsockname()[1]
        # A port of its own for each, so that nobody of an earlier one comes in.
        self.round = {
            "DMLC_PS_ROOT_URI": self.place,
            "DMLC_PS_ROOT_PORT": str(port),
            "DMLC_NUM_SERVER": str(len(self.servers)),
            "DMLC_NUM_WORKER": str(self.host.count),
            "PS_HEARTBEAT_INTERVAL": str(HEARTBEAT_SECONDS),
            "PS_HEARTBEAT_TIMEOUT": str(DEAD_SECONDS),
        }
        say(
            f"round {self.rounds} begins from step={steps}: {self.host.count} workers, servers on"
            f" {', '.join(self.servers)}, the scheduler at {self.place}:{port}"
        )
        self.training = set()
        self.ready = {}
        self.tell(self.links, round=self.round, state=state, joins=False)
