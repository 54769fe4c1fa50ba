"""Assistants without skills, on the search that serves or on one that is tried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.bootstrap.search import Language
from config.profiles import chain_of, guardrail_file
from config.resources import SMALL_TALK
from config.settings import Settings
from core.assistant.assistant import Assistant
from core.assistant.audiences import Audiences
from core.assistant.dialogue.followups import LeadBack
from core.assistant.dialogue.situation import Situations
from core.assistant.drafts.extractive import ExtractiveModel
from core.assistant.drafts.fallback import ModelPipeline
from core.assistant.guardrails.guardrail import Guardrail, GuardrailModel
from core.assistant.guardrails.small_talk import SmallTalkReader
from core.assistant.guardrails.wording import WordingModel
from core.assistant.message import MessageReader
from core.assistant.research import Researcher
from core.ports import History
from core.profile import Profile
from core.retrieval.retriever import Retriever
from core.stores.memory import MemoryHistory
from core.text.safety.personal_data import mask


@dataclass(frozen=True, slots=True)
class PlainAssistants:
    """Makes assistants that differ only in what they search."""

    settings: Settings
    profile: Profile
    language: Language
    guardrail: Guardrail
    small_talk: SmallTalkReader
    audiences: Audiences

    @classmethod
    def of(cls, settings: Settings, profile: Profile, language: Language) -> PlainAssistants:
        """Load the guardrail that is fitted to the FAQ, and what reads small talk.

        Raises:
            ConfigError: a file of theirs is missing or damaged.
        """
        fitted = GuardrailModel.load(guardrail_file(chain_of(settings)))
        guardrail = Guardrail(fitted, language.encoder.embed, language.analyzer.terms)
        small_talk = SmallTalkReader(WordingModel.load(SMALL_TALK), language.encoder.embed)
        audiences = Audiences(profile.channels, profile.groups)
        return cls(settings, profile, language, guardrail, small_talk, audiences)

    def reader(self, retriever: Retriever) -> MessageReader:
        """Return what finds the questions of messages."""
        return MessageReader(Researcher(retriever, self.guardrail), self.language.analyzer)

    def extractive(self, retriever: Retriever) -> ExtractiveModel:
        """Return what answers in the FAQ's own words."""
        return ExtractiveModel(self.language.analyzer, retriever.idf, self.profile)

    def searching(self, retriever: Retriever) -> Assistant:
        """Return one that uses no models and keeps nothing, for what is tried out."""
        reader, model = self.reader(retriever), self.extractive(retriever)
        return self.assistant(retriever, reader, model, MemoryHistory())

    def assistant(  # noqa: PLR0913 - its collaborators
        self,
        retriever: Retriever,
        reader: MessageReader,
        model: ExtractiveModel,
        history: History,
        *,
        models: ModelPipeline | None = None,
        catch_up: Callable[[], Awaitable[None]] | None = None,
        situations: Situations | None = None,
    ) -> Assistant:
        """Return an assistant; see `Assistant`."""
        return Assistant(
            retriever=retriever,
            reader=reader,
            small_talk=self.small_talk,
            model=model,
            lead_back=LeadBack(self.profile.themes, self.language.encoder.embed),
            history=history,
            profile=self.profile,
            history_turns=self.settings.history_turns,
            models=models,
            catch_up=catch_up,
            redact=mask if self.settings.masks_for_models else str,
            audiences=self.audiences,
            situations=situations,
        )
