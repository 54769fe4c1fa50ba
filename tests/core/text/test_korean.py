"""Korean text as search sees it."""

import threading
import unicodedata

import pytest

from core.text import korean
from core.text.korean import Analyzer, compact, jamo, ngrams, term_of


def test_content_words_stay_and_grammar_goes(analyzer):
    """Particles, endings and light verbs say nothing of the topic."""
    terms = analyzer.terms("정산 계좌를 변경하고 싶어요")
    assert [term for term in terms if term.endswith("/N")] == ["정산/N", "계좌/N", "변경/N"]
    assert not {"를/JKO", "하/XSV", "고/EC", "싶/VX", "어요/EF"} & set(terms)


@pytest.mark.parametrize("share", ["몇퍼예요", "몇 프로예요", "몇 %인가요", "몇 퍼센트예요"])
def test_a_share_is_one_term_however_it_is_written(analyzer, share):
    """Otherwise the one entry that writes it as the asker does would be first for any of them."""
    assert "퍼센트/N" in analyzer.terms(share)
    assert analyzer.terms("10프로 할인") == analyzer.terms("10% 할인")
    assert "퍼센트/N" not in analyzer.terms("프로 판매자")


@pytest.mark.parametrize("light", ["해요", "돼요", "있어요", "있나요"])
def test_light_verbs_are_no_terms(analyzer, light):
    assert analyzer.terms(f"반품이 {light}") == ("반품/N",)


def test_spacing_endings_and_case_do_not_matter(analyzer):
    """What people leave out or type in their own way gives the same terms."""
    typed = ["정산은 언제 되나요?", "정산은언제되나여", "정산 언제 됨", "정산은 언제 되는지요"]
    assert {analyzer.terms(text)[:2] for text in typed} == {("정산/N", "언제/MAG")}
    assert analyzer.terms("GIF") == analyzer.terms("gif") == ("gif/N",)


def test_hangul_in_pieces_is_read_as_whole(analyzer):
    """A Mac's decomposed text has the terms of the composed one."""
    text = "정산 계좌는 어디에서 변경하나요?"
    apart = unicodedata.normalize("NFD", text)
    assert apart != text
    assert analyzer.terms(apart) == analyzer.terms(text) != ()


@pytest.mark.parametrize("text", ["", " \n\t\xa0", "?!…", "그리고", "네", "\u200d"])
def test_text_without_content_has_no_terms(analyzer, text):
    assert not [term for term in analyzer.terms(text) if term.isprintable()]


def test_many_texts_come_back_in_their_order(analyzer):
    """Repeated texts included; none gives none."""
    texts = ["반품", "교환", "반품", "배송비", "교환"]
    assert analyzer.terms_of(texts) == [(f"{text}/N",) for text in texts]
    assert analyzer.terms_of([]) == []


class Counting:
    """A Kiwi that keeps what it is asked for."""

    def __init__(self, kiwi):
        self._kiwi = kiwi
        self.seen = []

    def tokenize(self, texts):
        self.seen += [texts] if isinstance(texts, str) else texts
        return self._kiwi.tokenize(texts)


def test_a_text_is_split_once(analyzer):
    """The lexical index and the encoder ask for the same texts; Kiwi sees them once."""
    kiwi = Counting(analyzer.kiwi)
    once = Analyzer(kiwi)
    first = once.terms_of(["반품 승인", "교환"])
    assert once.terms_of(["교환", "반품 승인", "배송"])[:2] == first[::-1]
    assert kiwi.seen == ["반품 승인", "교환", "배송"]


def test_a_paragraph_is_split_once_in_whatever_text_it_is(analyzer):
    """An answer has the same words as the pieces of it that are embedded, each below its title."""
    kiwi = Counting(analyzer.kiwi)
    once = Analyzer(kiwi)
    answer = "1. 반품을 신청합니다.\n2. 상품을 보냅니다.\n\n배송비는 A/S 때 무료입니다."
    whole = once.terms(answer)
    assert once.terms(f"반품 방법\n\n{answer}") == ("반품/N", "방법/N", *whole)
    first, second = answer.split("\n\n")
    assert once.terms(first) + once.terms(second) == whole
    assert kiwi.seen == [first, second, "반품 방법"]


def test_english_words_in_a_paragraph_of_their_own_are_read_as_their_text_is(analyzer):
    """Beside Korean they are what Korean text writes for them, wherever a line is blank."""
    known = Analyzer(analyzer.kiwi, {"coupon": "쿠폰"})
    assert known.terms("발급 방법\n\ncoupon") == ("발급/N", "방법/N", "쿠폰/N")
    assert known.terms("how to get one\n\ncoupon")[-1] == "coupon/N"


def test_what_is_remembered_is_bounded(analyzer, monkeypatch):
    """The texts that came last are kept."""
    monkeypatch.setattr(korean, "_MEMO_PARTS", 3)
    small = Analyzer(analyzer.kiwi)
    for number in range(10):
        small.terms(f"반품 {number}")
    assert [part.text for part in small._memo] == [f"반품 {number}" for number in (7, 8, 9)]


def test_what_is_remembered_is_bounded_by_its_length_too(analyzer, monkeypatch):
    """Else long texts would take a gigabyte before there are too many of them."""
    monkeypatch.setattr(korean, "_MEMO_CHARS", 1_000)
    small = Analyzer(analyzer.kiwi)
    for number in range(10):
        small.terms(f"반품 {number} " + "배송 " * 100)
    assert [part.text[:4] for part in small._memo] == [f"반품 {number}" for number in (7, 8, 9)]
    small.terms("교환 " * 1_000)
    assert not small._memo


def test_threads_share_an_analyzer(analyzer):
    """Eight at once get what one gets."""
    texts = [f"{number}번 상품의 반품 배송비는 얼마인가요" for number in range(60)]
    expected = Analyzer(analyzer.kiwi).terms_of(texts)
    together = Analyzer(analyzer.kiwi)
    found = [None] * 8

    def split(slot):
        found[slot] = [together.terms(text) for text in texts]

    threads = [threading.Thread(target=split, args=(slot,)) for slot in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_sentences_are_stripped_and_in_order(analyzer):
    assert analyzer.sentences(" 반품을 승인합니다.  그러면 환불됩니다.\n") == [
        "반품을 승인합니다.",
        "그러면 환불됩니다.",
    ]
    assert analyzer.sentences("") == []


def test_compact_leaves_letters_digits_and_syllables():
    """Full width, case, spaces, punctuation and decomposition make no difference."""
    assert compact(" ＧＩＦ 파일,\n20ＭＢ! ") == "gif파일20mb"
    assert compact(unicodedata.normalize("NFD", "정산 ①")) == "정산1"
    assert compact("?! \U0001f600") == ""


def test_jamo_makes_a_mistyped_vowel_one_letter():
    """개 and 게 share their consonant, 각 and 간 all but the last."""
    assert len(jamo("개")) == 2
    assert jamo("개")[0] == jamo("게")[0]
    assert jamo("각")[:2] == jamo("간")[:2]
    assert unicodedata.normalize("NFC", jamo("배송비")) == "배송비"


def test_ngrams_are_all_substrings_by_length():
    assert ngrams("abc", 1, 2) == ["a", "b", "c", "ab", "bc"]
    assert ngrams("abc", 2, 5) == ["ab", "bc", "abc"]
    assert ngrams("", 1, 3) == []


@pytest.mark.parametrize(
    ("form", "tag", "term"),
    [
        ("정산", "NNG", "정산/N"),
        ("네이버", "NNP", "네이버/N"),
        ("깨끗", "XR", "깨끗/N"),
        ("GIF", "SL", "gif/N"),
        ("https://naver.com", "W_URL", "https://naver.com/N"),
        ("돕", "VV-I", "돕/VV"),
        ("언제", "MAG", "언제/MAG"),
    ],
)
def test_a_term_is_form_and_class(form, tag, term):
    """All nouns, roots and foreign words are one class, irregular verbs one with the regular."""
    assert term_of(form, tag) == term


def test_the_tokens_of_a_question_are_split_once(analyzer):
    """Reading its terms first, its tokens are known; many other texts later, they are read anew."""
    analyzer.terms("토큰을 한 번만 나누나요")
    known = analyzer.tokens("토큰을 한 번만 나누나요")
    assert known is analyzer.tokens("토큰을 한 번만 나누나요")
    analyzer.terms_of([f"다른 글 {number}" for number in range(100)])
    again = analyzer.tokens("토큰을 한 번만 나누나요")
    assert again is not known
    assert [token.form for token in again] == [token.form for token in known]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("All parts are covered.", ["all", "part", "cover"]),
        ("I have insurance. What about repairs?", ["insur", "about", "repair"]),
        ("Write to billing.", ["write", "bill"]),
        ("(Visa/Mastercard.)", ["visa", "mastercard"]),
        ("It runs on Node.js.", ["run", "node", "js"]),
        ("Open from 9 a.m. in the U.S.", ["open", "9", "us"]),
    ],
)
def test_the_last_word_of_an_english_sentence_is_whole(analyzer, text, words):
    """Kiwi takes what is before a full stop for an abbreviation."""
    assert [term.partition("/")[0] for term in analyzer.terms(text)] == words


def test_a_latin_word_at_the_end_of_a_korean_sentence_is_whole(analyzer):
    assert analyzer.terms("파일은 dropbox.")[-1] == analyzer.terms("dropbox 파일")[0]
