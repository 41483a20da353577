"""This host's own checkpoints, and the steps of which some host has one."""

import hashlib
import json
import os

from contract import say
from job import canonical

KEPT = 3


class Checkpoints:
    def __init__(self, directory, host):
        self.directory = directory
        self.host = host

    def files(self, host):
        """By their step."""
        found = {}
        for file in (self.directory / host).glob("step-*.json"):
            number = file.name[len("step-") : -len(".json")]
            if number.isdigit():
                found[int(number)] = file
        return found

    def save(self, state):
        """Whole or not at all, whenever it is interrupted."""
        if state["step"] == 0:
            return
        file = self.directory / self.host / f"step-{state['step']:06d}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(canonical(state)).hexdigest()
        temporary = file.with_name(f".{file.name}.tmp")
        with open(temporary, "wb") as out:
            out.write(canonical({"host": self.host, "sha256": digest, "state": state}))
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, file)
        directory = os.open(file.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
        files = self.files(self.host)
        for step in sorted(files)[:-KEPT]:
            files[step].unlink()
        say(f"saved step={state['step']}")

    def load(self, host, step):
        """None unless it is whole."""
        try:
            saved = json.loads(self.files(host)[step].read_bytes())
            state = saved["state"]
            digest = hashlib.sha256(canonical(state)).hexdigest()
            if (saved["host"], saved["sha256"], state["step"]) == (host, digest, step):
                return state
        except (OSError, ValueError, KeyError, TypeError):
            pass  # Broken off, or somebody else's.
        return None

    def steps(self, hosts):
        """Those of which some host has a whole one, in order: the state is the same on all."""
        return sorted({s for host in hosts for s in self.files(host) if self.load(host, s)})

    def any(self, hosts, step):
        """Whichever is whole."""
        return next(state for host in hosts if (state := self.load(host, step)))
