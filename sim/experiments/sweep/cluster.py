"""A crew on dask.distributed: ``tcp://host:8786``, or ``local:4`` for a cluster of this machine.

Needs the extra ``cluster``. Nothing else of the project knows about dask.
"""

from __future__ import annotations

import contextlib
import logging
import math
import re
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sim.experiments.processes import script_hidden
from sim.vocabulary.errors import RunError, WishError

T = TypeVar("T")

CONNECT_SECONDS = 30
COUNT_SECONDS = 2.0
"""Time for which the workers counted last are believed."""


class Cluster:
    """The workers of a dask cluster; they need the same version of maraude, not the same disk."""

    def __init__(self, address: str) -> None:
        local = re.fullmatch(r"local:([1-9][0-9]{0,3})", address)
        if not local and not re.fullmatch(r"[a-z]+://\S+", address):
            raise WishError(
                f"'{address}' is no cluster: write tcp://host:8786, or local:4 for four workers "
                "of this machine"
            )
        try:
            import distributed
        except ImportError as error:
            raise RunError(
                "a cluster needs dask.distributed, which is not installed: "
                "pip install 'maraude[cluster]'"
            ) from error
        # Lost connections are told once, by us, in words.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._distributed: Any = distributed
        self._own: Any = None
        self._after = contextlib.ExitStack()
        try:
            if local:
                self._own = self._started(int(local[1]))
            self.address = self._own.scheduler_address if self._own else address
            self._client = self._connected()
        except BaseException:
            self._end()
            raise
        self._executor = self._client.get_executor(pure=False)
        self._size, self._is_manned, self._counted = 1, False, -math.inf

    def _started(self, workers: int) -> Any:
        import dask

        dask.config.set({"distributed.scheduler.allowed-failures": 0})
        self._after.enter_context(script_hidden())  # workers that die are replaced meanwhile
        return self._distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",  # without a password: for this machine only
            silence_logs=logging.ERROR,
        )

    def _end(self) -> None:
        """End the cluster if it is ours."""
        if self._own is not None:
            with contextlib.suppress(Exception):
                self._own.close(timeout=5)
        self._after.close()

    def _connected(self) -> Any:
        try:
            return self._distributed.Client(self.address, timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise RunError(
                f"no scheduler answers at {self.address}: start one there (dask scheduler), or "
                "leave --cluster out to use this machine"
            ) from error

    @property
    def present(self) -> int:
        """How many tasks the workers there are now may have under way: 0 before the first comes."""
        size = self.size
        return size if self._is_manned else 0

    @property
    def size(self) -> int:
        """One for each thread of each worker there is now; one while there are none yet."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._counted = time.monotonic()
            # A scheduler that does not answer is told by what is under way.
            with contextlib.suppress(Exception):
                threads = sum(self._client.nthreads().values())
                self._size, self._is_manned = threads or 1, threads > 0
        return self._size

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have any worker do some work."""
        try:
            future: Future[T] = self._executor.submit(work, *arguments)
        except Exception as error:
            raise self._gone() from error
        return future

    def _gone(self) -> RunError:
        return RunError(f"the scheduler at {self.address} went away")

    def crashes(self, error: BaseException) -> int:
        """Return on how many workers that died dask had tried the task."""
        if isinstance(error, self._distributed.scheduler.KilledWorker):
            return int(error.allowed_failures) + 1
        return 0

    def close(self, stop: bool) -> None:
        """Leave the cluster; end it if it is ours."""
        with contextlib.suppress(Exception):  # it may be gone already
            self._client.close(timeout=2 if stop else 10)
        self._end()
