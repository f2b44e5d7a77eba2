"""``theano.gof.op``: operations, among them those that old code writes itself."""

from collections.abc import Iterator
from inspect import signature

import pytensor.graph.op
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.utils import MethodNotDefined
from pytensor.tensor import as_tensor_variable
from pytensor.tensor.elemwise import Elemwise

from dltut.theano.configuration import config
from dltut.theano.names import passed_on

_ROOT = pytensor.graph.op.Op
GIVES_GRAPH = len(signature(Elemwise.infer_shape).parameters) == 4  # PyTensor before 3.3


def understand(kind: type) -> None:
    """Let PyTensor call the methods that a class of operations has by Theano's names.

    Parameters
    ----------
    kind : type
        Whose ``L_op`` or ``grad`` comes before the derivative of the class that it inherits from,
        and whose ``infer_shape`` takes the node and the shapes, without a graph.
    """
    own = vars(kind)
    if "pullback" not in own and ("L_op" in own or "grad" in own):
        kind.pullback = _by_l_op if "L_op" in own else _by_grad
    if "pushforward" not in own and "R_op" in own:
        kind.pushforward = _by_r_op
    shapes_of = own.get("infer_shape")
    if GIVES_GRAPH and callable(shapes_of) and len(signature(shapes_of).parameters) == 3:
        kind.infer_shape = lambda op, graph, node, shapes: shapes_of(op, node, shapes)


def _by_l_op(op, inputs, outputs, cotangents):
    return op.L_op(inputs, outputs, cotangents)


def _by_grad(op, inputs, outputs, cotangents):
    return op.grad(inputs, cotangents)


def _by_r_op(op, inputs, outputs, tangents):
    known = [None if isinstance(each.type, DisconnectedType) else each for each in tangents]
    found = op.R_op(inputs, known)
    return [disconnected_type() if each is None else each for each in found]


class _AnyOperation(type(pytensor.graph.op.Op)):
    """Every operation of PyTensor's is one of Theano's; what is made here is a new kind."""

    def __instancecheck__(cls, instance):
        is_root = "_is_the_root" in vars(cls)
        return isinstance(instance, _ROOT) if is_root else super().__instancecheck__(instance)


class Op(_ROOT, metaclass=_AnyOperation):
    """An operation as Theano's users wrote them: ``make_node``, ``perform``, ``grad``.

    ``c_code`` and what belongs to it is left unread: ``perform`` computes. One that has C alone
    cannot be compiled here.
    """

    _is_the_root = True

    def __init_subclass__(cls, **options):
        """Let PyTensor call what has Theano's names."""
        understand(cls)
        super().__init_subclass__(**options)

    def perform(self, node, inputs, output_storage, params=None):
        """Compute the outputs; an operation with C code alone cannot.

        Parameters
        ----------
        node : Apply
        inputs, output_storage : list
        params : optional

        Raises
        ------
        MethodNotDefined
            Where a class has no ``perform``.
        """
        raise MethodNotDefined(
            f"{type(self).__name__} has no perform: its C code is not read here, write perform in "
            "NumPy"
        )

    def pullback(self, inputs, outputs, cotangents):
        """The gradients, from ``L_op`` or ``grad``, which a class mixed in may have.

        Parameters
        ----------
        inputs, outputs, cotangents : list of variables
        """
        if type(self).L_op is not _ROOT.L_op:
            return self.L_op(inputs, outputs, cotangents)
        if type(self).grad is _ROOT.grad:
            raise NotImplementedError(f"{type(self).__name__} has no grad: write one")
        return self.grad(inputs, cotangents)

    def c_code_cache_version(self):
        """No C code is kept."""
        return ()


class PureOp(Op):
    """The older name of `Op`."""

    _is_the_root = True

    @staticmethod
    def _get_test_value(variable):
        return get_test_value(variable)


class COp(Op):
    """An operation whose C code stood in files: ``perform`` computes it, if it has one.

    Parameters
    ----------
    func_files, func_name : str
        Unread.
    """

    def __init__(self, func_files=(), func_name=None):
        self.func_files, self.func_name = func_files, func_name


class OpenMPOp(Op):
    """An operation whose C code had several threads.

    Parameters
    ----------
    openmp : bool, optional
        Unread.
    """

    def __init__(self, openmp=None):
        self.openmp = openmp


def get_test_value(variable) -> object:
    """The value that a variable has for trying out: of a constant, shared variable or its tag.

    Raises
    ------
    AttributeError
        If it has none.
    TypeError
        If it is not of the variable's type.
    """
    variable = variable if isinstance(variable, Variable) else as_tensor_variable(variable)
    if isinstance(variable, Constant):
        return variable.value
    if hasattr(variable, "get_value"):
        return variable.get_value(borrow=True)
    if not hasattr(variable.tag, "test_value"):
        raise AttributeError(f"{variable} has no tag.test_value")
    return variable.type.filter(variable.tag.test_value)


def get_debug_values(*variables) -> Iterator[tuple]:
    """The test values of all variables, once, if there are any and ``compute_test_value`` asks."""
    if config.compute_test_value == "off":
        return
    try:
        values = [get_test_value(each) for each in variables]
    except AttributeError:
        if config.compute_test_value == "raise":
            raise
        return
    yield values[0] if len(values) == 1 else tuple(values)


def missing_test_message(message: str) -> None:
    """What is done where a test value misses: nothing, or an error if the settings ask for it."""
    if config.compute_test_value == "raise":
        raise AttributeError(message)


def debug_error_message(message: str) -> None:
    """Say that something of test values is wrong.

    Raises
    ------
    ValueError
        If the settings ask for errors.
    """
    if config.compute_test_value == "raise":
        raise ValueError(f"theano.config.compute_test_value: {message}")


def debug_assert(condition: bool, message: str | None = None) -> None:
    """Say so unless a condition on test values holds."""
    if not condition:
        debug_error_message(message or "debug_assert failed")


def hashtype(thing) -> int:
    """The hash of an object's class: ``__hash__`` of operations without properties."""
    return hash((type(thing).__module__, type(thing).__qualname__))


__getattr__ = passed_on(__name__, "pytensor.graph.op", "pytensor.graph.utils")
