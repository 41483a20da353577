"""Boosts one model on all hosts."""

import numpy
import xgboost
from contract import BASE, Lost, Mistake, say
from meeting import Meeting
from table import table
from xgboost import collective

MEETING = ("num_round", "meeting_port", "meeting_seconds")


class Boosting:
    """One host's part."""

    def __init__(self, host, values, held_out, stop):
        self.host = host
        self.values = values
        self.stop = stop
        self.rounds = 0
        self.booster = None
        self.training = table("train")
        self.validation = table("validation") if held_out else None

    def run(self):
        seen = 0 if self.validation is None else len(self.validation)
        say(
            f"{self.host.name} of {self.host.count}: {len(self.training)} rows to train on,"
            f" {seen} held out; elected: {self.host.first}"
        )
        meeting = None
        if self.host.count > 1:
            meeting = Meeting(self.host, self.values["meeting_port"], self.values["meeting_seconds"])
            meeting.join()
        try:
            self.boost()
        except xgboost.core.XGBoostError as e:
            # The peers were stopped as well, and some of them faster.
            if not self.stop.is_set() or self.rounds == 0:
                raise Lost(f"after round {self.rounds}: {str(e).strip().splitlines()[-1]}") from e
        if self.host.is_first():
            self.save()
        if meeting and not self.stop.is_set():
            meeting.leave()

    def boost(self):
        width = 0 if self.validation is None else self.validation.shape[1]
        columns = int(agreed(max(self.training.shape[1], width)))
        if columns < 2:
            raise Mistake(
                "no host has rows with a label and a value in channel 'train': its objects must be"
                " CSV without a header, the label first"
            )
        classes = self.values["num_class"]
        labels = self.training[:, 0] if len(self.training) else numpy.zeros(1)
        if agreed(not ((labels >= 0) & (labels < classes) & (labels % 1 == 0)).all()):
            raise Mistake(
                f"labels, the first column of channel 'train', must be whole numbers from 0 to"
                f" {classes - 1}: put them there, or raise the hyperparameter num_class"
            )
        watched = [(matrix(self.training, columns), "train")]
        if self.validation is not None:
            watched.append((matrix(self.validation, columns), "validation"))
        parameters = {
            **{k: v for k, v in self.values.items() if k not in MEETING},
            "objective": "multi:softprob",
            "tree_method": "hist",
            "eval_metric": "merror",
        }
        self.booster = xgboost.Booster(parameters, [m for m, _ in watched])
        for number in range(self.values["num_round"]):
            self.booster.update(watched[0][0], number)
            evaluation = self.booster.eval_set(watched, number)
            self.rounds = number + 1
            say(line(self.rounds, evaluation))
            # All stop after the same round, though TERM doesn't reach all at once.
            if agreed(self.stop.is_set()):
                say(f"stopped after round {self.rounds}")
                self.stop.set()
                return

    def save(self):
        file = BASE / "model/model.ubj"
        file.parent.mkdir(parents=True, exist_ok=True)
        self.booster[: self.rounds].save_model(file)
        say(f"wrote {file}, {file.stat().st_size} bytes, {self.rounds} rounds")


def matrix(table, columns):
    """Of the width that all hosts know, even where this one was given no rows."""
    if len(table) == 0:
        table = numpy.empty((0, columns), numpy.float32)
    return xgboost.DMatrix(table[:, 1:], label=table[:, 0])


def agreed(value):
    """The greatest of all hosts' values."""
    return collective.allreduce(numpy.array([value], dtype=numpy.int64), collective.Op.MAX)[0]


def line(number, evaluation):
    """From XGBoost's '[0]<tab>train-merror:0.05...' to 'round=1 train-accuracy=0.9500...'."""
    text = f"round={number}"
    for field in evaluation.split("\t")[1:]:
        name, error = field.split("-merror:")
        text += f" {name}-accuracy={1 - float(error):.4f}"
    return text
