"""Topics that a sentence names under one verb are questions of their own."""

import pytest

from core.assistant.several_questions import several_questions


@pytest.mark.parametrize(
    ("sentence", "questions"),
    [
        ("반품이랑 교환이랑 취소 어떻게 해요", ("반품", "교환", "취소")),
        ("쿠폰하고 리뷰는 어디서 관리해요", ("쿠폰은 어디서 관리해요", "리뷰는 어디서 관리해요")),
        (
            "how do refunds, exchanges and cancellations work",
            ("how do refunds work", "how do exchanges work", "how do cancellations work"),
        ),
        ("can I get refunds and discounts", ("can I get refunds", "can I get discounts")),
    ],
)
def test_each_topic_is_asked_about_with_the_verb_of_all(sentence, questions, analyzer):
    way = several_questions(sentence, analyzer)[0]
    assert (way.texts, way.one_verb) == (questions, True)
