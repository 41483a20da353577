"""Which mounts a trusted image may have."""

import os
import re
import stat

from . import codes

VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*\Z")
PROPAGATIONS = ("shared", "rshared", "slave", "rslave", "private", "rprivate")


class Mount:
    def __init__(self, source, destination, options):
        self.source = source
        self.destination = destination
        self.options = options

    def argument(self):
        return f"{self.source}:{self.destination}:{','.join(self.options)}"


def parse(text):
    parts = text.split(":")
    if len(parts) != 3:
        raise codes.DockerRefusal(codes.INVALID_MOUNT, f"Invalid docker mount '{text}'")
    options = parts[2].split("+")
    known = [o for o in options if o in ("ro", "rw") or o in PROPAGATIONS]
    modes = [o for o in options if o in ("ro", "rw")]
    if known != options or len(modes) != 1 or len(options) > 2:
        raise codes.DockerRefusal(
            codes.INVALID_MOUNT,
            f"Invalid docker mount options '{text}'",
            f"Invalid mount '{text}'",
        )
    return Mount(parts[0], parts[1], options)


def validate(mounts, setup):
    permitted_ro = _permitted(setup, "docker.allowed.ro-mounts")
    permitted_rw = _permitted(setup, "docker.allowed.rw-mounts")
    for mount in mounts:
        _validate(mount, permitted_ro, permitted_rw, setup)


def _permitted(setup, key):
    normalised = []
    for path in setup.cfg.values("docker", key) or []:
        real = path if path.startswith("regex:") else _normalise(path)
        if real is None:
            raise codes.DockerRefusal(
                codes.MOUNT_ACCESS_ERROR, "Unable to find permitted mounts on disk"
            )
        normalised.append(real)
    return normalised


def _validate(mount, permitted_ro, permitted_rw, setup):
    where = f"src='{mount.source}', dest='{mount.destination}'"
    source = _normalise(mount.source)
    if source is None:
        raise codes.DockerRefusal(codes.INVALID_MOUNT, f"Invalid mount {where}")
    writable = _covers(permitted_rw, source)
    if "rw" in mount.options:
        if not writable:
            raise codes.DockerRefusal(
                codes.INVALID_RW_MOUNT, f"Configuration does not allow mount {where}"
            )
        if _covers([source], setup.path):
            raise codes.DockerRefusal(
                codes.INVALID_RW_MOUNT,
                "Attempting to mount a parent directory of container-executor.cfg as read-write."
                f" {where}",
            )
    elif not writable and not _covers(permitted_ro, source):
        raise codes.DockerRefusal(
            codes.INVALID_RO_MOUNT, f"Configuration does not allow mount {where}"
        )


def _normalise(path):
    """The real path, with a slash at a directory's end; a volume's name as it is."""
    try:
        real = os.path.realpath(path, strict=True)
        status = os.stat(real)
    except OSError:
        if VOLUME_NAME.match(path):
            return path
        codes.error(f"Could not determine real path of mount '{path}'")
        return None
    return real.rstrip("/") + "/" if stat.S_ISDIR(status.st_mode) else real


def _covers(permitted, path):
    for candidate in permitted:
        if candidate.startswith("regex:"):
            if VOLUME_NAME.match(path) and re.search(candidate[len("regex:") :], path):
                return True
        elif path == candidate or (candidate.endswith("/") and path.startswith(candidate)):
            return True
    return False
