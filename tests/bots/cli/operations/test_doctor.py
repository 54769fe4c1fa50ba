"""`faqbot doctor`: every state of an installation, and what it advises."""

import json
import shutil

import pytest

from bots.cli.operations import doctor
from core.retrieval.chroma.index import ChromaIndex


@pytest.fixture
def look(monkeypatch, tmp_path):
    """All findings about a data folder, by name: (mark, text, fix) of the last one of each."""
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    monkeypatch.chdir(cwd)

    def findings(data):
        monkeypatch.setenv("FAQBOT_DATA_DIR", str(data))
        return {found.name: (found.mark, found.text, found.fix) for found in doctor.examine()}

    return findings


@pytest.fixture
def copy(ingested, tmp_path):
    """A data folder of one's own with the small FAQ in it."""
    return shutil.copytree(ingested.data, tmp_path / "copy")


def test_all_is_well(ingested):
    done = ingested("doctor", FAQBOT_PROFILE="")
    assert (done.returncode, done.stderr) == (0, "")
    assert {line[0] for line in done.stdout.splitlines()} == {"✓"}
    for name in ("Python", "settings", "data folder", "disk", "profile", "encoder", "guardrail"):
        assert f"✓ {name}: " in done.stdout
    assert "✓ index: 20 entries of " in done.stdout
    assert "✓ search cache: 20 entries" in done.stdout
    assert "✓ search: " in done.stdout


def test_before_the_first_ingest(empty):
    """The one thing to do is said, and nothing is created by looking."""
    done = empty("doctor")
    assert done.returncode == 1
    assert "✗ index: there is no FAQ yet\n    -> run `faqbot ingest PATH`" in done.stdout
    assert not empty.data.exists()


@pytest.mark.parametrize("name", ["FAQBOT_MODEL", "FAQBOT_CHAT_MODEL"])
def test_each_name_of_a_setting_is_known(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv(name, "gpt-4o-mini")
    assert not [found for found in doctor.examine() if name in found.text]


def test_a_misspelt_setting_is_noticed_without_its_value(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAQBOT_PROFIL", "s3cret")
    (tmp_path / ".env").write_text("FAQBOT_LOG_LEVL=s3cret\n# FAQBOT_NOTE=1\n")
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    notes = [found for found in doctor.examine() if found.mark == "!"]
    assert [found.text.split()[0] for found in notes] == ["FAQBOT_LOG_LEVL", "FAQBOT_PROFIL"]
    assert [found.fix for found in notes] == [
        "did you mean FAQBOT_LOG_LEVEL?",
        "did you mean FAQBOT_PROFILE?",
    ]
    assert "s3cret" not in repr(list(doctor.examine()))


def test_a_wrong_setting_ends_the_examination(look, tmp_path, monkeypatch):
    monkeypatch.setenv("FAQBOT_HISTORY_TURNS", "many")
    mark, text, _ = look(tmp_path / "data")["settings"]
    assert mark == "✗"
    assert "FAQBOT_HISTORY_TURNS" in text
    assert "many" not in text


def test_an_unknown_profile(look, tmp_path, monkeypatch):
    monkeypatch.setenv("FAQBOT_PROFILE", "nobody")
    mark, text, _ = look(tmp_path / "data")["profile"]
    assert mark == "✗"
    assert "FAQBOT_PROFILE" in text


def test_a_data_folder_that_cannot_be_made(look, tmp_path):
    (tmp_path / "file").write_text("")
    mark, _, fix = look(tmp_path / "file" / "data")["data folder"]
    assert mark == "✗"
    assert "FAQBOT_DATA_DIR" in fix


@pytest.mark.parametrize(("free", "mark"), [(100, "✗"), (500, "!"), (5_000, "✓")])
def test_the_disk_fills_up(look, tmp_path, monkeypatch, free, mark):
    usage = shutil.disk_usage(tmp_path)._replace(free=free * 1_000_000)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: usage)
    assert look(tmp_path / "data")["disk"][0] == mark


def test_a_damaged_model(look, tmp_path, monkeypatch):
    damaged = tmp_path / "encoder.npz"
    damaged.write_bytes(b"PK\x03\x04 cut off")
    monkeypatch.setattr(doctor, "ENCODER", damaged)
    mark, text, _ = look(tmp_path / "data")["models"]
    assert mark == "✗"
    assert "Restore the file" in text


def test_a_history_that_is_no_database(look, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "history.sqlite3").write_text("not a database, whatever it is called")
    mark, text, _ = look(data)["history"]
    assert mark == "✗"
    assert "move it away" in text


def test_an_index_of_another_embedder(look, copy):
    index = ChromaIndex.open(copy / "chroma")
    index.switch(index.begin(fingerprint="another-1", source="/faq.jsonl"), entries=0, digest="")
    mark, text, fix = look(copy)["index"]
    assert mark == "✗"
    assert "another-1" in text
    assert fix == "run `faqbot ingest /faq.jsonl`"


def test_an_index_that_lacks_entries(look, copy):
    index = ChromaIndex.open(copy / "chroma")
    serving = index.serving()
    index.switch(
        index.begin(fingerprint=serving.fingerprint, source="/faq.jsonl"), entries=5, digest=""
    )
    mark, text, fix = look(copy)["index"]
    assert (mark, text) == ("✗", "0 entries are there of 5")
    assert "faqbot ingest" in fix


def test_the_search_cache_is_missing_damaged_or_of_other_entries(look, copy):
    [cache] = (copy / "cache").glob("*.npz")
    whole = cache.read_bytes()
    cache.write_bytes(whole[:1000])
    mark, _, fix = look(copy)["search cache"]
    assert mark in "✗!"
    assert str(cache) in fix
    cache.unlink()
    found = look(copy)
    assert found["search cache"][0] == "!"
    assert found["search"][0] == "✓"
    assert cache.is_file()


def test_as_json_every_finding_is_a_line_for_a_report(empty):
    tokens = {"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_APP_TOKEN": "xapp-secret"}
    done = empty("doctor", "--json", **tokens)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["state"] for line in lines} <= {"ok", "note", "failed"}
    assert next(line for line in lines if line["name"] == "index")["fix"]
    assert "secret" not in done.stdout
