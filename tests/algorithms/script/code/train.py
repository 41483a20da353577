"""A user's script as it would be brought to SageMaker: it holds nothing of Heddle.

A convolutional network that tells 8x8 digits apart, on one host or on several.
"""

import argparse
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=29094)
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    return parser.parse_args()


def load(directory):
    files = sorted(Path(directory).glob("*.csv"))
    rows = np.concatenate([np.loadtxt(f, delimiter=",", dtype=np.float32, ndmin=2) for f in files])
    images = torch.from_numpy(rows[:, 1:]).reshape(-1, 1, 8, 8) / 16
    return images, torch.from_numpy(rows[:, 0].astype(np.int64))


def network():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 10),
    )


def meet(hosts, rank, port):
    os.environ["MASTER_ADDR"] = hosts[0]
    os.environ["MASTER_PORT"] = str(port)
    os.environ["GLOO_SOCKET_IFNAME"] = os.environ["SM_NETWORK_INTERFACE_NAME"]
    patience = timedelta(minutes=2)
    dist.init_process_group("gloo", rank=rank, world_size=len(hosts), timeout=patience)


def main():
    args = parse()
    hosts = json.loads(os.environ["SM_HOSTS"])
    rank = hosts.index(os.environ["SM_CURRENT_HOST"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    images, labels = load(args.train)
    net = model = network()
    steps = torch.tensor([len(images) // args.batch_size])
    if len(hosts) > 1:
        meet(hosts, rank, args.port)
        model = DistributedDataParallel(net)
        # Hosts may have been given more or fewer rows, and all must make the same steps.
        dist.all_reduce(steps, dist.ReduceOp.MIN)
    optimizer = torch.optim.Adam(net.parameters(), args.learning_rate)
    for epoch in range(args.epochs):
        order = torch.randperm(len(images)).split(args.batch_size)
        for rows in order[: steps.item()]:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
            loss.backward()
            optimizer.step()
        line = f"epoch={epoch + 1} loss={loss.item():.4f}"
        if args.validation:
            held_out, answers = load(args.validation)
            with torch.no_grad():
                accuracy = (net(held_out).argmax(1) == answers).float().mean().item()
            line += f" validation-accuracy={accuracy:.4f}"
        print(line)
    if rank == 0:
        torch.save(net.state_dict(), Path(args.model_dir) / "model.pt")
    if len(hosts) > 1:
        dist.barrier()


main()
