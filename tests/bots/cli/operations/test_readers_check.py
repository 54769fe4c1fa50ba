"""The doctor shows who sees what, and names categories that the FAQ does not have."""

from bots.cli.operations.readers_check import readers
from bots.shared.platform import NOTE, PASS
from config.profiles import load_profile
from core.profile import ChannelRules, ReaderGroup

FAQ = ["인사", "인사 > 급여", "인사 > 급여", "총무"]


def looked(**parts):
    from dataclasses import replace  # noqa: PLC0415

    found = readers(replace(load_profile("ko"), **parts), FAQ)
    return {one.name: (one.mark, one.text, one.fix) for one in found}


def test_each_channel_and_group_is_shown_with_what_it_sees():
    channel = ChannelRules("인사방", ("slack:C0123",), ("인사",), owners=("인사팀",), private=True)
    found = looked(
        channels=(channel,), groups=(ReaderGroup("팀장", ("slack:U0123",), ("인사 > 급여",)),)
    )
    mark, text, _ = found["channel 인사방"]
    assert mark == PASS
    assert "1 entries of 인사, first called: 인사팀, answers in private alone" in text
    assert found["group 팀장"][1] == "1 members or roles: 2 entries of 인사 > 급여, for them alone"
    assert found["everybody"][1] == "2 of 4 entries"


def test_a_category_that_the_faq_does_not_have_is_named_with_those_it_has():
    found = looked(channels=(ChannelRules("방", ("web",), ("인사팀",)),))
    mark, text, fix = found["channel 방"]
    assert mark == NOTE
    assert "no category '인사팀'" in text
    assert "인사, 인사 > 급여, 총무" in fix


def test_a_channel_that_sees_nothing_because_a_group_does_is_noticed():
    found = looked(
        channels=(ChannelRules("방", ("web",), ("인사 > 급여",)),),
        groups=(ReaderGroup("팀장", ("slack:U0123",), ("인사 > 급여",)),),
    )
    assert found["channel 방"][0] == NOTE


def test_without_channels_and_groups_nothing_is_said():
    assert looked() == {}
