"""Signals, deletions and lists as a user; GPUs and the removal of Docker containers as root."""

import os
import stat

from . import codes, identity
from .docker_client import DockerClient
from .docker_run import is_container_id

NVIDIA_MAJOR = "195"


def signal(user_name, pid, number, setup):
    user = identity.set_user(user_name, setup)
    if pid <= 0:
        return codes.INVALID_CONTAINER_PID
    identity.drop(user)
    try:
        os.killpg(pid, 0)
    except OSError:
        codes.log(f"Error signalling not exist process group {pid} with signal {number}")
        return codes.INVALID_CONTAINER_PID
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return codes.INVALID_CONTAINER_PID
    except OSError as failure:
        codes.log(
            f"Error signalling process group -{pid} with signal {number} - {failure.strerror}"
        )
        return codes.UNABLE_TO_SIGNAL_CONTAINER
    codes.log(f"Killing process group {pid} with {number}")
    return 0


def delete(user_name, target, bases, setup):
    """target: an absolute path, or one below each of the bases; may be empty with bases."""
    identity.set_user(user_name, setup)
    if not bases:
        return _delete(target, setup, target == "")
    result = 0
    for base in bases:
        try:
            status = os.stat(base)
        except FileNotFoundError:
            continue
        if not stat.S_ISDIR(status.st_mode):
            if target:
                codes.log(f'baseDir "{base}" is a file and cannot contain subdir "{target}".')
                return codes.GENERAL_FAILURE
            result = _delete(base, setup, False) or result
        else:
            path = f"{base}/{target}" if target else base
            result = _delete(path, setup, not target) or result
    return result


def _delete(path, setup, as_node_manager):
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return 0
    except OSError as failure:
        codes.log(f"Error while deleting {path}: {failure}")
        return codes.GENERAL_FAILURE
    if not stat.S_ISDIR(status.st_mode):
        return _unlink(os.unlink, path)
    failed = _delete_content(path)
    if failed:
        codes.log(f"Error while deleting {path}: {failed}")
        return codes.GENERAL_FAILURE
    try:
        os.rmdir(path)
        return 0
    except FileNotFoundError:
        return 0
    except PermissionError as failure:
        if not as_node_manager:
            codes.log(f"Couldn't delete directory {path} - {failure.strerror}")
            return codes.GENERAL_FAILURE
        with identity.As(setup.nm_uid, setup.nm_gid):
            return _unlink(os.rmdir, path)
    except OSError as failure:
        codes.log(f"Couldn't delete directory {path} - {failure.strerror}")
        return codes.GENERAL_FAILURE


def _unlink(how, path):
    try:
        how(path)
    except FileNotFoundError:
        pass
    except OSError as failure:
        codes.log(f"failed to unlink {path}: {failure.strerror}")
        return codes.GENERAL_FAILURE
    return 0


def _delete_content(directory):
    """The first failure; goes on after it."""
    failed = None
    try:
        if stat.S_IMODE(os.lstat(directory).st_mode) & 0o700 != 0o700:
            os.chmod(directory, 0o700)
        entries = list(os.scandir(directory))
    except FileNotFoundError:
        # Somebody else deletes here as well.
        return None
    except OSError as failure:
        return failure
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                failed = failed or _delete_content(entry.path)
                os.rmdir(entry.path)
            else:
                os.unlink(entry.path)
        except FileNotFoundError:
            pass
        except OSError as failure:
            failed = failed or failure
    return failed


def list_directory(user_name, target, setup):
    identity.set_user(user_name, setup)
    try:
        if not stat.S_ISDIR(os.stat(target).st_mode):
            codes.log(target)
        else:
            for name in os.listdir(target):
                codes.log(name)
    except OSError as failure:
        codes.log(f"Could not read directory {target} - {failure.strerror}")
        return codes.GENERAL_FAILURE
    return 0


def remove_docker_container(arguments, setup):
    hierarchy, container = arguments if len(arguments) == 2 else (None, arguments[0])
    if not is_container_id(container):
        raise codes.Refusal(codes.DOCKER_RUN_FAILED, f"Invalid container_id: {container}")
    code = codes.DOCKER_RUN_FAILED if DockerClient(setup).call(["rm", "-f", container]) else 0
    if hierarchy is None:
        return code
    if ".." in hierarchy:
        return codes.GENERAL_FAILURE
    result = 0
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            kind, directory = line.split(" ")[:2]
            if kind != "cgroup":
                continue
            try:
                os.rmdir(f"{directory}/{hierarchy}/{container}")
            except FileNotFoundError:
                pass
            except OSError as failure:
                codes.error(f"clean_docker_cgroups: Failed to rmdir cgroup, {failure}")
                result = codes.GENERAL_FAILURE
    return result


def deny_gpus(arguments, setup):
    """``--container_id CID [--excluded_gpus 0,1]``: closes devices to the container's cgroup."""
    if setup.cfg.value("gpu", "module.enabled") != "true":
        codes.log("Module gpu is disabled")
        raise codes.Refusal(
            codes.GENERAL_FAILURE, "Please make sure gpu module is enabled before using it."
        )
    options = _gpu_options(arguments)
    container = options.get("--container_id")
    if container is None or not is_container_id(container):
        raise codes.Refusal(1, f"Specified container_id={container} is invalid")
    excluded = options.get("--excluded_gpus")
    if excluded is None:
        codes.error("is not specified, skip cgroups call.")
        return 0
    minors = excluded.split(",")
    if not all(minor.isdecimal() for minor in minors):
        raise codes.Refusal(
            1, f"Failed to get minor devices number from command line, value={excluded}"
        )
    allowed = setup.cfg.values("gpu", "gpu.allowed-device-minor-numbers")
    for minor in minors:
        if allowed is not None and minor not in allowed:
            raise codes.Refusal(
                codes.GENERAL_FAILURE,
                f"Trying to blacklist device with minor-number={minor} which is not on allowed list",
            )
    major = setup.cfg.value("gpu", "gpu.major-device-number") or NVIDIA_MAJOR
    root = setup.cfg.value("cgroups", "root")
    hierarchy = setup.cfg.value("cgroups", "yarn-hierarchy")
    if not root or not hierarchy:
        raise codes.Refusal(
            codes.GENERAL_FAILURE,
            "Failed to get cgroups path to write, it should be a configuration issue",
        )
    file = f"{root}/devices/{hierarchy.strip('/')}/{container}/devices.deny"
    for minor in minors:
        value = f"c {major}:{minor} rwm"
        codes.error(f"CGroups: Updating cgroups, path={file}, value={value}")
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_APPEND)
            os.write(descriptor, value.encode())
            os.close(descriptor)
        except OSError as failure:
            raise codes.Refusal(
                codes.GENERAL_FAILURE, f"CGroups: Failed to update cgroups - {failure}"
            ) from None
    return 0


def _gpu_options(arguments):
    options = {}
    rest = list(arguments)
    while rest:
        name, _, value = rest.pop(0).partition("=")
        if name not in ("--container_id", "--excluded_gpus"):
            raise codes.Refusal(1, f"Unknown option in gpu command {name}")
        if not value:
            if not rest:
                raise codes.Refusal(1, f"{name} needs a value")
            value = rest.pop(0)
        options[name] = value
    return options
