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


def test_what_is_in_use_stays_until_it_is_not():
    kept = BoundedDict(2, in_use=lambda value: value == "busy")
    kept.update({"a": "busy", "b": "", "c": ""})
    assert list(kept) == ["a", "b", "c"]
    kept["a"] = ""
    assert list(kept) == ["c", "a"]
