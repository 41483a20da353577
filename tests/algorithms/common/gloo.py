"""PyTorch's process group over gloo, one process a host; shared by the samples in PyTorch."""

import os
from datetime import timedelta

import torch.distributed as dist
from contract import ATTEMPT, JOB_NAME, Lost, await_address, say

SILENCE_SECONDS = 600


class Group:
    """All hosts, in the order of their names; the first has the store where they meet."""

    def __init__(self, host, port, meeting_seconds):
        self.host = host
        self.patience = timedelta(seconds=meeting_seconds)
        self.store = None
        if host.count == 1:
            return
        # What gloo takes by itself is the address of the machine's own name, often 127.0.1.1.
        os.environ.setdefault("GLOO_SOCKET_IFNAME", host.interface)
        place = await_address(host.first, meeting_seconds)
        try:
            store = dist.TCPStore(
                place,
                port,
                host.count,
                host.is_first(),
                self.patience,
                wait_for_workers=False,
            )
            # Another job, or a former attempt, at the same place must not be met.
            self.store = dist.PrefixStore(f"{JOB_NAME}/{ATTEMPT}", store)
            self.store.set(f"here/{host.name}", "")
            self.await_all("here")
            dist.init_process_group(
                "gloo",
                store=self.store,
                rank=host.rank,
                world_size=host.count,
                timeout=timedelta(seconds=SILENCE_SECONDS),
            )
        except RuntimeError as e:
            raise Lost(f"the hosts did not all meet at {host.first}:{port}: {e}") from e
        say(f"{host.name} is rank {host.rank} of {host.count}; they met at {host.first}:{port}")

    def await_all(self, place):
        keys = [f"{place}/{name}" for name in self.host.all]
        for key in keys:
            try:
                self.store.wait([key], self.patience)
            except RuntimeError as e:
                raise Lost(f"{key.rpartition('/')[2]} did not come: {e}") from e

    def together(self, tensor, operation):
        """The tensor becomes what all hosts' come to."""
        if self.store:
            dist.all_reduce(tensor, getattr(dist.ReduceOp, operation))
        return tensor

    def of_first(self, value):
        """What the first host has for it, on all."""
        if not self.store:
            return value
        values = [value]
        dist.broadcast_object_list(values, 0)
        return values[0]

    def leave(self):
        """When all are done: who leaves early resets connections that others still read."""
        if not self.store:
            return
        self.store.set(f"done/{self.host.name}", "")
        self.await_all("done")
        self.store.set(f"left/{self.host.name}", "")
        if self.host.is_first():
            try:
                self.await_all("left")
            except Lost:
                pass  # The model is there, and that is what counts.


def lost(host, when, cause):
    """Of an operation with all hosts that failed."""
    return Lost(f"{host.name} lost a peer {when}; what that one said tells why: {cause}")
