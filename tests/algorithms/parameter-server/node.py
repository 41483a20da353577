"""One process of ps-lite: the scheduler, a server or a worker.

Its host's train starts it, tells it what to do by the socket that is its standard input, and hears
from it there. It ends when that closes.
"""

import os
import signal
import socket
import sys
import threading
import traceback

sys.dont_write_bytecode = True

from contract import TOLD, Lost, explain  # noqa: E402
from links import Link  # noqa: E402


def leave(code):
    """Not by way of MXNet's destructors, which wait for peers."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def hear(parent, workers):
    """To the end: what a worker has seen last is saved, even while it waits for a server."""
    try:
        parent.receive()
        for worker in workers:
            worker.save()
    except Lost:
        pass
    leave(1)


def act(parent, order):
    # MXNet reads its environment when it is loaded.
    os.environ.update(order["environment"])
    workers = []
    threading.Thread(target=hear, args=(parent, workers), daemon=True).start()
    # pylint: disable=import-outside-toplevel
    if order["role"] == "worker":
        from worker import Worker

        workers.append(Worker(parent, order))
        workers[0].run()
    else:
        from server import serve

        serve(order["values"]["learning_rate"])


def main():
    # TERM is for this host's train, which lets us save.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    parent = Link(socket.socket(fileno=0), "train")
    try:
        act(parent, parent.receive())
        leave(0)
    except BaseException as e:  # pylint: disable=broad-except
        if not isinstance(e, TOLD):
            traceback.print_exc()
        try:
            parent.send(**{"broken" if isinstance(e, Lost) else "failed": explain(e)})
        except Lost:
            pass
        leave(1)


main()
