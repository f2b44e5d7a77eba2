"""Whoever calls a script looks on, and only while it does."""

import threading

from dltut.training import Extension, LossHistory, Trainer, accompanied


class Stop(Extension):
    def between_batches(self, trainer):
        raise StopIteration("enough")


def test_every_trainer_of_the_block_has_the_guests_behind_its_own_extensions():
    own, outer, inner = LossHistory(), LossHistory(), LossHistory()
    with accompanied(outer):
        first = Trainer(lambda index: 1.0, 2, [own])
        with accompanied(inner):
            second = Trainer(lambda index: 2.0, 2)
        third = Trainer(lambda index: 3.0, 2)
    fourth = Trainer(lambda index: 4.0, 2)
    assert [each.extensions for each in (first, second, third, fourth)] == [
        (own, outer),
        (outer, inner),
        (outer,),
        (),
    ]


def test_a_guest_can_end_the_run():
    with accompanied(Stop()):
        log = Trainer(lambda index: 1.0, 5).run(max_epochs=3)
    assert (log.iteration, log.stop_reason) == (0, "enough")


def test_an_error_or_another_thread_sees_no_guests():
    seen = []
    try:
        with accompanied(Stop()):
            look = threading.Thread(target=lambda: seen.append(Trainer(len, 1).extensions))
            look.start()
            look.join()
            raise KeyError
    except KeyError:
        seen.append(Trainer(len, 1).extensions)
    assert seen == [(), ()]
