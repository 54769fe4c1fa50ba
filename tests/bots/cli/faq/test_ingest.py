"""`faqbot ingest`: what it says, what it uses, and what it leaves alone."""

import json
import signal
from contextlib import suppress
from hashlib import sha256

import pytest

from bots.bootstrap.index import build, ingestion, source_entries
from bots.cli.faq import ingest as command
from config.settings import Settings
from core.errors import FaqIndexError, SourceError
from core.retrieval.chroma.index import ChromaIndex
from ingest.sync import single_ingest

ROWS = [
    {"title": "환불은 언제 되나요?", "answer": "반품이 끝나면 3일 안에 환불됩니다."},
    {"title": "배송은 얼마나 걸리나요?", "answer": "보통 이틀이 걸립니다."},
]


def write(path, rows):
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows),
        encoding="utf-8",
    )
    return path


def served(data):
    """The entries of the index, by title."""
    index = ChromaIndex.open(data / "chroma")
    return {entry.title: entry for entry, _ in index.stored(index.serving().name)}


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def run(settings):
    """Ingest in this process, without packs unless asked; returns the report."""

    def ingest(path, *, questions=None, use_packs=True):
        return ingestion.run_ingest(
            settings, path, questions=questions, use_packs=use_packs, progress=lambda *_: None
        )

    return ingest


def test_the_whole_story(empty, tmp_path):
    """Added, then nothing to do, then changed, removed, skipped and merged, each with its place."""
    path = write(tmp_path / "faq.jsonl", ROWS)
    first = empty("ingest", path)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("faq.jsonl: 2 read, 2 added, 0 changed, 0 unchanged, 0 removed")
    assert len(list((empty.data / "cache").glob("*.npz"))) == 1
    again = empty("ingest", path)
    assert "0 added, 0 changed, 2 unchanged, 0 removed" in again.stdout
    assert "Nothing was embedded" in again.stdout
    changed = {**ROWS[0], "answer": "이제는 하루 안에 환불됩니다."}
    write(path, [changed, "not json", changed, {"title": "빈 답", "answer": " "}])
    third = empty("ingest", path)
    assert "4 read, 0 added, 1 changed, 0 unchanged, 1 removed, 1 merged, 2 skipped" in third.stdout
    assert "\nSkipped: 2\n  faq.jsonl:2: the line is not valid JSON" in third.stdout
    assert "\n  faq.jsonl:4: the answer is empty" in third.stdout
    assert "\nMerged exact duplicates: 1\n  faq.jsonl:3 into faq.jsonl:1: 환불은" in third.stdout
    assert list(served(empty.data)) == [ROWS[0]["title"]]


def test_an_unchanged_file_needs_no_kiwi(run, tmp_path, monkeypatch):
    path = write(tmp_path / "faq.jsonl", ROWS)
    assert run(path).embedded == 2

    def never(*_, **__):
        raise AssertionError("Kiwi was loaded")

    monkeypatch.setattr(build, "load_language", never)
    report = run(path)
    assert (report.embedded, report.changes.unchanged) == (0, 2)


def test_packs_of_the_project_are_used_where_the_titles_match(run, settings, tmp_path, monkeypatch):
    """By themselves, one alone by name, or none: and what a pack does not know stays as it is."""
    path = write(tmp_path / "faq.jsonl", [{**ROWS[0], "questions": ["돈 언제 줘요"]}, ROWS[1]])
    key = sha256(ROWS[0]["title"].encode()).hexdigest()
    packs = tmp_path / "packs"
    packs.mkdir()
    write(packs / "ours.jsonl", [{"key": key, "questions": ["환불 기간"]}])
    write(packs / "other.jsonl", [{"key": "0" * 64, "questions": ["딴 얘기"]}])
    chosen = write(tmp_path / "mine.jsonl", [{"key": key, "questions": ["환불 며칠"]}])
    monkeypatch.setattr(source_entries, "QUESTION_PACKS", packs)

    report = run(path)
    assert (report.packs, report.pack_questions, report.asked_entries) == (("ours.jsonl",), 1, 1)
    assert served(settings.data_dir)[ROWS[0]["title"]].questions == ("돈 언제 줘요", "환불 기간")
    report = run(path, questions=chosen)
    assert report.packs == ("mine.jsonl",)
    assert served(settings.data_dir)[ROWS[0]["title"]].questions == ("돈 언제 줘요", "환불 며칠")
    report = run(path, use_packs=False)
    assert (report.packs, report.changes.changed, report.changes.removed) == ((), 1, 0)
    assert served(settings.data_dir)[ROWS[0]["title"]].questions == ("돈 언제 줘요",)


def test_a_pack_of_another_faq_is_remarked_upon(ingested, small_faq, tmp_path):
    pack = write(tmp_path / "pack.jsonl", [{"key": "0" * 64, "questions": ["딴 얘기"]}])
    done = ingested("ingest", small_faq, "--questions", pack)
    assert "another FAQ's pack?" in done.stdout
    assert "Nothing was embedded" in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("none.jsonl", None, "no such file"),
        ("faq.pkl", b"cos\nsystem\n(S'true'\ntR.", "faq.pkl"),
        ("faq.xlsx", b"no spreadsheet", "faq.xlsx"),
        ("faq.hwp", b"text", "not a kind that is read; save it as .docx"),
    ],
)
def test_a_source_that_cannot_be_read_is_one_line(ingested, tmp_path, name, content, complaint):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    before = served(ingested.data)
    done = ingested("ingest", path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert complaint in done.stderr
    assert served(ingested.data) == before


def test_a_broken_pack_changes_nothing(run, settings, tmp_path):
    path = write(tmp_path / "faq.jsonl", ROWS)
    pack = write(tmp_path / "pack.jsonl", ["nonsense"])
    with pytest.raises(SourceError, match=r"pack\.jsonl:1"):
        run(path, questions=pack)
    assert not settings.data_dir.exists()


def test_a_source_without_one_usable_row_does_not_empty_the_index(run, settings, tmp_path):
    run(write(tmp_path / "faq.jsonl", ROWS))
    bad = write(tmp_path / "bad.jsonl", [{"title": "빈 답", "answer": " "}])
    with pytest.raises(SourceError, match=r"nothing was changed.*bad\.jsonl:1"):
        run(bad)
    assert len(served(settings.data_dir)) == 2


def test_two_ingests_at_once_are_refused(run, settings, tmp_path):
    path = write(tmp_path / "faq.jsonl", ROWS)
    with single_ingest(settings.data_dir), pytest.raises(FaqIndexError, match="another ingest"):
        run(path)


def test_a_terminal_shows_a_bar_and_at_most_fifty_lines_of_a_list(empty, tmp_path):
    rows = [*ROWS, *({"title": f"빈 답 {n}", "answer": " "} for n in range(80))]
    path = write(tmp_path / "faq.jsonl", rows)
    with empty.terminal("ingest", str(path)) as person:
        bar = person.wait_for("faq.jsonl: 82 read")
        assert "indexing" in bar
        lists = person.wait_for("… and 30 more")
        assert lists.count("the answer is empty") == 50
        assert person.process.wait(timeout=30) == 0
    piped = empty("ingest", path)
    assert piped.stdout.count("the answer is empty") == 80
    assert "\x1b" not in piped.stdout


def test_a_source_that_changes_during_an_ingest_is_not_served(settings, tmp_path):
    """Another program is still writing it: half a FAQ would take the place of a whole one."""
    path = write(tmp_path / "faq.jsonl", ROWS[:1])

    def write_on(done, total):
        write(path, ROWS)

    options = {"questions": None, "use_packs": False}
    with pytest.raises(SourceError, match="another program has changed it"):
        ingestion.run_ingest(settings, path, **options, progress=write_on)
    assert ChromaIndex.open(settings.data_dir / "chroma").serving() is None
    ingestion.run_ingest(settings, path, **options, progress=lambda *_: None)
    assert len(served(settings.data_dir)) == 2


def test_who_stops_an_ingest_is_told_that_nothing_is_lost(settings, tmp_path, capsys, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_ingest", stopped)
    path = write(tmp_path / "faq.jsonl", ROWS)
    with pytest.raises(KeyboardInterrupt):
        command.ingest(settings, str(path), questions=None, use_packs=False)
    assert "Run the same again" in capsys.readouterr().err


def test_a_ctrl_c_that_a_library_drops_ends_the_ingest_at_its_next_batch(
    settings, tmp_path, capsys, monkeypatch
):
    batches = []

    def dropping(*_, progress, **__):
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for done in (200, 400):
            progress(done, 400)
            batches.append(done)

    monkeypatch.setattr(command, "run_ingest", dropping)
    path = write(tmp_path / "faq.jsonl", ROWS)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        command.ingest(settings, str(path), questions=None, use_packs=False)
    assert batches == []
    assert "Run the same again" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
