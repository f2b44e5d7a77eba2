"""A function run in a process of its own, forked from this one: what was compiled is shared."""

import os
import pickle
import signal
import sys
import traceback
import warnings

from dltut.exceptions import InputError


def outcome(function, *arguments):
    """How a function ends in a fork.

    Returns
    -------
    (str, object)
        ("done", what it returned), ("error", the message of an InputError), ("escaped", a
        traceback) or ("dead", the status).
    """
    return started(function, *arguments)[1]()


def started(function, *arguments):
    """A fork that runs a function: its number, and what waits for it and tells as `outcome`."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which the child never uses
        child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            _answer(writer, function, arguments)
        finally:
            os._exit(0)
    os.close(writer)

    def answer():
        with os.fdopen(reader, "rb") as file:
            told = file.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return ("dead", status) if status else pickle.loads(told)

    return child, answer


def _answer(writer, function, arguments):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    silence = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(silence, descriptor)
    sys.stdout, sys.stderr = (open(os.devnull, "w", encoding="utf-8") for _ in range(2))  # noqa
    try:
        found = ("done", function(*arguments))
    except InputError as error:
        found = ("error", str(error))
    except BaseException:
        found = ("escaped", traceback.format_exc())
    with os.fdopen(writer, "wb") as file:
        file.write(pickle.dumps(found))
