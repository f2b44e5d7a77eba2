"""Functions that only compiled code calls become machine code in those that call them.

Numba optimises every function by itself and makes machine code of it, and does both once more in
each function that calls it, at every level of calls. Here a function that nobody else can call is
only kept, as it was written, for its callers: what runs is optimised once, as a whole.
"""

from functools import cache
from weakref import WeakSet

import llvmlite.binding as llvm
from numba.core import types
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.environment import lookup_environment
from numba.core.runtime.context import NRTContext
from numba.core.typed_passes import BaseNativeLowering

# What is called of Numba's own: without these, a version of Numba compiles in its own way.
_NEEDED = {
    JITCodeLibrary: "_ensure_finalized _finalize_dynamic_globals _get_compiled_object "
    "_optimize_functions finalize",
    JITCPUCodegen: "_pass_builder set_env",
    NRTContext: "get_meminfos",
}
_KEPT = WeakSet()  # libraries of functions that are only called by compiled code
_ENTERED = WeakSet()  # functions whose machine code is called by its address
_OURS = WeakSet()  # libraries of both
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
    if not all(hasattr(kind, name) for kind in _NEEDED for name in _NEEDED[kind].split()):
        return
    JITCodeLibrary.finalize = _with_linked(JITCodeLibrary.finalize)
    JITCodeLibrary._optimize_functions = _with_few_passes(JITCodeLibrary._optimize_functions)
    JITCodeLibrary._get_compiled_object = _with_variables(JITCodeLibrary._get_compiled_object)
    JITCPUCodegen.set_env = _where_it_is(JITCPUCodegen.set_env)
    BaseNativeLowering.run_pass = _with_kinds(BaseNativeLowering.run_pass)
    NRTContext.get_meminfos = _of_arrays(NRTContext.get_meminfos)


def _with_kinds(run_pass):
    """Numba's pass that makes LLVM's code of a function, noting how the function can be called."""

    def with_kinds(self, state):
        if state.library is None:
            state.library = state.targetctx.codegen().create_library(state.func_id.func_qualname)
            state.library.enable_object_caching()
        if state.flags.no_cpython_wrapper:
            state.flags.no_cfunc_wrapper = True
            _OURS.add(state.library)
            if state.func_id.func not in _ENTERED:
                _KEPT.add(state.library)
        return run_pass(self, state)

    return with_kinds


def _with_few_passes(optimize_functions):
    """What LLVM does with each function by itself, before it has all that is called.

    Variables in registers, shorter expressions, fewer branches: what makes the rest of the work
    small. All else is done with what runs, as a whole.
    """

    def with_few_passes(library, module):
        if library not in _OURS:
            optimize_functions(library, module)
            return
        module.data_layout = library.codegen._data_layout
        builder, passes = library.codegen._pass_builder(), llvm.create_new_function_pass_manager()
        passes.add_sroa_pass()
        passes.add_simplify_cfg_pass()
        passes.add_instruction_combine_pass()
        passes.add_simplify_cfg_pass()
        passes.add_refprune_pass()
        for function in module.functions:
            if not function.is_declaration:
                passes.run(function, builder)

    return with_few_passes


def _with_linked(finalize):
    """Numba's last step with a library of functions, other for those that are only called."""

    def with_linked(library):
        if library not in _KEPT:
            finalize(library)
            for each in _environments_in(library._final_module):
                library.codegen.set_env(each.name, lookup_environment(each.name))
            return
        code = library._final_module
        for each in dict.fromkeys(library._linking_libraries):
            library._reload_init.update(each._reload_init)
            code.link_in(each._get_module_for_linking(), preserve=True)
        for function in code.functions:
            if not function.is_declaration and function.linkage == llvm.Linkage.external:
                function.linkage = "linkonce_odr"
        library._finalize_dynamic_globals()
        library._shared_module, library._finalized = code, True

    return with_linked


def _environments_in(code) -> list:
    """The variables that Numba sets from outside: what a function's errors hold, for each one."""
    return [each for each in code.global_variables if each.name.startswith(_ENVIRONMENT)]


def _with_variables(get_compiled_object):
    """What goes to the disk as machine code, of a function that has none: those variables.

    Who reads it sets them, be it Numba as it comes, in a process that has not heard of us.
    """

    def with_variables(library):
        if library not in _KEPT:
            return get_compiled_object(library)
        code = library._shared_module
        lines = [f'target triple = "{code.triple}"', *map(str, _environments_in(code))]
        module = llvm.parse_assembly("\n".join(lines))
        module.data_layout = code.data_layout
        return library.codegen._tm.emit_object(module)

    return with_variables


def _where_it_is(set_env):
    """Numba's setting of such a variable, left to those who have machine code."""

    def where_it_is(codegen, name, environment):
        if environment is not None and codegen._engine.get_global_value_address(name):
            set_env(codegen, name, environment)

    return where_it_is


def _of_arrays(get_meminfos):
    """Where the owners of a value are counted: of an array, in one place.

    Numba takes all of its fields and their members apart to look for more, each time that an array
    is counted: a quarter of all lines of LLVM's code.
    """

    def of_arrays(self, builder, kind, value):
        if not isinstance(kind, types.Array):
            return get_meminfos(self, builder, kind, value)
        model = self._context.data_model_manager[kind]
        return [(types.MemInfoPointer(kind.dtype), model.get(builder, value, "meminfo"))]

    return of_arrays
