"""Where the hosts find XGBoost's tracker, which the first of them runs."""

import socket
import threading
import time

from contract import Lost, address, await_address, open_port, unreachable
from xgboost import RabitTracker, collective


class Meeting:
    """The tracker takes any free port: a given one can't be bound again for a minute after its
    connections closed. It is told to whoever asks at the meeting port of the first host.
    """

    def __init__(self, host, port, seconds):
        self.host = host
        self.port = port
        self.seconds = seconds
        self.tracker = None
        if host.is_first():
            # This host's own address: others of this job, or other jobs, may share its network.
            own = address(host.name)
            door = open_port(host, port, "meeting_port", own)
            self.tracker = RabitTracker(own, host.count, sortby="task")
            self.tracker.start(host.count)
            threading.Thread(target=self.answer, args=(door,), daemon=True).start()

    def answer(self, door):
        while True:
            peer, _ = door.accept()
            with peer:
                peer.sendall(f"{self.tracker.port}\n".encode())

    def ask(self, place):
        """The tracker's port; its host may listen later than we ask."""
        deadline = time.monotonic() + self.seconds
        while True:
            try:
                with socket.create_connection((place, self.port), timeout=5) as door:
                    return int(door.makefile().readline())
            except (OSError, ValueError) as e:
                if time.monotonic() > deadline:
                    raise Lost(unreachable(self.host, place, self.port, e, self.seconds)) from e
                time.sleep(0.1)

    def join(self):
        place = await_address(self.host.first, self.seconds)
        port = self.ask(place)
        # Ranks go by the sorted task ids: the same job adds up in the same order each time.
        collective.init(
            DMLC_TRACKER_URI=place, DMLC_TRACKER_PORT=port, DMLC_TASK_ID=self.host.name
        )

    def leave(self):
        collective.finalize()
        if self.tracker:
            # It is done when the last of the others has left, too.
            self.tracker.thread.join(self.seconds)
