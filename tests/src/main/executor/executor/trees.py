"""The directories and files of users, applications and containers, with their owners and modes."""

import os
import stat

from . import codes
from .identity import As

# The set-group-id bit gives what is made below to the NodeManager's group.
USER_DIRECTORY = 0o2750
APPLICATION_DIRECTORY = 0o750
CONTAINER_DIRECTORY = 0o710
CONTAINER_LOGS = 0o750


class Container:
    """One container's places: what the launch commands name on the command line."""

    def __init__(self, owner, application, container, work, local_dirs, log_dirs):
        for part in (owner, application, container):
            if not part or "/" in part or part in (".", ".."):
                raise codes.Refusal(
                    codes.COULD_NOT_CREATE_WORK_DIRECTORIES, f"'{part}' is no name of a directory"
                )
        self.owner = owner
        self.application = application
        self.container = container
        self.work = work
        self.local_dirs = local_dirs
        self.log_dirs = log_dirs
        for path in [*local_dirs, *log_dirs, *([work] if work else [])]:
            if ".." in path:
                raise codes.Refusal(
                    codes.COULD_NOT_CREATE_WORK_DIRECTORIES,
                    "Unsupported container directory path detected.",
                )

    def user_dirs(self):
        return [f"{local}/usercache/{self.owner}" for local in self.local_dirs]

    def app_dirs(self):
        return [f"{user}/appcache/{self.application}" for user in self.user_dirs()]

    def container_dirs(self):
        return [f"{app}/{self.container}" for app in self.app_dirs()]

    def app_log_dirs(self):
        return [f"{log}/{self.application}" for log in self.log_dirs]

    def container_log_dirs(self):
        return [f"{log}/{self.container}" for log in self.app_log_dirs()]


def owned_by_node_manager(directory, setup):
    try:
        return os.stat(directory).st_uid == setup.nm_uid
    except OSError as failure:
        codes.log(f"Error checking file stats for {directory} {failure.strerror}.")
        return False


def user_directories(container, user, setup):
    for local, directory in zip(container.local_dirs, container.user_dirs()):
        if not owned_by_node_manager(local, setup):
            raise codes.Refusal(codes.INITIALIZE_USER_FAILED, "Could not create user dir")
        try:
            _directory_for_user(directory, user, setup)
        except OSError as failure:
            raise codes.Refusal(
                codes.INITIALIZE_USER_FAILED, f"Could not create user dir: {failure}"
            ) from None


def log_directories(directories, container, user, setup):
    """
    directories: the application's or the container's, one for each log directory.
    """
    made = False
    for root, directory in zip(container.log_dirs, directories):
        if owned_by_node_manager(root, setup):
            try:
                _directory_for_user(directory, user, setup)
            except OSError as failure:
                raise codes.Refusal(
                    codes.GENERAL_FAILURE, f"Could not create log dirs: {failure}"
                ) from None
            made = True
    if not made:
        raise codes.Refusal(codes.GENERAL_FAILURE, "Did not create any log directories")


def _directory_for_user(path, user, setup):
    with As(0, setup.nm_gid):
        try:
            os.mkdir(path)
        except FileExistsError:
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                raise
        os.chown(path, user.uid, setup.nm_gid)
        os.chmod(path, USER_DIRECTORY)


def application_directories(container):
    """As the user. Returns the first that could be made."""
    made = [path for path in container.app_dirs() if _make(path, APPLICATION_DIRECTORY)]
    if not made:
        codes.log("Did not create any app directories")
        raise codes.Refusal(codes.COULD_NOT_CREATE_WORK_DIRECTORIES)
    return made[0]


def container_directories(container, setup):
    """As the user: the working, log and temporary directories. Returns the log directory."""
    works = [
        path
        for local, path in zip(container.local_dirs, container.container_dirs())
        if owned_by_node_manager(local, setup) and _make(path, CONTAINER_DIRECTORY)
    ]
    if not works:
        raise codes.Refusal(
            codes.COULD_NOT_CREATE_WORK_DIRECTORIES, "Could not create container dirs"
        )
    if container.work not in container.container_dirs():
        raise codes.Refusal(
            codes.COULD_NOT_CREATE_WORK_DIRECTORIES,
            f"{container.work} is no directory of {container.container}",
        )
    logs = [path for path in container.container_log_dirs() if _make(path, CONTAINER_LOGS)]
    if not logs:
        raise codes.Refusal(
            codes.COULD_NOT_CREATE_APP_LOG_DIRECTORIES, "Could not create container dirs"
        )
    for name in ("tmp", "private_slash_tmp", "private_var_slash_tmp"):
        path = f"{container.work}/{name}"
        if not _make(path, CONTAINER_DIRECTORY):
            raise codes.Refusal(
                codes.COULD_NOT_CREATE_TMP_DIRECTORIES, f"Could not create tmp_dir: {path}"
            )
        os.chmod(path, CONTAINER_DIRECTORY)
    return logs[-1]


def docker_directories(container):
    """As the user: what a Docker container's mounts need beyond the others."""
    for directory in container.user_dirs():
        try:
            os.mkdir(f"{directory}/filecache", CONTAINER_DIRECTORY)
        except FileExistsError:
            pass
        except OSError as failure:
            raise codes.Refusal(
                codes.INITIALIZE_USER_FAILED, f"Could not create user filecache directory: {failure}"
            ) from None
    made = False
    for directory in container.container_dirs():
        try:
            os.mkdir(f"{directory}/sysfs", CONTAINER_DIRECTORY)
            made = True
        except OSError:
            pass
    if not made:
        raise codes.Refusal(
            codes.GENERAL_FAILURE, "Could not create user yarn sysfs directory"
        )


def _make(path, mode):
    """With its parents; false where it can't be made, or is there with another mode."""
    try:
        parent = "/"
        parts = path.strip("/").split("/")
        for part in parts:
            parent = os.path.join(parent, part)
            try:
                os.mkdir(parent, mode)
            except FileExistsError:
                pass
        status = os.stat(path)
    except OSError as failure:
        codes.log(f"Can't create directory {path} - {failure.strerror}")
        return False
    actual = stat.S_IMODE(status.st_mode) & 0o777
    if not stat.S_ISDIR(status.st_mode) or actual != mode:
        codes.log(f"Path {path} has permission {actual:o} but needs permission {mode:o}.")
        return False
    return True


def open_as_node_manager(path, setup, what):
    try:
        with As(setup.nm_uid, setup.nm_gid):
            return os.open(path, os.O_RDONLY)
    except OSError as failure:
        codes.log(f"Can't open file {path} as node manager - {failure.strerror}")
        raise codes.Refusal(codes.INVALID_NM_ROOT_DIRS, f"Could not open {what}") from None


def copy(source, destination, mode, code):
    """From a descriptor, which is closed, to a file that must not exist."""
    try:
        target = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except OSError as failure:
        codes.log(f"Can't open {destination} for output - {failure.strerror}")
        raise codes.Refusal(code, f"Could not create copy file {destination}") from None
    while True:
        block = os.read(source, 1 << 17)
        if not block:
            break
        os.write(target, block)
    os.close(target)
    os.close(source)


def write_as_node_manager(path, text, setup):
    """Replaces the file in one step; the temporary one must not exist."""
    with As(setup.nm_uid, setup.nm_gid):
        target = os.open(path + ".tmp", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
        os.write(target, text.encode())
        os.close(target)
        os.rename(path + ".tmp", path)
