"""``theano.gof.cmodule``: C modules, which are not made any more."""

from dltut.theano.names import nothing_of

__getattr__ = nothing_of(__name__, "no C is compiled here; an Op runs its perform")
