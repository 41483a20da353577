"""A parameter server: a process that serves until its host's train, at the other end of its input, ends."""

import json
import os
import sys
import threading

sys.dont_write_bytecode = True

from tensorflow_c import checked, server_join, start_server  # noqa: E402


def leave_with_train():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=leave_with_train, daemon=True).start()
checked(server_join, start_server(json.loads(sys.argv[1]), "ps", int(sys.argv[2])))
