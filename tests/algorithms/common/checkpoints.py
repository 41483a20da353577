"""The first host's checkpoints, of which the newest whole one counts."""

import re

import torch
from contract import checkpoint_directory, replace_file, say

KEPT = 3


class Checkpoints:
    def __init__(self):
        self.directory = checkpoint_directory()

    def files(self):
        """By the (epoch, step) that they hold, the oldest first."""
        found = {}
        for file in self.directory.glob("epoch-*.pt"):
            numbers = re.fullmatch(r"epoch-(\d+)-step-(\d+)\.pt", file.name)
            if numbers:
                found[tuple(map(int, numbers.groups()))] = file
        return [file for _, file in sorted(found.items())]

    def save(self, epoch, step, state):
        file = self.directory / f"epoch-{epoch:05d}-step-{step:06d}.pt"
        replace_file(file, lambda path: torch.save(state, path))
        for old in self.files()[:-KEPT]:
            old.unlink()
        say(f"saved {file.name}")

    def latest(self):
        """None when there is none."""
        for file in reversed(self.files()):
            try:
                return torch.load(file)
            except (RuntimeError, OSError, EOFError) as e:
                say(f"{file.name} is not whole: {e}")
        return None
