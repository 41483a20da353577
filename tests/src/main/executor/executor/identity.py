"""Who may run containers, and becoming that user."""

import os
import pwd

from . import codes

DEFAULT_BANNED = ["yarn", "mapred", "hdfs", "bin"]


class User:
    def __init__(self, name, uid, gid):
        self.name = name
        self.uid = uid
        self.gid = gid


def check(name, setup):
    """The user, or the refusal of one that may not run containers."""
    if name == "root":
        raise _refused("Running as root is not allowed")
    minimum = setup.cfg.value("", "min.user.id")
    try:
        minimum = 1000 if minimum is None else int(minimum)
    except ValueError:
        raise _refused(f"Illegal value of {minimum} for min.user.id in configuration") from None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise _refused(f"User {name} not found") from None
    if entry.pw_uid == 0:
        raise _refused("Running as root is not allowed")
    allowed = setup.cfg.values("", "allowed.system.users") or []
    if entry.pw_uid < minimum and name not in allowed:
        raise _refused(
            f"Requested user {name} is not whitelisted and has id {entry.pw_uid},"
            f"which is below the minimum allowed {minimum}"
        )
    banned = setup.cfg.values("", "banned.users")
    if name in (DEFAULT_BANNED if banned is None else banned):
        raise _refused(f"Requested user {name} is banned")
    return User(name, entry.pw_uid, entry.pw_gid)


def _refused(why):
    codes.log(why)
    return codes.Refusal(codes.GENERAL_FAILURE)


def set_user(name, setup):
    """Checks the user and takes on its groups and effective ids."""
    user = check(name, setup)
    os.initgroups(name, user.gid)
    become(user.uid, user.gid)
    return user


def become(uid, gid):
    """Effective ids only: root can be had back."""
    os.seteuid(0)
    os.setegid(gid)
    os.seteuid(uid)


def drop(user):
    """For good."""
    os.seteuid(0)
    os.setgid(user.gid)
    os.setuid(user.uid)
    if os.getresuid() != (user.uid,) * 3 or os.getresgid() != (user.gid,) * 3:
        raise codes.Refusal(codes.SETUID_OPER_FAILED, "could not give up root")


class As:
    """``with As(uid, gid):`` the block runs with these effective ids."""

    def __init__(self, uid, gid):
        self._wanted = (uid, gid)

    def __enter__(self):
        self._before = (os.geteuid(), os.getegid())
        become(*self._wanted)

    def __exit__(self, *failure):
        become(*self._before)
