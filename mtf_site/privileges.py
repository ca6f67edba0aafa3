"""What the embedded servers may do and how long they may live: Linux process attributes that Python lacks.

PostgreSQL refuses to run as root. As another user it could not enter a clone under /root (mode 700), and
folders that are not ours are not to be opened up with chmod. So `become` changes the user and keeps one
capability, CAP_DAC_OVERRIDE, as an ambient one: file permissions do not stop the process, and nothing else
of root is left. Docker grants that capability by default (CAP_DAC_READ_SEARCH it does not).
SECBIT_NO_SETUID_FIXUP makes access(2), with which initdb looks for its sibling programs, see it too.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def is_linux() -> bool:
    return sys.platform.startswith("linux")


def become(user: pwd.struct_passwd) -> None:
    """From root to `user` for good, keeping CAP_DAC_OVERRIDE, also in the programs it executes.

    OSError where the system does not allow that.
    """
    _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    _keep_only(CAP_DAC_OVERRIDE)
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def leash(stop: signal.Signals, user: pwd.struct_passwd | None) -> Callable[[], None]:
    """For `preexec_fn`: the child becomes `user`, and gets `stop` when its parent dies (Linux only).

    In this order, since the kernel forgets the death signal when the user changes.
    """
    parent = os.getpid()

    def apply() -> None:
        if user is not None:
            become(user)
        if is_linux():
            _prctl(PR_SET_PDEATHSIG, stop)
            if os.getppid() != parent:
                os._exit(1)

    return apply


def _keep_only(capability: int) -> None:
    low = 1 << capability
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(low, low, low, 0, 0, 0)
    _check(_libc.capset(header, effective_permitted_inheritable))


def _prctl(option: int, first: int, second: int = 0) -> None:
    _check(_libc.prctl(option, *map(ctypes.c_ulong, (first, second, 0, 0))))


def _check(status: int) -> None:
    if status != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
