"""A dict that keeps what was set last."""

from core.bounded import BoundedDict


def test_one_more_than_there_is_room_for_drops_what_was_set_longest_ago():
    kept = BoundedDict(2)
    kept["a"], kept["b"] = 1, 2
    kept["a"] = 3
    kept["c"] = 4
    assert kept == {"a": 3, "c": 4}


def test_many_at_once_leave_the_last_ones():
    kept = BoundedDict(2)
    kept.update({"a": 1, "b": 2, "c": 3})
    assert list(kept) == ["b", "c"]
