"""The few operations that carry the time, one folder each; README.rst draws how they work.

A folder has the operation with its NumPy reference (``op.py``), its machine code (``numba.py``),
its form for JAX (``jax.py``) and how it is found in graphs (``rewrite.py``), as far as there are
such. ``engine`` is the machinery under them; `dltut.machine.backend` asks ``modes`` for all this.
"""
