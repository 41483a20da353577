"""What the training container contract gives an algorithm, and how it answers.

Shared by the samples in Python, in which this is a link. Nothing but the standard library.
"""

import errno
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
# A relaunch is another attempt; elsewhere than on Heddle there is one.
ATTEMPT = os.environ.get("HEDDLE_ATTEMPT", "1")
JOB_NAME = os.environ.get("TRAINING_JOB_NAME", "job")
TERMINATED = 143
STOP_SECONDS = 10
FAILURE_CHARACTERS = 1024


class Mistake(Exception):
    """What a user can set right: the text says how."""


class Lost(Exception):
    """A peer went away: what that peer said tells more."""


class Failed(Exception):
    """A failure that is told as it is, with an exit code of its own."""

    def __init__(self, text, code):
        super().__init__(text)
        self.code = code


def say(text):
    """In one write, which threads and signals may do at any time."""
    os.write(1, f"{text}\n".encode())


def config(name):
    return json.loads((BASE / "input/config" / name).read_text(encoding="utf-8"))


class Host:
    """This host's place among all of the job."""

    def __init__(self):
        resources = config("resourceconfig.json")
        self.name = resources["current_host"]
        self.all = sorted(resources["hosts"])
        self.count = len(self.all)
        self.rank = self.all.index(self.name)
        self.first = self.all[0]
        self.interface = resources.get("network_interface_name", "eth0")

    def is_first(self):
        return self.rank == 0


def address(host):
    """Where SAGEMAKER_BASE_DIR moves the tree, the job's own hosts file stands beside it."""
    beside = BASE.parent / "hosts"
    if "SAGEMAKER_BASE_DIR" in os.environ and beside.is_file():
        for line in beside.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if host in words[1:]:
                return words[0]
    return socket.gethostbyname(host)


def await_address(host, seconds):
    """A name may resolve later than we ask."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return address(host)
        except OSError as e:
            if time.monotonic() > deadline:
                raise Lost(f"the name {host} does not resolve: {e}") from e
            time.sleep(0.1)


class Hyperparameter:
    """How its text is understood; without a default it must be given."""

    def __init__(self, default, kind, fits, wanted):
        self.default = default
        self.kind = kind
        self.fits = fits
        self.wanted = wanted

    def value(self, name, text):
        if text is None:
            raise Mistake(f"hyperparameter {name} is missing: it must be {self.wanted}")
        try:
            value = self.kind(text)
        except ValueError:
            value = None
        if value is None or not self.fits(value):
            raise Mistake(f"hyperparameter {name} = '{text}' must be {self.wanted}")
        return value


def whole(default, least, most):
    return Hyperparameter(
        default, int, lambda n: least <= n <= most, f"a whole number from {least} to {most}"
    )


def real(default, least, most):
    return Hyperparameter(
        default, float, lambda x: least <= x <= most, f"a number from {least} to {most}"
    )


def matching(default, pattern, wanted):
    return Hyperparameter(default, str, lambda t: re.fullmatch(pattern, t), wanted)


def choice(default, *texts):
    return Hyperparameter(default, str, lambda t: t in texts, f"one of {', '.join(texts)}")


def hyperparameters(table):
    """Checked; every value in the file is text."""
    given = config("hyperparameters.json")
    unknown = sorted(given.keys() - table.keys())
    if unknown:
        raise Mistake(
            f"unknown hyperparameters: {', '.join(unknown)}. HyperParameters may have"
            f" {', '.join(sorted(table))}"
        )
    return {
        name: wanted.value(name, given.get(name, wanted.default))
        for name, wanted in table.items()
    }


def channel(name, mode=None, optional=False):
    """Its configuration; None for one that the job doesn't have and need not have.

    Without a mode the algorithm can read it in any.
    """
    channels = config("inputdataconfig.json")
    if name not in channels:
        if optional:
            return None
        theirs = ", ".join(f"'{c}'" for c in sorted(channels)) or "none"
        raise Mistake(
            f"the job has no channel '{name}'; it has {theirs}: name the data's ChannelName"
            f" '{name}' in InputDataConfig"
        )
    found = channels[name].get("TrainingInputMode", "File")
    if mode and (mode == "Pipe") != (found == "Pipe"):
        raise Mistake(
            f"channel '{name}' comes in {found} mode, and this algorithm reads it in {mode} mode:"
            f" set its InputMode to {mode}"
        )
    return channels[name]


def files(name):
    """Those of a channel in File mode, in an order that is the same everywhere."""
    found = (BASE / "input/data" / name).rglob("*")
    return sorted(p for p in found if p.is_file() and p.stat().st_size > 0)


def checkpoint_directory():
    place = "/opt/ml/checkpoints"
    if (BASE / "input/config/checkpointconfig.json").is_file():
        place = config("checkpointconfig.json").get("LocalPath", place)
    if Path("/opt/ml") in Path(place).parents:
        return BASE / Path(place).relative_to("/opt/ml")
    return Path(place)


def claim_port(host, port, hyperparameter):
    """Fails now, and clearly, where a library would only fail later."""
    open_port(host, port, hyperparameter).close()


def open_port(host, port, hyperparameter, own=""):
    """Listens at one of this host's addresses, or at all."""
    try:
        return socket.create_server((own, port), backlog=256)
    except OSError as e:
        if e.errno == errno.EACCES:
            raise Mistake(
                f"{host.name} may not listen on port {port}: ports below 1024 are root's; give the"
                f" hyperparameter {hyperparameter} a higher number"
            ) from e
        if e.errno != errno.EADDRINUSE:
            raise
        raise Mistake(
            f"{host.name} cannot listen on port {port}: Address already in use. Another job on the"
            f" same node may have it: give the hyperparameter {hyperparameter} another number"
        ) from e


def await_first(host, port, seconds):
    """Until the first host listens; says what may be wrong when it never does."""
    place = await_address(host.first, seconds)
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((place, port), timeout=5).close()
            return
        except OSError as e:
            if time.monotonic() > deadline:
                raise Lost(unreachable(host, place, port, e, seconds)) from e
            time.sleep(0.1)


def unreachable(host, place, port, cause, seconds):
    text = f"{host.name} got no answer from {host.first} ({place}:{port}) in {seconds} s: {cause}."
    if place.startswith("127.") and host.interface != "lo":
        return (
            f"{text} That is a loopback address, which only {host.first} itself reaches: its name"
            " must resolve to an address of its network interface"
        )
    return (
        f"{text} See what {host.first} said; if it runs, a firewall between the nodes may keep the"
        " port shut"
    )


def replace_file(file, write):
    """Whole or not at all, whenever it is interrupted: write(PATH) makes it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.tmp")
    write(temporary)
    with open(temporary, "rb") as written:
        os.fsync(written.fileno())
    os.replace(temporary, file)


TOLD = (Mistake, Lost, Failed)


def explain(e):
    """A failure as one text for whoever submitted the job."""
    if isinstance(e, TOLD):
        return str(e)
    if isinstance(e, MemoryError) or "can't allocate memory" in str(e):
        return (
            f"out of memory ({e or type(e).__name__}): take smaller batches, fewer rows a host"
            " (more hosts with ShardedByS3Key), or an InstanceType with more memory"
        )
    if isinstance(e, ModuleNotFoundError):
        return (
            f"there is no Python module '{e.name}': install it in the image, or, where hosts are"
            " processes, on every node"
        )
    if isinstance(e, OSError) and e.errno == errno.ENOSPC:
        return f"no space left on the disk ({e.filename}): raise VolumeSizeInGB or write less"
    return f"{type(e).__name__}: {e}"


def fail(text):
    print(text, file=sys.stderr, flush=True)
    output = BASE / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "failure").write_text(text[:FAILURE_CHARACTERS], encoding="utf-8")


def run(train, stop_seconds=STOP_SECONDS):
    """Leaves this process as train(STOP), an event that is set on TERM, came out.

    It runs apart from the main thread, which must hear signals while a library waits for peers.
    What train returns is the exit code, 0 when it returns nothing. After TERM it has stop_seconds
    to save and leave; it leaves with 143 then, whatever became of it.
    """
    stop = threading.Event()
    heard = []
    ended = []

    def hear(*_):
        if not heard:
            heard.append(time.monotonic())
            say("TERM")
        stop.set()

    def body():
        try:
            ended.append((train(stop) or 0, None))
        except BaseException as e:  # pylint: disable=broad-except
            if not isinstance(e, TOLD) or stop.is_set():
                traceback.print_exc()
            ended.append((e.code if isinstance(e, Failed) else 1, explain(e)))

    signal.signal(signal.SIGTERM, hear)
    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    while thread.is_alive() and not (heard and time.monotonic() > heard[0] + stop_seconds):
        thread.join(0.1)
    code, failure = ended[0] if ended else (TERMINATED, None)
    if code and heard:
        # The peers were stopped as well, and some of them faster.
        code, failure = TERMINATED, None
    if failure:
        fail(failure)
    sys.stdout.flush()
    sys.stderr.flush()
    # Not by way of threads and destructors that still wait for peers.
    os._exit(code)
