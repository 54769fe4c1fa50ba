"""The translation of AWS's refusals and of failed connections into faqbot's errors.

Errors of the runtime: https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
and https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as aws
from botocore.eventstream import ParserError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError, ReadTimeoutError  # botocore lets those of a body through

from core.errors import (
    ModelError,
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelReplyError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from core.llm.refusals import is_filtered, is_overflow, short

_OVERLOADED = 500
_INVALID = "ValidationException"

_CREDENTIALS = (
    "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role"
)
_BUSY = (
    "ThrottlingException",
    "TooManyRequestsException",
    "ServiceUnavailableException",
    "InternalServerException",
    "InternalFailure",
    "ModelTimeoutException",
    "ModelNotReadyException",
    "ModelStreamErrorException",
    "ModelErrorException",
    "RequestTimeoutException",
    "DependencyFailedException",
    "BadGatewayException",
    "408",  # from a proxy, which names no code
    "429",
)
_REASONS = {
    "AccessDeniedException": "these credentials may not use this model; allow "
    "bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream for it, and look whether the "
    "account has access to it",
    "ResourceNotFoundException": "there is no such model here; check its id and AWS_REGION",
    "404": "there is no such address; check FAQBOT_BEDROCK_URL",
    "UnrecognizedClientException": f"the access key is not known; {_CREDENTIALS}",
    "InvalidClientTokenId": f"the access key is not known; {_CREDENTIALS}",
    "InvalidSignatureException": "the secret key does not belong to the access key, or this "
    "machine's clock is wrong",
    "SignatureDoesNotMatch": "the secret key does not belong to the access key, or this "
    "machine's clock is wrong",
    "IncompleteSignature": f"the credentials are incomplete; {_CREDENTIALS}",
    "MissingAuthenticationTokenException": f"there are no credentials; {_CREDENTIALS}",
    "ExpiredTokenException": "the session has expired; sign in again (`aws sso login`), or renew "
    "AWS_SESSION_TOKEN",
    "ServiceQuotaExceededException": "the account's quota is used up; ask AWS for more",
    "OptInRequired": "the account does not use Bedrock yet; turn the model on in its console",
}
_WRONG_MODEL = (
    "model identifier is invalid",
    "on-demand throughput",
    "isn't supported. retry your request with the id or arn of an inference profile",
    "operation not allowed",
    "end of its life",
)
_ADVICE: dict[type[aws.BotoCoreError], str] = {
    aws.NoRegionError: "set AWS_REGION",
    aws.ProfileNotFound: "set AWS_PROFILE to one that is there",
}


# What botocore stumbles over, as it trusts that a reply has the form that AWS documents.
_UNREADABLE = (ResponseParserError, AttributeError, LookupError, TypeError, ValueError)


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise our errors in place of botocore's; `where` names the endpoint in their messages."""
    try:
        yield
    except aws.ClientError as error:  # also of an event in a stream
        raise refused(error.response, where) from error
    except aws.ParamValidationError as error:
        raise ModelRequestError(f"{where}: {short(str(error))}", said=str(error)) from error
    except (aws.ReadTimeoutError, aws.ConnectTimeoutError, ReadTimeoutError) as error:
        raise ModelTimeoutError(f"{where} took too long to answer; try again later") from error
    except aws.SSLError as error:
        raise ModelUnavailableError(
            f"{where}: its certificate is not trusted; set AWS_CA_BUNDLE to its authority's file"
        ) from error
    except ParserError as error:
        raise ModelUnavailableError(f"{where} sent a damaged stream; try again later") from error
    except (aws.HTTPClientError, aws.EndpointConnectionError, HTTPError, OSError) as error:
        raise ModelUnavailableError(
            f"{where} cannot be reached ({type(error).__name__}); check AWS_REGION and the network"
        ) from error
    except aws.BotoCoreError as error:
        raise ModelMisconfiguredError(f"{where}: {short(str(error))}; {_advice(error)}") from error
    except _UNREADABLE as error:
        raise ModelReplyError(
            f"{where} sent a reply that boto3 cannot read ({short(str(error))})"
        ) from error


def refused(response: Mapping[str, Any], where: str) -> ModelError:
    """Return the error that an answer of 400 or more, or an exception in a stream, stands for."""
    error = response.get("Error") or {}
    code = str(error.get("Code") or "")
    said = str(error.get("Message") or "")
    told = response.get("ResponseMetadata") or {}
    status = int(told.get("HTTPStatusCode") or 0)
    line = f"{where} answered {code or status or 'an unknown error'}: {short(said)}"
    known = code[:1].upper() + code[1:]  # in a stream the same names begin in lower case
    if known in _REASONS:
        return ModelMisconfiguredError(f"{line} ({_REASONS[known]})")
    if known in _BUSY or status >= _OVERLOADED:
        wait = _seconds((told.get("HTTPHeaders") or {}).get("retry-after"))
        return ModelUnavailableError(f"{line} (try again later)", retry_after_s=wait)
    if by_words := _by_words(said):
        kind, reason = by_words
        return kind(f"{line} ({reason})")
    if not status and known != _INVALID:  # in a stream, whose request was accepted
        return ModelUnavailableError(f"{line} (try again later)")
    return ModelRequestError(line, said=said)


def _by_words(said: str) -> tuple[type[ModelError], str] | None:
    """Return what the words of a refusal tell beyond its code, if they do."""
    if is_overflow(said):
        return ModelOverflowError, "the prompt is longer than the model reads"
    if is_filtered(said):
        return ModelRefusedError, "a guardrail stopped the prompt"
    if any(words in said.lower() for words in _WRONG_MODEL):
        return ModelMisconfiguredError, (
            "check the model's id; many models are called by an inference profile, such as "
            "us.amazon.nova-lite-v1:0"
        )
    return None


def _advice(error: aws.BotoCoreError) -> str:
    return next((text for kind, text in _ADVICE.items() if isinstance(error, kind)), _CREDENTIALS)


def _seconds(text: str | None) -> float | None:
    try:
        return max(float(text or ""), 0.0)
    except ValueError:
        return None
