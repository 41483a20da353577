"""Pieces of series, as tensors."""

import calendars
import numpy
import torch


class Windows:
    """All series of an epoch, of which pieces can be taken.

    lead: how many values before a piece the network looks at; before a series begins they are 0.
    """

    def __init__(self, found, frequency, lead):
        self.lead = lead
        self.lengths = numpy.array([len(s.target) for s in found])
        self.values = [
            numpy.concatenate([numpy.zeros(lead), s.target]).astype(numpy.float32) for s in found
        ]
        self.times = [calendars.features(frequency, s.start, len(s.target)) for s in found]
        self.categories = numpy.array([s.categories for s in found], dtype=numpy.int64)

    def take(self, series, starts, length):
        """The values from lead before each piece to its end, its times, and its categories."""
        pairs = list(zip(series, starts))
        values = numpy.stack([self.values[s][p : p + self.lead + length] for s, p in pairs])
        times = numpy.stack([self.times[s][p : p + length] for s, p in pairs])
        return (
            torch.from_numpy(values),
            torch.from_numpy(times),
            torch.from_numpy(self.categories[series]),
        )

    def ends(self, series, length):
        """The last piece of each of these series."""
        return self.take(series, self.lengths[series] - length, length)
