"""A process that forks itself into kernels: it serves one owner over a socket, and ends with it.

It has imported what kernels need and has run nothing. Each line on the socket is JSON. The owner sends
`{"fork": {argv, env, cwd, log}}` and is answered `{"forked": pid}`; when a kernel ends,
`{"ended": [pid, status]}` comes, a status as `subprocess.Popen.returncode` has it.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import warnings
from typing import Any

PR_SET_PDEATHSIG = 1
"""See prctl(2): the signal that a process gets when its parent ends."""


class Forks:
    """The kernels that were forked, and the socket of their owner."""

    def __init__(self, descriptor: int) -> None:
        self.socket = socket.socket(fileno=descriptor)
        self.children: dict[int, int] = {}
        """Number of what tells that a child has ended, to the child's process number."""
        self.libc = ctypes.CDLL(None)

    def send(self, message: dict[str, Any]) -> None:
        """Tell the owner."""
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def serve(self) -> dict[str, Any]:
        """Serve until the owner goes away; in a child return what it was asked to be."""
        held = b""
        while True:
            owner = self.socket.fileno()
            ready, _, _ = select.select([owner, *self.children], [], [])
            for one in ready:
                if one != owner:
                    self.reap(one)
            if owner not in ready:
                continue
            try:
                data = self.socket.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                self.leave()
            *lines, held = (held + data).split(b"\n")
            for line in lines:
                wanted: dict[str, Any] = json.loads(line)["fork"]
                if self.fork():
                    self.become(wanted)
                    return wanted

    def fork(self) -> bool:
        """Fork; say whether this is the child."""
        parent = os.getpid()
        with warnings.catch_warnings():
            # Python warns of threads; those of BLAS see to forks themselves.
            warnings.simplefilter("ignore")
            child = os.fork()
        if not child:
            self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            return True
        self.children[os.pidfd_open(child)] = child
        self.send({"forked": child})
        return False

    def become(self, wanted: dict[str, Any]) -> None:
        """Turn a child into what it was asked to be: a process of its own."""
        os.setsid()
        self.socket.close()
        for number in self.children:
            os.close(number)
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for new, number in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(new, number)
        os.close(nothing)
        os.close(log)
        os.chdir(wanted["cwd"])
        for name in set(os.environ) - set(wanted["env"]):
            del os.environ[name]
        os.environ.update(wanted["env"])

    def reap(self, number: int) -> None:
        """Tell the owner how a child has ended."""
        child = self.children.pop(number)
        os.close(number)
        _, status = os.waitpid(child, 0)
        try:
            self.send({"ended": [child, os.waitstatus_to_exitcode(status)]})
        except OSError:
            self.leave()

    def leave(self) -> None:
        """End, and all kernels with it."""
        for child in self.children.values():
            try:
                os.killpg(child, signal.SIGKILL)
            except OSError:
                continue
        os._exit(0)
