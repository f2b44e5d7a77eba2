"""One peer in a process of its own, told what to do by lines of JSON on a pipe.

    python worker.py PEER.py

Runs under any Python from 3.8 on that has NumPy and the peer's library; it never imports dltut.
A peer's file has ``build(work, arrays, options) -> (run, result)``: ``run(n)`` does n calls and
returns what they gave (the last one forces the wait), ``result()`` gives arrays to compare.
"""

import importlib.util
import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path

import numpy as np


def build(peer, request):
    """Load the arrays, build what is measured, make its first call."""
    with np.load(request["arrays"]) as file:
        arrays = {name: file[name] for name in file.files}
    run, result = peer.build(request["work"], arrays, request.get("options", {}))
    outputs = run(1)
    return run, result, {"first": float(outputs[-1]), "versions": peer.versions()}


def called(run, calls):
    """The calls, and the mean of what they gave."""
    return {"mean": float(np.mean([float(each) for each in run(calls)]))}


def timed(run, calls, rounds, least):
    """Seconds a call took in so many rounds, or in more that last so many seconds.

    A round before them is not counted: who has slept finds its numbers in no cache.
    """
    float(run(calls)[-1])
    start, done, seconds = time.perf_counter(), 0, 0.0
    while done < rounds or seconds < least:
        float(run(calls)[-1])
        done, seconds = done + 1, time.perf_counter() - start
    return {"seconds": seconds / (calls * done)}


def saved(result, path):
    """Write what the calls left behind."""
    np.savez(path, *[np.asarray(array) for array in result()])
    return {}


def peak():
    """The most memory that this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # maxrss, below, counts what the parent held, too
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return {"peak": int(lines["VmHWM"].split()[0]) * 1024}
    unit = 1 if sys.platform == "darwin" else 1024
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}


def answers(peer, requests):
    """The answer to each request, in order."""
    run = result = None
    for line in requests:
        request = json.loads(line)
        if request["do"] == "build":
            run, result, answer = build(peer, request)
        elif request["do"] == "run":
            answer = called(run, request["calls"])
        elif request["do"] == "time":
            answer = timed(run, request["calls"], request["rounds"], request["least"])
        elif request["do"] == "save":
            answer = saved(result, request["path"])
        else:
            answer = peak()
        yield answer


def main(path):
    """Answer on what was standard output; everything that libraries print goes to the errors."""
    pipe = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        spec = importlib.util.spec_from_file_location("peer", path)
        peer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(peer)
        for answer in answers(peer, sys.stdin):
            pipe.write(json.dumps(answer) + "\n")
    except Exception as error:  # whatever a peer's library does, the driver reports it
        traceback.print_exc()
        pipe.write(json.dumps({"error": f"{type(error).__name__}: {error}".splitlines()[0]}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
