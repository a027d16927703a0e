"""Compiling: one decorator, linking at once, and the cache between runs."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numpy as np
from llvmlite import binding as llvm
from llvmlite import ir
from numba.core import codegen as numba_codegen
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.llvm_bindings import create_pass_builder
from numba.core.registry import cpu_target
from numba.extending import intrinsic
from numba.np import arrayobj

from sim.engines.compiled.layout import CACHE_LINE

# --- Where compiled code is kept between runs: a folder that only fits these very sources.
#
# numba looks at the file of the function it compiles, not at those of the functions that are
# called; an edit there would be answered with the old numbers. So the folder is named after
# everything that compiled code is made of: another source, another numba, another folder.

_FOLDER = Path(__file__).resolve().parent
_PACKAGE = _FOLDER.parent.parent
_OWN_FOLDER = "MARAUDE_CACHE"


def sources() -> list[Path]:
    """Return every file compiled code is made of: its own, and where it finds constants."""
    shared = (_PACKAGE / "core").glob("*.py")
    return sorted([*_FOLDER.glob("*.py"), *shared, _PACKAGE / "plan/tables.py"])


def fingerprint() -> str:
    """Return a short name for these sources together with what compiles them."""
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.version)
    digest = hashlib.blake2b(repr(versions).encode(), digest_size=10)
    for path in sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _candidates() -> Iterator[Path]:
    """Yield folders where a cache may be, the best first."""
    if own := os.environ.get(_OWN_FOLDER):
        yield Path(own)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        yield Path(local) / "maraude" / "cache"
    elif general := os.environ.get("XDG_CACHE_HOME"):
        yield Path(general) / "maraude"
    elif sys.platform == "darwin":
        yield Path("~/Library/Caches/maraude").expanduser()
    else:
        yield Path("~/.cache/maraude").expanduser()
    yield Path(tempfile.gettempdir()) / f"maraude-{_user()}"


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _is_ours(path: Path) -> bool:
    """Return whether a folder is our own: code that another user has put there is not run."""
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def folder() -> Path | None:
    """Return the folder for compiled code, made if need be; None where nothing can be written."""
    name = f"compiled-{fingerprint()}"
    for candidate in _candidates():
        path = candidate / name
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=path):
                if _is_ours(path):
                    return path
        except (OSError, RuntimeError):  # RuntimeError: nobody knows the home folder
            continue
    return None


@contextmanager
def kept_in(path: Path | None) -> Iterator[None]:
    """Let functions be declared whose compiled code is kept in a folder."""
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = "" if path is None else str(path)
    try:
        yield
    finally:
        settings.CACHE_DIR = before


# --- How an entry and all it calls become machine code at once, instead of every function by
# itself.
#
# numba makes each function complete, with all it calls linked in and optimised, before anything
# that calls it: the lowest functions are optimised again for each one above them, which takes
# three quarters of the time. Here the parts stay as they are until the entry links them, once.
# This relies on the inside of numba; where that has changed, numba's own way is taken: slower,
# same result.

_Library: Any = JITCodeLibrary
_numba_codegen: Any = numba_codegen
_INLINED_UP_TO = 1000
"""How large a function may be to be taken in where it is called (LLVM's own measure, usually 275).

An event goes through some forty small functions, whose calls cost nearly as much as what they do.
Measured: an eighth less time per event, for a tenth more to compile; from 1,000 on nothing more.
"""


class _Part(_Library):  # type: ignore[misc]
    """The code of one function; unfinished until somebody needs it by itself."""

    _linking_libraries: list[Any]

    def add_linking_library(self, library: Any) -> None:
        """Note what this function calls, without finishing it first."""
        if not isinstance(library, _Part):
            library._ensure_finalized()
        self._linking_libraries.append(library)

    def get_pointer_to_function(self, name: str) -> int:
        """Return where a function starts; nowhere if Python has no way in: it is only a part."""
        if not self._finalized and name not in _defined(self._final_module):
            return 0
        return int(super().get_pointer_to_function(name))

    def finalize(self) -> None:
        """Link: each part that is called is taken in once, from wherever it is called."""
        self._link_parts()
        super().finalize()

    def _link_parts(self) -> None:
        own = _defined(self._final_module)
        result, waiting = [], list(self._linking_libraries)
        while waiting:
            library = waiting.pop()
            if library not in result:
                result.append(library)
                if _is_unfinished(library):
                    waiting += library._linking_libraries
        for library in result:
            if _is_unfinished(library):
                self._reload_init.update(library._reload_init)
                self._final_module.link_in(_open_to_all(library._final_module.clone()))
        self._linking_libraries = [lib for lib in result if not _is_unfinished(lib)]
        for function in self._final_module.functions:
            if not function.is_declaration and function.name not in own:
                function.linkage = "internal"  # nobody else calls it: free to be inlined


def _defined(module: Any) -> set[str]:
    return {function.name for function in module.functions if not function.is_declaration}


def _is_unfinished(library: Any) -> bool:
    return isinstance(library, _Part) and not library._finalized


def _open_to_all(module: Any) -> Any:
    """Let what a module defines be defined, inlined and dropped anywhere."""
    for function in module.functions:
        if not function.is_declaration and function.linkage.name == "external":
            function.linkage = "linkonce_odr"
    return module


def _know_arrays() -> None:
    """Let numba import what it knows of arrays, but not scipy.linalg with it.

    All that numba wants of scipy.linalg at this point is to know that it is there, and importing it
    takes as long as all else before the first event. Whatever calls it later imports it then.
    """
    try:
        linalg: Any = import_module("numba.np.linalg")
        ensure_blas = linalg.ensure_blas
    except (ImportError, AttributeError):
        return
    linalg.ensure_blas = lambda: None
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ensure_blas


def compile_at_once(dispatcher: Any, signature: Any) -> None:
    """Compile an entry for a signature, or fetch it from the cache."""
    with global_compiler_lock:
        if find_spec("scipy") is not None:
            _know_arrays()
        try:
            _with_parts(lambda: dispatcher.compile(signature))
        except (AttributeError, TypeError, AssertionError):
            dispatcher.compile(signature)


def _with_parts(action: Callable[[], Any]) -> None:
    codegen = cpu_target.target_context.codegen()
    before, set_environment = codegen._library_class, codegen.set_env

    def set_if_there(name: str, environment: Any) -> None:
        # What an unfinished part would find at its environment, nobody has placed yet.
        if codegen._engine.get_global_value_address(name):
            set_environment(name, environment)

    codegen._library_class = _Part
    codegen.set_env = set_if_there
    _numba_codegen.create_pass_builder = _generous
    try:
        action()
    finally:
        codegen._library_class = before
        del codegen.set_env
        _numba_codegen.create_pass_builder = create_pass_builder


def _generous(machine: Any, opt: int = 2, **options: bool) -> Any:
    """Return a builder of optimisation passes that takes in what is called (see above)."""
    tuning = llvm.create_pipeline_tuning_options(speed_level=opt)
    tuning.loop_vectorization = options.get("loop_vectorize", False)
    tuning.slp_vectorization = options.get("slp_vectorize", False)
    tuning.inlining_threshold = _INLINED_UP_TO
    return llvm.create_pass_builder(machine, tuning)


# --- How functions are compiled: one decorator, and the two things Python cannot say by itself.

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

    What is kept holds everything it calls as well; ``fingerprint`` keeps what is stale from use.
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
def _product(typing: Any, first: Any, other: Any) -> Any:
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
def _high_product_compiled(first: Any, other: Any) -> Any:
    return _high_product(first, other)


def _high_product_plain(first: Any, other: Any) -> Any:
    return np.uint64((int(first) * int(other)) >> 64)


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


def array_in(state: np.dtype[Any], name: str, kind: np.dtype[Any], sliced: bool) -> Any:
    """Return a function (address of the state) -> one of its arrays.

    The record of the state holds the array's address under its name, its length as ``name_room``.
    The length is only looked up for arrays that are ``sliced``: elsewhere numba would use it to
    count negative places from the end, at each access, and there are none.
    """
    array_type = _types.Array(numba.from_dtype(kind), 1, "C")
    at, at_room = state.fields[name][1], state.fields[f"{name}_room"][1]  # type: ignore[index]

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
        record = _memory_at(address, 1, state)[0]
        return _memory_at(record[name], record[f"{name}_room"], kind)

    return plain if INTERPRETED else look


def prefetcher(state: np.dtype[Any], name: str, kind: np.dtype[Any]) -> Any:
    """Return a function (address of the state, place) that has a record fetched into the cache.

    Nothing waits for it: with many people, most of the time is waiting for records to come.
    """
    at = state.fields[name][1]  # type: ignore[index]

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
