"""Localizing for a container, and launching it as a process or with Docker."""

import os
import shutil
import time

from . import codes, identity, trees
from .docker_client import DockerClient
from .docker_run import SECTION

SCRIPT = "launch_container.sh"
CREDENTIALS = "container_tokens"
RETRY_SECONDS = 3
POLL_SECONDS = 1


class Launch:
    """
    script, credentials: the NodeManager's files, copied into the working directory; pid_file:
    where it reads the process id, and beside it the exit code.
    """

    def __init__(self, user, container, script, credentials, pid_file):
        self.user = user
        self.container = container
        self.script = script
        self.credentials = credentials
        self.pid_file = pid_file


def localize(user_name, container, credentials, command, setup):
    """Becomes the localizer, as the user and in the application's directory."""
    user = identity.set_user(user_name, setup)
    trees.user_directories(container, user, setup)
    trees.log_directories(container.app_log_dirs(), container, user, setup)
    trees.log_directories(container.container_log_dirs(), container, user, setup)
    source = trees.open_as_node_manager(credentials, setup, "cred file")
    command = _with_readable_class_path(command, setup)
    identity.drop(user)
    directory = trees.application_directories(container)
    trees.copy(
        source,
        f"{directory}/{os.path.basename(credentials)}",
        0o600,
        codes.COULD_NOT_CREATE_CREDENTIALS_COPY,
    )
    codes.flush()
    os.chdir(directory)
    os.close(0)
    try:
        os.execvp(command[0], command)
    except OSError as failure:
        raise codes.Refusal(
            codes.GENERAL_FAILURE,
            f"Failure to exec app initialization process - {failure.strerror}",
        ) from None


def _with_readable_class_path(command, setup):
    """
    The NodeManager's own class path, which on a node every user can read. A build's may lie in a
    home directory: what the user can't read of it is linked beside the configuration.
    """
    if "-classpath" not in command:
        return command
    index = command.index("-classpath") + 1
    entries = []
    for entry in command[index].split(":"):
        if not os.access(entry, os.R_OK, effective_ids=True):
            with identity.As(0, 0):
                entry = _linked(entry, os.path.join(os.path.dirname(setup.path), "lib"))
        entries.append(entry)
    return command[:index] + [":".join(entries)] + command[index + 1 :]


def _linked(entry, directory):
    if not os.path.isfile(entry):
        return entry
    os.makedirs(directory, mode=0o755, exist_ok=True)
    link = os.path.join(directory, os.path.basename(entry))
    try:
        os.link(entry, link)
    except FileExistsError:
        pass
    except OSError:
        shutil.copyfile(entry, link)
    return link


def as_process(launch, cgroups, setup):
    """Runs the launch script in a session of its own; returns its exit code."""
    launch.user = identity.set_user(launch.user, setup)
    sources = _open_sources(launch, setup)
    codes.log("Launching container...")
    codes.flush()
    child = os.fork()
    if child == 0:
        code = codes.GENERAL_FAILURE
        try:
            _become_script(launch, sources, cgroups, setup)
        except codes.Refusal as refusal:
            if refusal.message:
                codes.error(refusal.message)
            code = refusal.code
        finally:
            codes.flush()
            os._exit(code)
    code = _exit_code(os.waitpid(child, 0)[1])
    return code if _write_exit_code(launch, code, setup) else codes.GENERAL_FAILURE


def _write_exit_code(launch, code, setup):
    path = launch.pid_file + ".exitcode"
    try:
        trees.write_as_node_manager(path, str(code), setup)
    except OSError as failure:
        # The NodeManager has forgotten the container.
        codes.error(f"Could not write exit code to file {path}: {failure.strerror}")
        return False
    codes.log(f"Wrote the exit code {code} to {path}")
    return True


def _become_script(launch, sources, cgroups, setup):
    os.setsid()
    pid = os.getpid()
    try:
        trees.write_as_node_manager(launch.pid_file, str(pid), setup)
    except OSError:
        raise codes.Refusal(codes.WRITE_PIDFILE_FAILED) from None
    for tasks in cgroups:
        try:
            with identity.As(0, 0), open(tasks, "a", encoding="ascii") as file:
                file.write(str(pid))
        except OSError as failure:
            raise codes.Refusal(
                codes.WRITE_CGROUP_FAILED, f"Failed to write pid to file {tasks} - {failure}"
            ) from None
    _directories(launch, setup)
    identity.drop(launch.user)
    _container_files(launch, sources, setup)
    codes.flush()
    os.umask(0o027)
    script = f"{launch.container.work}/{SCRIPT}"
    os.closerange(0, 1024)
    try:
        os.execv(script, [script])
    except OSError:
        raise codes.Refusal(codes.UNABLE_TO_EXECUTE_CONTAINER_SCRIPT) from None


def _exit_code(status):
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def with_docker(launch, command_file, setup):
    """Runs the container and waits for its end; returns its exit code."""
    user = identity.set_user(launch.user, setup)
    launch.user = user
    codes.log("Creating script paths...")
    sources = _open_sources(launch, setup)
    codes.log("Creating local dirs...")
    _directories(launch, setup)
    identity.become(user.uid, user.gid)
    log_directory = _container_files(launch, sources, setup)
    trees.docker_directories(launch.container)
    client = DockerClient(setup)
    with identity.As(setup.nm_uid, setup.nm_gid):
        arguments, command = client.command(command_file)
    if command.value(SECTION, "docker-command") != "run":
        # The real one can also start a container again; the NodeManager asks for that only where
        # a container's retry policy has it relaunched.
        raise codes.Refusal(codes.DOCKER_RUN_FAILED, "The stand-in launches by 'run' alone.")
    identity.become(0, setup.nm_gid)
    output = [_log_file(log_directory, name, user, setup) for name in ("stdout.txt", "stderr.txt")]
    entry_point = (command.value(SECTION, "use-entry-point") or "").lower() == "true"
    code = _run(launch, client, arguments, output, entry_point, setup)
    _write_exit_code(launch, code, setup)
    return code


def _run(launch, client, arguments, output, entry_point, setup):
    name = launch.container.container
    child = _start(client, arguments, output, entry_point)
    retries = _retries(setup)
    if entry_point:
        for _ in range(retries):
            pid = _pid(client, name)
            if pid:
                break
            time.sleep(RETRY_SECONDS)
    elif _exit_code(os.waitpid(child, 0)[1]) != 0:
        return codes.UNABLE_TO_EXECUTE_CONTAINER_SCRIPT
    pid = _pid(client, name)
    if pid is None:
        return codes.UNABLE_TO_EXECUTE_CONTAINER_SCRIPT
    if pid != 0:
        codes.log("Writing pid file...")
        try:
            trees.write_as_node_manager(launch.pid_file, str(pid), setup)
        except OSError:
            codes.error(f"Could not write pid to {launch.pid_file}")
            return codes.WRITE_PIDFILE_FAILED
        codes.log("Waiting for docker container to finish.")
        while os.path.isdir(f"/proc/{pid}"):
            time.sleep(POLL_SECONDS)
    codes.log("Obtaining the exit code...")
    code = 0
    for _ in range(retries):
        code = client.number(name, "ExitCode")
        if code is None:
            codes.error("Could not inspect docker to get Exit code.")
            code = codes.GENERAL_FAILURE
        elif code != 0:
            break
        # An exit code of 0 may only mean that Docker hasn't noticed the end.
        time.sleep(RETRY_SECONDS)
    codes.log(f"Exit code from docker inspect: {code}")
    return code


def _pid(client, name):
    codes.log("Inspecting docker container...")
    codes.log(
        f"Docker inspect command: {client.binary} inspect --format {{{{.State.Pid}}}} {name}"
    )
    pid = client.number(name, "Pid")
    if pid is None:
        codes.error(f"Could not inspect docker to get pid of {name}.")
    else:
        codes.log(f"pid from docker inspect: {pid}")
    return pid


def _retries(setup):
    retries = setup.cfg.value("docker", "docker.inspect.max.retries")
    try:
        return 10 if retries is None else int(retries)
    except ValueError:
        return 0


def _start(client, arguments, output, entry_point):
    codes.flush()
    child = os.fork()
    if child:
        return child
    try:
        out, err = (os.open(path, os.O_WRONLY | os.O_APPEND) for path in output)
        if entry_point:
            # The trailing space is the real one's.
            line = f"Docker run command: {' '.join(arguments)} \n"
            os.write(out, ("Launching docker container...\n" + line).encode("utf-8", "surrogateescape"))
            os.dup2(out, 1)
            os.dup2(err, 2)
        os.execv(client.binary, arguments)
    finally:
        os._exit(codes.UNABLE_TO_EXECUTE_CONTAINER_SCRIPT)


def _log_file(directory, name, user, setup):
    path = f"{directory}/{name}"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o640))
        os.chown(path, user.uid, setup.nm_gid)
        os.chmod(path, 0o640)
    except OSError as failure:
        raise codes.Refusal(
            codes.UNABLE_TO_EXECUTE_CONTAINER_SCRIPT,
            f"Failed to create file {path} - {failure.strerror}",
        ) from None
    return path


def _open_sources(launch, setup):
    return (
        trees.open_as_node_manager(launch.script, setup, "container file"),
        trees.open_as_node_manager(launch.credentials, setup, "cred file"),
    )


def _directories(launch, setup):
    trees.user_directories(launch.container, launch.user, setup)
    trees.log_directories(launch.container.app_log_dirs(), launch.container, launch.user, setup)


def _container_files(launch, sources, setup):
    """As the user. Returns the container's log directory."""
    script, credentials = sources
    work = launch.container.work
    trees.application_directories(launch.container)
    logs = trees.container_directories(launch.container, setup)
    trees.copy(script, f"{work}/{SCRIPT}", 0o700, codes.COULD_NOT_CREATE_SCRIPT_COPY)
    trees.copy(
        credentials, f"{work}/{CREDENTIALS}", 0o600, codes.COULD_NOT_CREATE_CREDENTIALS_COPY
    )
    os.chdir(work)
    return logs
