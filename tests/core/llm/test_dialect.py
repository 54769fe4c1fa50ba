"""What is learnt from refusals, and for how long."""

import re

import pytest

from core.llm.dialect import ModelDialect, ModelParameter

PARAMETERS = (
    ModelParameter("format", ("schema", "object", ""), re.compile("format")),
    ModelParameter("heat", ("heat", ""), re.compile("heat")),
)


@pytest.mark.parametrize("started_at", [0.0, 1e6])
def test_the_parameter_that_is_named_first_gives_up_one_form(started_at):
    """However long the machine has been up."""
    dialect = ModelDialect(PARAMETERS, clock=lambda: started_at)
    cooler = dialect.without("no heat with this format", dialect.forms)
    assert cooler == {"format": "schema", "heat": ""}
    assert dialect.given_up == {}
    dialect.adopt(dialect.without("format?", cooler))
    assert dialect.given_up == {"format": "object", "heat": ""}


def test_what_names_nothing_more_to_give_up_changes_nothing():
    """Nor does what names nothing."""
    dialect = ModelDialect(PARAMETERS)
    sent = dialect.plainest
    assert not dialect.without("format", sent)
    assert not dialect.without("who are you?", dialect.forms)
    assert dialect.given_up == {}


def test_everything_is_asked_for_again_after_an_hour():
    """The server may have been updated."""
    now = [1e6]
    dialect = ModelDialect(PARAMETERS, clock=lambda: now[0])
    dialect.adopt(dialect.plainest)
    assert dialect.forms == dialect.plainest
    now[0] += 3_601
    assert dialect.given_up == {}
