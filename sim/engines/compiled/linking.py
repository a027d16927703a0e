"""How an entry and all it calls become machine code at once, instead of every function by itself.

numba makes each function complete, with all it calls linked in and optimised, before anything that
calls it: the lowest functions are optimised again for each one above them, which takes three
quarters of the time. Here the parts stay as they are until the entry links them, once. This relies
on the inside of numba; where that has changed, numba's own way is taken: slower, same result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding as llvm
from numba.core import codegen as numba_codegen
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.llvm_bindings import create_pass_builder
from numba.core.registry import cpu_target

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
        found, waiting = [], list(self._linking_libraries)
        while waiting:
            library = waiting.pop()
            if library not in found:
                found.append(library)
                if _is_unfinished(library):
                    waiting += library._linking_libraries
        for library in found:
            if _is_unfinished(library):
                self._reload_init.update(library._reload_init)
                self._final_module.link_in(_open_to_all(library._final_module.clone()))
        self._linking_libraries = [lib for lib in found if not _is_unfinished(lib)]
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


def compile_at_once(dispatcher: Any, signature: Any) -> None:
    """Compile an entry for a signature, or fetch it from the cache."""
    with global_compiler_lock:
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


def _generous(machine: Any, opt: int = 2, **wishes: bool) -> Any:
    """Return a builder of optimisation passes that takes in what is called (see above)."""
    tuning = llvm.create_pipeline_tuning_options(speed_level=opt)
    tuning.loop_vectorization = wishes.get("loop_vectorize", False)
    tuning.slp_vectorization = wishes.get("slp_vectorize", False)
    tuning.inlining_threshold = _INLINED_UP_TO
    return llvm.create_pass_builder(machine, tuning)
