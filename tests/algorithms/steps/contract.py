"""What the container contract gives this sample, and how it speaks and hears."""

import json
import os
import re
import signal
import time
from pathlib import Path

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
ATTEMPT = int(os.environ.get("HEDDLE_ATTEMPT", "1"))
STOP_SECONDS = 5


def whole(least, most):
    def parse(text):
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return parse, f"a whole number from {least} to {most}"


def matching(pattern, description):
    def parse(text):
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return parse, description


# name: (default, (parse, what it must be))
HYPERPARAMETERS = {
    "steps": ("60", whole(1, 999_999)),
    "checkpoint_interval": ("10", whole(0, 999_999)),
    "step_millis": ("0", whole(0, 600_000)),
    "tolerate": ("false", matching("true|false", "true or false")),
    "exhaust_step": ("0", whole(0, 999_999)),
    "exhaust_mb": ("0", whole(0, 999_999)),
    "port": ("29092", whole(1, 65_535)),
    "peer_seconds": ("0", whole(0, 3_600)),
    "epoch_bytes": ("0", whole(0, 2**62)),
    "epoch_sha256": ("", matching("|[0-9a-f]{64}", "64 hexadecimal digits")),
}


def say(text):
    """In one write, which threads and signals may do at any time."""
    os.write(1, f"{text}\n".encode())


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def config(name):
    return json.loads((BASE / "input/config" / name).read_text(encoding="utf-8"))


class Job:
    """This host's place, and the hyperparameters."""

    def __init__(self):
        resources = config("resourceconfig.json")
        self.current = resources["current_host"]
        self.hosts = sorted(resources["hosts"])
        self.first = self.hosts[0]
        given = config("hyperparameters.json")
        unknown = sorted(given.keys() - HYPERPARAMETERS.keys())
        if unknown:
            raise ValueError(f"unknown hyperparameters: {', '.join(unknown)}")
        for name, (default, (parse, description)) in HYPERPARAMETERS.items():
            text = given.get(name, default)
            try:
                setattr(self, name, parse(text))
            except ValueError:
                raise ValueError(f"hyperparameter {name} = '{text}' must be {description}") from None
        self.tolerates = self.tolerate == "true"
        if self.tolerates and len(self.hosts) < 2:
            raise ValueError("tolerate = 'true' takes 2 hosts or more: the first only serves")

    def is_first(self):
        return self.current == self.first

    def wants_checkpoint(self, step):
        return self.checkpoint_interval > 0 and step % self.checkpoint_interval == 0

    def exhausts(self, step):
        return ATTEMPT == 1 and step == self.exhaust_step and self.current == self.hosts[-1]

    def tell_start(self, step):
        say(f"starting attempt={ATTEMPT} from step={step} on {self.current} at {time.time():.6f}")


def checkpoint_directory():
    place = "/opt/ml/checkpoints"
    if (BASE / "input/config/checkpointconfig.json").is_file():
        place = config("checkpointconfig.json").get("LocalPath", place)
    if Path("/opt/ml") in Path(place).parents:
        return BASE / Path(place).relative_to("/opt/ml")
    return Path(place)


class Stop(BaseException):
    """TERM was heard, and it is time to leave."""


class Term:
    """Who is patient gets STOP_SECONDS to finish a step; others leave at once."""

    def __init__(self):
        self.heard = False
        self.patient = False
        signal.signal(signal.SIGTERM, self.hear)
        signal.signal(signal.SIGALRM, self.leave)

    def hear(self, *_):
        say(f"TERM at {time.time():.6f}")
        self.heard = True
        if not self.patient:
            raise Stop
        signal.alarm(STOP_SECONDS)

    def leave(self, *_):
        raise Stop

    @staticmethod
    def let_finish():
        signal.alarm(0)

    def pause(self, seconds):
        """Shorter when TERM comes."""
        end = time.monotonic() + seconds
        while not self.heard and time.monotonic() < end:
            time.sleep(min(0.05, max(0.0, end - time.monotonic())))
