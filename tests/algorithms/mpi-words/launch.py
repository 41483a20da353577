"""Starts one MPI process on every host without ssh: the others come to the first for their commands.

mpirun calls an agent for each other host where it would call ssh. Here the agent hands the command
to this process, and this one to the host, which has connected and waits. So no host takes a
command from anybody but the first, at the address that the platform gives.
"""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from contract import (
    ATTEMPT,
    BASE,
    JOB_NAME,
    TERMINATED,
    Failed,
    Lost,
    Mistake,
    address,
    await_address,
    await_first,
    say,
)
from links import Link

AGENT = Path(__file__).resolve().parent / "mpi-agent"
DAEMON = "orted"
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
# mpirun passes it on to all of its processes.
TELL_TO_STOP = signal.SIGUSR1


def label(name):
    """Resolves nowhere: on one machine all hosts' names could mean this one, for mpirun."""
    return f"at-{name}"


def launch(host, program, port, meeting_seconds, stop):
    """The exit code of the whole, on every host."""
    if not host.is_first():
        return follow(host, port, meeting_seconds, stop)
    first = First(host, port, meeting_seconds)
    try:
        return first.run(program, stop)
    finally:
        shutil.rmtree(first.directory, ignore_errors=True)


class First:
    """Where the others come, and mpirun runs."""

    def __init__(self, host, port, meeting_seconds):
        self.host = host
        self.meeting_seconds = meeting_seconds
        self.came = {}
        self.changed = threading.Condition()
        self.told = threading.Event()
        self.agents = {}
        self.ended = False
        self.directory = tempfile.mkdtemp(prefix="mpi-")
        # This host's own address: others of this job, or other jobs, may share its network.
        self.door = socket.create_server((address(host.name), port), backlog=256)
        self.local = socket.socket(socket.AF_UNIX)
        self.local.bind(f"{self.directory}/door")
        self.local.listen(256)

    def run(self, program, stop):
        for door, serve in ((self.door, self.serve_host), (self.local, self.serve_agent)):
            threading.Thread(target=self.open, args=(door, serve), daemon=True).start()
        self.await_all()
        code = self.mpirun(program, stop)
        self.ended = True
        if stop.is_set() or self.told.is_set():
            # Whatever became of it: a host whose time was up has left, and so ended the others.
            code = TERMINATED
        for link in self.came.values():
            try:
                link.send(end=code)
            except Lost as e:
                say(str(e))
        if code not in (0, TERMINATED) and not (BASE / "output/failure").exists():
            raise Failed(f"mpirun ended with exit code {code}: {self.host.name}'s log says why", code)
        return code

    @staticmethod
    def open(door, serve):
        while True:
            connection, _ = door.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def await_all(self):
        missing = set(self.host.all[1:])
        with self.changed:
            if not self.changed.wait_for(
                lambda: missing <= self.came.keys(), self.meeting_seconds
            ):
                raise Lost(
                    f"{', '.join(sorted(missing - self.came.keys()))} did not come to"
                    f" {self.host.name} in {self.meeting_seconds} s: see what they said; a firewall"
                    " between the nodes may keep the port shut"
                )

    def serve_host(self, connection):
        link = Link(connection, "a peer")
        try:
            hello = link.receive()
            # Another job's, or what a former attempt left behind.
            if hello.get("job") != [JOB_NAME, ATTEMPT] or hello.get("host") not in self.host.all:
                connection.close()
                return
            link.peer = hello["host"]
            with self.changed:
                self.came[link.peer] = link
                self.changed.notify_all()
            while True:
                message = link.receive()
                if message.get("stop"):
                    self.told.set()
                if "code" in message:
                    self.answer(link.peer, message["code"])
        except (Lost, ValueError) as e:
            if link.peer in self.came and not self.ended:
                say(str(e))
                # mpirun takes it as the end of the connection, and ends all.
                self.answer(link.peer, 1)

    def answer(self, name, code):
        agent = self.agents.get(name)
        try:
            if agent:
                agent.send(code=code)
        except Lost:
            pass  # mpirun needs no answer any more.

    def serve_agent(self, connection):
        agent = Link(connection, "mpi-agent")
        message = agent.receive()
        name = next(n for n in self.host.all if label(n) == message["label"])
        self.agents[name] = agent
        self.came[name].send(command=message["command"])

    def mpirun(self, program, stop):
        hosts = ["localhost:1", *(f"{label(name)}:1" for name in self.host.all[1:])]
        settings = {
            "plm_rsh_agent": AGENT,
            "plm_rsh_no_tree_spawn": 1,
            # The daemons stay in the foreground, where their end is seen.
            "orte_leave_session_attached": 1,
            "oob_tcp_if_include": self.host.interface,
            "btl_tcp_if_include": self.host.interface,
            "btl": "tcp,self",
            "pml": "ob1",
            # Hosts that share processors must neither be bound to the same one nor spin.
            "hwloc_base_binding_policy": "none",
            "mpi_yield_when_idle": 1,
        }
        command = ["mpirun", "--host", ",".join(hosts), "-np", str(self.host.count)]
        for name, value in settings.items():
            command += ["--mca", name, str(value)]
        say(f"runs {' '.join(command + program)}")
        # A directory of its own: hosts that share /tmp break each other's files there.
        variables = {"MPI_DOOR": f"{self.directory}/door", "TMPDIR": self.directory, **AS_ROOT}
        with subprocess.Popen(command + program, env={**os.environ, **variables}) as process:
            passed_on = False
            while process.poll() is None:
                if not passed_on and (stop.is_set() or self.told.is_set()):
                    process.send_signal(TELL_TO_STOP)
                    passed_on = True
                time.sleep(0.05)
        return process.returncode if process.returncode >= 0 else 1


def follow(host, port, meeting_seconds, stop):
    await_first(host, port, meeting_seconds)
    place = await_address(host.first, meeting_seconds)
    try:
        first = Link(socket.create_connection((place, port)), host.first)
    except OSError as e:
        raise Lost(f"lost {host.first}: {e}") from e
    first.send(host=host.name, job=[JOB_NAME, ATTEMPT])
    threading.Thread(target=pass_on, args=(stop, first), daemon=True).start()
    message = first.receive()
    if "command" in message:
        words = shlex.split(message["command"])
        if words[0] != DAEMON:
            raise Mistake(f"{host.first} wants '{words[0]}' run, which is not Open MPI's {DAEMON}")
        with tempfile.TemporaryDirectory(prefix="mpi-") as directory:
            variables = {**os.environ, **AS_ROOT, "TMPDIR": directory}
            code = subprocess.run(words, env=variables, check=False).returncode
        first.send(code=code if code >= 0 else 1)
        message = first.receive()
    code = message["end"]
    if code and code != TERMINATED and not (BASE / "output/failure").exists():
        raise Lost(f"mpirun ended with exit code {code}: {host.first}'s log says why")
    return code


def pass_on(stop, first):
    stop.wait()
    try:
        first.send(stop=True)
    except Lost:
        pass  # Then all is over anyway.
