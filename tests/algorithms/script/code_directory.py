"""Where the user's script is, and what it wants installed."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

from contract import BASE, Mistake, channel, say

ARCHIVE = "sourcedir.tar.gz"


def find_code(work):
    """The directory, and what users call it: the channel 'code', else what the image brings."""
    if channel("code", "File", optional=True) is None:
        return Path(__file__).resolve().parent / "code", "the image's directory 'code'"
    directory = BASE / "input/data/code"
    archive = directory / ARCHIVE
    if not archive.is_file():
        return directory, "channel 'code'"
    unpacked = work / "code"
    try:
        with tarfile.open(archive) as members:
            members.extractall(unpacked, filter="data")
    except (tarfile.TarError, OSError) as e:
        raise Mistake(f"{ARCHIVE} of channel 'code' can't be unpacked: {e}") from e
    return unpacked, f"{ARCHIVE} of channel 'code'"


def decoded(text):
    """SageMaker's Python SDK encodes every value as JSON, other clients don't."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def program(code, place, hyperparameters):
    name = decoded(
        hyperparameters.get("sagemaker_program", os.environ.get("SAGEMAKER_PROGRAM", "train.py"))
    )
    if (code / name).is_file():
        return name
    there = sorted(p.name for p in code.glob("*")) if code.is_dir() else []
    raise Mistake(
        f"there is no script '{name}' in {place}, which has {', '.join(there) or 'nothing'}: name"
        " it in the hyperparameter sagemaker_program, or put it there"
    )


def install_requirements(code, work):
    """Variables that let the script find them; a directory 'wheels' beside stands for the index."""
    requirements = code / "requirements.txt"
    if not requirements.is_file():
        return {}
    wheels = code / "wheels"
    index = ["--no-index", "--find-links", str(wheels)] if wheels.is_dir() else []
    command = [sys.executable, "-m", "pip", "install", "--user", "--break-system-packages"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "--retries", "1", "--timeout", "10"]
    command += [*index, "-r", str(requirements)]
    variables = {"PYTHONUSERBASE": str(work / "packages")}
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    say(done.stdout.rstrip())
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR: ")]
        raise Mistake(
            f"requirements.txt can't be installed: {(errors or [done.stdout[-200:]])[0]}. Where"
            " nodes don't reach a package index, put the wheels into the directory 'wheels' beside"
            " it, or install them in the image"
        )
    return variables
