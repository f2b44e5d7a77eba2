"""A killed and resumed run ends as the run in peace; more kills: python tests/kill_and_resume.py"""

import random

import pytest
from kill_and_resume import prove


@pytest.mark.slow
def test_kills_leave_no_trace(tmp_path):
    # That seed meets each of the moments; that mode starts fastest, and files are what is tested.
    met = prove(tmp_path, kills=3, draw=random.Random(46), mode="FAST_COMPILE")
    assert met["training"] == met["saving"] == met["starting"] == 1
