"""``theano.misc.pkl_utils``: shared variables in files."""

import pickle

from dltut.theano.names import passed_on


def dump(obj, file_handler, protocol=pickle.HIGHEST_PROTOCOL, **others):
    """Write an object to a file that is open.

    Parameters
    ----------
    obj : object
    file_handler : file
    protocol : int
    **others
        Unread.
    """
    pickle.dump(obj, file_handler, protocol)


__getattr__ = passed_on(__name__, "pytensor.misc.pkl_utils")
