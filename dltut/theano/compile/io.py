"""``theano.compile.io``: inputs of functions with names, default values and updates."""

import pytensor.compile.io

from dltut.theano.names import passed_on


class In(pytensor.compile.io.In):
    """An input of a function: PyTensor's, with Theano's default values.

    Parameters
    ----------
    variable : variable
    name : str, optional
        By which a call may name it; default: the variable's.
    value : optional
        What it is if a call leaves it out; with an update, what it begins with.
    update : variable, optional
        Its next default value.
    mutable, strict, allow_downcast, autoname, implicit, borrow, shared
        As in PyTensor.

    Attributes
    ----------
    default : object
        The default value, or `NO_DEFAULT`.
    """

    def __init__(
        self,
        variable,
        name=None,
        value=None,
        update=None,
        mutable=None,
        strict=False,
        allow_downcast=None,
        autoname=True,
        implicit=None,
        borrow=None,
        shared=False,
    ):
        self.default = NO_DEFAULT if value is None else value
        borrow = mutable if borrow is None else borrow
        super().__init__(
            variable,
            name=name,
            mutable=mutable,
            strict=strict,
            allow_downcast=allow_downcast,
            autoname=autoname,
            borrow=borrow,
            shared=shared,
        )
        self.next_default = update


NO_DEFAULT = object()


class Param(In):
    """The older name of `In`, whose second argument is the default value.

    Parameters
    ----------
    variable, default, name, mutable, strict, allow_downcast, implicit, borrow
        As `In` has them.
    """

    def __init__(
        self,
        variable,
        default=None,
        name=None,
        mutable=False,
        strict=False,
        allow_downcast=None,
        implicit=None,
        borrow=None,
    ):
        super().__init__(
            variable,
            name=name,
            value=default,
            mutable=mutable,
            strict=strict,
            allow_downcast=allow_downcast,
            borrow=borrow,
        )


__getattr__ = passed_on(__name__, "pytensor.compile.io")
