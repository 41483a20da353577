"""Time series in JSON Lines, an epoch a pipe. Nothing but the standard library."""

import json
import time
from array import array
from datetime import datetime

from contract import BASE, Mistake, channel

PIPE_SECONDS = 120
# What 32 bits hold, and some way to add.
GREATEST = 1e30


class Series:
    def __init__(self, start, categories, target):
        self.start = start
        self.categories = categories
        self.target = target

    def order(self):
        """The same in all epochs, in whatever order the objects came."""
        return self.categories, self.start, len(self.target), self.target.tobytes()


class Pipe:
    """A channel in Pipe mode, of which every epoch comes through a FIFO of its own."""

    def __init__(self, host, name, least, stop, optional=False):
        self.host = host
        self.name = name
        self.least = least
        self.stop = stop
        self.number = 0
        self.config = channel(name, "Pipe", optional)

    def epoch(self):
        """This host's series: its own objects', or every N-th; none when there is no channel, or
        when we are told to stop before the next epoch comes.
        """
        if self.config is None:
            return []
        fifo = BASE / f"input/data/{self.name}_{self.number}"
        deadline = time.monotonic() + PIPE_SECONDS
        # The next one may come a little later than the last one's end.
        while not fifo.exists():
            if self.stop.is_set():
                return []
            if time.monotonic() > deadline:
                raise Mistake(
                    f"there is no {fifo} after {PIPE_SECONDS} s: the platform must make a FIFO for"
                    " every epoch"
                )
            time.sleep(0.02)
        self.number += 1
        with open(fifo, "rb") as lines:
            found = [self.parse(number, line) for number, line in enumerate(lines, 1)]
        found.sort(key=Series.order)
        if self.config.get("S3DistributionType") == "ShardedByS3Key":
            return found
        return found[self.host.rank :: self.host.count]

    def parse(self, number, line):
        place = f"line {number} of channel '{self.name}'"
        try:
            fields = json.loads(line)
            start = datetime.fromisoformat(fields["start"])
            target = array("d", fields["target"])
            categories = tuple(fields.get("cat", ()))
        except (ValueError, KeyError, TypeError, AttributeError) as e:
            raise Mistake(
                f"{place} is not a series ({type(e).__name__}: {e}). Channel '{self.name}' takes"
                ' JSON Lines like {"start": "1930-01-01 00:00:00", "target": [1.5, 2], "cat": [0]}'
            ) from e
        # NaN is not less either.
        if not all(abs(value) < GREATEST for value in target):
            raise Mistake(
                f"{place} has a value in its target that is NaN, or not between"
                f" {-GREATEST:g} and {GREATEST:g}: fill gaps, or leave the series out"
            )
        if not all(isinstance(c, int) and c >= 0 for c in categories):
            raise Mistake(f"{place} has cat = {list(categories)}: whole numbers from 0 are wanted")
        if len(target) < self.least:
            raise Mistake(
                f"{place} has {len(target)} values, and context_length + prediction_length ="
                f" {self.least}: leave such series out, or give these hyperparameters less"
            )
        return Series(start, categories, target)
