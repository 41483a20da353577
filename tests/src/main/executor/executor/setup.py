"""What must be so before anything is done: the configuration's and the executable's owners."""

import grp
import os
import stat

from . import cfg, codes

CONFIGURATION = "../etc/hadoop/container-executor.cfg"
GROUP = "yarn.nodemanager.linux-container-executor.group"


class Setup:
    """
    path: of the configuration; cfg: its content; nm_uid, nm_gid: the NodeManager's user, who
    called, and the group that the configuration names.
    """

    def __init__(self, path, configuration, nm_uid, nm_gid):
        self.path = path
        self.cfg = configuration
        self.nm_uid = nm_uid
        self.nm_gid = nm_gid

    def docker_enabled(self):
        return (
            self.cfg.flag("", "feature.docker.enabled")
            or self.cfg.value("docker", "module.enabled") == "true"
        )


def check(executable):
    path = os.path.realpath(os.path.join(os.path.dirname(executable), CONFIGURATION))
    if not os.path.exists(path):
        raise codes.Refusal(codes.INVALID_CONFIG_FILE, f"Configuration file {CONFIGURATION} not found.")
    _only_root_writes(path)
    configuration = cfg.read(path)
    group = configuration.value("", GROUP)
    if group is None:
        raise codes.Refusal(codes.INVALID_CONFIG_FILE, f"Can't get configured value for {GROUP}.")
    try:
        gid = grp.getgrnam(group).gr_gid
    except KeyError:
        raise codes.Refusal(
            codes.INVALID_CONFIG_FILE, f"Can't get group information for {group} - unknown."
        ) from None
    result = Setup(path, configuration, os.getuid(), gid)
    if os.geteuid() != 0:
        raise codes.Refusal(codes.SETUID_OPER_FAILED, "The stand-in has to be called by root.")
    os.setgid(gid)
    _executable(executable, gid)
    return result


def _only_root_writes(path):
    while path != "/":
        status = os.stat(path)
        if status.st_uid != 0:
            raise codes.Refusal(
                codes.INVALID_CONFIG_FILE,
                f"File {path} must be owned by root, but is owned by {status.st_uid}",
            )
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise codes.Refusal(
                codes.INVALID_CONFIG_FILE,
                f"File {path} must not be world or group writable, but is"
                f" {stat.S_IMODE(status.st_mode):03o}",
            )
        path = os.path.dirname(path)


def _executable(path, gid):
    status = os.stat(path)
    fault = None
    if status.st_uid != 0:
        fault = "The container-executor binary should be user-owned by root."
    elif status.st_gid != gid:
        fault = (
            f"The configured nodemanager group {gid} is different from the group of the executable"
            f" {status.st_gid}"
        )
    elif status.st_mode & (stat.S_IWOTH | stat.S_IXOTH):
        fault = "The container-executor binary should not have write or execute for others."
    elif not status.st_mode & stat.S_ISUID:
        fault = "The container-executor binary should be set setuid."
    if fault:
        codes.log(fault)
        raise codes.Refusal(
            codes.INVALID_CONTAINER_EXEC_PERMISSIONS,
            "Invalid permissions on container-executor binary.",
        )
