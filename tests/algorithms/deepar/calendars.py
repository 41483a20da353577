"""What the calendar tells of each time, and how far back it is worth looking."""

import numpy

# By time_freq: NumPy's unit, the season, and the lags that the network is shown.
FREQUENCIES = {
    "M": ("M", 12, (1, 2, 12, 24, 36)),
    "W": ("W", 52, (1, 2, 52, 104)),
    "D": ("D", 7, (1, 2, 7, 14, 28)),
    "H": ("h", 24, (1, 2, 24, 48, 168)),
}


def season(frequency):
    return FREQUENCIES[frequency][1]


def lags(frequency):
    return FREQUENCIES[frequency][2]


def cycles(frequency, times):
    """The share of each cycle that is over, a column a cycle."""
    days = times.astype("datetime64[D]")
    year = (days - days.astype("datetime64[Y]")).astype(float) / 366
    # The first of 1970 was a Thursday.
    week = (days.astype(int) + 3) % 7 / 7
    hour = (times - days).astype("timedelta64[h]").astype(float) / 24
    return {
        "M": [times.astype("datetime64[M]").astype(int) % 12 / 12],
        "W": [year],
        "D": [year, week],
        "H": [year, week, hour],
    }[frequency]


def features(frequency, start, length):
    """float32, a row for each of so many times from the start on."""
    unit = FREQUENCIES[frequency][0]
    times = numpy.datetime64(start).astype(f"datetime64[{unit}]") + numpy.arange(length)
    waves = [
        wave(2 * numpy.pi * share)
        for share in cycles(frequency, times)
        for wave in (numpy.sin, numpy.cos)
    ]
    return numpy.stack(waves, axis=1).astype(numpy.float32)
