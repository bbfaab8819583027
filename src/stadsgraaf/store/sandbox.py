"""What a process gives up before it evaluates what strangers wrote.

System calls are filtered with seccomp, https://docs.kernel.org/userspace-api/seccomp_filter.html:
whoever tries the network, or to start a program, is killed, so that no SERVICE SILENT can hide it.
Where there is no such filter, the limit on file descriptors keeps the network shut.
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = [
    "OUT_OF_MEMORY",
    "deny_system_calls",
    "die_with_parent",
    "drop_limits",
    "limit_growth",
    "limit_memory",
]

#: How a process of its own ends when its memory was not enough.
OUT_OF_MEMORY: Final = 12

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_SECCOMP_RET_KILL_PROCESS: Final = 0x80000000
_SECCOMP_RET_ALLOW: Final = 0x7FFF0000

# Classic BPF: load a word, jump if equal, jump if greater or equal, return.
_LOAD: Final = 0x20
_JUMP_EQUAL: Final = 0x15
_JUMP_GREATER_EQUAL: Final = 0x35
_RETURN: Final = 0x06
_OFFSET_OF_NUMBER: Final = 0
_OFFSET_OF_ARCHITECTURE: Final = 4
#: Numbers from here on are those of another interface of the same machine (x32).
_X32_BIT: Final = 0x40000000

#: AUDIT_ARCH_… and the numbers of what is denied: socket, connect, accept, bind, listen, socketpair,
#: accept4, execve, execveat, kill, ptrace, process_vm_readv, process_vm_writev, add_key, keyctl,
#: bpf, userfaultfd, perf_event_open, io_uring_setup.
_DENIED: Final[Mapping[str, tuple[int, tuple[int, ...]]]] = {
    "x86_64": (
        0xC000003E,
        (41, 42, 43, 49, 50, 53, 288, 59, 322, 62, 101, 310, 311, 248, 250, 321, 323, 298, 425),
    ),
    "aarch64": (
        0xC00000B7,
        (
            198,
            203,
            202,
            200,
            201,
            199,
            242,
            221,
            281,
            129,
            117,
            270,
            271,
            217,
            219,
            280,
            282,
            241,
            425,
        ),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def deny_system_calls() -> bool:
    """Filter this thread and those it starts; False where that cannot be done."""
    known = _DENIED.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:  # noqa: PLR2004 – a 64-bit process
        return False
    code = _filter(*known)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        and libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
    )


def _filter(architecture: int, denied: tuple[int, ...]) -> bytes:
    """The program: whatever is not of this architecture, or is denied, ends the process."""
    count = len(denied)
    steps = [
        (_LOAD, 0, 0, _OFFSET_OF_ARCHITECTURE),
        (_JUMP_EQUAL, 0, count + 3, architecture),
        (_LOAD, 0, 0, _OFFSET_OF_NUMBER),
        (_JUMP_GREATER_EQUAL, count + 1, 0, _X32_BIT),
        *((_JUMP_EQUAL, count - at, 0, number) for at, number in enumerate(denied)),
        (_RETURN, 0, 0, _SECCOMP_RET_ALLOW),
        (_RETURN, 0, 0, _SECCOMP_RET_KILL_PROCESS),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends; end at once when it already has."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def drop_limits(descriptors: int) -> None:
    """No core files, no further descriptors, and first in line when the machine runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


#: What the address space is limited to already; most questions have the same limit.
_limited = [0]


def limit_memory(size: int) -> None:
    """Let the address space grow to so many bytes; beyond that, asking for more fails."""
    if size == _limited[0]:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))
    _limited[0] = size


def limit_growth(mib: int) -> None:
    """Let the address space grow by so many MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit_memory(pages * resource.getpagesize() + (mib << 20))
