"""How functions are compiled: one decorator, and the two things Python cannot say by itself."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

from sim.engines.compiled.cache import folder, kept_in

Function = TypeVar("Function", bound=Callable[..., Any])

INTERPRETED = bool(numba.config.DISABLE_JIT)
"""Whether numba is told to leave everything to Python (NUMBA_DISABLE_JIT=1), for debugging."""


def compiled(function: Function) -> Function:
    """Have a function compiled when first called from compiled code.

    No fast mathematics, no fused operations: every float must be that of plain Python.
    """
    build = numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return cast(Function, build(function))


FOLDER = None if INTERPRETED else folder()
"""Where compiled code is kept; None: nowhere."""


def entry(function: Function) -> Function:
    """Have a function compiled that Python calls: it frees the GIL and is kept on disk.

    What is kept holds everything it calls as well; ``cache`` sees to it that nothing stale is used.
    """
    with kept_in(FOLDER):
        build = numba.njit(error_model="numpy", nogil=True, cache=FOLDER is not None)
        return cast(Function, build(function))


def compiled_copies(
    functions: Iterable[Callable[..., Any]], *modules: dict[str, Any]
) -> dict[str, Any]:
    """Return compiled twins of plain functions that call each other, by name.

    The same code with other globals: there, the name of each function means its compiled twin.
    """
    names: dict[str, Any] = {}
    for module in modules:
        names |= module
    twins = {}
    for function in functions:
        assert isinstance(function, FunctionType)
        twin = FunctionType(function.__code__, names, function.__name__)
        twins[function.__name__] = compiled(twin)
    names |= twins
    return twins


@intrinsic
def _high_product(typing: Any, one: Any, other: Any) -> Any:
    """Multiply two 64-bit words with one machine instruction; the upper half of the product."""
    word = numba.types.uint64

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        factors = [builder.zext(argument, wide) for argument in arguments]
        product = builder.mul(*factors)
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return word(word, word), build


@intrinsic
def _pointer(typing: Any, address: Any) -> Any:
    """Turn a whole number into a pointer."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return numba.types.voidptr(numba.types.int64), build


@compiled
def _high_product_compiled(one: Any, other: Any) -> Any:
    return _high_product(one, other)


def _high_product_plain(one: Any, other: Any) -> Any:
    return np.uint64((int(one) * int(other)) >> 64)


high_product = _high_product_plain if INTERPRETED else _high_product_compiled
"""Return the upper 64 bits of the product of two 64-bit words."""


def array_maker(kind: np.dtype[Any]) -> Callable[[int, int], Any]:
    """Return a function (address, length) -> array of ``kind`` that looks at that memory."""

    def plain(address: int, length: int) -> Any:
        memory = (ctypes.c_char * (int(length) * kind.itemsize)).from_address(int(address))
        return np.frombuffer(memory, kind)

    def make(address: int, length: int) -> Any:
        return numba.carray(_pointer(address), (length,), kind)

    return plain if INTERPRETED else compiled(make)
