"""``theano.version``: the last one of Theano, which this stands for."""

version = full_version = short_version = "1.0.5"
