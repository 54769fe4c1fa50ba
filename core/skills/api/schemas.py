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
from core.skills.api.operations import Json
from core.skills.api.patterns import is_used

_KEYWORDS: Final = Draft202012Validator.VALIDATORS
_ANY_FORMAT: Final = FormatChecker(formats=())
# A person's text is never compiled: `re` fails on thousands of brackets.
_FORMATS: Final = FormatChecker(formats=FormatChecker.checkers.keys() - {"regex"})


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
