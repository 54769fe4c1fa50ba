"""YAML whose values are all text: `no` is no truth value, `09:30` no number."""

from __future__ import annotations

import yaml


def yaml_texts(text: str) -> object:
    """Return lists, dicts and texts.

    Raises:
        ValueError: It is no YAML.
    """
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - it makes texts, and no other objects
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
