"""The loading of a causal model, and the device that it runs on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

from core.errors import ConfigError
from core.llm.local.tokens import load_tokenizer


class LocalModel:
    """A model and its tokenizer, ready to be asked."""

    def __init__(self, folder: Path) -> None:
        """Load both.

        Raises:
            ConfigError: there is no causal model in the folder.
        """
        self.tokenizer = load_tokenizer(str(folder))
        self.device = chosen_device()
        self.network = load_model(str(folder)).to(self.device).eval()
        self.longest = int(getattr(self.network.config, "max_position_embeddings", 2_048))


def chosen_device() -> Any:  # noqa: ANN401 - torch has no types here
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_model(model: str) -> Any:  # noqa: ANN401 - transformers' classes have no types here
    """Load a causal model by its folder or name.

    Raises:
        ConfigError: there is none, or it is of another kind.
    """
    logging.disable_progress_bar()
    try:
        return AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"the model {model} cannot be loaded: {reason}") from error
