"""The training loop: every step is all hosts' or none's."""

import time

import digits
import torch
from checkpoints import Checkpoints
from contract import BASE, TERMINATED, replace_file, say
from gloo import Group, lost
from torch import nn
from torch.nn.parallel import DistributedDataParallel

STEPS_BETWEEN_QUESTIONS = 20


class Scaled(nn.Module):
    """Values to mean 0 and deviation 1, as the training data has them; part of the model."""

    def __init__(self, mean, deviation):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)

    def forward(self, values):
        return (values - self.mean) / self.deviation


class Training:
    def __init__(self, host, values, stop):
        self.host = host
        self.values = values
        self.stop = stop
        self.epoch = 0
        self.step = 0

    def run(self):
        torch.set_num_threads(self.values["threads"])
        classes = self.values["num_class"]
        self.inputs, self.labels = digits.share(self.host, classes)
        self.held_out = digits.held_out(classes)
        self.group = Group(self.host, self.values["port"], self.values["meeting_seconds"])
        try:
            return self.train()
        except RuntimeError as e:
            if self.host.count == 1 or "can't allocate memory" in str(e):
                raise
            raise lost(self.host, f"in epoch {self.epoch + 1}", e) from e

    def train(self):
        self.prepare()
        self.resume()
        while self.epoch < self.values["epochs"]:
            if not self.train_epoch():
                self.save()
                self.save_model()
                say(f"stopped in epoch {self.epoch + 1} after step {self.step}")
                return TERMINATED
            self.epoch, self.step = self.epoch + 1, 0
            interval = self.values["checkpoint_epochs"]
            if interval and self.epoch % interval == 0:
                self.save()
        self.save_model()
        self.group.leave()
        return 0

    def prepare(self):
        # The rows of all hosts, so that the model doesn't depend on how they were dealt out.
        width = self.inputs.shape[1]
        sums = torch.stack([self.inputs.double().sum(0), self.inputs.double().square().sum(0)])
        sums = torch.cat([sums.flatten(), torch.tensor([len(self.inputs)], dtype=torch.float64)])
        self.group.together(sums, "SUM")
        rows = sums[-1]
        mean = sums[:width] / rows
        variance = (sums[width : 2 * width] / rows - mean.square()).clamp_min(0)
        scaled = Scaled(mean.float(), variance.sqrt().clamp_min(1e-6).float())
        torch.manual_seed(self.values["seed"])
        hidden, classes = self.values["hidden"], self.values["num_class"]
        self.net = nn.Sequential(
            scaled, nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, classes)
        )
        # It starts from the first host's weights, and averages the gradients in every step.
        self.model = DistributedDataParallel(self.net) if self.host.count > 1 else self.net
        # The first backward pass settles where in the sums a gradient lies, and so how it is
        # rounded: here, so that a job that goes on rounds as one that was never stopped.
        self.model(self.inputs[:1]).sum().backward()
        self.optimizer = torch.optim.SGD(
            self.net.parameters(), self.values["learning_rate"], momentum=0.9
        )
        a_step = self.values["batch_size"] * self.host.count
        self.steps = max(1, round(int(rows) / a_step))
        self.checkpoints = Checkpoints()
        say(
            f"{self.host.name} of {self.host.count}: {len(self.inputs)} of {int(rows)} rows,"
            f" {self.steps} steps of {a_step} rows an epoch"
        )

    def save(self):
        """The state is the same on all: the first host keeps it."""
        if self.host.is_first():
            self.checkpoints.save(
                self.epoch,
                self.step,
                {
                    "epoch": self.epoch,
                    "step": self.step,
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
            self.epoch, self.step = state["epoch"], state["step"]
            say(f"going on in epoch {self.epoch + 1} after step {self.step}")

    def order(self):
        """This host's rows for the epoch: the same ones however often it is begun anew."""
        seed = (self.values["seed"] * 1_000_003 + self.epoch) * 65_537 + self.host.rank
        shuffle = torch.Generator().manual_seed(seed)
        wanted = self.steps * self.values["batch_size"]
        rounds = -(-wanted // len(self.inputs))
        rows = [torch.randperm(len(self.inputs), generator=shuffle) for _ in range(rounds)]
        return torch.cat(rows)[:wanted].split(self.values["batch_size"])

    def train_epoch(self):
        """False when it was stopped on the way."""
        began = time.monotonic()
        loss_of = nn.functional.cross_entropy
        for rows in self.order()[self.step :]:
            # TERM doesn't reach all at once, but all stop after the same step.
            if self.step % STEPS_BETWEEN_QUESTIONS == 0 and self.told_to_stop():
                return False
            self.optimizer.zero_grad(set_to_none=True)
            loss = loss_of(self.model(self.inputs[rows]), self.labels[rows])
            loss.backward()
            self.optimizer.step()
            self.step += 1
        self.report(loss.item(), time.monotonic() - began)
        return True

    def told_to_stop(self):
        flag = torch.tensor([int(self.stop.is_set())])
        return self.group.together(flag, "MAX").item() > 0

    def report(self, loss, seconds):
        self.net.eval()
        line = f"epoch={self.epoch + 1} loss={loss:.4f}"
        if self.held_out:
            inputs, labels = self.held_out
            with torch.no_grad():
                right = (self.net(inputs).argmax(1) == labels).sum().item()
            line += f" validation-accuracy={right / len(labels):.4f}"
        self.net.train()
        rows = self.steps * self.values["batch_size"] * self.host.count
        say(f"{line} rows-per-second={rows / seconds:.0f}")

    def save_model(self):
        if not self.host.is_first():
            return
        file = BASE / "model/model.pt"
        # Not as TorchScript, whose text comes in another order each time.
        replace_file(file, lambda path: torch.save(self.net.state_dict(), path))
        say(f"wrote {file}, {file.stat().st_size} bytes")
