"""``theano.gpuarray``: there is no card here."""

from dltut.theano.names import passed_on
from dltut.theano.sandbox.cuda.basic_ops import host_from_gpu

pygpu_activated = False
gpuarray_enabled = False
context_name = "cpu"


def use(device=None, force=False, **others):
    """Nothing: functions run where ``dltut`` is configured to run them.

    Parameters
    ----------
    device : str
    force : bool
    **others
        Unread.
    """


__all__ = ["host_from_gpu", "use"]
__getattr__ = passed_on(__name__, "dltut.theano.gpuarray.type", "dltut.theano.gpuarray.basic_ops")
