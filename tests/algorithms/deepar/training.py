"""The training loop: every step is all hosts' or none's."""

import json
import math
import time

import evaluation
import numpy
import torch
from checkpoints import Checkpoints
from contract import BASE, TERMINATED, Mistake, replace_file, say
from gloo import Group, lost
from network import Network, scale_of
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from windows import Windows

GREATEST_GRADIENT = 10
# What another process needs to make forecasts with the weights.
SHAPE = (
    "time_freq",
    "context_length",
    "prediction_length",
    "likelihood",
    "num_cells",
    "num_layers",
    "embedding_dimension",
    "dropout_rate",
)


class Training:
    """pipe: the channel's further epochs; held_out: series, maybe none."""

    def __init__(self, host, values, pipe, held_out, stop):
        self.host = host
        self.values = values
        self.pipe = pipe
        self.held_out = held_out
        self.stop = stop
        self.epoch = 0
        self.step = 0
        self.loss = 0.0

    def run(self, found):
        """found: the first epoch's series."""
        torch.set_num_threads(self.values["threads"])
        self.group = Group(self.host, self.values["port"], self.values["meeting_seconds"])
        try:
            return self.train(found)
        except RuntimeError as e:
            if self.host.count == 1 or "can't allocate memory" in str(e):
                raise
            raise lost(self.host, f"in epoch {self.epoch + 1}", e) from e

    def train(self, found):
        self.prepare(found)
        self.resume()
        last = self.values["epochs"]
        while self.epoch < last:
            if not self.train_epoch(found):
                self.save()
                self.save_model()
                say(f"stopped in epoch {self.epoch + 1} after step {self.step}")
                return TERMINATED
            loss = self.loss / self.steps
            self.epoch, self.step, self.loss = self.epoch + 1, 0, 0.0
            interval = self.values["checkpoint_epochs"]
            if interval and self.epoch % interval == 0:
                self.save()
            if self.epoch < last:
                # Without another epoch we were told to stop, and stop with the others.
                found = self.pipe.epoch() or found
            else:
                self.tell("train final_loss", loss)
        self.save_model()
        self.evaluate()
        self.group.leave()
        return 0

    def windows(self, found):
        return Windows(found, self.values["time_freq"], self.net.lags[-1])

    def prepare(self, found):
        count, batch = self.host.count, self.values["mini_batch_size"]
        points = torch.tensor([sum(len(s.target) for s in found), len(found)])
        points, series = self.group.together(points, "SUM").tolist()
        # On average each value is once among those that are to be told.
        self.steps = max(1, round(points / self.values["prediction_length"] / (batch * count)))
        self.settings = {name: self.values[name] for name in SHAPE}
        self.settings["cardinality"] = self.cardinality(found)
        torch.manual_seed(self.values["seed"])
        self.net = Network(self.settings)
        # It starts from the first host's weights, and averages the gradients in every step.
        self.model = DistributedDataParallel(self.net) if count > 1 else self.net
        # The first backward pass settles where in the sums a gradient lies, and so how it is
        # rounded: here, so that a job that goes on rounds as one that was never stopped.
        self.loss_of(self.windows(found), self.draw(found)[0]).backward()
        self.optimizer = torch.optim.Adam(self.net.parameters(), self.values["learning_rate"])
        self.checkpoints = Checkpoints()
        say(
            f"{self.host.name} of {count}: {len(found)} of {series} series, {points} values in"
            f" all, {self.steps} steps of {batch * count} windows an epoch"
        )

    def cardinality(self, found):
        """Of each category, how many there are on all hosts together."""
        widths = {len(s.categories) for s in found + self.held_out}
        bounds = torch.tensor([max(widths), -min(widths)])
        most, least = self.group.together(bounds, "MAX").tolist()
        if most != -least:
            raise Mistake(
                f"some series have {most} numbers in their cat and others {-least}: all of them"
                " must have as many"
            )
        mine = [max(s.categories[n] for s in found) for n in range(most)]
        greatest = self.group.together(torch.tensor(mine, dtype=torch.int64), "MAX").tolist()
        for s in self.held_out:
            if any(own > known for own, known in zip(s.categories, greatest)):
                raise Mistake(
                    f"channel 'test' has a series of cat = {list(s.categories)}, and channel"
                    f" 'train' none above {greatest}: of what it never saw it can tell nothing"
                )
        return [value + 1 for value in greatest]

    def save(self):
        """The state is the same on all: the first host keeps it."""
        if self.host.is_first():
            self.checkpoints.save(
                self.epoch,
                self.step,
                {
                    "epoch": self.epoch,
                    "step": self.step,
                    "loss": self.loss,
                    "model": self.net.state_dict(),
                    "optimizer": self.optimizer.state_dict(),
                },
            )

    def resume(self):
        """All go on from what the first host finds."""
        state = self.group.of_first(self.checkpoints.latest())
        if state:
            self.net.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.epoch, self.step, self.loss = state["epoch"], state["step"], state["loss"]
            say(f"going on in epoch {self.epoch + 1} after step {self.step}")

    def draw(self, found):
        """This host's windows of the epoch, a batch a step: the same however often it begins."""
        random = numpy.random.default_rng([self.values["seed"], self.epoch, self.host.rank])
        length = self.values["context_length"] + self.values["prediction_length"]
        lengths = numpy.array([len(s.target) for s in found])
        series = random.integers(len(found), size=(self.steps, self.values["mini_batch_size"]))
        starts = random.integers(lengths[series] - length + 1)
        return list(zip(series, starts))

    def loss_of(self, windows, batch):
        context, ahead = self.values["context_length"], self.values["prediction_length"]
        values, times, categories = windows.take(*batch, context + ahead)
        lead = windows.lead
        scale = scale_of(values[:, lead : lead + context])
        values = values / scale
        parameters, _ = self.model(values[:, :-1], times, categories, scale)
        return -self.net.distribution(parameters).log_prob(values[:, lead:]).mean()

    def train_epoch(self, found):
        """False when it was stopped on the way."""
        began = time.monotonic()
        windows = self.windows(found)
        for batch in self.draw(found)[self.step :]:
            self.pace()
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss_of(windows, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), GREATEST_GRADIENT)
            self.optimizer.step()
            self.step += 1
            told = torch.tensor([loss.item(), self.stop.is_set()], dtype=torch.float64)
            sums, stops = self.group.together(told, "SUM").tolist()
            if not math.isfinite(sums):
                raise Mistake(
                    f"the loss came to {sums} in epoch {self.epoch}, step {self.step}: give the"
                    " hyperparameter learning_rate less"
                )
            self.loss += sums / self.host.count
            # TERM doesn't reach all at once, but all stop after the same step.
            if stops and self.step < self.steps:
                return False
        self.tell(f"epoch={self.epoch}, train loss", self.loss / self.steps)
        records = self.steps * self.values["mini_batch_size"] * self.host.count
        rate = records / (time.monotonic() - began)
        text = f"train throughput={rate:.0f} records/second"
        say(f"#throughput_metric: host={self.host.name}, {text}")
        return True

    def pace(self):
        """The rate of learning falls to nothing, step by step; what is drawn for dropout is new."""
        done = self.epoch * self.steps + self.step
        rate = self.values["learning_rate"] * (1 - done / (self.values["epochs"] * self.steps))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed((self.values["seed"] * 65_537 + done) * 1_009 + self.host.rank)

    def tell(self, name, value):
        """In the words of SageMaker's DeepAR."""
        say(f"#quality_metric: host={self.host.name}, {name} <loss>={value:.6g}")

    def evaluate(self):
        """The hosts share the series that were held out."""
        self.net.eval()
        torch.manual_seed(self.values["seed"])
        samples = self.values["num_eval_samples"]
        sums = evaluation.sums(self.net, self.settings, self.held_out, samples)
        for name, score in evaluation.scores(self.group.together(sums, "SUM")).items():
            self.tell(f"test {name}", score)

    def save_model(self):
        if not self.host.is_first():
            return
        text = json.dumps(self.settings, indent=2) + "\n"
        replace_file(
            BASE / "model/model.json", lambda path: path.write_text(text, encoding="utf-8")
        )
        file = BASE / "model/model.pt"
        replace_file(file, lambda path: torch.save(self.net.state_dict(), path))
        say(f"wrote {file}, {file.stat().st_size} bytes")
