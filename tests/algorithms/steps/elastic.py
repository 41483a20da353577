"""The elastic variant: the first host has the only state there is, and workers come and go."""

import threading
import time

from channel import open_channel
from contract import say
from job import ATTEMPT, Stop
from links import MEETING_SECONDS, Link, Lost, open_door, reach_first
from model import advance, beginning, step_line

LINGER_SECONDS = 5


class ParameterServer:
    def __init__(self, job, checkpoints, state):
        self.job = job
        self.checkpoints = checkpoints
        self.state = state
        self.lock = threading.Lock()
        self.links = {}
        self.told = set()

    def answer(self, door):
        while True:
            connection, _ = door.accept()
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        link = Link(connection, "a worker")
        try:
            self.admit(link, link.receive())
            made = None
            while True:
                with self.lock:
                    answer = {**self.state, "made": made, "done": self.is_done()}
                link.send(answer)
                if answer["done"]:
                    self.told.add(link.peer)
                    return
                made = self.apply(link.peer, link.receive())
        except Lost as e:
            say(str(e))

    def admit(self, link, hello):
        link.peer = hello["host"]
        with self.lock:
            former = self.links.pop(link.peer, None)
            self.links[link.peer] = link
        if former:
            former.close()
        say(f"{link.peer} comes in attempt={hello['attempt']}")

    def is_done(self):
        return self.state["step"] >= self.job.steps

    def apply(self, worker, part):
        """The step that it became; None when there were enough."""
        with self.lock:
            if self.is_done() or part["rows"] == 0:
                return None
            # Without momentum: workers push what they made of older weights.
            self.state = advance(self.state, part["gradient"], part["rows"], 0)
            step = self.state["step"]
            say(f"{step_line(step, part['loss'], part['rows'])} worker={worker}")
            if self.job.wants_checkpoint(step):
                self.checkpoints.save(self.state)
            return step

    def wait(self, term):
        """Until there are enough steps, and the workers know."""
        while not self.is_done():
            term.pause(0.05)
            if term.heard:
                with self.lock:
                    self.checkpoints.save(self.state)
                raise Stop
        until = time.monotonic() + LINGER_SECONDS
        while self.told != set(self.job.hosts[1:]) and time.monotonic() < until:
            term.pause(0.05)


def serve(job, term, checkpoints):
    """The state after the last step."""
    step = max(checkpoints.steps([job.current]), default=0)
    job.tell_start(step)
    state = checkpoints.load(job.current, step) if step else beginning()
    server = ParameterServer(job, checkpoints, state)
    door = open_door(job)
    threading.Thread(target=server.answer, args=(door,), daemon=True).start()
    term.patient = True
    server.wait(term)
    return server.state


def push(job, term, checkpoints):
    """Has nothing to lose, and leaves at once at TERM."""
    job.tell_start(max(checkpoints.steps([job.first]), default=0))
    source = open_channel(job)
    deadline = time.monotonic() + MEETING_SECONDS
    while True:
        try:
            link = reach_first(job)
            link.send({"attempt": ATTEMPT, "host": job.current})
            answer = link.receive()
            while not answer["done"]:
                deadline = time.monotonic() + MEETING_SECONDS
                term.pause(job.step_millis / 1000)
                sums = source.epoch().sums
                loss, gradient = sums.gradient(answer["weights"])
                link.send({"rows": sums.rows, "loss": loss, "gradient": gradient})
                answer = link.receive()
                if answer["made"]:
                    say(step_line(answer["made"], loss, sums.rows))
            return
        except (OSError, Lost) as e:
            if time.monotonic() > deadline:
                raise Lost(f"{job.first} does not answer: {e}") from e
            time.sleep(0.1)
