"""Bringing the index in line with a source, and what happens when that is interrupted."""

import signal
import subprocess
import threading
from dataclasses import replace
from time import monotonic

import numpy as np
import pytest
from fakes import forks
from fakes.faq import FAQ, MANY, entry
from fakes.tiny import TinyAnalyzer, TinyEmbedder

from core.errors import FaqIndexError
from core.ports import TextKind
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.lexical.synonyms import Synonyms
from core.retrieval.retriever import Retriever
from core.retrieval.vectors import passage_of
from ingest.chunks import chunks
from ingest.sync import batched, digest, single_ingest, sync, terms_of

BATCH = 200
# Four batches, the last one short.
# Syncs `MANY` (with every text changed by the second argument), says what it has done after each
# step and waits for a line before it goes on.
CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from core.retrieval.chroma.index import ChromaIndex
from fakes.tiny import TinyAnalyzer, TinyEmbedder
from ingest.sync import single_ingest, sync
from fakes.faq import MANY

def step(name):
    print(name, flush=True)
    sys.stdin.readline()

class Index(ChromaIndex):
    def begin(self, **options):
        name = super().begin(**options)
        step("begun")
        return name

    def switch(self, generation, **known):
        self.switching = True
        super().switch(generation, **known)

    def tidy(self):
        if getattr(self, "switching", False):
            step("switched")
        super().tidy()

folder = Path(folder)
with single_ingest(folder):
    sync(
        [replace(entry, text=entry.text + mark) for entry in MANY],
        index=Index.open(folder / "chroma"),
        analyzer=TinyAnalyzer,
        embedder=TinyEmbedder,
        fingerprint="tiny-1",
        source="child",
        progress=lambda done, total: step(f"{done} of {total}"),
    )
step("done")
"""
FULL = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from core.errors import FaqIndexError
from core.retrieval.chroma.index import ChromaIndex
from fakes.faq import MANY
from fakes.tiny import TinyAnalyzer, TinyEmbedder
from ingest.sync import sync

folder, room = Path(sys.argv[1]), int(sys.argv[2])
index = ChromaIndex.open(folder / "chroma")
largest = max(one.stat().st_size for one in folder.rglob("*") if one.is_file())
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, largest + room))
try:
    sync(MANY, index=index, analyzer=TinyAnalyzer, embedder=TinyEmbedder, fingerprint="tiny-1",
         source="child", progress=lambda done, total: None)
except FaqIndexError as error:
    print(error)
"""
STEPS = ["begun", "200 of 650", "400 of 650", "600 of 650", "650 of 650", "switched", "done"]


class Ingest:
    """Syncs into one folder and counts what that took."""

    def __init__(self, folder):
        self.folder = folder
        self.index = ChromaIndex.open(folder / "chroma")
        self.analyzer = TinyAnalyzer()
        self.embedder = TinyEmbedder()
        self.loaded = []
        self.steps = []

    def __call__(self, entries, **options):
        def load(part):
            self.loaded.append(part)
            return part

        defaults = {
            "analyzer": lambda: load(self.analyzer),
            "embedder": lambda: load(self.embedder),
            "fingerprint": self.embedder.fingerprint,
            "source": "faq.csv",
            "progress": lambda done, total: self.steps.append((done, total)),
        }
        self.loaded.clear()
        self.steps.clear()
        self.embedder.asked.clear()
        self.analyzer.asked.clear()
        return sync(entries, index=self.index, **(defaults | options))

    @property
    def generation(self):
        serving = self.index.serving()
        return serving.name if serving else None

    def records(self):
        return list(self.index.records(self.generation))

    def served(self):
        return [record.entry for record in self.records()]

    def generations(self):
        names = (collection.name for collection in self.index._client.list_collections())
        return {name for name in names if name.startswith("faq-")}


@pytest.fixture
def ingest(tmp_path):
    return Ingest(tmp_path / "data")


@pytest.fixture
def child(child_environment):
    """Starts the child process on a folder; it waits after each of its steps."""

    def start(folder, mark=""):
        script = f"folder, mark = {str(folder)!r}, {mark!r}\n{CHILD}"
        return forks.Piped(script=script, env=child_environment)

    return start


def run_to(process, last):
    """Let the child go on up to the step `last`, in which it waits."""
    for name in STEPS[STEPS.index(last) :: -1][::-1]:
        assert process.stdout.readline() == f"{name}\n".encode()
        if name != last:
            process.stdin.write(b"\n")


def counts(changes):
    return changes.added, changes.changed, changes.unchanged, changes.removed


def test_the_first_run_adds_everything(ingest):
    """In the order of the source, with terms, and a vector for each chunk."""
    changes = ingest(FAQ)
    assert counts(changes) == (len(FAQ), 0, 0, 0)
    assert changes.generation == ingest.generation
    assert ingest.served() == list(FAQ)
    assert ingest.index.serving().entries == len(FAQ)
    assert ingest.steps == [(len(FAQ), len(FAQ))]
    for record in ingest.records():
        assert record.chunks == tuple(chunks(record.entry.text))
        assert record.terms.title == ingest.analyzer.terms(record.entry.title)
        assert record.terms.questions == ingest.analyzer.terms(" ".join(record.entry.questions))
        assert record.vectors.shape == (len(record.chunks), ingest.embedder.dimension)
        assert np.linalg.norm(record.vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_second_run_of_the_same_does_nothing(ingest):
    """No model is loaded, nothing embedded, and the generation stays."""
    first = ingest(FAQ)
    again = ingest(FAQ)
    assert counts(again) == (0, 0, len(FAQ), 0)
    assert again.generation == first.generation == ingest.generation
    assert (ingest.loaded, ingest.steps) == ([], [])
    assert ingest.generations() == {first.generation}


@pytest.mark.parametrize(
    "change",
    [
        {"text": "다른 답변입니다."},
        {"category": "다른 분류"},
        {"questions": ("다른 질문",)},
        {"questions": ()},
        {"questions": FAQ[3].questions[::-1]},
        {"related": ("다른 제목",)},
    ],
)
def test_only_what_changed_is_embedded_again(ingest, change):
    """All other vectors and terms are copied, to the last bit."""
    ingest(FAQ)
    before = {record.entry.faq_id: record for record in ingest.records()}
    changed = (*FAQ[:3], replace(FAQ[3], **change), *FAQ[4:])
    changes = ingest(changed)
    assert counts(changes) == (0, 1, len(FAQ) - 1, 0)
    assert ingest.served() == list(changed)
    passages = (passage_of(FAQ[3].title, chunk) for chunk in chunks(changed[3].text))
    expected = {FAQ[3].title, *passages, *changed[3].questions}
    assert set(ingest.embedder.asked) == expected
    assert set(ingest.analyzer.asked) == {FAQ[3].title, changed[3].text, *changed[3].questions}
    for record in ingest.records():
        if record.entry.faq_id != FAQ[3].faq_id:
            old = before[record.entry.faq_id]
            assert np.array_equal(record.vectors, old.vectors)
            assert (record.terms, record.chunks) == (old.terms, old.chunks)


def test_a_changed_title_is_another_entry(ingest):
    """The id comes from the title: the old one goes, the new one comes."""
    ingest(FAQ)
    renamed = entry("정산은 언제인가요?", FAQ[0].text, *FAQ[0].questions)
    assert counts(ingest((renamed, *FAQ[1:]))) == (1, 0, len(FAQ) - 1, 1)
    assert ingest.served() == [renamed, *FAQ[1:]]


def test_another_order_is_taken_over_without_embedding(ingest):
    ingest(FAQ)
    assert counts(ingest(FAQ[::-1])) == (0, 0, len(FAQ), 0)
    assert ingest.served() == list(FAQ[::-1])
    assert ingest.loaded == []


def test_removed_entries_are_gone(ingest):
    ingest(FAQ)
    assert counts(ingest(FAQ[2:5])) == (0, 0, 3, len(FAQ) - 3)
    assert ingest.served() == list(FAQ[2:5])
    assert ingest.index.serving().entries == 3
    assert ingest.loaded == []


def test_everything_may_be_removed_and_come_back(ingest):
    ingest(FAQ)
    assert counts(ingest(())) == (0, 0, 0, len(FAQ))
    assert ingest.served() == []
    assert counts(ingest(FAQ[:2])) == (2, 0, 0, 0)
    assert ingest.served() == list(FAQ[:2])


def test_batches_add_up(ingest):
    """More than one batch, each with something new and something known."""
    ingest(MANY[::2])
    changes = ingest(MANY)
    assert counts(changes) == (325, 0, 325, 0)
    assert ingest.steps == [(200, 650), (400, 650), (600, 650), (650, 650)]
    assert ingest.served() == list(MANY)
    assert len(ingest.embedder.asked) == 325 * 3


def test_another_embedder_starts_over_beside_what_serves(ingest):
    """Vectors of two models never meet: all are made anew, and until then the old ones serve."""
    ingest(FAQ)
    before = ingest.generation
    other = TinyEmbedder("tiny-2")
    served_meanwhile = []
    ingest(
        FAQ,
        embedder=lambda: other,
        fingerprint="tiny-2",
        progress=lambda done, total: served_meanwhile.append(ingest.generation),
    )
    assert served_meanwhile == [before]
    assert ingest.index.serving().fingerprint == "tiny-2"
    assert {e.title for e in FAQ} <= set(other.asked)
    first = next(iter(ingest.records()))
    assert not np.array_equal(first.vectors, next(ingest.index.records(before)).vectors)


class BrokenEmbedder(TinyEmbedder):
    """Breaks at the second batch."""

    title_weight = 0.5

    def embed(self, texts, kind=TextKind.QUESTION):
        if len(self.asked) > BATCH * 3 - 1:
            raise ConnectionError("the embedder is gone")
        return super().embed(texts)


class BrokenIndex(ChromaIndex):
    """Breaks at the second batch, or when it is to switch."""

    def __init__(self, index, breaks_at):
        super().__init__(index._client, index._folder)
        self.breaks_at = breaks_at

    def add(self, generation, records):
        super().add(generation, records)
        self.breaks_at -= 1
        if self.breaks_at == 0:
            raise FaqIndexError("the disk is full")

    def switch(self, generation, **known):
        raise FaqIndexError("the disk is full")


@pytest.mark.parametrize("broken", ["embedder", "store", "switch", "interrupt"])
def test_a_failure_on_the_way_changes_nothing(ingest, broken):
    """What served goes on serving; the next run is whole and leaves no remains."""
    ingest(FAQ)
    before = ingest.generation
    options = {}
    if broken == "embedder":
        gone = BrokenEmbedder()
        options = {"embedder": lambda: gone}
    elif broken == "interrupt":

        def interrupt(done, _):
            if done > BATCH:
                raise KeyboardInterrupt

        options = {"progress": interrupt}
    else:
        whole = ingest.index
        ingest.index = BrokenIndex(whole, 2 if broken == "store" else -1)
    with pytest.raises((ConnectionError, FaqIndexError, KeyboardInterrupt)):
        ingest(MANY, **options)
    assert ingest.generation == before
    assert ingest.served() == list(FAQ)
    assert len(ingest.generations()) == 2
    ingest.index = ChromaIndex.open(ingest.folder / "chroma")
    assert counts(ingest(MANY)) == (650, 0, 0, 12)
    assert ingest.served() == list(MANY)
    assert ingest.generations() == {before, ingest.generation}


@pytest.mark.parametrize("room", [0, 400_000])
def test_a_file_that_cannot_grow_changes_nothing_and_the_error_says_what_to_do(
    ingest, python, room
):
    """As on a full disk, or where a quota is used up."""
    ingest(FAQ)
    before = ingest.generation
    said = subprocess.run(**python(FULL, ingest.folder, room), stdout=-1, check=True).stdout
    assert "free some space" in said
    assert ingest.generation == before
    assert ingest.served() == list(FAQ)
    assert counts(ingest(MANY)) == (650, 0, 0, 12)
    assert ingest.served() == list(MANY)


def test_remains_are_cleaned_up_even_if_nothing_is_to_do(ingest):
    """Somebody killed the ingest of another file and runs the one that serves again."""
    ingest(FAQ)
    ingest.index.begin(fingerprint="tiny-1", source="killed")
    ingest(FAQ)
    assert ingest.generations() == {ingest.generation}


@pytest.mark.parametrize("step", [s for s in STEPS if s not in ("switched", "done")])
def test_killed_before_the_switch(ingest, child, step):
    """`kill -9` in the middle: what served still serves, also to who had it open all along."""
    ingest(FAQ)
    before = ingest.generation
    with child(ingest.folder) as process:
        run_to(process, step)
        assert ingest.served() == list(FAQ)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert ingest.generation == before
    assert ingest.served() == list(FAQ)
    with single_ingest(ingest.folder):
        assert counts(ingest(MANY)) == (650, 0, 0, 12)
    assert ingest.served() == list(MANY)
    assert ingest.generations() == {before, ingest.generation}


def test_killed_before_anything_was_ever_served(ingest, child):
    """A first ingest that was killed leaves no FAQ, and the next one makes it."""
    with child(ingest.folder) as process:
        run_to(process, "400 of 650")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert ingest.index.serving() is None
    assert counts(ingest(MANY)) == (650, 0, 0, 0)
    assert ingest.generations() == {ingest.generation}


def test_killed_between_the_switch_and_the_cleaning(ingest, child):
    """The new one serves, whole; the next run finds nothing to do but to clean up."""
    ingest(FAQ)
    ingest(FAQ[:5])
    before = ingest.generation
    with child(ingest.folder) as process:
        run_to(process, "switched")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert ingest.generation != before
    assert ingest.served() == list(MANY)
    assert counts(ingest(MANY)) == (0, 0, 650, 0)
    assert ingest.generations() == {before, ingest.generation}


def test_a_second_ingest_at_once_is_refused_with_one_line(ingest, child):
    """And allowed again as soon as the first is dead."""
    with child(ingest.folder) as process:
        run_to(process, "begun")
        with (
            pytest.raises(FaqIndexError, match="another ingest is running") as caught,
            single_ingest(ingest.folder),
        ):
            pass
        assert "\n" not in str(caught.value)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with single_ingest(ingest.folder), single_ingest(ingest.folder / "other"):
        pass


def test_the_lock_is_free_after_a_failure(tmp_path):
    with pytest.raises(ZeroDivisionError), single_ingest(tmp_path):
        raise ZeroDivisionError
    with single_ingest(tmp_path):
        pass


def make_retriever(ingest):
    return Retriever(
        index=ChromaIndex.open(ingest.folder / "chroma"),
        embedder=TinyEmbedder(),
        analyzer=TinyAnalyzer(),
        synonyms=Synonyms([]),
        words=TinyEmbedder(),
        cache=ingest.folder / "cache",
    )


def test_a_running_reader_follows_another_process(ingest, child):
    """While another process ingests, it answers from the old entries; then from the new ones.

    Within its check interval, without a restart, and without one search that fails.
    """
    ingest(FAQ)
    retriever = make_retriever(ingest)
    asked = FAQ[5].title
    new = MANY[321].title
    done = threading.Event()
    steps = []

    def go_on(process):
        try:
            for line in process.stdout:
                steps.append(line.decode().strip())
                process.stdin.write(b"\n")
        finally:
            done.set()

    assert retriever.search(asked)[0].title == asked
    with child(ingest.folder) as process:
        driver = threading.Thread(target=go_on, args=(process,))
        driver.start()
        while not done.is_set():
            (best,) = retriever.search(asked, limit=1)
            assert best.title == asked or best.title in {e.title for e in MANY}
        driver.join()
        assert steps == STEPS
        switched = retriever.serving.looked_at
        deadline = monotonic() + 10
        while retriever.search(new, limit=1)[0].title != new:
            assert retriever.serving.looked_at <= switched, "it looked, and saw nothing new"
            assert monotonic() < deadline, "it never looked"
    (found,) = retriever.entries(retriever.search(new, limit=1))
    assert found == MANY[321]
    assert asked not in {hit.title for hit in retriever.search(asked, limit=650)}


def test_two_ingests_within_a_check_interval_lose_no_search(ingest):
    """What a reader has loaded may be dropped before it looks again: it loads what serves now."""
    ingest(FAQ)
    retriever = make_retriever(ingest)
    hits = retriever.search(FAQ[0].title)
    for number in range(3):
        ingest((*FAQ[:8], entry(f"새 제목 {number}", "새 답변")))
        assert retriever.search(FAQ[0].title)[0].title == FAQ[0].title
    for number in range(3):
        ingest((*FAQ[:8], entry(f"또 새 제목 {number}", "새 답변")))
    assert [e.title for e in retriever.entries(hits[:1])] == [FAQ[0].title]
    assert retriever.search("또 새 제목 2")[0].title == "또 새 제목 2"


def test_a_hit_on_a_late_chunk_is_a_hit_on_its_entry(ingest):
    """What stands at the end of a long answer is found by its meaning, once."""
    long = entry(
        "긴 안내",
        "\n\n".join(f"{word} " * 200 for word in ("사과", "바나나", "포도", "수박씨")),
    )
    ingest((*FAQ, long))
    hits = make_retriever(ingest).search("수박씨 수박씨")
    assert [hit.title for hit in hits].count("긴 안내") == 1
    assert hits[0].title == "긴 안내"
    cosines = ingest.records()[-1].vectors @ TinyEmbedder().embed(["수박씨 수박씨"])[0]
    assert len(cosines) > 3
    assert cosines.argmax() == len(cosines) - 1
    assert hits[0].meaning == pytest.approx(float(cosines.max()), abs=1e-5)


def test_an_answer_without_text_is_still_an_entry(ingest):
    """Its title can be found."""
    bare = entry("제목만 있는 도움말", "")
    ingest((bare,))
    assert ingest.served() == [bare]
    assert make_retriever(ingest).search("제목만 있는 도움말")[0].title == bare.title


def test_a_digest_depends_on_every_field():
    """And on nothing else."""
    base = FAQ[0]
    fields = ("faq_id", "title", "text", "category")
    others = [replace(base, **{name: "다름"}) for name in fields]
    others += [replace(base, questions=()), replace(base, related=("다름",))]
    assert len({digest(e) for e in (base, *others)}) == 7
    assert digest(base) == digest(replace(base))


def test_terms_of_each_field_are_kept_apart():
    one, two = terms_of([entry("가 나", "다", "라", "마 바"), entry("사", "아 자")], TinyAnalyzer())
    assert one.title == ("가/N", "나/N")
    assert one.answer == ("다/N",)
    assert one.questions == ("라/N", "마/N", "바/N")
    assert (two.title, two.answer, two.questions) == (("사/N",), ("아/N", "자/N"), ())


def test_batches_are_consecutive():
    assert list(batched("abcdefg", 3)) == ["abc", "def", "g"]
    assert list(batched("", 3)) == []
