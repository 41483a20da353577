"""Exit codes, Docker's error messages, and the two streams that the NodeManager reads."""

import sys

INVALID_ARGUMENT_NUMBER = 1
INVALID_COMMAND_PROVIDED = 3
INVALID_NM_ROOT_DIRS = 5
SETUID_OPER_FAILED = 6
UNABLE_TO_EXECUTE_CONTAINER_SCRIPT = 7
UNABLE_TO_SIGNAL_CONTAINER = 8
INVALID_CONTAINER_PID = 9
INITIALIZE_USER_FAILED = 20
INVALID_CONTAINER_EXEC_PERMISSIONS = 22
INVALID_CONFIG_FILE = 24
SETSID_OPER_FAILED = 25
WRITE_PIDFILE_FAILED = 26
WRITE_CGROUP_FAILED = 27
DOCKER_RUN_FAILED = 29
FEATURE_DISABLED = 32
COULD_NOT_CREATE_SCRIPT_COPY = 33
COULD_NOT_CREATE_CREDENTIALS_COPY = 34
COULD_NOT_CREATE_WORK_DIRECTORIES = 35
COULD_NOT_CREATE_APP_LOG_DIRECTORIES = 36
COULD_NOT_CREATE_TMP_DIRECTORIES = 37
INVALID_CONTAINER_ID = 43

# What C's -1 looks like to the NodeManager.
GENERAL_FAILURE = 255

# Reasons why no Docker command is made; each ends in DOCKER_RUN_FAILED.
DOCKER_ERRORS = {
    48: "Buffer too small",
    49: "Invalid mount",
    50: "Invalid read-only mount",
    51: "Invalid read-write mount",
    52: "Mount access error",
    53: "Invalid docker command file passed",
    54: "Incorrect command",
    55: "Invalid docker container name",
    56: "Invalid docker image name",
    57: "Invalid docker user name",
    58: "Invalid docker inspect format",
    59: "Unknown docker command",
    60: "Invalid docker network",
    61: "Invalid docker ports mapping",
    62: "Invalid docker capability",
    63: "Privileged docker containers are disabled",
    64: "Invalid docker device",
    65: "Invalid docker stop command",
    66: "Invalid docker kill command",
    67: "Invalid docker volume-driver",
    68: "Invalid docker volume name",
    69: "Invalid docker volume command",
    70: "Docker host pid namespace is disabled",
    71: "Invalid docker pid namespace",
    72: "Docker image is not trusted",
    73: "Invalid docker tmpfs mount",
    74: "Invalid docker runtime",
    75: "Docker service mode disabled",
}
INVALID_MOUNT = 49
INVALID_RO_MOUNT = 50
INVALID_RW_MOUNT = 51
MOUNT_ACCESS_ERROR = 52
INVALID_DOCKER_COMMAND_FILE = 53
INVALID_DOCKER_CONTAINER_NAME = 55
INVALID_DOCKER_IMAGE_NAME = 56
INVALID_DOCKER_USER_NAME = 57
INVALID_DOCKER_INSPECT_FORMAT = 58
UNKNOWN_DOCKER_COMMAND = 59
INVALID_DOCKER_NETWORK = 60
INVALID_DOCKER_PORTS_MAPPING = 61
INVALID_DOCKER_CAPABILITY = 62
PRIVILEGED_DOCKER_CONTAINERS_DISABLED = 63
INVALID_DOCKER_DEVICE = 64
INVALID_DOCKER_STOP_COMMAND = 65
INVALID_DOCKER_KILL_COMMAND = 66
INVALID_DOCKER_VOLUME_DRIVER = 67
INVALID_DOCKER_VOLUME_NAME = 68
INVALID_DOCKER_VOLUME_COMMAND = 69
DOCKER_PID_HOST_DISABLED = 70
INVALID_DOCKER_PID_NAMESPACE = 71
INVALID_DOCKER_TMPFS_MOUNT = 73
INVALID_DOCKER_RUNTIME = 74
DOCKER_SERVICE_MODE_DISABLED = 75


class Refusal(Exception):
    """Ends the executor with an exit code."""

    def __init__(self, code, message=""):
        super().__init__(message)
        self.code = code
        self.message = message


class DockerRefusal(Exception):
    """No Docker command is made: one of DOCKER_ERRORS."""

    def __init__(self, number, *lines):
        super().__init__(number)
        self.number = number
        for line in lines:
            error(line)


def log(line):
    """To standard output: the NodeManager shows it in a failure's diagnostics, and else nowhere."""
    sys.stdout.write(line + "\n")


def error(line):
    """To standard error: in a failure's diagnostics as well."""
    sys.stderr.write(line + "\n")


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # The NodeManager doesn't listen any more.
            pass
