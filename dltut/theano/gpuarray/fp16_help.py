"""``theano.gpuarray.fp16_help``: C code for a card, of which there is none."""

from dltut.theano.names import nothing_of

__getattr__ = nothing_of(
    __name__,
    "it was for a card, of which there is none: functions run where dltut is configured to run",
)
