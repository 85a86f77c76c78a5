"""Become another program whose life is tied to the stack's.

Run as a script: `launch.py <parent's pid> <signal> <uid:gid or -> <program> <arguments…>`. It
imports nothing of ours, because it runs before every child and may give up root on the way.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(signal: int) -> None:
    """Ask for this signal when the parent exits. Linux only: does nothing on other systems."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal)


def main(parent: str, signal: str, account: str, *argv: str) -> None:
    """Drop root if an account is named, ask to die with the parent, and become `argv`."""
    if account != "-":
        uid, gid = account.split(":")
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    die_with_parent(int(signal))  # after setuid, which clears it
    if os.getppid() != int(parent):
        sys.exit("the stack was gone before its child began")
    os.execv(argv[0], argv)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])
