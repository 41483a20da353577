"""Text, and how often words stand near each other in it."""

import re
from collections import Counter

import numpy
from contract import Mistake, files

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
SMOOTHING = 0.75


def texts(name):
    """The words of each file of a channel."""
    found = []
    for file in files(name):
        try:
            found.append(WORD.findall(file.read_text(encoding="utf-8").lower()))
        except UnicodeDecodeError as e:
            raise Mistake(f"{file}: {e}. Channel '{name}' takes text in UTF-8") from e
    return found


def part(text, rank, count):
    size = -(-len(text) // count)
    return text[rank * size : (rank + 1) * size]


def total(counters):
    return sum(counters, Counter())


class Vocabulary:
    """The most frequent words, the most frequent first."""

    def __init__(self, counts, size):
        best = sorted((-count, word) for word, count in counts.items())[:size]
        self.words = [word for _, word in best]
        self.numbers = {word: number for number, word in enumerate(self.words)}

    def encode(self, text):
        """Words that it doesn't know are left out."""
        numbers = [self.numbers[word] for word in text if word in self.numbers]
        return numpy.array(numbers, dtype=numpy.int64)


def neighbours(text, size, window):
    """Of each pair of words, how near and how often: whole numbers, which hosts can add up."""
    counts = numpy.zeros((size, size))
    for distance in range(1, window + 1):
        places = text[:-distance] * size + text[distance:]
        once = numpy.bincount(places, minlength=size * size).reshape(size, size)
        counts += (window + 1 - distance) * once
    return counts + counts.T


def information(counts):
    """Positive pointwise mutual information, in float32; context words are smoothed."""
    rows = counts.sum(1, keepdims=True)
    columns = counts.sum(0) ** SMOOTHING
    with numpy.errstate(divide="ignore", invalid="ignore"):
        ratio = numpy.log(counts / rows * columns.sum() / columns)
    return numpy.nan_to_num(numpy.maximum(ratio, 0), posinf=0, neginf=0).astype(numpy.float32)
