"""`faqbot data` on the example shop, as a person runs it."""

import pytest

from bots.cli.app import main


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("FAQBOT_DATA_URL", raising=False)


def test_a_question_is_answered_with_rows_a_file_and_a_picture(tmp_path, capsys):
    csv, chart = tmp_path / "rows.csv", tmp_path / "chart.png"
    question = "작년에 가장 많이 팔린 카테고리는?"
    assert main(["data", "ask", question, "--csv", str(csv), "--chart", str(chart), "--sql"]) == 0
    said = capsys.readouterr().out
    assert "판매량이 가장 많은 카테고리" in said
    assert "SELECT" in said
    assert csv.read_text(encoding="utf-8-sig").startswith("카테고리,수량")
    assert chart.read_bytes().startswith(b"\x89PNG")


def test_what_is_not_clear_shows_what_can_be_asked(capsys):
    assert main(["data", "ask", "오늘 날씨 어때?"]) == 1
    assert len(capsys.readouterr().out.splitlines()) > 2


def test_every_shipped_sample_is_recognised_and_runs(capsys):
    assert main(["data", "check"]) == 0
    assert ", 0 failed" in capsys.readouterr().out


def test_a_database_of_ones_own_needs_its_samples(monkeypatch, capsys):
    monkeypatch.setenv("FAQBOT_DATA_URL", "sqlite:////nowhere.sqlite3")
    assert main(["data", "ask", "매출"]) == 1
    assert "FAQBOT_DATA_QUERIES" in capsys.readouterr().err
