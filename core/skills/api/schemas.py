"""JSON Schemas of arguments: what a value has to be, by its draft 2020-12.

https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import SchemaError
from jsonschema.validators import extend

from core.errors import ConfigError
from core.llm.prompts import quoted
from core.skills.api.operations import Json
from core.skills.api.patterns import is_used
from core.text.markdown.measure import shortened
from core.text.safety.instructions import instructs_bot

_KEYWORDS: Final = Draft202012Validator.VALIDATORS
_ANY_FORMAT: Final = FormatChecker(formats=())
# A person's text is never compiled: `re` fails on thousands of brackets.
_FORMATS: Final = FormatChecker(formats=FormatChecker.checkers.keys() - {"regex"})


# What tells a model the form of a value. All other keywords are their author's prose.
_FORM: Final = frozenset(
    {
        *("type", "format", "enum", "const", "pattern", "items", "properties", "required"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "minItems", "maxItems", "anyOf", "oneOf"),
    }
)
_LONGEST_WORD: Final = 100  # characters of a value that somebody could name
_LONGEST_ABOUT: Final = 200
_ABOUT: Final = 'The API calls it "{}".'


def for_model(schema: Json, about: str) -> Json:
    """Return a schema as a model may read it: the form of the values, and a quotation of `about`.

    The document of an API is data. What it says could be meant for the model, so that its prose is
    left out, and nothing stays that tells a bot what to do.
    """
    form: Json = _form_of(schema)
    line = " ".join(quoted(about).split())
    if line and not instructs_bot(line):
        form["description"] = _ABOUT.format(shortened(line, _LONGEST_ABOUT).replace('"', "'"))
    return form


def _form_of(part: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the form alone of a schema, or of a list of schemas."""
    if isinstance(part, list):
        return [_form_of(one) for one in part]
    if not isinstance(part, dict):
        return part
    form: Json = {}
    for keyword, value in part.items():
        if keyword not in _FORM:
            continue
        if keyword == "properties":
            form[keyword] = {name: _form_of(one) for name, one in value.items() if _is_word(name)}
        elif keyword in ("items", "anyOf", "oneOf"):
            form[keyword] = _form_of(value)
        elif all(map(_is_word, value if isinstance(value, list) else [value])):
            form[keyword] = value
    return form


def _is_word(value: object) -> bool:
    """Return whether a value is one that people name, and no text for whoever reads it."""
    text = str(value)
    return len(text) <= _LONGEST_WORD and not instructs_bot(text)


def check_schema(schema: Json) -> None:
    """Check that values can be held to a schema; a pattern that `re` cannot read is not used.

    Raises:
        ConfigError: they cannot; says why.
    """
    try:
        Draft202012Validator.check_schema(schema, format_checker=_ANY_FORMAT)
    except SchemaError as error:
        raise ConfigError(error.message) from None


def violation(schema: Json, value: Any) -> str:  # noqa: ANN401 - JSON
    """Return why a value is not valid, in the schema's words; "" if it is."""
    validator = _Validator(schema, format_checker=_FORMATS)
    error = next(iter(validator.iter_errors(value)), None)
    return error.message if error else ""


def _pattern(validator: Any, form: str, value: Any, schema: Json) -> Iterator[ValidationError]:  # noqa: ANN401
    """Hold a text to a pattern where that is used; only the API holds it to the others."""
    if isinstance(value, str) and is_used(form, len(value)):
        yield from _KEYWORDS["pattern"](validator, form, value, schema)


def _others(validator: Any, others: Any, value: Any, schema: Json) -> Iterator[ValidationError]:  # noqa: ANN401
    """Hold the other properties to a schema where no pattern tells which they are."""
    if "patternProperties" not in schema:
        yield from _KEYWORDS["additionalProperties"](validator, others, value, schema)


def _unchecked(*_: object) -> Iterator[ValidationError]:
    """Leave to the API what needs patterns of names."""
    return iter(())


_Validator: Final = extend(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _unchecked,
        "additionalProperties": _others,
        "unevaluatedProperties": _unchecked,
    },
)
