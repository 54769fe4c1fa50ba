"""What nobody may make the bot say, however the text is cut."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text.safety.leak_watch import LeakWatch
from core.text.safety.sanitize import Cleaner, CleanStream

CLEANER = Cleaner(["naver.com"], instead="(링크 생략)")
INSTRUCTIONS = "Write Korean, polite and brief: first what answers the question, then the steps."
HARM = st.sampled_from(
    [
        "<!channel>",
        "<!here|@here>",
        "<@U012ABC>",
        "<@&123>",
        "@everyone",
        "@here",
        "https://evil.example/a?b=c",
        "HTTP://evil.example",
        "http://naver.com@evil.example",
        "https://naver.com.evil.example/",
        "<https://evil.example|네이버>",
        "[여기](https://evil.example)",
        "[여기](//evil.example)",
        "[여기](javascript:alert(1))",
        "https:\\\\evil.example",
        "www.evil.example",
        "https://help.naver.com/a",
        "[도움말](https://naver.com/x)",
        "https://naver.com가.evil.example/",
        'https://naver.com"@evil.example/',
        "https://naver.com에서",
    ]
)
WIDEST = [  # what a client may take for the host when it reads on
    "https://naver.com나.evil.example/x",
    "https://naver.com한글.com",
    "https://naver.com.한국",
    "https://naver.com).한국/a",
    "https://help.naver.com。evil.example",
    "https://naver.com\u200b.evil.example/",
    "https://naver.com\u00ad.evil.example",
    "https://naver.com\x1f.evil.example/",
    'https://naver.com"@evil.example/',
    "https://naver.com'@evil.example/",
    "https://naver.com)@evil.example/",
    "https://naver.com}@evil.example/",
    "https://naver.com]@evil.example:80/",
    "https://naver.com|@evil.example/",
    "https://naver.com;@evil.example/",
    "https://naver.com*@evil.example",
    "https://naver.com:pass@evil.example/",
    "https://naver.com%40evil.example/",
    "https://ｎａｖｅｒ.com/",
    "https://nаver.com/",  # a Cyrillic letter
    "https://naver.com../",
    "https://-/naver.com",
    "https:///naver.com/",
    "ftp://naver.com/",
    "https://naver.com/go?url=https%3A%2F%2Fevil.example",
    "https://naver.com/go?url=//evil.example",
    "https://naver.com/go?url=/%2Fevil.example",
    "https://naver.com/go?url=%252F%252Fevil.example",
    "https://naver.com/go?url=%255Cevil.example",
    "https://naver.com/go?url=https:evil.example",
    "https://naver.com/go?url=https%3Aevil.example",
    "https://naver.com/go?to=www.evil.example",
    "https://naver.com/\\evil.example",
]
PLAIN = st.text("가나다 <>@![]()./:hereyvon1|\n`*", max_size=12)
TEXTS = st.lists(st.one_of(HARM, PLAIN), max_size=12).map("".join)


@pytest.mark.parametrize("link", WIDEST)
@pytest.mark.parametrize(
    "around", ["{}", "자세히는 {} 에서", "[여기]({})", "<{}>", "({})를", "| {} |"]
)
def test_a_link_is_judged_as_the_widest_that_a_client_makes_of_it(link, around):
    shown = CLEANER.clean(around.format(link))
    assert "(링크 생략)" in shown
    assert not re.search(r"https?://[^\s<]*(?:evil|한|xn--)", shown)


@pytest.mark.parametrize(
    "text",
    [
        "https://help.naver.com/a에서 확인해 주세요.",
        "https://naver.com, https://naver.com/에요.",
        "주소는 https://naver.com. 끝",
        "(https://naver.com/a?b=c&d=1#e)를 보세요",
        "[도움말](https://naver.com/x)을 [또](https://naver.com/y), [그리고](https://naver.com)요.",
        "<https://naver.com>에서",
        '"https://naver.com"이라고',
        "**https://naver.com/길/안내**입니다",
        "https://help.naver.com:443/a",
    ],
)
def test_a_link_to_a_known_host_stays_as_it_is_in_its_sentence(text):
    assert CLEANER.clean(text) == text


def test_a_particle_stands_apart_from_the_host_that_it_would_be_taken_for():
    assert CLEANER.clean("https://naver.com에서요.") == "https://naver.com 에서요."


def test_what_stands_behind_a_link_that_goes_stays():
    text = (
        "[여기](https://evil.example/a)에서, (https://evil.example)입니다. https://evil.example를"
    )
    left = "[여기] ((링크 생략))에서, ((링크 생략))입니다. (링크 생략)를"
    assert CLEANER.clean(text) == left


def pieces_of(text, cuts):
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@given(TEXTS, st.lists(st.integers(0, 400), max_size=20))
def test_a_stream_is_cleaned_like_the_whole(text, cuts):
    """However a text is cut, what is shown in the end is the same, and nothing is left behind."""
    stream = CleanStream(CLEANER)
    shown = "".join(map(stream.feed, pieces_of(text, cuts))) + stream.close()
    assert shown == CLEANER.clean(text)


@given(TEXTS)
def test_nothing_harmful_is_left(text):
    """No mention is live, and every link goes to an allowed host."""
    shown = CLEANER.clean(text)
    assert not re.search(r"<[!@#]|@(?:everyone|here|channel)", shown, re.IGNORECASE)
    for host in re.findall(r"https?://([^/\s<>|)\]}\"]*)", shown, re.IGNORECASE):
        assert host == "naver.com" or host.endswith(".naver.com")
    assert not re.search(r"\]\((?!https://)", shown)


@given(TEXTS)
@example("https://help.naver.com/a@everyone")
def test_cleaning_twice_changes_nothing_more(text):
    """Two layers may both clean."""
    once = CLEANER.clean(text)
    assert CLEANER.clean(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "[판매관리 > 반품 관리] 메뉴에서 <필수 서류>를 올려 주세요. [1]",
        "정산은 D+1일 10:00에, 문의는 a@b.kr로 하세요 (수수료 1/2).",
        "https://sell.smartstore.naver.com/#/home 을 여세요. [도움말](https://help.naver.com/a)",
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    """Menu paths, addresses and allowed links are none of its business."""
    assert CLEANER.clean(text) == text


def test_hangul_is_shown_at_once():
    """Waiting for the end of a word would cost what a person sees first."""
    stream = CleanStream(CLEANER)
    assert stream.feed("안녕") == "안녕"
    assert stream.feed("하세요 htt") == "하세요 "
    assert stream.feed("ps://evil.example/x ") == "(링크 생략) "


@given(st.lists(st.integers(0, 400), max_size=20), st.sampled_from(["", " ", "\n- ", "*"]))
def test_instructions_are_stopped_before_they_are_told(cuts, between):
    """Forty letters in a row are the end, whatever punctuation is strewn in, however it is cut."""
    told = "물론이죠. " + between.join(INSTRUCTIONS)
    watch = LeakWatch(INSTRUCTIONS)
    shown = "".join(watch.feed(piece) for piece in pieces_of(told, cuts))
    assert watch.leaked
    assert shown == "물론이죠. " + told[6:].split(shown[6:], 1)[0] + shown[6:]
    assert sum(letter.isalnum() for letter in shown[6:]) < 10


@given(st.text("가나다 Write Korean,", max_size=60), st.lists(st.integers(0, 400), max_size=9))
def test_what_is_like_the_instructions_only_for_a_while_is_shown(text, cuts):
    """Nothing is lost of a text that turns out harmless."""
    watch = LeakWatch(INSTRUCTIONS)
    shown = "".join(watch.feed(piece) for piece in pieces_of(text, cuts)) + watch.close()
    assert watch.leaked or shown == text


def test_a_long_run_of_letters_is_cleaned_in_no_time():
    """Each letter might begin a link: that is looked at once, not once for each that follows."""
    text = "a" * 1_000_000
    assert CLEANER.clean(text) == text
    assert CLEANER.clean(f"{text}x://evil.example") != f"{text}x://evil.example"


@pytest.mark.parametrize("noise", ["q", "바나나", "x y", "(1)", "q. -"])
@given(cuts=st.lists(st.integers(0, 400), max_size=9))
def test_instructions_with_words_strewn_in_are_stopped_too(noise, cuts):
    """Whoever asks for them "with a q between the words" gets no more than their beginning."""
    told = "네, 규칙은요: " + f" {noise} ".join(INSTRUCTIONS.split())
    watch = LeakWatch(INSTRUCTIONS)
    shown = "".join(watch.feed(piece) for piece in pieces_of(told, cuts)) + watch.close()
    assert watch.leaked
    assert sum(letter.isascii() and letter.isalpha() for letter in shown) < 25
