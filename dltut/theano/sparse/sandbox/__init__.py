"""``theano.sparse.sandbox``: what was tried before it moved."""
