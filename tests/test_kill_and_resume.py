"""A killed and resumed run ends as the run in peace; more kills: python tests/kill_and_resume.py"""

import random

import pytest
from kill_and_resume import prove


@pytest.mark.slow
def test_kills_leave_no_trace(tmp_path):
    met = prove(tmp_path, kills=4, draw=random.Random(4))
    assert met["saving"] and met["training"] and met["half-written files"]
