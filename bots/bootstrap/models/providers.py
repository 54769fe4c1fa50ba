"""The opening of models: one connection for each address, one dialect for each model."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from config.model_settings import ModelName
from config.model_settings import Provider as Vendor
from config.settings import Settings
from core.errors import ConfigError
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.completions import Completions
from core.llm.dialect import ModelDialect, ModelParameter
from core.llm.failover import FailoverCompletions
from core.llm.load import StreamLoad
from core.llm.openai import chat
from core.llm.openai.client import OpenAIModel, open_server
from core.llm.openai.transport import ModelServer
from core.llm.resilient import ProviderModel, ResilientCompletions

if TYPE_CHECKING:
    from core.llm.bedrock.client import AwsAccess, BedrockClient

logger = logging.getLogger(__name__)

# The asker waits for the model that labels a question, and the local guardrail can replace it.
_READING_S = 8.0
# The share of the first of two providers: the second needs time as well.
_FIRST_OF_TWO = 0.5
# A late answer is waited for so many times as long as somebody waits for the first words.
_LATE = 4.0


class Providers:
    """Opens models by their names; the exit stack closes them."""

    def __init__(
        self, settings: Settings, stack: AsyncExitStack, beginning: Callable[[], int]
    ) -> None:
        """`beginning` counts the questions that are not being answered yet."""
        self._settings = settings
        self._stack = stack
        self._load = StreamLoad(beginning)
        self._servers: dict[tuple[str, str], ModelServer] = {}
        self._slots: dict[object, Slots] = {}
        self._dialects: dict[tuple[str, str], ModelDialect] = {}
        self._bedrock: BedrockClient | None = None

    async def writer(self) -> Completions:
        """Return what writes answers, with its second provider where there is one.

        Raises:
            ConfigError: a setting or a package is missing.
        """
        slow_s = self._settings.model_patience_s
        return await self._with_second(
            self._settings.chat,
            Patience(within_s=slow_s * _LATE, slow_s=slow_s),
            first=Patience(within_s=slow_s * _FIRST_OF_TWO),
        )

    async def reader(self) -> Completions:
        """Return what reads questions, as `writer`; it has a breaker of its own."""
        within_s = min(_READING_S, self._settings.model_patience_s)
        return await self._with_second(
            self._settings.guardrail,
            Patience(within_s=within_s),
            first=Patience(within_s=within_s * _FIRST_OF_TWO),
        )

    async def only(self, model: ModelName, patience_s: float) -> ResilientCompletions:
        """Return a model without a second one.

        Raises:
            ConfigError: as `writer`.
        """
        settings = self._settings
        key, url = settings.openai_api_key.get_secret_value(), settings.openai_base_url
        return await self._completions(model, key, url, Patience(within_s=patience_s))

    async def second(self, patience: Patience) -> ResilientCompletions | None:
        """Return the second provider's model, if the settings name one.

        Raises:
            ConfigError: as `writer`.
        """
        settings = self._settings
        if settings.fallback is None:
            return None
        key = (
            settings.fallback_api_key.get_secret_value()
            or settings.openai_api_key.get_secret_value()
        )
        url = settings.fallback_base_url or settings.openai_base_url
        return await self._completions(settings.fallback, key, url, patience)

    async def server(self, key: str, url: str) -> tuple[ModelServer, Slots]:
        """Return the OpenAI-like server at an address, and the places that it has.

        Raises:
            ConfigError: the key or the address cannot be sent.
        """
        if (key, url) not in self._servers:
            opened = open_server(key=key, base_url=url)
            self._servers[key, url] = await self._stack.enter_async_context(opened)
        server = self._servers[key, url]
        return server, self._slots.setdefault(server, Slots(self._settings.model_requests))

    async def bedrock(self) -> tuple[BedrockClient, Slots]:
        """Return AWS's Bedrock, and the places that it has.

        Raises:
            ConfigError: boto3 is missing.
            ModelMisconfiguredError: the AWS profile does not exist.
        """
        try:
            from core.llm.bedrock.client import BedrockClient
        except ImportError as error:
            raise ConfigError("Bedrock needs boto3: pip install 'faqbot[bedrock]'") from error
        if self._bedrock is None:
            opened = BedrockClient.open(_aws_access(self._settings))
            self._bedrock = await self._stack.enter_async_context(opened)
        slots = self._slots.setdefault(self._bedrock, Slots(self._settings.model_requests))
        return self._bedrock, slots

    async def _with_second(
        self, model: ModelName, patience: Patience, *, first: Patience
    ) -> Completions:
        """Return a model; one with a second behind it has the patience of the `first`."""
        second = await self.second(patience)
        settings = self._settings
        key, url = settings.openai_api_key.get_secret_value(), settings.openai_base_url
        if second is None:
            return await self._completions(model, key, url, patience)
        return FailoverCompletions(await self._completions(model, key, url, first), second)

    async def _completions(
        self, model: ModelName, key: str, url: str, patience: Patience
    ) -> ResilientCompletions:
        provider: ProviderModel
        parameters: tuple[ModelParameter, ...]
        if model.provider is Vendor.OPENAI:
            if not key.strip():
                raise ConfigError(f"the model {model.name} needs OPENAI_API_KEY")
            server, slots = await self.server(key, url)
            provider = OpenAIModel(server, model.name)
            parameters, where = chat.PARAMETERS, server.where
        else:
            client, slots = await self.bedrock()
            provider, parameters = self._of_bedrock(client, model)
            where = client.where
        like_openai = model.provider is Vendor.OPENAI
        new = ModelDialect(parameters, may_leave_ends_unmarked=like_openai)
        dialect = self._dialects.setdefault((where, model.name), new)
        silence_s = min(self._settings.model_silence_s, patience.within_s)
        bounded = replace(patience, silence_s=silence_s)
        return ResilientCompletions(
            provider,
            caller=Caller(where, dialect=dialect, breaker=Breaker(), patience=bounded),
            slots=slots,
            load=self._load,
            price=self._settings.price_table().of(model.name),
        )

    def _of_bedrock(
        self, client: BedrockClient, model: ModelName
    ) -> tuple[ProviderModel, tuple[ModelParameter, ...]]:
        from core.llm.bedrock import converse
        from core.llm.bedrock.flow import BedrockFlow
        from core.llm.bedrock.model import BedrockModel

        if model.provider is Vendor.BEDROCK_FLOW:
            flow, _, alias = model.name.partition("/")
            if not alias:
                raise ConfigError("a Bedrock flow is named as bedrock-flow:FLOW_ID/ALIAS_ID")
            return BedrockFlow(client, flow, alias), ()
        guardrail, _, version = self._settings.bedrock_guardrail.rpartition(":")
        watched = (guardrail, version) if guardrail else None
        return BedrockModel(client, model.name, watched), converse.PARAMETERS


@asynccontextmanager
async def open_providers(
    settings: Settings, beginning: Callable[[], int] = lambda: 0
) -> AsyncIterator[Providers]:
    """Open what opens models; see `Providers`."""
    async with AsyncExitStack() as stack:
        yield Providers(settings, stack, beginning)


def unpriced(settings: Settings) -> list[str]:
    """Return the names of the models whose cost the caps do not count."""
    names = [
        model.name for model in (settings.chat, settings.guardrail, settings.fallback) if model
    ]
    used = names if settings.has_models else []
    if settings.remote_embedder:
        used.append(settings.remote_model)
    prices = settings.price_table()
    return [name for name in dict.fromkeys(used) if not prices.knows(name)]


def _aws_access(settings: Settings) -> AwsAccess:
    from core.llm.bedrock.client import AwsAccess

    return AwsAccess(
        region=settings.aws_region,
        profile=settings.aws_profile,
        access_key=settings.aws_access_key_id.get_secret_value(),
        secret_key=settings.aws_secret_access_key.get_secret_value(),
        session_token=settings.aws_session_token.get_secret_value(),
        url=settings.bedrock_url,
    )
