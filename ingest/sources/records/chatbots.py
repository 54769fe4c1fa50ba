"""Files of chatbots, which keep questions apart from their answers: of Dialogflow and of Rasa.

An intent has training phrases, of which the first that asks is the title, and a response.
https://cloud.google.com/dialogflow/es/docs/agents-settings#export and
https://rasa.com/docs/rasa/training-data-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from core.text.utterances.questions import asks
from ingest.sources.rows import Collector, Columns, NotAFaqError

# The fields by which the files of Dialogflow are known.
_DIALOGFLOW: Final = (
    frozenset(("fallbackIntent", "responses")),
    frozenset(("data", "isTemplate")),
    frozenset(("defaultTimezone", "language")),
)
_PHRASES_FILE: Final = re.compile(r"(?P<intent>.+)_usersays_(?P<language>[\w-]+)\.json")
_EXAMPLE: Final = re.compile(r"^\s*-\s+(.+?)\s*$", re.MULTILINE)
_ANNOTATED: Final = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\{[^}\n]*\})")
# What the bot says by itself, or has to be asked for.
_TALK: Final = re.compile(
    r"(?:default )?(?:welcome|fallback|nlu fallback|out of scope|greet\w*|hello|hi|good ?bye|bye"
    r"|thanks?(?: you)?|affirm|deny|mood \w+|bot challenge|인사)(?: intent)?"
    r"|(?:chit ?chat|small ?talk)\b.*"
)


def is_part(content: object) -> bool:
    """Return whether a document is a file of a chatbot."""
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return False
    return any(known <= first.keys() for known in _DIALOGFLOW) or _is_of_rasa(first)


def _is_of_rasa(content: Mapping[str, Any]) -> bool:
    """Return whether a document has a version or intents, and what Rasa keeps beside them."""
    if not content.keys() & {"version", "intents"}:
        return False
    tales = [*_dicts(content.get("rules")), *_dicts(content.get("stories"))]
    responses = content.get("responses")
    named = isinstance(responses, dict) and all(str(one).startswith("utter_") for one in responses)
    return named or bool(_dicts(content.get("nlu"))) or any("steps" in one for one in tales)


def add_intents(collector: Collector) -> None:
    """Add the entries that the files of a chatbot make together.

    Raises:
        NotAFaqError: Nothing was read, and no question in them has its answer.
    """
    intents = _intents_in(collector.parts)
    collector.category = ""  # their folder is none
    talk = sorted({one.name for one in intents if one.is_talk})
    made = 0
    for intent in intents:
        if intent.is_talk or not (intent.phrases or intent.answers):
            continue
        for language in intent.phrases or {"": []}:
            record = intent.record(language)
            made += bool(record["title"] and record["answer"])
            collector.add(record, f"{intent.where} ({intent.name})")
    first = next((one.where for one in intents if not one.is_talk), collector.parts[0][0])
    if not made and not collector.rows:
        told = "a part of a chatbot, which keeps questions apart from their answers"
        raise NotAFaqError(f"{first}: {told}; give the folder or the zip that has all its files")
    if talk:
        text = f"intents that are small talk or need an answer before: {', '.join(talk)}"
        collector.remark("left out", first, text)
    read = (("title", "training phrases"), ("answer", "responses"))
    collector.columns.append(Columns(first, read))


@dataclass(slots=True)
class _Intent:
    """What is known of an intent; phrases and answers stand by language, "" if none is said."""

    name: str
    where: str
    phrases: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    is_talk: bool = False

    def record(self, language: str) -> dict[str, object]:
        phrases = list(dict.fromkeys(self.phrases.get(language, [])))
        title = next(filter(asks, phrases), next(iter(phrases), ""))
        return {
            "title": title,
            "questions": [phrase for phrase in phrases if phrase != title],
            "answer": self.answers.get(language) or self._only_answer(),
        }

    def _only_answer(self) -> str:
        """Return the answer of an intent whose phrases do not say in which language they are."""
        single = len(self.answers) == 1 == len(self.phrases)
        return next(iter(self.answers.values())) if single else ""


def _intents_in(parts: Sequence[tuple[str, Any]]) -> list[_Intent]:
    intents: dict[str, _Intent] = {}
    for name, content in parts:
        if isinstance(content, dict) and "fallbackIntent" in content:
            key = name.removesuffix(".json")
            intents[key] = _of_dialogflow(content, name)
    for name, content in parts:
        if match := _PHRASES_FILE.fullmatch(name):
            intent = intents.setdefault(match["intent"], _Intent(match["intent"], name))
            intent.phrases[match["language"]] = list(_phrases(content))
    return [*intents.values(), *_of_rasa(parts)]


def _of_dialogflow(content: Mapping[str, Any], where: str) -> _Intent:
    intent = _Intent(str(content.get("name", where)), where)
    intent.is_talk = bool(
        content["fallbackIntent"] is True or content.get("contexts") or _is_talk(intent.name)
    )
    messages = [
        message
        for response in content["responses"]
        if isinstance(response, dict)
        for message in response.get("messages") or ()
        if isinstance(message, dict)
    ]
    platforms = [str(message.get("platform", "")) for message in messages]
    platform = "" if "" in platforms else next(iter(platforms), "")
    for message, one in zip(messages, platforms, strict=True):
        if one == platform and (text := _said(message)):
            language = str(message.get("lang", ""))
            before = intent.answers.get(language)
            intent.answers[language] = f"{before}\n\n{text}" if before else text
    for spoken in content.get("userSays") or ():
        intent.phrases.setdefault(str(spoken.get("lang", "")), []).extend(_phrases([spoken]))
    return intent


def _said(message: Mapping[str, Any]) -> str:
    """Return the text of a message or of a card; of several ways to say it the first."""
    speech = message.get("speech") or ""
    text = speech[0] if isinstance(speech, list) else speech
    if not isinstance(text, str) or text.strip():
        return str(text).strip()
    title = message.get("title")
    texts = [f"**{title}**" if title else "", message.get("subtitle"), message.get("formattedText")]
    links = [
        f"[{button.get('text')}]({button.get('postback')})"
        for button in message.get("buttons") or ()
        if isinstance(button, dict) and str(button.get("postback")).startswith("http")
    ]
    return "\n".join([*(text for text in texts if isinstance(text, str) and text), *links])


def _phrases(content: object) -> Iterator[str]:
    """Yield training phrases, whose parts may be marked as entities."""
    for one in content if isinstance(content, list) else ():
        parts = one.get("data") if isinstance(one, dict) else None
        text = "".join(str(part.get("text", "")) for part in parts or () if isinstance(part, dict))
        if text.strip():
            yield text.strip()


def _of_rasa(parts: Sequence[tuple[str, Any]]) -> list[_Intent]:
    """Return the intents with the responses that rules and stories begin with, or of their name."""
    documents = [(name, content) for name, content in parts if isinstance(content, dict)]
    responses: dict[str, str] = {}
    for _, content in documents:
        if isinstance(given := content.get("responses"), dict):
            responses |= {name: text for name, one in given.items() if (text := _response(one))}
    actions: dict[str, list[str]] = {}
    for kind in ("rules", "stories"):
        for _, content in documents:
            for one in _dicts(content.get(kind)):
                begun, names = _opening(one)
                actions.setdefault(begun, names)
    found = []
    for where, content in documents:
        for one in _dicts(content.get("nlu")):
            if not isinstance(name := one.get("intent"), str):
                continue
            texts = [responses[action] for action in actions.get(name, []) if action in responses]
            answer = "\n\n".join(texts) or responses.get(f"utter_{name}", "")
            phrases = _EXAMPLE.findall(str(one.get("examples", "")))
            intent = _Intent(name, where, is_talk=_is_talk(name))
            intent.phrases[""] = [_ANNOTATED.sub(r"\1", phrase) for phrase in phrases]
            intent.answers[""] = answer
            found.append(intent)
    return found


def _response(variants: object) -> str:
    """Return the first text of a response's variants."""
    texts = (one.get("text") for one in _dicts(variants))
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")


def _opening(story: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the intent with which a story begins, and the actions that answer it."""
    intent, names = "", list[str]()
    for step in _dicts(story.get("steps")):
        if "intent" in step and not intent:
            intent = str(step["intent"])
        elif intent and "action" in step:
            names.append(str(step["action"]))
        else:
            break
    return ("", []) if story.get("condition") else (intent, names)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_talk(name: str) -> bool:
    return bool(_TALK.fullmatch(re.sub(r"[\W_]+", " ", name).strip().lower()))
