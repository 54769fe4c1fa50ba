"""The web's names: sessions, questions, and who asks."""

import pytest

from bots.web.ids import Place, is_own, new_place, place_of, question_id, session_of
from bots.web.render.page import Page
from bots.web.replies.hub import Hub
from bots.web.visitors import asker_of, is_secret, new_secret
from core.press_ids import press_id

PLACE = Place("page", "0123456789abcdef")


def test_names_can_be_read_back():
    asked = question_id(PLACE, "m-1")
    assert (PLACE.session, asked) == ("web:page:0123456789abcdef", "web:page:0123456789abcdef:m-1")
    assert place_of(PLACE.session) == PLACE
    assert session_of(asked) == PLACE.session
    assert session_of(press_id(asked, "다음 질문")) == PLACE.session
    assert session_of(press_id(press_id(asked, "다음"), "그다음")) == PLACE.session


@pytest.mark.parametrize(
    "session",
    ["", "web:", "web:page:short", "slack:T1:C1:0123456789abcdef", "web:Page:0123456789abcdef"]
    + [f"web:page:{thread}" for thread in ("a" * 129, "a b" * 9, "../../../../etc/x")],
)
def test_what_is_no_session_is_refused(session):
    with pytest.raises(ValueError, match="not a session"):
        place_of(session)
    with pytest.raises(ValueError, match="not a question"):
        session_of(session)


def test_nobody_guesses_a_conversation_or_a_browser():
    assert len({new_place().thread for _ in range(100)}) == 100
    secret = new_secret()
    assert is_secret(secret)
    assert secret not in asker_of(secret)
    assert asker_of(secret) == asker_of(secret) != asker_of(new_secret())
    assert not any(map(is_secret, (None, "", "short", "a b" * 20)))


def test_a_conversation_is_marked_as_its_owners():
    mine, other = b"a digest of mine", b"a digest of another"
    made = new_place("page", mine)
    assert is_own(made, mine)
    assert not is_own(made, other)
    assert not is_own(Place("api", made.thread), mine)
    assert not is_own(Place("page", "chosen-by-somebody"), mine)
    assert not is_own(Place("page", "a" * 17), mine)  # no base64


def test_the_hub_forgets_what_nobody_reads():
    hub = Hub()
    with hub.reading("kept"):
        for number in range(2_100):
            hub.show(str(number), Page("q"))
        assert hub.page("0") is None
        assert hub.page("2099") == Page("q")
        hub.show("kept", Page("q", "text"))
        assert hub.page("kept") == Page("q", "text")
