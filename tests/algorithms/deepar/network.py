"""The network: what was, and what the calendar and the series' categories say, to what may be."""

import calendars
import torch
from torch import nn

# A loss that is no number any more is told in our own words.
torch.distributions.Distribution.set_default_validate_args(False)


class Network(nn.Module):
    """LSTM cells, one distribution of the next value out of each step.

    settings: what model.json holds.
    """

    def __init__(self, settings):
        super().__init__()
        frequency = settings["time_freq"]
        self.lags = calendars.lags(frequency)
        self.likelihood = settings["likelihood"]
        dimension = settings["embedding_dimension"]
        self.embeddings = nn.ModuleList(
            nn.Embedding(count, dimension) for count in settings["cardinality"]
        )
        times = calendars.features(frequency, "2000-01-01", 1).shape[1]
        width = len(self.lags) + times + 1 + dimension * len(settings["cardinality"])
        layers = settings["num_layers"]
        self.cells = nn.LSTM(
            width,
            settings["num_cells"],
            layers,
            batch_first=True,
            dropout=settings["dropout_rate"] if layers > 1 else 0,
        )
        self.head = nn.Linear(
            settings["num_cells"], 3 if self.likelihood == "student-T" else 2
        )

    def forward(self, history, times, categories, scale, state=None):
        """The likelihood's parameters for the values at the times, and the cells' state.

        history: scaled values, which end one before the last time and begin max(lags) before the
        first one.
        """
        length, most = times.shape[1], self.lags[-1]
        seen = [history[:, most - lag : most - lag + length] for lag in self.lags]
        still = [scale.log()] + [e(categories[:, n]) for n, e in enumerate(self.embeddings)]
        still = torch.cat(still, 1).unsqueeze(1).expand(-1, length, -1)
        inputs = torch.cat([torch.stack(seen, 2), times, still], 2)
        hidden, state = self.cells(inputs, state)
        return self.head(hidden), state

    def distribution(self, parameters):
        center = parameters[..., 0]
        spread = nn.functional.softplus(parameters[..., 1]) + 1e-4
        if self.likelihood == "gaussian":
            return torch.distributions.Normal(center, spread)
        freedom = 2 + nn.functional.softplus(parameters[..., 2])
        return torch.distributions.StudentT(freedom, center, spread)


def scale_of(context):
    """As in the paper: by this the values of each series come near 1."""
    return 1 + context.abs().mean(1, keepdim=True)


def forecast(network, history, times, categories, samples):
    """Ancestral sampling: paths of the values before scaling, by series, sample and time.

    history: from max(lags) before the context to its end; times: of the context and of what is to
    be told.
    """
    count, most = len(history), network.lags[-1]
    context = history.shape[1] - most
    scale = scale_of(history[:, most:])
    history = history / scale
    _, state = network(history[:, :-1], times[:, :context], categories, scale)

    def each(tensor, dimension=0):
        return tensor.repeat_interleave(samples, dimension)

    state = tuple(each(part, 1) for part in state)
    history, categories, scale = each(history[:, -most:]), each(categories), each(scale)
    path = []
    for time in range(context, times.shape[1]):
        now = each(times[:, time : time + 1])
        parameters, state = network(history, now, categories, scale, state)
        value = network.distribution(parameters).sample()
        history = torch.cat([history[:, 1:], value], 1)
        path.append(value * scale)
    return torch.cat(path, 1).view(count, samples, -1)
