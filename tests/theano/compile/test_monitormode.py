import numpy as np

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.compile.monitormode import MonitorMode, detect_nan


def test_functions_around_each_step():
    seen = []
    mode = theano.compile.MonitorMode(
        pre_func=lambda i, node, fn: seen.append(("before", i, str(node.op))),
        post_func=lambda i, node, fn: seen.append(("after", i, fn.outputs[0][0].tolist())),
    )
    x = T.dvector("x")
    assert theano.function([x], T.exp(x), mode=mode)([0]).tolist() == [1]
    assert seen == [("before", 0, "Exp"), ("after", 0, [1.0])]
    assert isinstance(mode.clone(), MonitorMode)


def test_what_is_no_number_is_told(capsys):
    x = T.dvector("x")
    log = theano.function([x], T.log(x), mode=MonitorMode(post_func=detect_nan))
    log(np.ones(2))
    assert capsys.readouterr().out == ""
    with np.errstate(invalid="ignore"):
        log(-np.ones(2))
    assert "*** NaN detected ***\nLog" in capsys.readouterr().out
