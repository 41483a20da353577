"""The command line."""

from . import codes
from .docker_run import is_container_id

USAGE = """\
Usage: container-executor --checksetup
       container-executor --run-docker <command-file>
       container-executor --remove-docker-container [hierarchy] <container_id>
       container-executor --inspect-docker-container <format> <container_id>
       container-executor --module-gpu --container_id <id> [--excluded_gpus <minor,...>]
       container-executor <user> <yarn-user> <command> <command-args>
           0 localize, 1 launch, 2 signal, 3 delete, 4 launch Docker, 5 list"""


def dispatch(arguments, setup):
    if not arguments:
        raise _usage()
    first, rest = arguments[0], arguments[1:]
    if first == "--checksetup":
        return 0
    if first == "--module-gpu":
        from . import housekeeping

        return housekeeping.deny_gpus(rest, setup)
    if first in ("--run-docker", "--remove-docker-container", "--inspect-docker-container"):
        return _docker(first, rest, setup)
    if first in ("--mount-cgroups", "--tc-modify-state", "--tc-read-state", "--tc-read-stats"):
        raise codes.Refusal(codes.FEATURE_DISABLED, f"Feature disabled: {first[2:]}")
    if len(arguments) < 3 or first.startswith("--"):
        raise _usage()
    return _as_user(*arguments[:3], arguments[3:], setup)


def _usage():
    codes.log(USAGE)
    return codes.Refusal(codes.INVALID_ARGUMENT_NUMBER)


def _docker(option, rest, setup):
    if not setup.docker_enabled():
        raise codes.Refusal(codes.FEATURE_DISABLED, "Feature disabled: docker")
    from . import housekeeping
    from .docker_client import DockerClient

    client = DockerClient(setup)
    if option == "--run-docker" and len(rest) == 1:
        arguments, _ = client.command(rest[0])
        return client.execute(arguments)
    if option == "--remove-docker-container" and len(rest) in (1, 2):
        return housekeeping.remove_docker_container(rest, setup)
    if option == "--inspect-docker-container" and len(rest) == 2:
        return client.execute([client.binary, "inspect", *rest])
    raise _usage()


def _as_user(user, owner, command, rest, setup):
    codes.log(f"main : command provided {command}")
    codes.log(f"main : run as user is {user}")
    codes.log(f"main : requested yarn user is {owner}")
    commands = {
        "0": _localize,
        "1": _launch_process,
        "2": _signal,
        "3": _delete,
        "4": _launch_docker,
        "5": _list,
    }
    if command not in commands:
        raise codes.Refusal(
            codes.INVALID_COMMAND_PROVIDED, f"Invalid command {command} not supported."
        )
    return commands[command](user, owner, rest, setup)


def _localize(user, owner, rest, setup):
    from . import launch

    if len(rest) < 6:
        raise _wrong_number("initialize container")
    application, container, credentials, local_dirs, log_dirs, *command = rest
    places = _container(owner, application, container, None, local_dirs, log_dirs)
    return launch.localize(user, places, credentials, command, setup)


def _launch_process(user, owner, rest, setup):
    from . import launch

    _count(rest, 10, "launch container")
    key, equals, value = rest[9].partition("=")
    if not equals or key != "cgroups" or not value:
        raise codes.Refusal(
            codes.INVALID_ARGUMENT_NUMBER, f"Invalid arguments for cgroups resources: {rest[9]}"
        )
    cgroups = [path for path in value.split("%") if path and path != "none"]
    return launch.as_process(_launch(user, owner, rest), cgroups, setup)


def _launch_docker(user, owner, rest, setup):
    from . import launch

    if not setup.docker_enabled():
        raise codes.Refusal(codes.FEATURE_DISABLED, "Feature disabled: docker")
    _count(rest, 10, "launch docker container")
    return launch.with_docker(_launch(user, owner, rest), rest[9], setup)


def _launch(user, owner, rest):
    from . import launch

    application, container, work, script, credentials, transport, pid_file = rest[:7]
    if transport != "--http":
        raise codes.Refusal(
            codes.INVALID_ARGUMENT_NUMBER, "The stand-in brings no key stores: --http alone."
        )
    places = _container(owner, application, container, work, *rest[7:9])
    return launch.Launch(user, places, script, credentials, pid_file)


def _container(owner, application, container, work, local_dirs, log_dirs):
    from . import trees

    if not is_container_id(container):
        raise codes.Refusal(codes.INVALID_CONTAINER_ID, f"Invalid container id {container}")
    return trees.Container(
        owner, application, container, work, _list_of(local_dirs), _list_of(log_dirs)
    )


def _list_of(text):
    return [part for part in text.split("%") if part]


def _signal(user, _owner, rest, setup):
    from . import housekeeping

    if len(rest) != 2:
        raise _wrong_number("signal container")
    for text, what in zip(rest, ("container pid", "signal")):
        if not text.lstrip("-").isdecimal():
            raise codes.Refusal(
                codes.INVALID_ARGUMENT_NUMBER, f"Illegal argument for {what} {text}"
            )
    return housekeeping.signal(user, int(rest[0]), int(rest[1]), setup)


def _delete(user, _owner, rest, setup):
    from . import housekeeping

    if not rest:
        raise _wrong_number("delete")
    return housekeeping.delete(user, rest[0], rest[1:], setup)


def _list(user, _owner, rest, setup):
    from . import housekeeping

    if len(rest) != 1:
        raise _wrong_number("list")
    return housekeeping.list_directory(user, rest[0], setup)


def _count(rest, wanted, what):
    if len(rest) == wanted + 1:
        # One more is a file for traffic control.
        raise codes.Refusal(codes.FEATURE_DISABLED, "Feature disabled: traffic control")
    if len(rest) != wanted:
        raise _wrong_number(what)


def _wrong_number(what):
    return codes.Refusal(
        codes.INVALID_ARGUMENT_NUMBER, f"Wrong number of arguments for {what}"
    )
