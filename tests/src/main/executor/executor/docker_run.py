"""The arguments of ``docker run`` out of a command file, and what is refused or dropped."""

import os
import re

from . import codes, mounts

SECTION = "docker-command-execution"
IMAGE_NAME = re.compile(
    r"(([a-zA-Z0-9.-]+)(:[0-9]+)?/)?([a-z0-9_./-]+)(:[a-zA-Z0-9_.-]+)?\Z"
)
TMPFS = re.compile(r"/[^:]+\Z")
PORTS = re.compile(r"(:[0-9]+|[0-9]+:[0-9]+|([0-9]{1,3}\.){3}[0-9]{1,3}:[0-9]+:[0-9]+)\Z")
MAXIMUM_ARGUMENTS = 1024
# Keys that this stand-in knows; a command file with another is refused.
KNOWN = {
    "docker-command", "docker-config", "use-entry-point", "service-mode", "name", "user", "image",
    "detach", "rm", "workdir", "net", "ports-mapping", "pid", "mounts", "tmpfs", "cgroup-parent",
    "privileged", "cap-add", "cap-drop", "runtime", "hostname", "group-add", "devices", "environ",
    "launch-command", "log-dir",
}


class DockerRun:
    def __init__(self, command, setup):
        self._command = command
        self._setup = setup

    def arguments(self):
        self._check_keys()
        entry_point = self._is_true("use-entry-point")
        if self._is_true("service-mode"):
            # The real one can be told to allow it; no test needs that.
            raise codes.DockerRefusal(codes.DOCKER_SERVICE_MODE_DISABLED)
        image = self._value("image")
        user = self._value("user")
        if user is None:
            raise codes.DockerRefusal(codes.INVALID_DOCKER_USER_NAME)
        if image is None or not IMAGE_NAME.match(image):
            raise codes.DockerRefusal(codes.INVALID_DOCKER_IMAGE_NAME)
        result = ["run", f"--name={container_name(self._command)}"]
        if (self._value("privileged") or "false") == "false":
            result.append(f"--user={user}")
            if (self._cfg("docker.no-new-privileges.enabled") or "").lower() == "true":
                result.append("--security-opt=no-new-privileges")
        result += ["-d"] if self._value("detach") == "true" else []
        result += ["--rm"] if self._value("rm") == "true" else []
        result += self._prefixed("workdir")
        result += self._network()
        result += self._ports()
        result += self._pid()
        result += self._mounts()
        result += self._tmpfs()
        result += self._prefixed("cgroup-parent")
        result += self._privileged(entry_point)
        result += self._capabilities()
        result += self._runtime()
        result += self._prefixed("hostname")
        if not self._is_true("privileged"):
            for group in self._values("group-add") or []:
                result += ["--group-add", group]
        result += self._devices()
        environment = self._value("environ")
        result += ["--env-file", environment] if environment else []
        result.append(image)
        result += self._values("launch-command") or []
        if len(result) >= MAXIMUM_ARGUMENTS:
            raise codes.DockerRefusal(48)
        return result

    def _check_keys(self):
        for key in self._command.keys(SECTION):
            if key not in KNOWN:
                raise codes.DockerRefusal(
                    codes.INVALID_DOCKER_COMMAND_FILE, f"The stand-in does not know '{key}'"
                )

    def _value(self, key):
        return self._command.value(SECTION, key)

    def _values(self, key):
        return self._command.values(SECTION, key)

    def _is_true(self, key):
        return (self._value(key) or "").lower() == "true"

    def _cfg(self, key):
        return self._setup.cfg.value("docker", key)

    def _prefixed(self, key):
        value = self._value(key)
        return [] if value is None else [f"--{key}={value}"]

    def trusted(self):
        """Says so on standard error each time that an image is not trusted, as the real one does."""
        image = self._value("image") or ""
        registries = None
        if self._is_true("privileged"):
            registries = self._setup.cfg.values("docker", "docker.privileged-containers.registries")
        if registries is None:
            registries = self._setup.cfg.values("docker", "docker.trusted.registries")
        for registry in registries or []:
            if registry.startswith("library") and "/" not in image:
                codes.log(f"image: {image} is a trusted top-level image.")
                return True
            if image.startswith(registry if registry.endswith("/") else registry + "/"):
                return True
        codes.error(f"image: {image} is not trusted.")
        return False

    def _allowed(self, key, values, allowed_key):
        """None when all are allowed; else the line that says what is wrong."""
        permitted = self._setup.cfg.values("docker", allowed_key)
        if permitted is None:
            return f"Invalid param '{values[0]}' requested, permitted values list is empty"
        for value in values:
            if value not in permitted:
                return f"Invalid param '{value}' requested"
        return None

    def _network(self):
        network = self._value("net")
        if network is None:
            return []
        fault = self._allowed("net", [network], "docker.allowed.networks")
        if fault:
            raise codes.DockerRefusal(
                codes.INVALID_DOCKER_NETWORK,
                fault,
                "Could not find requested network in allowed networks",
            )
        return [f"--net={network}"]

    def _ports(self):
        network, ports = self._value("net"), self._values("ports-mapping")
        if network in ("host", "none"):
            # Neither is a bridge: their ports need no mapping. Saves a call of docker.
            return []
        if network is not None:
            from .docker_client import DockerClient

            driver = DockerClient(self._setup).network_driver(network)
            if driver is None:
                raise codes.DockerRefusal(
                    -1, f"Could not inspect docker network to get type {network}."
                )
            if driver.lower() != "bridge":
                return []
            if ports is None:
                return ["-P"]
        result = []
        for port in ports or []:
            if not PORTS.match(port):
                raise codes.DockerRefusal(
                    codes.INVALID_DOCKER_PORTS_MAPPING, f"Invalid port mappings:  {port}."
                )
            result += ["-p", port]
        return result

    def _pid(self):
        pid = self._value("pid")
        if pid is None:
            return []
        if pid != "host":
            raise codes.DockerRefusal(codes.INVALID_DOCKER_PID_NAMESPACE, "Invalid pid namespace")
        if not self._setup.cfg.flag("docker", "docker.host-pid-namespace.enabled"):
            raise codes.DockerRefusal(
                codes.DOCKER_PID_HOST_DISABLED, "Host pid namespace is disabled"
            )
        return ["--pid=host"]

    def _mounts(self):
        texts = self._values("mounts")
        if texts is None:
            return []
        if not self.trusted():
            # The container runs all the same, without any of them.
            codes.error("Disable mount volume for untrusted image")
            return []
        parsed = [mounts.parse(text) for text in texts]
        mounts.validate(parsed, self._setup)
        return [part for mount in parsed for part in ("-v", mount.argument())]

    def _tmpfs(self):
        result = []
        for mount in self._values("tmpfs") or []:
            if not TMPFS.match(mount):
                raise codes.DockerRefusal(
                    codes.INVALID_DOCKER_TMPFS_MOUNT, f"Invalid docker tmpfs mount '{mount}'"
                )
            result += ["--tmpfs", mount]
        return result

    def _privileged(self, entry_point):
        if not self._is_true("privileged"):
            return []
        if not self._setup.cfg.flag("docker", "docker.privileged-containers.enabled"):
            why = "Privileged containers are disabled"
        elif not entry_point:
            why = "Privileged containers are disabled for non-entry-point mode"
        elif not self.trusted():
            why = "Privileged containers are disabled from untrusted source"
        elif not self._may_use_docker(self._value("user")):
            why = f"Privileged containers are disabled for user: {self._value('user')}"
        else:
            return ["--privileged"]
        raise codes.DockerRefusal(codes.PRIVILEGED_DOCKER_CONTAINERS_DISABLED, why)

    @staticmethod
    def _may_use_docker(name):
        """Only by its groups; that sudo allows it is not looked at."""
        import grp
        import pwd

        try:
            gid = pwd.getpwnam(name).pw_gid
        except KeyError:
            raise codes.Refusal(
                codes.INITIALIZE_USER_FAILED, f"User {name} does not exist in host OS."
            ) from None
        groups = {grp.getgrgid(g).gr_name for g in os.getgrouplist(name, gid)}
        return bool(groups & {"root", "docker"})

    def _capabilities(self):
        result = ["--cap-drop=ALL"]
        capabilities = self._values("cap-add")
        if capabilities is None:
            return result
        if not self.trusted():
            codes.error("Disable cap-add for untrusted image")
            codes.error("Docker capability disabled for untrusted image")
            return result
        fault = self._allowed("cap-add", capabilities, "docker.allowed.capabilities")
        if fault:
            raise codes.DockerRefusal(
                codes.INVALID_DOCKER_CAPABILITY, fault, "Invalid docker capability requested"
            )
        return result + [f"--cap-add={capability}" for capability in capabilities]

    def _runtime(self):
        runtime = self._value("runtime")
        if runtime is None:
            return []
        if self.trusted():
            fault = self._allowed("runtime", [runtime], "docker.allowed.runtimes")
        else:
            fault = "Disable runtime for untrusted image"
        if fault:
            raise codes.DockerRefusal(
                codes.INVALID_DOCKER_RUNTIME,
                fault,
                "Could not find requested runtime in allowed runtimes",
            )
        return [f"--runtime={runtime}"]

    def _devices(self):
        devices = self._values("devices")
        if devices is None:
            return []
        fault = None
        if not self.trusted():
            fault = "Disable devices for untrusted image"
        else:
            permitted = self._setup.cfg.values("docker", "docker.allowed.devices")
            for device in devices:
                if ":" not in device:
                    fault = f"Prefix char ':' not found in '{device}'"
                elif not permitted:
                    fault = f"Invalid param '{device}' requested, permitted values list is empty"
                elif not any(_device_matches(p, device.split(":", 1)[0]) for p in permitted):
                    fault = f"Invalid param '{device}' requested"
                if fault:
                    break
        if fault:
            raise codes.DockerRefusal(
                codes.INVALID_DOCKER_DEVICE, fault, "Invalid docker device requested"
            )
        return [f"--device={device}" for device in devices]


def _device_matches(permitted, device):
    if permitted.startswith("regex:"):
        return re.search(permitted[len("regex:") :], device) is not None
    return permitted == device


def container_name(command):
    name = command.value(SECTION, "name")
    if name is None or not is_container_id(name):
        raise codes.DockerRefusal(
            codes.INVALID_DOCKER_CONTAINER_NAME, f"Specified container_id={name} is invalid"
        )
    return name


def is_container_id(text):
    return re.fullmatch(r"container_(e[0-9]+_)?[0-9]+_[0-9]+_[0-9]+_[0-9]+", text) is not None
