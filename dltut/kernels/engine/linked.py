"""Functions that only compiled code calls become machine code in those that call them.

Numba optimises every function by itself and makes machine code of it, and does both once more in
each function that calls it, at every level of calls. Here a function that nobody else can call is
only kept, as it was written, for its callers: what runs is optimised once, as a whole.
"""

from functools import cache
from weakref import WeakSet

import llvmlite.binding as llvm
from numba.core.codegen import JITCodeLibrary
from numba.core.typed_passes import BaseNativeLowering

# What is called of Numba's own: without these, a version of Numba compiles in its own way.
_NEEDED = "_ensure_finalized _finalize_dynamic_globals _finalize_final_module finalize".split()
_KEPT = WeakSet()  # libraries of functions that are only called by compiled code
_ENTERED = WeakSet()  # functions whose machine code is called by its address
_ENVIRONMENT = "_ZN08NumbaEnv"  # how the names of the variables begin that Numba sets from outside


def enter_by_address(function):
    """Say that the machine code of a function will be called by its address.

    Parameters
    ----------
    function : function
        Not compiled yet.
    """
    _ENTERED.add(function)


@cache
def install() -> None:
    """Have Numba do so in this process, from the first kernel on."""
    if not all(hasattr(JITCodeLibrary, name) for name in _NEEDED):
        return
    JITCodeLibrary.finalize = _with_linked(JITCodeLibrary.finalize)
    BaseNativeLowering.run_pass = _with_kinds(BaseNativeLowering.run_pass)


def _with_kinds(run_pass):
    """Numba's pass that makes LLVM's code of a function, noting how the function can be called."""

    def with_kinds(self, state):
        if state.library is None:
            state.library = state.targetctx.codegen().create_library(state.func_id.func_qualname)
            state.library.enable_object_caching()
        if state.flags.no_cpython_wrapper and state.func_id.func not in _ENTERED:
            state.flags.no_cfunc_wrapper = True
            _KEPT.add(state.library)
        return run_pass(self, state)

    return with_kinds


def _with_linked(finalize):
    """Numba's last step with a library of functions, other for those that are only called."""

    def with_linked(library):
        if library not in _KEPT:
            finalize(library)
            return
        code = library._final_module
        for each in dict.fromkeys(library._linking_libraries):
            library._reload_init.update(each._reload_init)
            code.link_in(each._get_module_for_linking(), preserve=True)
        for function in code.functions:
            if not function.is_declaration and function.linkage == llvm.Linkage.external:
                function.linkage = "linkonce_odr"
        library._finalize_dynamic_globals()
        library._shared_module = code
        library._final_module = _environments_of(code)
        library._finalize_final_module()

    return with_linked


def _environments_of(code):
    """A module that has nothing but the variables that Numba sets from outside."""
    lines = [str(each) for each in code.global_variables if each.name.startswith(_ENVIRONMENT)]
    module = llvm.parse_assembly("\n".join([f'target triple = "{code.triple}"', *lines]))
    module.name, module.data_layout = code.name, code.data_layout
    return module
