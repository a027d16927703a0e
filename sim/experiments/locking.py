"""Locks that their holder loses by ending, however it ends."""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def is_taken(number: int, shared: bool = False) -> bool:
        """Take the lock of an open file; return whether that failed because others hold it."""
        import msvcrt

        try:
            if not shared:
                msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return True
        return False

else:

    def is_taken(number: int, shared: bool = False) -> bool:
        """Take the lock of an open file; return whether that failed because others hold it."""
        import fcntl

        try:
            fcntl.flock(number, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return True
        return False
