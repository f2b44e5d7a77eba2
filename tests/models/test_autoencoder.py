"""Autoencoders beside Theano's numbers, NumPy, and the Jacobian by automatic derivation."""

import numpy as np
import pytensor.tensor as pt
from oracles import assert_golden, golden

from dltut import shared_dataset
from dltut.models import cA, dA
from dltut.training import minibatch_function


def golden_split():
    rs = np.random.RandomState(0)
    return shared_dataset((rs.rand(400, 784), rs.randint(0, 10, 400)))


def total(variable):
    return np.asarray(variable.get_value(), dtype="float64").sum()


def test_denoising_steps_are_theanos(floatX, mode):
    arrays, settings = golden()
    facts, x = settings["dA"], pt.matrix("x")
    model = dA(np.random.RandomState(123), 784, facts["n_hidden"])
    cost, updates = model.cost_updates(x, facts["learning_rate"], facts["corruption"])
    step = minibatch_function(cost, [x], golden_split(), facts["batch_size"], updates)
    costs = [float(step(i % step.n_batches)) for i in range(facts["steps"])]
    assert_golden(costs, arrays["dA_cost"])
    assert_golden(np.asarray(model.bhid.get_value()), arrays["dA_final_bhid"])
    assert_golden(total(model.bvis), arrays["dA_final_bvis_sum"])
    weights = np.abs(np.asarray(model.W.get_value(), dtype="float64")).sum()
    assert_golden(weights, arrays["dA_final_W_abs_sum"])


def test_contractive_steps_are_theanos_with_a_true_division(floatX, mode):
    arrays, settings = golden()
    facts, x = settings["cA"], pt.matrix("x")
    model = cA(np.random.RandomState(123), 784, facts["n_hidden"])
    _, updates = model.cost_updates(x, facts["learning_rate"], facts["contraction_level"])
    outputs = [model.reconstruction_cost(x, model.hidden(x)), model.penalty(x)]
    step = minibatch_function(outputs, [x], golden_split(), facts["batch_size"], updates)
    costs = np.array([step(i % step.n_batches) for i in range(facts["steps"])], dtype="float64")
    assert_golden(costs[:, 0], arrays["cA_reconstruction"])
    assert_golden(costs[:, 1], arrays["cA_penalty"])
