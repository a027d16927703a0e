"""How functions are compiled: one decorator, and the two things Python cannot say by itself."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic
from numba.np import arrayobj

from sim.engines.compiled.cache import folder, kept_in
from sim.engines.compiled.records import CACHE_LINE

Function = TypeVar("Function", bound=Callable[..., Any])

_njit: Any = numba.njit
_settings: Any = numba.config
_types: Any = numba.types
_arrays: Any = arrayobj

INTERPRETED = bool(_settings.DISABLE_JIT)
"""Whether numba is told to leave everything to Python (NUMBA_DISABLE_JIT=1), for debugging."""


_WORD = ir.IntType(64)


def compiled(function: Function) -> Function:
    """Have a function compiled when first called from compiled code.

    No fast mathematics, no fused operations: every float must be that of plain Python.
    """
    build = _njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    dispatcher = build(function)
    if not INTERPRETED:
        _compile_once(dispatcher)
    return cast(Function, dispatcher)


def _compile_once(dispatcher: Any) -> None:
    """Keep numba from compiling a function anew for each constant and each width of a number."""
    template = dispatcher.get_call_template

    def in_general(arguments: Any, named: Any) -> Any:
        return template([_general(kind) for kind in arguments], named)

    dispatcher.get_call_template = in_general


def _general(kind: Any) -> Any:
    kind = _types.unliteral(kind)
    is_whole = isinstance(kind, _types.Integer) and kind.signed
    return _types.int64 if is_whole else kind


FOLDER = None if INTERPRETED else folder()
"""Where compiled code is kept; None: nowhere."""


def entry(function: Function) -> Function:
    """Have a function compiled that Python calls: it frees the GIL and is kept on disk.

    What is kept holds everything it calls as well; ``cache`` sees to it that nothing stale is used.
    """
    with kept_in(FOLDER):
        build = _njit(error_model="numpy", nogil=True, cache=FOLDER is not None)
        dispatcher = build(function)
    return cast(Function, dispatcher)


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
def _product(typing: Any, one: Any, other: Any) -> Any:
    """Multiply two 64-bit words with one machine instruction; the upper half of the product."""
    word = _types.uint64

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        factors = [builder.zext(argument, wide) for argument in arguments]
        product = builder.mul(*factors)
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return word(word, word), build


_high_product: Any = _product


@compiled
def _high_product_compiled(one: Any, other: Any) -> Any:
    return _high_product(one, other)


def _high_product_plain(one: Any, other: Any) -> Any:
    return np.uint64((int(one) * int(other)) >> 64)


high_product = _high_product_plain if INTERPRETED else _high_product_compiled
"""Return the upper 64 bits of the product of two 64-bit words."""


def record_at(kind: np.dtype[Any]) -> Any:
    """Return a function (address) -> the record of ``kind`` that stands there."""
    record = numba.from_dtype(kind)

    @intrinsic
    def look(typing: Any, address: Any) -> Any:
        def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(record))

        return record(_types.int64), build

    def plain(address: int) -> Any:
        return _memory_at(address, 1, kind)[0]

    return plain if INTERPRETED else look


def array_in(world: np.dtype[Any], name: str, kind: np.dtype[Any], sliced: bool) -> Any:
    """Return a function (address of the world) -> one of its arrays.

    The record of the world holds the array's address under its name, its length as ``name_room``.
    The length is only looked up for arrays that are ``sliced``: elsewhere numba would use it to
    count negative places from the end, at each access, and there are none.
    """
    array_type = _types.Array(numba.from_dtype(kind), 1, "C")
    at, at_room = world.fields[name][1], world.fields[f"{name}_room"][1]  # type: ignore[index]

    @intrinsic
    def look(typing: Any, address: Any) -> Any:
        def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            def word(offset: int) -> Any:
                place = builder.add(arguments[0], ir.Constant(_WORD, offset))
                load = builder.load(builder.inttoptr(place, _WORD.as_pointer()))
                load.set_metadata("invariant.load", builder.module.add_metadata([]))
                return load

            array = context.make_array(array_type)(context, builder)
            _arrays.populate_array(
                array,
                data=builder.inttoptr(word(at), array.data.type),
                shape=[word(at_room) if sliced else ir.Constant(_WORD, 0)],
                strides=[ir.Constant(_WORD, kind.itemsize)],
                itemsize=ir.Constant(_WORD, kind.itemsize),
                meminfo=None,
            )
            return array._getvalue()

        return array_type(_types.int64), build

    def plain(address: int) -> Any:
        record = _memory_at(address, 1, world)[0]
        return _memory_at(record[name], record[f"{name}_room"], kind)

    return plain if INTERPRETED else look


def prefetcher(world: np.dtype[Any], name: str, kind: np.dtype[Any]) -> Any:
    """Return a function (address of the world, place) that has a record fetched into the cache.

    Nothing waits for it: with many people, most of the time is waiting for records to come.
    """
    at = world.fields[name][1]  # type: ignore[index]

    @intrinsic
    def fetch(typing: Any, address: Any, place: Any) -> Any:
        def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            home = builder.add(arguments[0], ir.Constant(_WORD, at))
            base = builder.load(builder.inttoptr(home, _WORD.as_pointer()))
            offset = builder.mul(arguments[1], ir.Constant(_WORD, kind.itemsize))
            first = builder.add(base, offset)
            byte, code = ir.IntType(8).as_pointer(), ir.IntType(32)
            shape = ir.FunctionType(ir.VoidType(), [byte, code, code, code])
            hint = builder.module.declare_intrinsic("llvm.prefetch", [byte], shape)
            for line in range(0, kind.itemsize, CACHE_LINE):
                target = builder.inttoptr(builder.add(first, ir.Constant(_WORD, line)), byte)
                builder.call(hint, [target, code(1), code(3), code(1)])
            return context.get_dummy_value()

        return _types.void(_types.int64, _types.int64), build

    def plain(address: int, place: int) -> None:
        pass

    return plain if INTERPRETED else fetch


def _memory_at(address: int, length: int, kind: np.dtype[Any]) -> Any:
    memory = (ctypes.c_char * (int(length) * kind.itemsize)).from_address(int(address))
    return np.frombuffer(memory, kind)  # type: ignore[call-overload]


@intrinsic
def _unlikely(typing: Any, condition: Any) -> Any:
    """Tell the optimiser that a condition hardly ever holds: what depends on it stands apart."""
    truth = _types.boolean

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        bit = ir.IntType(1)
        shape = ir.FunctionType(bit, [bit, bit])
        hint = builder.module.declare_intrinsic("llvm.expect", [bit], shape)
        return builder.call(hint, [arguments[0], bit(0)])

    return truth(truth), build


def _rarely_plain(condition: bool) -> bool:
    return condition


rarely: Any = _rarely_plain if INTERPRETED else _unlikely
"""Return a condition that hardly ever holds; compiled code keeps what follows out of the way."""
