"""The checker notices each broken promise, and takes nothing else for one."""

import pytest

from checker import ACKNOWLEDGED, IN_DOUBT, REFUSED, Read, Write, check


def rules(history, final, lost=frozenset(), **promises):
    return [fault.rule for fault in check(history, final, lost, **promises)]


def test_a_sound_history_breaks_nothing():
    history = [
        Read(1, "k", None),
        Write(1, "k", 1, ACKNOWLEDGED),
        Read(2, "k", 1),
        Write(1, "k", 2, REFUSED),
        Write(1, "k", 3, ACKNOWLEDGED),
        Read(1, "k", 3),
        Read(2, "k", 3),
    ]
    assert rules(history, {"k": 3}) == []


def test_a_lost_write_is_noticed():
    history = [Write(1, "k", 1, ACKNOWLEDGED), Write(1, "k", 2, ACKNOWLEDGED)]
    assert rules(history, {"k": 1}) == ["lost"]
    assert rules(history, {"k": None}) == ["lost"]
    assert rules(history, {}) == ["lost"]


def test_a_write_that_the_truth_calls_lost_is_no_fault():
    history = [Write(1, "k", 1, ACKNOWLEDGED), Write(1, "k", 2, ACKNOWLEDGED), Read(1, "k", 1)]
    assert rules(history, {"k": 1}, lost={"k"}) == []
    assert rules(history, {"k": 1}, lost={"other"}) == ["stale", "lost"]


@pytest.mark.parametrize("held", [1, 2])
def test_what_is_in_doubt_may_have_happened_or_not(held):
    history = [Write(1, "k", 1, ACKNOWLEDGED), Write(1, "k", 2, IN_DOUBT), Read(2, "k", held)]
    assert rules(history, {"k": held}) == []


def test_an_older_write_in_doubt_does_not_replace_an_acknowledged_one():
    history = [Write(1, "k", 1, IN_DOUBT), Write(1, "k", 2, ACKNOWLEDGED)]
    assert rules(history, {"k": 1}) == ["lost"]


def test_a_stale_read_is_noticed():
    written = [Write(1, "k", 1, ACKNOWLEDGED), Write(1, "k", 2, ACKNOWLEDGED)]
    # The writer knows its own writes; another client what it has read.
    assert rules([*written, Read(1, "k", 1)], {"k": 2}) == ["stale"]
    assert rules([*written, Read(2, "k", 2), Read(2, "k", 1)], {"k": 2}) == ["stale"]
    assert rules([*written, Read(2, "k", 2), Read(2, "k", None)], {"k": 2}) == ["stale"]
    # Who has not seen the newer value may still see the older one.
    assert rules([*written, Read(2, "k", 1), Read(2, "k", 2), Read(3, "k", 1)], {"k": 2}) == []


def test_a_value_that_nobody_wrote_is_noticed():
    assert rules([Read(1, "k", 7)], {}) == ["never written"]
    assert rules([Write(1, "k", 1, ACKNOWLEDGED)], {"k": 9}) == ["never written"]
    assert rules([Write(1, "other", 7, ACKNOWLEDGED), Read(1, "k", 7)], {"other": 7}) == ["never written"]


def test_a_refused_write_that_happened_is_noticed():
    history = [Write(1, "k", 1, ACKNOWLEDGED), Write(1, "k", 2, REFUSED), Read(2, "k", 2)]
    assert rules(history, {"k": 1}) == ["refused"]
    assert rules(history[:2], {"k": 2}) == ["refused"]


def test_availability_promises_less():
    history = [Write(1, "k", 1, ACKNOWLEDGED), Write(1, "k", 2, ACKNOWLEDGED), Read(1, "k", 1)]
    assert rules(history, {"k": 2}, is_strong=False) == []
    assert rules(history, {"k": 1}, lost={"k"}, is_strong=False) == []
    # A loss of which the truth does not know, and what nobody wrote, are faults all the same.
    assert rules(history, {"k": 1}, is_strong=False) == ["lost"]
    assert rules([*history, Read(1, "k", 3)], {"k": 2}, is_strong=False) == ["never written"]
    assert rules([*history, Write(1, "k", 3, REFUSED), Read(2, "k", 3)], {"k": 2}, is_strong=False) == ["refused"]
