"""Bodies against the documented limits.

https://discord.com/developers/docs/resources/message#create-message
https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

import re

from devtools.discord.api.errors import FormErrors, RestError
from devtools.discord.world.model import COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS, Json, walk
from devtools.discord.world.model import SUPPRESS_NOTIFICATIONS as QUIET

CONTENT = 2_000
CHECKBOX = 23  # https://docs.discord.com/developers/components/reference#checkbox
RADIO_GROUP = 21  # https://docs.discord.com/developers/components/reference#radio-group
_SETTABLE = SUPPRESS_EMBEDS | QUIET | COMPONENTS_V2
_EMBED = {"title": 256, "description": 4_096}
_EMBED_TOTAL = 6_000
_V2_TEXT = 4_000
_NAME = re.compile(r"^[-_'\w]{1,32}$")


def check_message(body: Json, *, ephemeral_allowed: bool = False, new: bool = True) -> None:
    """A message to create (`new`) or the changes to one.

    Raises:
        RestError: 50035 with what is wrong, 50006 if there is nothing in it.
    """
    form = FormErrors()
    flags = body.get("flags") or 0
    if body.get("content") is not None:
        form.length("content", body["content"], CONTENT)
    if flags & ~(_SETTABLE | (EPHEMERAL if ephemeral_allowed else 0)) and new:
        form.wrong("flags", "BASE_TYPE_INVALID", "Some of these flags cannot be set.")
    if body.get("embeds") is not None:
        _embeds(form, body["embeds"])
    if body.get("components") is not None:
        _components(form, body["components"], v2=bool(flags & COMPONENTS_V2))
    if flags & COMPONENTS_V2 and (body.get("content") or body.get("embeds")):
        text = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        form.wrong("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
    if body.get("nonce") is not None:
        form.length("nonce", str(body["nonce"]), 25)
    if body.get("allowed_mentions") is not None:
        _allowed_mentions(form, body["allowed_mentions"])
    form.end()
    said = body.get("content") or ""
    names = ("embeds", "components", "sticker_ids", "attachments")
    filled = any(map(body.get, names))
    if new and not said.strip() and not filled:
        raise RestError(50006)


def _allowed_mentions(form: FormErrors, allowed: Json) -> None:
    parse = allowed.get("parse") or []
    for kind in parse:
        if kind not in ("users", "roles", "everyone"):
            form.wrong("allowed_mentions.parse", "ENUM_TYPE_COERCE", f"Value '{kind}' is unknown.")
    for kind in ("users", "roles"):
        ids = form.count(f"allowed_mentions.{kind}", allowed.get(kind) or [], 100)
        if ids and kind in parse:
            text = f"parse:['{kind}'] and {kind}: [ids...] are mutually exclusive."
            form.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text)


def _embeds(form: FormErrors, embeds: list[Json]) -> None:
    total = 0
    for number, embed in enumerate(form.count("embeds", embeds, 10)):
        path = f"embeds.{number}"
        for key, most in _EMBED.items():
            if embed.get(key) is not None:
                form.length(f"{path}.{key}", embed[key], most)
                total += len(embed[key])
        for key, part, most in (("footer", "text", 2_048), ("author", "name", 256)):
            if embed.get(key):
                form.length(f"{path}.{key}.{part}", embed[key].get(part, ""), most)
                total += len(embed[key].get(part, ""))
        fields = form.count(f"{path}.fields", embed.get("fields") or [], 25)
        for index, item in enumerate(fields):
            form.length(f"{path}.fields.{index}.name", item.get("name", ""), 256, 1)
            form.length(f"{path}.fields.{index}.value", item.get("value", ""), 1_024, 1)
            total += len(item.get("name", "")) + len(item.get("value", ""))
    if total > _EMBED_TOTAL:
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _components(form: FormErrors, components: list[Json], *, v2: bool) -> None:
    if v2:
        _components_v2(form, components)
    else:
        for number, row in enumerate(form.count("components", components, 5)):
            if row.get("type") != 1:
                text = 'Value of field "type" must be one of (1,).'
                form.wrong(f"components.{number}.type", "UNION_TYPE_CHOICES", text)
            _row(form, f"components.{number}", row)
    seen: set[str] = set()
    for part in walk(components):
        if custom_id := part.get("custom_id"):
            if custom_id in seen:
                text = "Component custom id cannot be duplicated"
                form.wrong("components", "COMPONENT_CUSTOM_ID_DUPLICATED", text)
            seen.add(custom_id)


def _components_v2(form: FormErrors, components: list[Json]) -> None:
    parts = walk(components)
    if len(parts) > 40:
        form.wrong("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 40 in length.")
    if sum(len(part.get("content") or "") for part in parts) > _V2_TEXT:
        text = "The total text of the components must be 4000 or fewer."
        form.wrong("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text)
    for number, part in enumerate(parts):
        if part.get("type") == 1:
            _row(form, f"components.{number}", part)
        if part.get("type") == 10:
            form.length(f"components.{number}.content", part.get("content"), _V2_TEXT, 1)


def _row(form: FormErrors, path: str, row: Json) -> None:
    parts = form.count(f"{path}.components", row.get("components") or [], 5, 1)
    for number, part in enumerate(parts):
        at = f"{path}.components.{number}"
        if part.get("type") == 2:
            _button(form, at, part)
        elif part.get("type") in (3, 5, 6, 7, 8):
            _select(form, at, part)
            if len(parts) > 1:
                form.wrong(
                    path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds"
                )
        else:
            text = 'Value of field "type" must be one of (2, 3, 5, 6, 7, 8).'
            form.wrong(f"{at}.type", "UNION_TYPE_CHOICES", text)


def _button(form: FormErrors, path: str, button: Json) -> None:
    if button.get("label") is not None:
        form.length(f"{path}.label", button["label"], 80)
    if not button.get("label") and not button.get("emoji"):
        text = "A button needs a label or an emoji"
        form.wrong(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", text)
    style = button.get("style")
    if style == 5:
        form.length(f"{path}.url", button.get("url", ""), 512, 1)
    elif style in (1, 2, 3, 4):
        form.length(f"{path}.custom_id", button.get("custom_id", ""), 100, 1)
    else:
        form.wrong(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5}.")


def _select(form: FormErrors, path: str, select: Json) -> None:
    form.length(f"{path}.custom_id", select.get("custom_id", ""), 100, 1)
    form.length(f"{path}.placeholder", select.get("placeholder") or "", 150)
    if select.get("type") != 3:
        return
    for number, option in enumerate(form.count(f"{path}.options", select.get("options"), 25, 1)):
        form.length(f"{path}.options.{number}.label", option.get("label", ""), 100, 1)
        form.length(f"{path}.options.{number}.value", option.get("value", ""), 100, 1)
        form.length(f"{path}.options.{number}.description", option.get("description") or "", 100)


def check_modal(modal: Json) -> None:
    """A modal that answers an interaction; Raises: RestError 50035."""
    form = FormErrors()
    form.length("data.title", modal.get("title", ""), 45, 1)
    form.length("data.custom_id", modal.get("custom_id", ""), 100, 1)
    for number, row in enumerate(form.count("data.components", modal.get("components"), 5, 1)):
        path = f"data.components.{number}"
        if row.get("type") == 18:
            form.length(f"{path}.label", row.get("label", ""), 45, 1)
            form.length(f"{path}.description", row.get("description") or "", 100)
            part = row.get("component") or {}
            checks = {RADIO_GROUP: _radio_group, CHECKBOX: _checkbox}
            check = checks.get(part.get("type", 0), _labelled_input)
            check(form, f"{path}.component", part)
        elif row.get("type") == 1:
            parts = form.count(f"{path}.components", row.get("components"), 1, 1)
            for part in parts:
                _text_input(form, f"{path}.components.0", part, labelled=False)
        elif row.get("type") != 10:
            text = 'Value of field "type" must be one of (1, 10, 18).'
            form.wrong(f"{path}.type", "UNION_TYPE_CHOICES", text)
    form.end()


def _checkbox(form: FormErrors, path: str, part: Json) -> None:
    form.length(f"{path}.custom_id", part.get("custom_id", ""), 100, 1)


def _radio_group(form: FormErrors, path: str, part: Json) -> None:
    form.length(f"{path}.custom_id", part.get("custom_id", ""), 100, 1)
    options = form.count(f"{path}.options", part.get("options"), 10, 2)
    for number, option in enumerate(options):
        for name in ("label", "value"):
            form.length(f"{path}.options.{number}.{name}", option.get(name, ""), 100, 1)


def _labelled_input(form: FormErrors, path: str, part: Json) -> None:
    _text_input(form, path, part, labelled=True)


def _text_input(form: FormErrors, path: str, part: Json, *, labelled: bool) -> None:
    if part.get("type") in (3, 5, 6, 7, 8) and labelled:
        _select(form, path, part)
        return
    if part.get("type") != 4:
        form.wrong(f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be 4.')
        return
    form.length(f"{path}.custom_id", part.get("custom_id", ""), 100, 1)
    form.length(f"{path}.placeholder", part.get("placeholder") or "", 100)
    form.length(f"{path}.value", part.get("value") or "", 4_000)
    if not labelled:
        form.length(f"{path}.label", part.get("label") or "", 45, 1)


def check_thread(body: Json, tags: set[int] | None = None) -> None:
    """A thread to create or change; `tags` are those of its forum. Raises: RestError 50035."""
    form = FormErrors()
    if "name" in body:
        form.length("name", body["name"], 100, 1)
    minutes = body.get("auto_archive_duration")
    if minutes is not None and minutes not in (60, 1440, 4320, 10080):
        text = "Value must be one of {60, 1440, 4320, 10080}."
        form.wrong("auto_archive_duration", "BASE_TYPE_CHOICES", text)
    applied = form.count("applied_tags", body.get("applied_tags") or [], 5)
    for number, tag in enumerate(applied):
        if tags is not None and int(tag) not in tags:
            form.wrong(f"applied_tags.{number}", "UNKNOWN_TAG", "Unknown tag")
    form.end()


def check_command(body: Json, path: str = "") -> None:
    """An application command; Raises: RestError 50035."""
    form = FormErrors()
    at = f"{path}." if path else ""
    kind = body.get("type") or 1
    name = body.get("name", "")
    form.length(f"{at}name", name, 32, 1)
    if kind == 1:
        if not _NAME.match(name) or name != name.lower():
            text = "Command name is invalid"
            form.wrong(f"{at}name", "APPLICATION_COMMAND_INVALID_NAME", text)
        form.length(f"{at}description", body.get("description", ""), 100, 1)
    elif body.get("description"):
        text = "Context menu commands cannot have description"
        form.wrong(f"{at}description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", text)
    optional = False
    for number, option in enumerate(form.count(f"{at}options", body.get("options") or [], 25)):
        where = f"{at}options.{number}"
        form.length(f"{where}.name", option.get("name", ""), 32, 1)
        form.length(f"{where}.description", option.get("description", ""), 100, 1)
        form.count(f"{where}.choices", option.get("choices") or [], 25)
        if option.get("required") and optional:
            text = "Required options must be placed before non-required options"
            form.wrong(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional = optional or not option.get("required")
    form.end()
