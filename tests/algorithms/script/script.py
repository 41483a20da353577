"""The user's script as a process: what it is given, and how it ends."""

import collections
import json
import os
import re
import signal
import subprocess
import sys
import threading

from code_directory import decoded
from contract import BASE, Failed, config, say

KEPT_LINES = 100


def own(hyperparameters):
    """Without those that speak to the image."""
    return {
        name: decoded(text)
        for name, text in sorted(hyperparameters.items())
        if not name.startswith("sagemaker_")
    }


def arguments(hyperparameters):
    return [word for name, text in own(hyperparameters).items() for word in (f"--{name}", text)]


def gpus():
    visible = os.environ.get("NVIDIA_VISIBLE_DEVICES", "")
    return 0 if visible in ("", "void", "none") else len(visible.split(","))


def environment(host, hyperparameters, code, entry):
    channels = sorted(config("inputdataconfig.json"))
    values = own(hyperparameters)
    variables = {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(code), os.environ.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
        "SM_CHANNELS": json.dumps(channels),
        "SM_CURRENT_HOST": host.name,
        "SM_HOSTS": json.dumps(host.all),
        "SM_HPS": json.dumps(values),
        "SM_INPUT_CONFIG_DIR": str(BASE / "input/config"),
        "SM_INPUT_DIR": str(BASE / "input"),
        "SM_MODEL_DIR": str(BASE / "model"),
        "SM_MODULE_DIR": str(code),
        "SM_NETWORK_INTERFACE_NAME": host.interface,
        "SM_NUM_CPUS": str(len(os.sched_getaffinity(0))),
        "SM_NUM_GPUS": str(gpus()),
        "SM_OUTPUT_DATA_DIR": str(BASE / "output/data"),
        "SM_OUTPUT_DIR": str(BASE / "output"),
        "SM_RESOURCE_CONFIG": json.dumps(config("resourceconfig.json")),
        "SM_USER_ARGS": json.dumps(arguments(hyperparameters)),
        "SM_USER_ENTRY_POINT": entry,
    }
    for name in channels:
        variables[f"SM_CHANNEL_{name.upper()}"] = str(BASE / "input/data" / name)
    for name, text in values.items():
        variables[f"SM_HP_{name.upper()}"] = text
    return variables


class Script:
    def __init__(self, code, entry, its_arguments, variables):
        self.entry = entry
        self.command = [sys.executable, entry, *its_arguments]
        self.settings = {"cwd": code, "env": variables}
        self.last = collections.deque(maxlen=KEPT_LINES)

    def run(self, stop):
        """Its exit code after TERM, which it hears as well; else a failure tells what it said."""
        say(f"runs {' '.join(self.command)}")
        with subprocess.Popen(self.command, stderr=subprocess.PIPE, **self.settings) as process:
            reader = threading.Thread(target=self.pass_on, args=(process.stderr,))
            reader.start()
            told = False
            while process.poll() is None:
                if stop.wait(0.1) and not told:
                    process.send_signal(signal.SIGTERM)
                    told = True
                elif told:
                    try:
                        process.wait(0.1)
                    except subprocess.TimeoutExpired:
                        pass
            reader.join()
        code = process.returncode
        if code == 0 or stop.is_set():
            return code if code >= 0 else 128 - code
        raise Failed(self.reason(code), code if code > 0 else 128 - code)

    def pass_on(self, stream):
        for line in stream:
            os.write(2, line)
            self.last.append(line.decode(errors="replace").rstrip())

    def reason(self, code):
        if code == -signal.SIGKILL:
            return (
                f"{self.entry} was killed, most likely because memory ran out: take smaller batches"
                " or an InstanceType with more memory"
            )
        said = [line for line in self.last if line.strip()]
        text = f"{self.entry} left with exit code {code}: {said[-1] if said else 'it said nothing'}"
        missing = re.search(r"No module named '([^']+)'", text)
        if missing:
            text += f". Name it in requirements.txt beside {self.entry}, or install it in the image"
        elif "unrecognized arguments" in text:
            text += (
                f". Every hyperparameter is an argument of {self.entry}: let it take this one, or"
                " take it out of HyperParameters"
            )
        elif "Address already in use" in text:
            text += ". Another job on the same node may have the port: choose another"
        elif "can't allocate memory" in text or text.endswith("MemoryError"):
            text += ". Take smaller batches or an InstanceType with more memory"
        return text
