"""A network of one hidden layer, and how far its training is: the state of a job, and its model."""

import io

import numpy

COUNT = "step"
WEIGHTS = ("hidden.weight", "hidden.bias", "output.weight", "output.bias")
# In the order of their keys in the KVStore: the steps that all workers made count along.
NAMES = (COUNT, *WEIGHTS)


def beginning(width, values):
    """The same on all hosts."""
    random = numpy.random.default_rng(values["seed"])
    hidden, classes = values["hidden"], values["num_class"]
    return {
        COUNT: numpy.zeros(1),
        WEIGHTS[0]: random.normal(0, (2 / width) ** 0.5, (width, hidden)),
        WEIGHTS[1]: numpy.zeros(hidden),
        WEIGHTS[2]: random.normal(0, (1 / hidden) ** 0.5, (hidden, classes)),
        WEIGHTS[3]: numpy.zeros(classes),
    }


def steps(state):
    return int(state[COUNT][0])


def forward(state, inputs):
    hidden = numpy.maximum(inputs @ state[WEIGHTS[0]] + state[WEIGHTS[1]], 0)
    return hidden, hidden @ state[WEIGHTS[2]] + state[WEIGHTS[3]]


def gradient(state, inputs, labels):
    """The mean loss of the rows, and what each array of the state is to be changed by."""
    hidden, scores = forward(state, inputs)
    scores -= scores.max(1, keepdims=True)
    shares = numpy.exp(scores)
    shares /= shares.sum(1, keepdims=True)
    rows = numpy.arange(len(labels))
    loss = -numpy.log(shares[rows, labels] + 1e-12).mean()
    shares[rows, labels] -= 1
    shares /= len(labels)
    back = shares @ state[WEIGHTS[2]].T * (hidden > 0)
    slopes = (inputs.T @ back, back.sum(0), hidden.T @ shares, shares.sum(0))
    return loss, {COUNT: numpy.ones(1), **dict(zip(WEIGHTS, slopes))}


def accuracy(state, inputs, labels):
    return (forward(state, inputs)[1].argmax(1) == labels).mean()


def to_bytes(state):
    content = io.BytesIO()
    numpy.savez(content, **{k: numpy.asarray(v, numpy.float32) for k, v in state.items()})
    return content.getvalue()


def from_bytes(content):
    with numpy.load(io.BytesIO(content)) as arrays:
        return {name: arrays[name] for name in arrays.files}
