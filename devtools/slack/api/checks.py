"""Slack's refusals of texts, blocks and views, with the messages it gives.

https://docs.slack.dev/reference/block-kit/blocks and .../views
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

MAX_TEXT = 40_000
MAX_UPDATE_TEXT = 4_000  # chat.update takes less than chat.postMessage
MAX_MARKDOWN = 12_000
_MAX_METADATA = 5_000  # bytes of JSON; the real bound is said to be 8 kB on the wire

_BUTTON_LIKE = {"button", "overflow", "static_select", "users_select", "datepicker", "checkboxes"}
_ELEMENTS = {
    "section": _BUTTON_LIKE | {"image", "radio_buttons", "multi_static_select"},
    "actions": _BUTTON_LIKE | {"radio_buttons"},
    "context": {"plain_text", "mrkdwn", "image"},
    "context_actions": {"feedback_buttons", "icon_button"},
    "input": {
        "plain_text_input",
        "static_select",
        "multi_static_select",
        "checkboxes",
        "radio_buttons",
        "datepicker",
        "users_select",
        "conversations_select",
    },
}
_IN_MESSAGES = {"section", "context", "actions", "divider", "header", "markdown", "rich_text"} | {
    "context_actions",
    "image",
    "plan",
    "table",
    "task_card",
}
_IN_VIEWS = (_IN_MESSAGES - {"context_actions", "markdown", "plan", "table", "task_card"}) | {
    "input"
}
_RICH = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}


class Problems(list[str]):
    """Problems, each with the JSON pointer to its place."""

    def add(self, what: str, at: str) -> None:
        """Note one problem."""
        self.append(f"{what} [json-pointer:{at}]")

    def length(self, value: object, most: int, at: str, *, least: int = 1) -> None:
        """Note a text that is missing, no text, too short or too long."""
        if not isinstance(value, str):
            self.add("must be a string" if value is not None else "missing required field", at)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", at)

    def text(self, value: Any, most: int, at: str, *, plain: bool = False) -> None:
        """Note what is wrong with a text object."""
        if not isinstance(value, dict):
            return self.add("missing required field: text object", at)
        kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
        if value.get("type") not in kinds:
            self.add(f"unsupported type: {value.get('type')}", f"{at}/type")
        if extra := value.keys() - {"type", "text", "emoji", "verbatim"}:
            self.add(f"invalid additional property: {min(extra)}", at)
        return self.length(value.get("text"), most, f"{at}/text")


def blocks_problems(blocks: Any, *, in_view: bool = False) -> Problems:
    """Return the problems of the blocks of a message or a view."""
    found = Problems()
    if not isinstance(blocks, list):
        found.add("must be an array", "/blocks")
        return found
    most = 100 if in_view else 50
    if len(blocks) > most:
        found.add(f"no more than {most} items allowed", "/blocks")
    seen: set[str] = set()
    actions: set[str] = set()
    for number, block in enumerate(blocks):
        at = f"/blocks/{number}"
        try:
            _check_block(block, at, in_view=in_view, found=found, seen=seen, actions=actions)
        except (AttributeError, KeyError, TypeError):
            found.add("invalid shape", at)
    if found:
        return found
    markdown = sum(len(b["text"]) for b in blocks if _is(b, "markdown"))
    if markdown > MAX_MARKDOWN:
        found.add(f"cumulative markdown text must be less than {MAX_MARKDOWN + 1}", "/blocks")
    return found


def _check_block(
    block: Any, at: str, *, in_view: bool, found: Problems, seen: set[str], actions: set[str]
) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in (_IN_VIEWS if in_view else _IN_MESSAGES):
        found.add(f"unsupported type: {kind}", f"{at}/type")
        return
    if block_id := block.get("block_id"):
        found.length(block_id, 255, f"{at}/block_id")
        if block_id in seen:
            found.add(f"`block_id` already exists: {block_id}", f"{at}/block_id")
        seen.add(block_id)
    if check := _BLOCKS.get(kind):
        check(block, at, found)
    _unique_actions(block, at, actions, found)


def view_problems(view: Any) -> Problems:
    """Return the problems of a modal or a home view."""
    found = Problems()
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        found.add("unsupported type", "/view/type")
        return found
    found.extend(blocks_problems(view.get("blocks"), in_view=True))
    if view["type"] == "modal":
        found.text(view.get("title"), 24, "/view/title", plain=True)
        for name in ("submit", "close"):
            if name in view:
                found.text(view[name], 24, f"/view/{name}", plain=True)
        if "submit" not in view and any(_is(b, "input") for b in view.get("blocks") or []):
            found.add("submit is required when an input block is within blocks", "/view/submit")
    for name, most in (("private_metadata", 3_000), ("callback_id", 255), ("external_id", 255)):
        if name in view:
            found.length(view[name], most, f"/view/{name}", least=0)
    return found


def metadata_is_valid(metadata: Any) -> bool:
    """Return whether it has an event type and a payload object, and is not too large."""
    return (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
        and len(json.dumps(metadata).encode()) <= _MAX_METADATA
    )


def elements_of(block: Json) -> Iterator[tuple[str, Json]]:
    """A block's interactive elements, each with the end of its JSON pointer."""
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield name, block[name]
    if block.get("type") in ("actions", "context_actions"):
        for number, element in enumerate(block.get("elements") or []):
            yield f"elements/{number}", element


def _is(block: Any, kind: str) -> bool:
    return isinstance(block, dict) and block.get("type") == kind


def _unique_actions(block: Json, at: str, seen: set[str], found: Problems) -> None:
    # Slack asks for unique ones in a block; across a message they are what a press is told by.
    for end, element in elements_of(block):
        action_id = element.get("action_id")
        if action_id is None:
            continue
        found.length(action_id, 255, f"{at}/{end}/action_id")
        if action_id in seen:
            found.add(f"`action_id` already exists: {action_id}", f"{at}/{end}/action_id")
        seen.add(action_id)


def _element(element: Any, of: str, at: str, found: Problems) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in _ELEMENTS[of]:
        return found.add(f"unsupported type: {kind}", f"{at}/type")
    if kind == "button":
        found.text(element.get("text"), 75, f"{at}/text", plain=True)
        if element.get("style", "primary") not in ("primary", "danger"):
            found.add("style must be primary or danger", f"{at}/style")
    if kind == "icon_button":
        found.text(element.get("text"), 75, f"{at}/text", plain=True)
        if element.get("icon") != "trash":
            found.add("unsupported icon", f"{at}/icon")
    if kind == "feedback_buttons":
        _feedback(element, at, found)
    if "value" in element:
        found.length(element["value"], 2_000, f"{at}/value", least=0)
    if "url" in element:
        found.length(element["url"], 3_000, f"{at}/url")
    if kind in ("static_select", "radio_buttons", "checkboxes", "overflow", "multi_static_select"):
        _options(element, kind, at, found)
    return None


def _feedback(element: Json, at: str, found: Problems) -> None:
    for name in ("positive_button", "negative_button"):
        one = element.get(name) or {}
        found.text(one.get("text"), 75, f"{at}/{name}/text", plain=True)
        found.length(one.get("value"), 2_000, f"{at}/{name}/value")


def _options(element: Json, kind: str, at: str, found: Problems) -> None:
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(kind, 100)
    options = element.get("options") or []
    if not 1 <= len(options) <= most:
        found.add(f"must have 1 to {most} options", f"{at}/options")
    for number, option in enumerate(options):
        found.text(option.get("text"), 75, f"{at}/options/{number}/text")
        found.length(option.get("value"), 150, f"{at}/options/{number}/value")


def _section(block: Json, at: str, found: Problems) -> None:
    if "text" not in block and "fields" not in block:
        found.add("missing required field: text or fields", at)
    if "text" in block:
        found.text(block["text"], 3_000, f"{at}/text")
    fields = block.get("fields", [])
    if len(fields) > 10:
        found.add("no more than 10 items allowed", f"{at}/fields")
    for number, one in enumerate(fields):
        found.text(one, 2_000, f"{at}/fields/{number}")
    if "accessory" in block:
        _element(block["accessory"], "section", f"{at}/accessory", found)


def _listed(most: int) -> Callable[[Json, str, Problems], None]:
    def check(block: Json, at: str, found: Problems) -> None:
        elements = block.get("elements")
        if not isinstance(elements, list) or not 1 <= len(elements) <= most:
            return found.add(f"must have 1 to {most} elements", f"{at}/elements")
        for number, element in enumerate(elements):
            end = f"{at}/elements/{number}"
            if block["type"] == "context" and element.get("type") in ("plain_text", "mrkdwn"):
                found.text(element, 3_000, end)
            else:
                _element(element, block["type"], end, found)
        return None

    return check


def _rich_text(block: Json, at: str, found: Problems) -> None:
    for number, element in enumerate(block.get("elements") or [None]):
        if not isinstance(element, dict) or element.get("type") not in _RICH:
            found.add("unsupported rich text element", f"{at}/elements/{number}/type")


def _plan(block: Json, at: str, found: Problems) -> None:
    found.length(block.get("title"), 3_000, f"{at}/title")
    for number, task in enumerate(block.get("tasks") or []):
        _task(task, f"{at}/tasks/{number}", found)


def _task(task: Json, at: str, found: Problems) -> None:
    for name in ("task_id", "title"):
        found.length(task.get(name), 3_000, f"{at}/{name}")
    if task.get("status", "pending") not in ("pending", "in_progress", "complete", "error"):
        found.add("unsupported status", f"{at}/status")
    for name in ("details", "output"):
        if name in task:
            if len(task[name].get("elements") or []) != 1:
                found.add("must be a single rich_text entity", f"{at}/{name}")
            _rich_text(task[name], f"{at}/{name}", found)
    for number, source in enumerate(task.get("sources") or []):
        if source.get("type") != "url":
            found.add("unsupported type", f"{at}/sources/{number}/type")
        found.length(source.get("url"), 3_000, f"{at}/sources/{number}/url")
        found.length(source.get("text"), 3_000, f"{at}/sources/{number}/text")


def _input(block: Json, at: str, found: Problems) -> None:
    found.text(block.get("label"), 2_000, f"{at}/label", plain=True)
    _element(block.get("element"), "input", f"{at}/element", found)


def _image(block: Json, at: str, found: Problems) -> None:
    found.length(block.get("alt_text"), 2_000, f"{at}/alt_text")
    if "slack_file" not in block:
        found.length(block.get("image_url"), 3_000, f"{at}/image_url")


_BLOCKS: dict[str, Callable[[Json, str, Problems], None]] = {
    "section": _section,
    "header": lambda block, at, found: found.text(block.get("text"), 150, f"{at}/text", plain=True),
    "markdown": lambda block, at, found: found.length(
        block.get("text"), MAX_MARKDOWN, f"{at}/text"
    ),
    "context": _listed(10),
    "actions": _listed(25),
    "context_actions": _listed(5),
    "rich_text": _rich_text,
    "input": _input,
    "image": _image,
    "plan": _plan,
    "task_card": _task,
}
