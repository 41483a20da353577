"""What the container contract gives this sample, and how it speaks and hears."""

import json
import signal
import time

import contract
from contract import Host, Mistake, choice, hyperparameters, matching, say, whole

ATTEMPT = int(contract.ATTEMPT)
STOP_SECONDS = 5

HYPERPARAMETERS = {
    "steps": whole(60, 1, 999_999),
    "checkpoint_interval": whole(10, 0, 999_999),
    "step_millis": whole(0, 0, 600_000),
    "tolerate": choice("false", "true", "false"),
    "exhaust_step": whole(0, 0, 999_999),
    "exhaust_mb": whole(0, 0, 999_999),
    "port": whole(29092, 1, 65_535),
    "peer_seconds": whole(0, 0, 3_600),
    "epoch_bytes": whole(0, 0, 2**62),
    "epoch_sha256": matching("", "|[0-9a-f]{64}", "64 hexadecimal digits"),
}


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


class Job:
    """This host's place, and the hyperparameters."""

    def __init__(self):
        self.host = Host()
        self.current = self.host.name
        self.hosts = self.host.all
        self.first = self.host.first
        for name, value in hyperparameters(HYPERPARAMETERS).items():
            setattr(self, name, value)
        self.tolerates = self.tolerate == "true"
        if self.tolerates and len(self.hosts) < 2:
            raise Mistake(
                "tolerate = 'true' takes 2 hosts or more, since the first only serves: raise"
                " InstanceCount"
            )

    def is_first(self):
        return self.host.is_first()

    def wants_checkpoint(self, step):
        return self.checkpoint_interval > 0 and step % self.checkpoint_interval == 0

    def exhausts(self, step):
        return ATTEMPT == 1 and step == self.exhaust_step and self.current == self.hosts[-1]

    def tell_start(self, step):
        say(f"starting attempt={ATTEMPT} from step={step} on {self.current} at {time.time():.6f}")


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
