"""How good forecasts of the series' last values are, beside those of a year, or season, before."""

import calendars
import numpy
import torch
from network import forecast
from windows import Windows

QUANTILES = [level / 10 for level in range(1, 10)]
SERIES_AT_ONCE = 64


def sums(network, settings, found, samples):
    """Of all values that were told; hosts can add them up: see scores."""
    if not found:
        return torch.zeros(5 + len(QUANTILES), dtype=torch.float64)
    windows = Windows(found, settings["time_freq"], network.lags[-1])
    context, ahead = settings["context_length"], settings["prediction_length"]
    season = calendars.season(settings["time_freq"])
    total = numpy.zeros(5 + len(QUANTILES))
    for first in range(0, len(found), SERIES_AT_ONCE):
        some = numpy.arange(first, min(first + SERIES_AT_ONCE, len(found)))
        values, times, categories = windows.ends(some, context + ahead)
        with torch.no_grad():
            paths = forecast(network, values[:, :-ahead], times, categories, samples)
        paths, true = paths.double(), values[:, -ahead:].double()
        before = torch.stack([season_before(found[s].target, ahead, season) for s in some])
        lost = [quantile_loss(true, paths.quantile(q, 1), q).sum() for q in QUANTILES]
        total += numpy.array(
            [
                true.numel(),
                true.abs().sum(),
                (true - paths.mean(1)).square().sum(),
                (true - before).square().sum(),
                (true - before).abs().sum(),
                *lost,
            ]
        )
    return torch.from_numpy(total)


def season_before(target, ahead, season):
    """The newest values of the same place in the season that are known before the end."""
    end = len(target) - ahead
    places = [max(0, end + n - season * (n // season + 1)) for n in range(ahead)]
    return torch.tensor([target[place] for place in places], dtype=torch.float64)


def quantile_loss(true, told, level):
    return 2 * torch.maximum(level * (true - told), (level - 1) * (true - told))


def scores(total):
    """By their names; none when nothing was held out."""
    count, size, squares, naive, naive_lost, *lost = total.tolist()
    if count == 0:
        return {}
    size = max(size, 1e-9)
    return {
        "RMSE": (squares / count) ** 0.5,
        "mean_wQuantileLoss": sum(lost) / len(lost) / size,
        "seasonal-naive RMSE": (naive / count) ** 0.5,
        # Where all quantiles are one value, its mean comes to this.
        "seasonal-naive mean_wQuantileLoss": naive_lost / size,
    }
