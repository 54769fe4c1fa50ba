"""Embeddings by an ONNX model on this machine, through fastembed, which is an extra.

A model comes by its name from the hub (https://qdrant.github.io/fastembed/examples/Supported_Models),
or out of a folder, as sentence-transformers exports one: `model.onnx`, `tokenizer.json`,
`tokenizer_config.json`, and `1_Pooling/config.json` if it pools by the first token.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from core.embeddings.prefixes import prefixes_of
from core.errors import ConfigError
from core.ports import TextKind, Vectors
from core.retrieval.vectors import SENTENCE_TITLE_WEIGHT, unit

if TYPE_CHECKING:
    from fastembed import TextEmbedding

_BATCH = 32
_FILES = ("onnx/model.onnx", "model.onnx")


class FastembedEmbedder:
    """Implements `core.ports.Embedder`."""

    title_weight = SENTENCE_TITLE_WEIGHT

    def __init__(self, model: TextEmbedding, name: str) -> None:
        self.fingerprint = fingerprint(name)
        self._model = model
        self._prefixes = prefixes_of(name)
        self.dimension = len(self._vectors(["."])[0])

    @classmethod
    def load(cls, name: str, *, folder: Path | None, cache: Path) -> Self:
        """The model `name`, from `folder` if there is one, else from the hub by way of `cache`.

        Raises:
            ConfigError: fastembed is missing, or the model cannot be fetched or read.
        """
        try:
            # It takes half a second, and few installations have it.
            from fastembed import TextEmbedding  # noqa: PLC0415
        except ImportError as error:
            raise ConfigError(
                "FAQBOT_EMBEDDER=local needs fastembed: pip install 'faqbot[local]'"
            ) from error
        try:
            if folder is None:
                return cls(TextEmbedding(name, cache_dir=str(cache)), name)
            known = _registered(name, folder)
            return cls(TextEmbedding(known, specific_model_path=str(folder)), name)
        # onnxruntime and tokenizers raise errors that have no base class but this.
        except Exception as error:
            where = f"the folder {folder}" if folder else "the hub"
            reason = " ".join(str(error).split())[:200]
            raise ConfigError(
                f"cannot load the embedder {name} from {where} ({reason}). Set "
                "FAQBOT_EMBEDDING_MODEL to one that fastembed knows, or fetch a model elsewhere "
                "and set FAQBOT_EMBEDDING_PATH to its folder, with model.onnx, tokenizer.json "
                "and tokenizer_config.json in it"
            ) from error

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); zeros for a blank text."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        prefix = self._prefixes[kind is TextKind.PASSAGE]
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if rows:
            vectors[rows] = self._vectors([prefix + texts[row] for row in rows])
        return vectors

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return unit(np.stack(list(self._model.embed(texts, batch_size=_BATCH))).astype(np.float32))


def fingerprint(name: str) -> str:
    """Return the fingerprint of the vectors, which is the model's name."""
    return f"local/{name}{'+passages' if any(prefixes_of(name)) else ''}"


def _registered(name: str, folder: Path) -> str:
    """Return the name by which fastembed knows a folder's model.

    How it pools, and where its file is.
    """
    from fastembed import TextEmbedding  # noqa: PLC0415
    from fastembed.common.model_description import ModelSource, PoolingType  # noqa: PLC0415

    file = next((file for file in _FILES if (folder / file).is_file()), None)
    if file is None:
        raise FileNotFoundError(f"no {_FILES[1]} in it")
    known = f"{name}@{folder}"
    if all(model["model"] != known for model in TextEmbedding.list_supported_models()):
        TextEmbedding.add_custom_model(
            known,
            pooling=PoolingType.CLS if _pools_first_token(folder) else PoolingType.MEAN,
            normalization=True,
            sources=ModelSource(hf=name),
            dim=0,  # read from what it gives
            model_file=file,
        )
    return known


def _pools_first_token(folder: Path) -> bool:
    path = folder / "1_Pooling" / "config.json"
    return path.is_file() and bool(json.loads(path.read_bytes()).get("pooling_mode_cls_token"))
