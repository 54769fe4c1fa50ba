"""Question to ranked entries."""

import threading
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from fakes.faq import FAQ, entry
from fakes.tiny import TinyAnalyzer, TinyEmbedder

from core.errors import FaqIndexError
from core.retrieval import confidence
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.evidence import FACTS
from core.retrieval.hits import is_answer
from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.synonyms import Synonyms
from core.retrieval.retriever import Retriever
from core.text.korean import Analyzer
from core.types import Exchange
from ingest.sync import sync

SETTLEMENT, ACCOUNT, DOCUMENTS, SIGN_UP, FEE, TRACKING, RETURNS, RETURN_FEE = (
    e.title for e in FAQ[:8]
)
GIF, GUIDE, COUPON, FOOD = (e.title for e in FAQ[8:])


def best(retriever, question, *history):
    return retriever.search(question, history)[0].title


def after(entry_title, *sources):
    return Exchange(entry_title, "…", sources)


def ingest(index, entries, embedder=None, source="faq.csv"):
    embedder = embedder or TinyEmbedder()
    return sync(
        entries,
        index=index,
        analyzer=TinyAnalyzer,
        embedder=lambda: embedder,
        fingerprint=embedder.fingerprint,
        source=source,
        progress=lambda done, total: None,
    )


@pytest.fixture
def index(tmp_path):
    return ChromaIndex.open(tmp_path / "chroma")


@pytest.fixture
def open_tiny(tmp_path, index):
    """Opens a retriever that knows no Korean on the empty index of this test."""

    def make(index=index, **parts):
        tiny = {"embedder": TinyEmbedder(), "analyzer": TinyAnalyzer(), "synonyms": Synonyms([])}
        more = {"words": TinyEmbedder(), "cache": tmp_path / "cache"}
        return Retriever(index=index, **(tiny | more | parts))

    return make


@pytest.mark.parametrize("title", [e.title for e in FAQ])
def test_a_title_finds_its_entry_first(retriever, title):
    """And well enough to be answered."""
    hits = retriever.search(title)
    assert hits[0].title == title
    assert is_answer(hits)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("정산은언제되나여", SETTLEMENT),
        ("송장번호입력", TRACKING),
        ("배숑비 설정", FEE),
        ("반품베송비 누가 네나요", RETURN_FEE),
        ("스마트스토어가입방법", SIGN_UP),
        ("할인쿠픈 만들기", COUPON),
        ("정산 계자 변경", ACCOUNT),
        (unicodedata.normalize("NFD", "정산 계좌 변경"), ACCOUNT),
        ("ＧＩＦ 파일", GIF),
    ],
)
def test_typing_errors_and_missing_spaces_are_forgiven(retriever, typed, title):
    assert best(retriever, typed) == title


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("돈은 언제쯤 들어오나요", SETTLEMENT),
        ("통장 바꿀래요", ACCOUNT),
        ("움짤 올려도 되나요", GIF),
        ("집에서 만든 김치 팔아도 되나요", FOOD),
        ("단골 손님 할인해 주려면", COUPON),
        ("불량품 돌려받을 때 택배값", RETURN_FEE),
    ],
)
def test_other_words_for_the_same_are_understood(retriever, asked, title):
    assert best(retriever, asked) == title


def test_synonyms_raise_what_they_mean(faq_index, retriever, analyzer, encoder, tmp_path):
    """The same question without the dictionary scores the entry lower by its words."""
    bare = Retriever(
        index=faq_index,
        embedder=encoder,
        analyzer=analyzer,
        synonyms=Synonyms([]),
        words=encoder,
        cache=tmp_path,
    )
    words = [{h.title: h.words for h in r.search("움짤 올려도 되나요")} for r in (retriever, bare)]
    assert words[0][GIF] > words[1][GIF]


def test_a_late_part_of_a_long_answer_is_found(retriever):
    """수입자 and 통관 stand only in the fourth chunk of the guide."""
    hits = retriever.search("수입자와 통관 서류는 어떻게 적나요")
    assert GUIDE in [hit.title for hit in hits[:2]]
    assert [hit.title for hit in hits].count(GUIDE) == 1


@pytest.mark.parametrize("asked", ["", " \n", "\U0001f600\U0001f600", "?!", "뷁뷁 쀍쀍", "ㅋ"])
def test_what_says_nothing_finds_nothing_to_answer(retriever, asked):
    """It is ranked, lowly, without an error and without NaN."""
    hits = retriever.search(asked)
    assert len(hits) == 10
    assert not is_answer(hits)
    assert max(abs(hit.score) for hit in hits) < 0.1


def test_words_that_nothing_has_do_not_make_an_answer(retriever):
    hits = retriever.search("고래상어 지느러미 관찰 일지")
    assert not is_answer(hits)


@pytest.mark.parametrize("asked", ["가", "정산 " * 333, "a" * 1000, "정산은 언제 되나요? " * 80])
def test_short_and_long_questions_are_ranked(retriever, asked):
    hits = retriever.search(asked)
    assert len(hits) == 10
    assert all(np.isfinite(hit.score) for hit in hits)
    if "정산" in asked:
        assert hits[0].title == SETTLEMENT


@pytest.mark.parametrize("limit", [0, 1, 5, len(FAQ), 100])
def test_the_limit_is_kept_and_the_order_is_by_score(retriever, limit):
    """Fewer come only if the FAQ has no more; a lower limit gives the same beginning."""
    hits = retriever.search("배송비", limit=limit)
    assert len(hits) == min(limit, len(FAQ))
    assert hits == sorted(hits, key=lambda hit: -hit.score)
    every = retriever.search("배송비", limit=100)[:limit]
    assert [(hit.faq_id, hit.score) for hit in hits] == [(hit.faq_id, hit.score) for hit in every]


def test_equal_scores_keep_the_order_of_the_source(retriever):
    assert [hit.title for hit in retriever.search("", limit=100)] == [e.title for e in FAQ]


def test_the_score_is_the_sum_of_six_signals(retriever):
    """Each comparable between questions; together about 0 to 1."""
    for hit in retriever.search(SETTLEMENT, limit=100):
        typed = 0.105 * hit.words + 0.05 * hit.letters + 0.115 * hit.grams
        aligned = 0.2 * hit.alignment + 0.1 * hit.title_alignment
        assert hit.score == pytest.approx(typed + 0.43 * hit.meaning + aligned, abs=1e-5)
        assert -0.2 < hit.score < 1.3


# ---- what is served ----


def test_before_the_first_ingest_it_says_what_to_run(open_tiny):
    with pytest.raises(FaqIndexError, match="run `faqbot ingest PATH`"):
        open_tiny().search("정산")


def test_an_index_of_another_embedder_says_what_to_run(index, open_tiny):
    """With the source that it was made from; also if it is switched under a running reader."""
    ingest(index, FAQ, source="/data/faq.csv")
    other = open_tiny(embedder=TinyEmbedder("tiny-2"))
    with pytest.raises(FaqIndexError, match=r"tiny-1, but .* tiny-2: .*`faqbot ingest /data/faq"):
        other.search("정산")
    running = open_tiny()
    running.search("정산")
    ingest(index, FAQ, TinyEmbedder("tiny-2"))
    with pytest.raises(FaqIndexError, match="faqbot ingest"):
        running.serving.refresh()


def test_an_empty_faq_finds_nothing(index, open_tiny):
    ingest(index, FAQ)
    ingest(index, ())
    hits = open_tiny().search("정산은 언제 되나요?", [after("배송비는요?")])
    assert hits == []
    assert not is_answer(hits)


def test_entries_of_hits_come_in_their_order(retriever):
    """Whole, as they were ingested; hits of what is gone are left out."""
    hits = retriever.search("반품")[:4]
    assert [e.title for e in retriever.entries(hits)] == [hit.title for hit in hits]
    assert retriever.entries(hits)[0] in FAQ
    assert retriever.entries([]) == []
    assert retriever.entries([replace(hits[0], faq_id="gone"), hits[1]]) == retriever.entries(
        hits[1:2]
    )


def test_a_refresh_of_the_same_keeps_what_is_loaded(retriever):
    assert retriever.serving.refresh() is retriever.serving.refresh()


def test_a_rare_word_tells_more(retriever):
    assert retriever.idf("없는말/N") > retriever.idf("gif/N") > retriever.idf("상품/N")


class SlowIndex:
    """A `FaqIndex` that holds back the entries until it is told to give them."""

    def __init__(self, index):
        self._index = index
        self.asked = threading.Event()
        self.free = threading.Event()
        self.free.set()

    def serving(self):
        return self._index.serving()

    def stored(self, generation):
        self.asked.set()
        assert self.free.wait(5)
        return self._index.stored(generation)

    def entries(self, generation, faq_ids):
        return self._index.entries(generation, faq_ids)

    def nearest(self, generation, vectors, limit):
        return self._index.nearest(generation, vectors, limit)


def test_nobody_waits_while_a_new_generation_is_loaded(index, open_tiny):
    """One search loads it; those that come meanwhile are answered from the old one."""
    ingest(index, FAQ)
    slow = SlowIndex(index)
    retriever = open_tiny(slow)
    retriever.search("정산")
    ingest(index, (entry("완전히 새로운 제목", "새 답변"), *FAQ))
    slow.free.clear()
    slow.asked.clear()
    retriever.serving.looked_at = 0.0  # as if a second had passed
    found = []
    loader = threading.Thread(target=lambda: found.append(best(retriever, "완전히 새로운 제목")))
    loader.start()
    assert slow.asked.wait(30)
    assert best(retriever, "완전히 새로운 제목") != "완전히 새로운 제목"
    assert best(retriever, SETTLEMENT) == SETTLEMENT
    slow.free.set()
    loader.join()
    assert found == ["완전히 새로운 제목"]
    assert best(retriever, "완전히 새로운 제목") == "완전히 새로운 제목"


def test_many_threads_find_what_one_finds(faq_index, make_retriever, tmp_path):
    """Eight threads, fifty searches each, from the first search on."""
    questions = [f"{e.title} {n}번 상품" for n in range(5) for e in FAQ][:50]
    past = [after(SETTLEMENT, SETTLEMENT)]
    one = make_retriever(faq_index, tmp_path / "one")
    expected = [one.search(question, past) for question in questions]
    together = make_retriever(faq_index, tmp_path / "many")
    found = [None] * 8
    start = threading.Barrier(8)

    def search(slot):
        start.wait()
        found[slot] = [together.search(question, past) for question in questions]

    threads = [threading.Thread(target=search, args=(slot,)) for slot in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for results in found:
        assert [[h.title for h in hits[:3]] for hits in results] == [
            [h.title for h in hits[:3]] for hits in expected
        ]
        for hits, others in zip(results, expected, strict=True):
            assert [h.score for h in hits] == pytest.approx([h.score for h in others], abs=1e-5)


# ---- the cache ----


def _cache_file(folder):
    (file,) = folder.glob("*.npz")
    return file


class WatchedKiwi:
    """Kiwi, and the texts that it was given."""

    def __init__(self, kiwi):
        self._kiwi = kiwi
        self.texts = set()

    def tokenize(self, texts):
        self.texts |= {texts} if isinstance(texts, str) else set(texts)
        return self._kiwi.tokenize(texts)

    def __getattr__(self, name):
        return getattr(self._kiwi, name)


def test_the_words_of_titles_are_kept_for_the_next_start(index, open_tiny, analyzer, tmp_path):
    """A start reads no title with Kiwi, unless the file is damaged; searches stay the same."""
    titles = {e.title for e in FAQ}

    def opened():
        kiwi = WatchedKiwi(analyzer.kiwi)
        words = open_tiny(analyzer=Analyzer(kiwi)).serving.refresh().words
        return titles & kiwi.texts, words.written("베송비가 얼마예요", analyzer)

    corrected = "배송비가 얼마예요"
    ingest(index, FAQ)
    assert opened() == (titles, corrected)
    assert opened() == (set(), corrected)
    (tmp_path / "cache" / f"{index.serving().name}.words").write_bytes(b"PK")
    assert opened() == (titles, corrected)
    assert opened() == (set(), corrected)


def test_the_lexical_index_is_kept_for_the_next_start(index, open_tiny, tmp_path):
    """It is read, not built: the stored entries are not asked for again; scores stay the same."""
    ingest(index, FAQ)
    built = open_tiny().search("정산은 언제 되나요?")
    assert _cache_file(tmp_path / "cache").name == f"{index.serving().name}.npz"
    slow = SlowIndex(index)
    loaded = open_tiny(slow).search("정산은 언제 되나요?")
    assert not slow.asked.is_set()
    assert [hit.title for hit in loaded] == [hit.title for hit in built]
    assert [hit.score for hit in loaded] == pytest.approx([h.score for h in built], abs=2e-3)


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "flipped", "text"])
def test_a_damaged_cache_is_built_anew(index, open_tiny, tmp_path, damage):
    ingest(index, FAQ)
    before = open_tiny().search("정산은 언제 되나요?")
    file = _cache_file(tmp_path / "cache")
    data = file.read_bytes()
    match damage:
        case "gone":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(data[: len(data) // 2])
        case "flipped":
            middle = len(data) // 2
            file.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])
        case "text":
            file.write_text("정산")
    assert open_tiny().search("정산은 언제 되나요?") == before
    assert _cache_file(tmp_path / "cache") == file
    assert len(LexicalIndex.load(file)) == len(FAQ)


def test_caches_of_earlier_generations_are_removed(index, open_tiny, tmp_path):
    """Nothing else in the folder is."""
    ingest(index, FAQ)
    open_tiny().search("정산")
    (tmp_path / "cache" / "faq-20200101-000000-abcdef.1a2b3c4d.partial").write_text("killed")
    (tmp_path / "cache" / "notes.txt").write_text("mine")
    ingest(index, FAQ[:5])
    open_tiny().search("정산")
    names = {file.name for file in (tmp_path / "cache").iterdir()}
    assert names == {f"{index.serving().name}{kind}" for kind in (".npz", ".words")} | {"notes.txt"}


def test_a_cache_that_cannot_be_written_stops_nobody(index, open_tiny, tmp_path, caplog):
    """It is said once, and the search goes on."""
    ingest(index, FAQ)
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert best(open_tiny(), SETTLEMENT) == SETTLEMENT
    assert "cannot write the cache" in caplog.text


def test_titles_are_those_of_the_source_byte_for_byte(index, open_tiny):
    """From the index and from its cache."""
    apart = unicodedata.normalize("NFD", "맥에서 쓴 제목")
    titles = ["두 줄\n제목", "역\\n슬래시\\", "\xa0 공백\u200b ", apart, "보통 제목"]
    ingest(index, [entry(title, f"답변 {n}") for n, title in enumerate(titles)])
    for _ in range(2):
        assert {hit.title for hit in open_tiny().search("제목")} == set(titles)
        for title in titles:
            (found,) = open_tiny().entries([h for h in open_tiny().search("") if h.title == title])
            assert found.title == title


@pytest.mark.parametrize(("score", "enough"), [(0.545, False), (0.565, True)])
def test_an_entry_that_is_near_enough_answers_whatever_is_beside_it(score, enough):
    """The facts say nothing for it."""
    facts = np.array([confidence.FITTED.mean])
    facts[:, FACTS.index("margin")] = facts[:, FACTS.index("gap")] = 0.0
    (sure,) = confidence.of(facts, np.array([score]))
    assert (sure >= confidence.ANSWER) is np.bool_(enough)


def test_a_careful_bot_answers_less_than_a_bold_one(faq_index, make_retriever, tmp_path):
    """The best hit decides."""
    retriever = make_retriever(faq_index, tmp_path)
    (hit,) = retriever.search("정산 언제", limit=1)
    for answer_from, enough in ((hit.confidence - 0.01, True), (hit.confidence + 0.01, False)):
        retriever.answer_from = answer_from
        found = retriever.search("정산 언제")
        assert is_answer(found) is enough
    assert is_answer([]) is False
