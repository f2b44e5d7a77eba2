"""Programs of Theano's time: Python 2 source read as Python 3, and what only old libraries had."""
