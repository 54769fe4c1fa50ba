"""The app manifest: what it says is what the code does."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bots.slack.install.manifest import ASSISTANT_EVENTS, EVENTS, SCOPES, manifest, print_manifest
from bots.slack.install.oauth import REDIRECT_PATH
from config.settings import Settings
from devtools.slack.api import chat, conversations, views
from devtools.slack.api.base import METHODS
from devtools.slack.world.world import _EVENT_SCOPES

SOURCES = Path(__file__).resolve().parents[4] / "bots" / "slack"
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.py")))

# The events that a listener by this name is sent.
MESSAGES = {"message.channels", "message.groups", "message.im", "message.mpim"}
# What the local Slack does not know: group messages.
GROUPS = {"message.mpim": "mpim:history", "users.conversations": "mpim:read"}
WITHOUT_SCOPE = {"apps.connections.open", "auth.test"}


def methods():
    """The Web API's methods that the code calls."""
    called = set(re.findall(r"client\.((?:[a-z]+_)+[a-zA-Z0-9]+)\(", CODE))
    if "files_upload_v2" in called:  # the SDK's name of what takes these
        called |= {"files_getUploadURLExternal", "files_completeUploadExternal"}
    return {name.replace("_", ".") for name in called} & (METHODS.keys() | WITHOUT_SCOPE)


def events_of(made):
    return made["settings"]["event_subscriptions"]["bot_events"]


def listened():
    """The events that the code listens to."""
    named = set(re.findall(r'@app\.event\("([a-z_]+)"[,)]', CODE))
    return (named - {"message"}) | MESSAGES | {"app_mention"}


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    return Settings()


def test_the_look_through_the_code_finds_what_is_there():
    assert {chat, conversations, views}  # they fill the table
    assert {"chat.postMessage", "chat.update", "views.open", "views.publish"} <= methods()
    assert "app_home_opened" in listened()


def test_every_event_that_the_code_listens_to_is_subscribed_and_no_other():
    assert listened() == {*EVENTS, *ASSISTANT_EVENTS}


def test_every_method_that_the_code_calls_is_allowed_by_a_scope():
    for name in sorted(methods() - WITHOUT_SCOPE):
        _, scopes = METHODS[name]
        assert not scopes or scopes & set(SCOPES), name


def test_every_event_is_allowed_by_a_scope():
    for name in EVENTS:
        needed = _EVENT_SCOPES.get(name)
        assert needed is None or needed in SCOPES, name
        assert name not in GROUPS or GROUPS[name] in SCOPES


def test_no_scope_is_asked_for_without_use():
    used = {scope for name in methods() - WITHOUT_SCOPE for scope in METHODS[name][1]}
    used |= {_EVENT_SCOPES.get(name) for name in EVENTS} | {"commands"}
    used |= {scope for name, scope in GROUPS.items() if name in {*EVENTS, *methods()}}
    assert set(SCOPES) <= used


def test_commands_shortcuts_and_views_of_the_code_are_in_it(settings):
    features = manifest(settings)["features"]
    assert [one["command"] for one in features["slash_commands"]] == ["/faq"]
    shortcuts = [(one["type"], one["callback_id"]) for one in features["shortcuts"]]
    assert shortcuts == [("message", "answer_this"), ("message", "teach_this")]
    assert features["app_home"]["home_tab_enabled"]
    assert features["app_home"]["messages_tab_enabled"]
    assert not features["app_home"]["messages_tab_read_only_enabled"]
    assert features["agent_view"]["agent_description"]
    assert "assistant_view" not in features


def test_each_skill_of_the_profile_has_a_command(settings, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "ko"\nskills = ["meetings", "memory"]\n', "utf-8")
    commands = manifest(settings.model_copy(update={"profile": str(path)}))["features"]
    named = {one["command"]: one for one in commands["slash_commands"]}
    assert list(named) == ["/faq", "/meetings", "/memory"]
    assert named["/meetings"]["description"] == "회의를 잡고 옮기고 취소합니다"
    assert named["/meetings"]["should_escape"]  # people come with their ids


def test_an_app_of_before_keeps_its_assistant_view_by_a_setting(settings, monkeypatch):
    monkeypatch.setenv("FAQBOT_SLACK_ASSISTANT_VIEW", "true")
    older = manifest(Settings())
    assert older["features"]["assistant_view"]["assistant_description"]
    assert "agent_view" not in older["features"]
    assert {*ASSISTANT_EVENTS} <= {*older["settings"]["event_subscriptions"]["bot_events"]}
    assert not {*ASSISTANT_EVENTS} & {*events_of(manifest(settings))}


def test_socket_mode_is_on_unless_events_come_signed(settings, monkeypatch):
    by_socket = manifest(settings)
    assert by_socket["settings"]["socket_mode_enabled"]
    assert "YOUR-HOST" not in json.dumps(by_socket)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s3cret")
    by_http = manifest(Settings())
    assert not by_http["settings"]["socket_mode_enabled"]
    urls = [
        by_http["settings"]["event_subscriptions"]["request_url"],
        by_http["settings"]["interactivity"]["request_url"],
        by_http["features"]["slash_commands"][0]["url"],
    ]
    assert set(urls) == {"https://YOUR-HOST/slack/events"}
    assert "s3cret" not in json.dumps(by_http)


def test_with_oauth_there_is_an_address_to_come_back_to(settings, monkeypatch):
    assert "redirect_urls" not in manifest(settings)["oauth_config"]
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s3cret")
    (url,) = manifest(Settings())["oauth_config"]["redirect_urls"]
    assert url == f"https://YOUR-HOST{REDIRECT_PATH}"
    assert "s3cret" not in json.dumps(manifest(Settings()))


def test_a_token_for_socket_mode_goes_before_the_secret(settings, monkeypatch):
    """As the bot itself does it."""
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s3cret")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    assert manifest(Settings())["settings"]["socket_mode_enabled"]


def test_people_can_write_its_name(settings):
    name = manifest(settings)["features"]["bot_user"]["display_name"]
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", name)


def text(most, *, least=1, **more):
    return {"type": "string", "minLength": least, "maxLength": most, **more}


def table(required=(), **fields):
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def items(of, most, **more):
    return {"type": "array", "items": of, "minItems": 1, "maxItems": most, **more}


def view(name):
    prompt = table(("title", "message"), title=text(100), message=text(1_000))
    fields = {f"{name}_description": text(300), "suggested_prompts": items(prompt, 4)}
    return table([f"{name}_description"], **fields)


FLAG = {"type": "boolean"}
URL = text(3_000, pattern="^https?://")
NAMES = items(text(50), 100, uniqueItems=True)
# What the published schema allows (https://github.com/slackapi/manifest-schema), as far as it
# concerns us; `agent_view` and the lengths of both views are of the reference,
# https://docs.slack.dev/reference/app-manifest.
SCHEMA = table(
    ["display_information"],
    display_information=table(["name"], name=text(35), description=text(140)),
    features=table(
        app_home=table(
            home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled=FLAG
        ),
        agent_view=view("agent"),
        assistant_view=view("assistant"),
        bot_user=table(["display_name"], display_name=text(80), always_online=FLAG),
        shortcuts=items(
            table(
                ("name", "type", "callback_id", "description"),
                name=text(24),
                type={"enum": ["message", "global"]},
                callback_id=text(255),
                description=text(150),
            ),
            10,
        ),
        slash_commands=items(
            table(
                ("command", "description"),
                command=text(32, least=2, pattern="^/"),
                url=URL,
                description=text(2_000),
                usage_hint=text(1_000),
                should_escape=FLAG,
            ),
            50,
        ),
    ),
    oauth_config=table(
        redirect_urls=items(text(2_500), 1_000, uniqueItems=True),
        scopes=table(bot=items(text(50), 255, uniqueItems=True)),
    ),
    settings=table(
        event_subscriptions=table(request_url=URL, bot_events=NAMES),
        interactivity=table(["is_enabled"], is_enabled=FLAG, request_url=URL),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)


@pytest.mark.parametrize("profile", ["ko", "en", "smartstore"])
@pytest.mark.parametrize("way", ["socket", "http", "oauth", "older"])
def test_it_is_valid_by_slacks_schema(settings, monkeypatch, profile, way):
    """In the words of every profile, and every way of setting it up."""
    given = {
        "socket": {},
        "http": {"SLACK_SIGNING_SECRET": "s"},
        "oauth": {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s"},
        "older": {"FAQBOT_SLACK_ASSISTANT_VIEW": "true"},
    }
    for name, value in {"FAQBOT_PROFILE": profile, **given[way]}.items():
        monkeypatch.setenv(name, value)
    validator = Draft7Validator(SCHEMA)
    wrong = [
        f"{error.json_path}: {error.message}"
        for error in validator.iter_errors(manifest(Settings()))
    ]
    assert wrong == []


def test_the_command_prints_it(empty):
    done = empty("slack", "manifest")
    assert done.returncode == 0
    assert json.loads(done.stdout)["settings"]["socket_mode_enabled"]


def test_it_is_printed_as_json_alone(settings, capsys):
    """What to do with it goes beside it, so that the output can be piped."""
    assert print_manifest(settings) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == manifest(settings)
    assert "api.slack.com/apps" in printed.err
