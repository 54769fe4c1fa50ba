"""Errors of the `openai` client while a model is tuned or compared, translated into ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import openai

from core.errors import ModelError, ModelUnavailableError
from core.llm.openai.errors import refused


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise our errors in place of the SDK's; `where` names the address in their messages.

    Raises:
        ModelError: a call failed; the line says why and what to do.
    """
    try:
        yield
    except openai.APIStatusError as error:
        response = error.response
        raise refused(error.status_code, response.content, response.headers, where) from error
    except openai.APITimeoutError as error:
        raise ModelUnavailableError(f"{where} took too long to answer; try again later") from error
    except openai.APIConnectionError as error:
        raise ModelUnavailableError(
            f"{where} cannot be reached; check OPENAI_BASE_URL and the network"
        ) from error
    except openai.OpenAIError as error:
        raise ModelError(f"{where}: {error}") from error
