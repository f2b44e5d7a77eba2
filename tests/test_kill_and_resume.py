"""A killed and resumed run ends as the run in peace; more kills: python tests/kill_and_resume.py"""

import random

import pytest
from kill_and_resume import prove


@pytest.mark.slow
def test_kills_leave_no_trace(tmp_path):
    met = prove(tmp_path, kills=3, draw=random.Random(46))  # that seed meets each of the moments
    assert met["training"] == met["saving"] == met["starting"] == 1
