"""Who takes part: ours and the peers, each in the ways that its own users would write it."""

from dataclasses import dataclass, field

TRAINED = ("logistic", "mlp", "lenet")
RULED = ("mlp-momentum", "mlp-adam")
CLASSIFIED = (*TRAINED, "lenet-eval")
LEARNT = ("da", "rbm", "dbn")  # without labels
DRAWING = (*LEARNT, "hmc")
RECURRENT = ("lstm", "gru", "chars", "elman", "rnnrbm")
SEGMENTED = ("unet",)
LOOPED = (*TRAINED, *RULED, *LEARNT, *RECURRENT)
IN_JAX = (*CLASSIFIED, *RULED, *DRAWING, *RECURRENT)
KERAS = (*CLASSIFIED, *RULED, "lstm")
LAYERED = (*CLASSIFIED, *RULED, "da")


@dataclass(frozen=True)
class Entry:
    """One row of a table.

    Attributes
    ----------
    name : str
    file : str
        In peers/.
    works : tuple of str
        Names of works; one with a dash at its end stands for all that begin so.
    options : dict
        For the peer's ``build``.
    way : {"ours", "step", "loop"}
        Whether a peer is called once a step or keeps a whole epoch inside one compiled loop.
        Ours is called once a step, but makes all of a sampler's draws in a loop.
    interpreter : str, optional
        The peer that ``--interpreter`` names, where it needs a Python of its own.
    """

    name: str
    file: str
    works: tuple
    options: dict = field(default_factory=dict)
    way: str = "step"
    interpreter: str | None = None

    def runs_on(self, device: str) -> bool:
        """Whether it can use a device: a GPU is for JAX, torch and what is built on them."""
        return device == "cpu" or (self.options.get("mode") != "NUMBA" and not self.interpreter)

    def does(self, work: str) -> bool:
        """Whether it takes part in a work."""
        return work in self.works or any(
            name.endswith("-") and work.startswith(name) for name in self.works
        )


def torch(name, works, compile=False, channels_last=False, fused=True):
    options = {"compile": compile, "channels_last": channels_last, "fused": fused}
    return Entry(name, "torch_peer", works, options)


def tensorflow(name, works, xla=False, loop=False):
    options = {"xla": xla, "loop": loop}
    return Entry(name, "tensorflow_peer", works, options, "loop" if loop else "step")


def native(name, works, source):
    return Entry(name, "native_peer", works, {"source": source}, "loop")


def pytensor_ml(mode):
    options = {"mode": mode}
    name = f"pytensor-ml, {mode}"
    return Entry(name, "pytensor_ml_peer", CLASSIFIED, options, interpreter="pytensor-ml")


ENTRIES = (
    Entry(
        "dltut",
        "ours",
        (*CLASSIFIED, *RULED, "conv-", *DRAWING, *RECURRENT, *SEGMENTED),
        {"mode": "NUMBA"},
        "ours",
    ),
    Entry("dltut, JAX mode", "ours", (*IN_JAX, "conv-"), {"mode": "JAX"}, "ours"),
    torch("torch", (*CLASSIFIED, *RULED, "conv-", *DRAWING, *RECURRENT, *SEGMENTED)),
    torch("torch, foreach", RULED, fused=False),
    torch("torch, channels last", ("lenet", "lenet-eval", "conv-", *SEGMENTED), channels_last=True),
    torch("torch, compiled", (*CLASSIFIED, *RULED, *DRAWING, *RECURRENT), compile=True),
    torch("torch, compiled, channels last", ("lenet", "lenet-eval"), True, True),
    Entry("JAX", "jax_peer", (*CLASSIFIED, *RULED, "conv-", *DRAWING, *RECURRENT), {"loop": False}),
    Entry("JAX, epoch in a loop", "jax_peer", LOOPED, {"loop": True}, "loop"),
    Entry("JAX, draws in a loop", "jax_peer", ("hmc",), {"loop": True}, "loop"),
    Entry("Keras on JAX", "keras_peer", KERAS, {"backend": "jax"}),
    Entry("Keras on torch", "keras_peer", KERAS, {"backend": "torch"}),
    tensorflow("TensorFlow", LAYERED),
    tensorflow("TensorFlow, XLA", LAYERED, xla=True),
    tensorflow("TensorFlow, epoch in a loop", (*TRAINED, *RULED, "da"), loop=True),
    Entry("MLX", "mlx_peer", LAYERED),
    native("C on MKL, epoch in a loop", ("logistic", "mlp"), "mlp_mkl.c"),
    native("C++ on oneDNN, epoch in a loop", ("lenet",), "lenet_onednn.cpp"),
    native("DLL on MKL, epoch in a loop", ("mlp",), "mlp_dll.cpp"),
    pytensor_ml("NUMBA"),
    pytensor_ml("JAX"),
    Entry("Theano", "theano_peer", (*CLASSIFIED, "conv-", *DRAWING), interpreter="theano"),
)
