"""What is logged: where to, how much, and one line for each record."""

import json
import logging
import re

import pytest

from bots.cli import app as command_line
from config.logging import configure_logging


@pytest.fixture(autouse=True)
def restored():
    """Logging as it was, whatever a test sets."""
    names = ("", "bots", "core", "ingest", "config", "chromadb", "asyncio", "httpx")
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    handlers = list(logging.getLogger().handlers)
    logging.getLogger().handlers.clear()  # pytest's own, which `force` would close
    yield
    logging.getLogger().handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_records_are_one_line_on_stderr(capsys):
    configure_logging("WARNING")
    logging.getLogger("core.assistant").error("two\nlines")
    logging.getLogger("core.assistant.assistant").info("unseen")
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.endswith(" ERROR core.assistant: two lines\n")


def test_no_record_rules_the_terminal(capsys):
    """What is logged may be from a person, or from a server: ESC begins a command there."""
    configure_logging("DEBUG")
    told = "a\x1b]0;owned\x07\x1b[2Jb\x9b31m\r\n2026-11-30 ERROR core: forged\u2028c"
    logging.getLogger("core").error("%s", told, exc_info=ValueError(told))
    written = capsys.readouterr().err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", written)
    assert "\\x1b]0;owned\\x07" in written
    assert "ERROR core: a" in written.splitlines()[0]
    assert "forged" in written.splitlines()[0]


def test_libraries_are_quiet_even_when_we_are_not(capsys):
    configure_logging("DEBUG")
    logging.getLogger("chromadb.telemetry").warning("unseen")
    logging.getLogger("urllib3.connection").info("unseen")
    logging.getLogger("ingest.sync").debug("seen")
    assert capsys.readouterr().err.endswith(" DEBUG ingest.sync: seen\n")


@pytest.mark.parametrize(("level", "lines"), [("WARNING", 1), ("DEBUG", 4)])
def test_a_traceback_is_for_debugging(capsys, level, lines):
    configure_logging(level)
    try:
        int("of\ntwo lines")
    except ValueError:
        logging.getLogger("core").exception("failed")
    err = capsys.readouterr().err
    assert "ValueError" in err
    assert err.count("\n") >= lines
    assert ("Traceback" in err) == (level == "DEBUG")
    assert level == "DEBUG" or err.count("\n") == 1


def test_a_bug_shows_its_traceback_when_debugging(monkeypatch, capsys):
    def fail():
        configure_logging("DEBUG")
        raise KeyError("gone")

    monkeypatch.setattr(command_line, "_settings", fail)
    assert command_line.main(["ask", "질문"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert err.splitlines()[-1].startswith("faqbot: this is a bug in faqbot (KeyError: 'gone')")


@pytest.mark.parametrize("as_json", [False, True])
def test_personal_data_is_masked_whoever_logs_it(capsys, as_json):
    configure_logging("DEBUG", json=as_json)
    try:
        int("sora@example.org")
    except ValueError:
        logging.getLogger("core").exception("from %s", "010-2345-6789")
    err = capsys.readouterr().err
    assert "2345" not in err
    assert "sora" not in err
    assert "***-****-****" in err
    assert "****@*******.***" in err
    assert not as_json or json.loads(err)["level"] == "ERROR"
