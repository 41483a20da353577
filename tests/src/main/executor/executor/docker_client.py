"""Calls of the docker client, and the client's commands other than ``run``."""

import os
import re

from . import cfg, codes
from .docker_run import IMAGE_NAME, SECTION, DockerRun, container_name
from .mounts import VOLUME_NAME

INSPECT_FORMATS = (
    "{{.State.Status}}",
    "{{range(.NetworkSettings.Networks)}}{{.IPAddress}},{{end}}{{.Config.Hostname}}",
    "{{json .NetworkSettings.Ports}}",
    "{{.State.Status}},{{.Config.StopSignal}}",
)


class DockerClient:
    def __init__(self, setup):
        self._setup = setup
        self.binary = (
            setup.cfg.value("docker", "docker.binary")
            or setup.cfg.value("", "docker.binary")
            or "/usr/bin/docker"
        )

    def command(self, file):
        """The whole command line for a command file, or the end of the executor."""
        try:
            command = cfg.read(file)
            arguments = [self.binary]
            configuration = command.value(SECTION, "docker-config")
            if configuration is not None:
                arguments.append(f"--config={configuration}")
            return arguments + self._arguments(command), command
        except cfg.Malformed as malformed:
            codes.error(str(malformed))
            raise self._failed(codes.INVALID_DOCKER_COMMAND_FILE) from None
        except codes.DockerRefusal as refusal:
            raise self._failed(refusal.number) from None

    @staticmethod
    def _failed(number):
        return codes.Refusal(
            codes.DOCKER_RUN_FAILED,
            f"Error constructing docker command, docker error code={number},"
            f" error message='{codes.DOCKER_ERRORS.get(number, 'Unknown error code')}'",
        )

    def _arguments(self, command):
        name = command.value(SECTION, "docker-command")
        if name == "run":
            return DockerRun(command, self._setup).arguments()
        make = {
            "inspect": _inspect,
            "kill": _kill,
            "pull": _pull,
            "rm": lambda c: ["rm", "-f", container_name(c)],
            "start": lambda c: ["start", container_name(c)],
            "stop": _stop,
            "images": _images,
            "volume": self._volume,
        }.get(name)
        if make is None:
            raise codes.DockerRefusal(codes.UNKNOWN_DOCKER_COMMAND)
        return make(command)

    def _volume(self, command):
        sub_command = command.value(SECTION, "sub-command")
        if sub_command == "ls":
            format_ = command.value(SECTION, "format")
            return ["volume", "ls"] + ([f"--format={format_}"] if format_ else [])
        if sub_command != "create":
            raise codes.DockerRefusal(
                codes.INVALID_DOCKER_VOLUME_COMMAND,
                '"create/ls" are the only acceptable sub-command of volume,'
                f' input sub_command="{sub_command}"',
            )
        volume = command.value(SECTION, "volume")
        if volume is None or not VOLUME_NAME.match(volume):
            raise codes.DockerRefusal(
                codes.INVALID_DOCKER_VOLUME_NAME, f"{volume} is not a valid volume name."
            )
        driver = command.value(SECTION, "driver")
        permitted = self._setup.cfg.values("docker", "docker.allowed.volume-drivers") or []
        if driver not in permitted:
            raise codes.DockerRefusal(
                codes.INVALID_DOCKER_VOLUME_DRIVER,
                f"{driver} is not permitted docker.allowed.volume-drivers",
            )
        return ["volume", "create", f"--name={volume}", f"--driver={driver}"]

    def execute(self, arguments):
        """Becomes the client."""
        codes.flush()
        try:
            os.execv(self.binary, arguments)
        except OSError as failure:
            raise codes.Refusal(
                codes.DOCKER_RUN_FAILED,
                f"Couldn't execute the container launch with args {self.binary} -"
                f" {failure.strerror}",
            ) from None

    def call(self, arguments):
        """Runs the client to its end; its output goes where the executor's goes."""
        codes.flush()
        pid = os.posix_spawn(self.binary, [self.binary, *arguments], os.environ)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def output(self, arguments):
        """What the client prints, or None where it fails."""
        codes.flush()
        reading, writing = os.pipe()
        pid = os.posix_spawn(
            self.binary,
            [self.binary, *arguments],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)],
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return text.strip() if ended == 0 else None

    def number(self, container, field):
        """A whole number out of ``docker inspect``, or None."""
        text = self.output(["inspect", "--format", "{{.State.%s}}" % field, container])
        return int(text) if text and re.fullmatch(r"-?[0-9]+", text) else None

    def network_driver(self, network):
        return self.output(["network", "inspect", network, "--format={{.Driver}}"]) or None


def _inspect(command):
    container = container_name(command)
    format_ = command.value(SECTION, "format")
    if format_ not in INSPECT_FORMATS:
        if format_ is not None:
            codes.error(f"Invalid format option '{format_}' not permitted")
        raise codes.DockerRefusal(codes.INVALID_DOCKER_INSPECT_FORMAT)
    return ["inspect", f"--format={format_}", container]


def _kill(command):
    container = container_name(command)
    signal = command.value(SECTION, "signal")
    if signal is None:
        return ["kill", container]
    if not re.fullmatch("[A-Z]+", signal):
        raise codes.DockerRefusal(
            codes.INVALID_DOCKER_KILL_COMMAND,
            f"Value for signal contains non-uppercase characters '{signal}'",
        )
    return ["kill", f"--signal={signal}", container]


def _stop(command):
    container = container_name(command)
    time = command.value(SECTION, "time")
    if time is None:
        return ["stop", container]
    if not re.fullmatch("[0-9]+", time):
        raise codes.DockerRefusal(
            codes.INVALID_DOCKER_STOP_COMMAND, f"Value for time is not a number '{time}'"
        )
    return ["stop", f"--time={time}", container]


def _pull(command):
    return ["pull", _image(command)]


def _images(command):
    image = [] if command.value(SECTION, "image") is None else [_image(command)]
    return ["images", *image, "--format={{json .}}", "--filter=dangling=false"]


def _image(command):
    image = command.value(SECTION, "image")
    if image is None or not IMAGE_NAME.match(image):
        raise codes.DockerRefusal(codes.INVALID_DOCKER_IMAGE_NAME)
    return image
