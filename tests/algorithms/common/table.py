"""Rows of CSV, the label first, and each host's share of them; shared by samples with NumPy."""

import numpy
from contract import Mistake, channel, files


def table(name):
    """All rows of a channel, the label in column 0."""
    tables = []
    for file in files(name):
        try:
            tables.append(numpy.loadtxt(file, delimiter=",", dtype=numpy.float32, ndmin=2))
        except ValueError as e:
            raise Mistake(
                f"{file}: {e}. Channel '{name}' takes CSV of numbers alone, without a header"
            ) from e
    widths = sorted({t.shape[1] for t in tables})
    if len(widths) > 1:
        raise Mistake(f"channel '{name}' has files of {widths[0]} and of {widths[-1]} columns")
    return numpy.concatenate(tables) if tables else numpy.empty((0, 0), numpy.float32)


def split(name, rows, classes):
    """Values, and labels that are whole numbers from 0 to classes - 1."""
    labels = rows[:, 0]
    if (labels != labels.round()).any() or (labels < 0).any() or (labels >= classes).any():
        raise Mistake(
            f"channel '{name}' has labels from {labels.min():g} to {labels.max():g} in its first"
            f" column, where num_class = {classes} wants whole numbers from 0 to {classes - 1}"
        )
    return rows[:, 1:].copy(), labels.astype(numpy.int64)


def share(host, classes):
    """What this host trains on: its own objects, or every N-th row where all have all of them."""
    how = channel("train", "File")
    rows = table("train")
    if how.get("S3DistributionType") != "ShardedByS3Key":
        rows = rows[host.rank :: host.count]
    if len(rows) == 0:
        raise Mistake(
            f"{host.name} was given no rows: channel 'train' must have at least as many objects"
            f" (ShardedByS3Key) or rows (FullyReplicated) as the job has hosts, {host.count}"
        )
    return split("train", rows, classes)


def held_out(classes):
    """Whole on each host; None without the channel."""
    if channel("validation", "File", optional=True) is None:
        return None
    rows = table("validation")
    return split("validation", rows, classes) if len(rows) else None
