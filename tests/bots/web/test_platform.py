"""`faqbot run` with the web page: when it is on, what it says, and how it ends."""

import shutil
import signal
import socket
import urllib.request

import pytest
from fakes.web_bot import running_bot

from bots.bootstrap.serve import has_desktop, run
from bots.web import WEB
from bots.web.checks import check_web
from bots.web.texts import load_texts
from config.settings import Settings
from core.errors import ConfigError


def settings(**given):
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize(
    ("given", "on"),
    [
        ({}, True),
        ({"web": "off"}, False),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, False),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "web": "on"}, True),
        ({"DISCORD_BOT_TOKEN": "x"}, False),
    ],
)
def test_it_is_on_where_nothing_else_is_or_where_it_is_asked_for(given, on):
    assert settings(**given).has_web is on


def test_with_nothing_on_it_says_what_to_set(tmp_path):
    with pytest.raises(ConfigError, match="no platform is set up: set SLACK_BOT_TOKEN"):
        run(settings(web="off", data_dir=tmp_path))


@pytest.mark.parametrize("origins", ["shop.example", "https://shop.example/page", "javascript:x"])
def test_origins_are_addresses_without_a_path(origins):
    with pytest.raises(ValueError, match="web_origins"):
        settings(web_origins=origins)
    assert settings(web_origins="https://A.example, http://b:81").web_origin_set == {
        "https://a.example",
        "http://b:81",
    }


async def test_it_does_not_listen_for_others_without_a_token(tmp_path, profile):
    with pytest.raises(ConfigError, match="FAQBOT_WEB_TOKEN"):
        async with running_bot(tmp_path, profile, web_host="0.0.0.0"):  # noqa: S104
            pass


def test_no_browser_is_opened_for_a_script():
    """Standard output is no terminal in the tests."""
    assert not has_desktop()


def test_a_profile_without_the_pages_words_says_so():
    with pytest.raises(ConfigError, match="nobodys"):
        load_texts(settings(profile="nobodys"))


def test_the_doctor_knows_what_is_on_and_what_is_wrong():
    def found(**given):
        return [(finding.mark, finding.text) for finding in check_web(settings(**given))]

    assert WEB.off(settings(web="off")) == "FAQBOT_WEB says so"
    assert "FAQBOT_WEB=on" in WEB.off(settings(SLACK_BOT_TOKEN="xoxb-1"))  # noqa: S106
    assert not WEB.off(settings(web_port=0))
    assert found(web_port=0)[0][1].endswith("for this machine only, without a token")
    ((mark, text),) = found(web_host="0.0.0.0")  # noqa: S104
    assert (mark, "FAQBOT_WEB_TOKEN" in text) == ("✗", True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert found(web_port=port)[1] == ("!", f"another program has the port {port}")


def test_it_serves_at_once_and_ctrl_c_ends_it_with_a_connection_open(ingested, tmp_path):
    """As a newcomer runs it: no token anywhere."""
    own = type(ingested)(shutil.copytree(ingested.data, tmp_path / "data"), ingested.cwd)
    with own.start("run", FAQBOT_WEB_PORT="0") as process:
        lines = []
        while not any("Ctrl-C ends it" in line for line in lines):
            lines.append(process.stdout.readline().decode())
            assert lines[-1], lines
        (address,) = [line.split()[-1] for line in lines if line.startswith("faqbot: Web: ")]
        asking = urllib.request.Request(  # noqa: S310 - our own server
            f"{address}/api/v1/questions",
            '{"text": "정산은 언제 되나요?"}'.encode(),
            {"Content-Type": "application/json", "Accept": "text/event-stream"},
        )
        with urllib.request.urlopen(asking) as stream:  # noqa: S310
            assert b'"kind":' in stream.read()  # it has an ending, whichever
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(100).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
