"""Misspelt Latin words are taken for those of the FAQ, and words for nothing else."""

import pytest

from core.text.spelling import latin

FAQ = {"password": 3.0, "ticket": 2.0, "librari": 1.0, "refund": 2.0, "refer": 4.0, "tickl": 5.0}
WORDS = {*FAQ, "my", "card", "forgot", "where", "return", "thick"}


def corrected(text):
    return latin.corrected(
        text,
        stem=lambda word: word.removesuffix("s").replace("rary", "rari").replace("bary", "bari"),
        is_word=WORDS.__contains__,
        commonest=lambda stems: min(set(stems) & FAQ.keys(), key=FAQ.__getitem__, default=None),
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("forgot my pasword", "forgot my password"),
        ("my tikcet", "my ticket"),
        ("refnd", "refund"),
        ("reffer my card", "refer my card"),
        ("where is my Libary card", "where is my librari card"),
        ("비밀번호(pasword)를", "비밀번호(password)를"),
    ],
)
def test_a_slip_is_the_faqs_word(typed, meant):
    assert corrected(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "thick card",  # a word, though one letter makes a word of the FAQ of it
        "cket",  # too much is missing
        "paswrd",  # two letters are
        "eticket",  # the first letter is another
        "refnd's",  # the part of a longer word
        "tikcet refnd wohin damit",  # most of it is no English
        "",
    ],
)
def test_nothing_else_is_changed(typed):
    assert corrected(typed) == typed


def test_of_two_words_the_commoner_one_is_meant():
    assert corrected("tickt") == "ticket"
