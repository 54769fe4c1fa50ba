"""Words and letters: BM25F over terms, TF-IDF over jamo, and the file that keeps them."""

import math
import unicodedata

import numpy as np
import pytest

from core.retrieval.lexical.index import Fields, LexicalIndex, Postings

WORDS = ["정산", "반품", "배송", "쿠폰", "가입", "상품", "문의", "교환", "광고", "리뷰"]


def fields(title="", answer="", *questions, faq_id=None):
    """An entry whose terms are its words."""
    return Fields(
        faq_id=faq_id or f"id-{title}",
        title=title,
        questions=questions,
        title_terms=tuple(title.split()),
        answer_terms=tuple(answer.split()),
        question_terms=tuple(" ".join(questions).split()),
    )


def words(index, *terms, expansions=()):
    return index.word_scores(dict.fromkeys(terms, 1.0), dict.fromkeys(expansions, 0.3)).tolist()


@pytest.fixture
def index():
    """Ten titles, an answer and two questions each."""
    return LexicalIndex.build(
        [
            fields(f"{word} 방법 안내", f"{word} 메뉴에서 합니다", f"{word} 어케 해여", f"{word}?")
            for word in WORDS
        ]
    )


def test_a_title_weighs_more_than_questions_and_these_more_than_the_answer():
    """The same word in entries of the same length."""
    index = LexicalIndex.build(
        [
            fields("정산 가", "나 다", "라 마"),
            fields("바 사", "정산 아", "자 차"),
            fields("카 타", "파 하", "정산 거"),
            fields("너 더", "러 머", "버 서"),
        ]
    )
    title, answer, question, none = words(index, "정산")
    assert title > question > answer > none == 0


def test_a_word_again_adds_less_each_time():
    """Saturation: the tenth occurrence hardly counts, but none takes away."""
    index = LexicalIndex.build(
        [fields(f"{n}", " ".join(["정산"] * n + ["말"] * (12 - n))) for n in (0, 1, 2, 4, 12)]
    )
    none, one, two, four, twelve = words(index, "정산")
    assert none == 0 < one < two < four < twelve
    assert two - one > (four - two) / 2 > (twelve - four) / 8
    assert twelve < 2.5 * one


def test_a_word_in_a_long_entry_tells_less():
    short, long = words(
        LexicalIndex.build([fields("가", "정산"), fields("나", "정산 " + "말 " * 200)]), "정산"
    )
    assert short > long > 0


def test_a_rare_word_tells_more(index):
    """IDF: one entry of ten against all of ten; a word that is nowhere is the rarest."""
    scores = words(index, "정산", "방법")
    assert scores.index(max(scores)) == 0
    assert index.idf("방법") < index.idf("정산") < index.idf("아무데도")


def test_scores_are_relative_to_what_is_asked(index):
    """Unknown words lower the score of what is found, synonyms only raise it."""
    known = words(index, "정산")[0]
    assert 0 < words(index, "정산", "아무데도")[0] < known
    assert words(index, "정산", expansions=("반품",))[0] == pytest.approx(known)
    assert 0 < words(index, "정산", expansions=("반품",))[1] < known
    assert words(index, "정산", expansions=("아무데도",))[0] == pytest.approx(known)


@pytest.mark.parametrize("asked", [(), ("아무데도",)])
def test_nothing_known_scores_nothing(index, asked):
    assert words(index, *asked) == [0.0] * len(WORDS)
    assert index.letter_scores("".join(asked)).tolist() == [0.0] * len(WORDS)


@pytest.mark.parametrize("text", ["", "ㄱ", "가", "\U0001f600", "?!", "가나다라 " * 3000])
def test_letters_are_a_cosine(index, text):
    """Between 0 and 1 for any text, one number an entry."""
    for asked in (text, f"{text} 정산 방법 안내", f"{text} 정산 어케 해여"):
        scores = index.letter_scores(asked)
        assert scores.shape == (len(WORDS),)
        assert scores.dtype == np.float32
        assert scores.min() >= 0
        assert scores.max() <= 1 + 1e-5


def test_the_same_letters_are_nearest():
    """An entry's own and only text scores 1."""
    index = LexicalIndex.build([fields("정산은 언제 되나요"), fields("반품은 누가 승인하나요")])
    assert index.letter_scores("정산은언제 되나요?")[0] == pytest.approx(1, abs=1e-5)
    assert index.letter_scores("정산은언제 되나요?")[1] < 0.5


@pytest.mark.parametrize("typed", ["반춤방법", "반픔 방볍 안네", "ㅂ반품방 법", "바품 방법"])
def test_letters_forgive_typos_and_spacing(index, typed):
    scores = index.letter_scores(typed)
    assert WORDS[int(scores.argmax())] == "반품"


def test_decomposed_titles_and_questions_match(index):
    """What a Mac wrote has the letters of what a phone wrote."""
    apart = unicodedata.normalize("NFD", "정산 방법 안내")
    assert np.array_equal(index.letter_scores(apart), index.letter_scores("정산 방법 안내"))
    mac = LexicalIndex.build([fields(apart), fields("반품")])
    assert mac.letter_scores("정산 방법 안내")[0] == pytest.approx(1, abs=1e-5)


def test_a_long_question_field_is_read_in_part():
    """Letters beyond the first four hundred characters are not indexed."""
    index = LexicalIndex.build(
        [fields("가나다", "", "라" * 400 + "정산은언제되나요"), fields("바")]
    )
    assert index.letter_scores("정산은언제되나요").max() == 0


def test_postings_score_is_a_weighted_sum():
    postings = Postings.build([{"a": 1.0, "b": 2.0}, {}, {"b": 4.0}])
    assert postings.score({"a": 10.0, "b": 0.5, "c": 7.0}, 3).tolist() == [11.0, 0.0, 2.0]
    assert postings.score({"c": 7.0}, 3).tolist() == [0.0, 0.0, 0.0]
    expected = [math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (1, 2)]
    assert postings.idf == pytest.approx(expected)


def test_what_is_indexed_is_read_once():
    """A generator, whose entries nobody keeps, makes the index that a list makes."""
    entries = [fields(f"{word} 방법 안내", f"{word} 메뉴", f"{word} 어케 해여") for word in WORDS]
    listed, streamed = LexicalIndex.build(entries), LexicalIndex.build(iter(entries))
    assert (streamed.faq_ids, streamed.titles) == (listed.faq_ids, listed.titles)
    assert words(streamed, "정산", "방법") == words(listed, "정산", "방법")
    assert (
        streamed.letter_scores("반픔 방볍").tolist() == listed.letter_scores("반픔 방볍").tolist()
    )
    documents = [{"a": 1.0, "b": 2.0}, {}, {"b": 4.0}]
    assert Postings.build(iter(documents)).score({"b": 0.5}, 3).tolist() == [1.0, 0.0, 2.0]


def test_terms_of_too_many_documents_are_left_out():
    """Above the share, if that is more than twenty documents."""
    documents = [{"all": 1.0, "half": 1.0} if n % 2 else {"all": 1.0} for n in range(100)]
    documents[3] = documents[3] | {"rare": 1.0}
    assert set(Postings.build(documents).terms) == {"all", "half", "rare"}
    kept = Postings.build(documents, max_share=0.6)
    assert set(kept.terms) == {"half", "rare"}
    assert kept.score({"half": 1.0, "all": 1.0, "rare": 2.0}, 100).tolist() == [
        3.0 if n == 3 else float(n % 2) for n in range(100)
    ]
    few = [{"all": 1.0} for _ in range(20)]
    assert set(Postings.build(few, max_share=0.01).terms) == {"all"}


TITLES = [
    "두 줄\n제목",
    "역\\슬래시",
    "역슬래시와 줄\\\n",
    "글자 그대로 \\n",
    "\\\\n\\\n\\\\",
    "\n",
    "\\",
    "",
    "줄바꿈\r\n과\u2028\x85\x0b",
    "붙임\xa0공백 \u200b ",
    unicodedata.normalize("NFD", "맥에서 쓴 제목"),
    "\U0001f469\u200d\U0001f467 ☆",
    "<b>&amp;\t'\"",
]


def test_titles_survive_the_file_byte_for_byte(tmp_path):
    """Whatever they hold: line breaks, backslashes, odd spaces, decomposed Hangul."""
    path = tmp_path / "cache" / "faq-1.npz"
    built = LexicalIndex.build([fields(t, faq_id=f"{n:016x}") for n, t in enumerate(TITLES)])
    built.save(path)
    loaded = LexicalIndex.load(path)
    assert list(loaded.titles) == TITLES
    assert loaded.faq_ids == built.faq_ids
    assert loaded.rows == built.rows


def test_scores_survive_the_file(tmp_path, index):
    """To the precision of the sixteen-bit weights that it holds."""
    path = tmp_path / "faq-1.npz"
    index.save(path)
    loaded = LexicalIndex.load(path)
    for word in WORDS:
        terms = {word: 1.0, "방법": 1.0, "모름": 0.6}
        before, after = (i.word_scores(terms, {"안내": 0.3}) for i in (index, loaded))
        assert after == pytest.approx(before, rel=2e-3)
        typed = f"{word}방법은요"
        assert loaded.letter_scores(typed) == pytest.approx(index.letter_scores(typed), abs=1e-3)
        assert loaded.idf(word) == index.idf(word)


def test_an_empty_index_finds_nothing_and_survives_the_file(tmp_path):
    path = tmp_path / "faq-1.npz"
    LexicalIndex.build([]).save(path)
    for index in (LexicalIndex.build([]), LexicalIndex.load(path)):
        assert len(index) == 0
        assert index.titles == index.faq_ids == ()
        assert words(index, "정산") == []
        assert index.letter_scores("정산 방법").tolist() == []


@pytest.mark.parametrize("damage", [0, 1, 10, 1000, -1, "flip", "text", "npy", "gone", "lacking"])
def test_a_damaged_file_is_told_from_a_good_one(tmp_path, index, damage):
    """Cut anywhere, changed, of another kind, or without a part of it: one of three errors."""
    path = tmp_path / "faq-1.npz"
    index.save(path)
    data = path.read_bytes()
    match damage:
        case int():
            path.write_bytes(data[:damage])
        case "flip":
            middle = len(data) // 2
            path.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])
        case "text":
            path.write_text("정산")
        case "npy":
            with path.open("wb") as file:
                np.save(file, np.zeros(3))
        case "gone":
            path.unlink()
        case "lacking":
            np.savez(path, names=np.zeros(3, np.uint8))
    with pytest.raises((OSError, ValueError, KeyError)):
        LexicalIndex.load(path)


def test_saving_is_atomic(tmp_path, index):
    """A reader sees the old file or the new one; a failed save leaves the old one and nothing."""
    path = tmp_path / "faq-1.npz"
    index.save(path)
    before = path.read_bytes()
    inode = path.stat().st_ino

    class Broken(Postings):
        def arrays(self, prefix):
            return super().arrays(prefix) | {f"{prefix}_more": np.array([object()])}

    parts = {name: getattr(index.words, name) for name in Postings.__dataclass_fields__}
    broken = LexicalIndex(
        index.faq_ids,
        index.titles,
        Broken(**parts),
        index.letters,
        index.grams,
        title_terms=index.title_terms,
    )
    with pytest.raises(ValueError, match="allow_pickle"):
        broken.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    with path.open("rb") as reader:
        index.save(path)
        assert reader.read() == before
    assert path.stat().st_ino != inode
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
