"""Many streams at once at `faqbot serve-model`: `python -m bench.model_server`.

A tiny random model with a vocabulary of bytes, in a process of its own. At once come `--streams`
readers. A third of them leaves after a few words, and a refused one tries again when it is told to.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Final

import aiohttp

from bench.tables import header, table
from config.resources import ROOT

_LEAVES: Final = 3
_PROMPT: Final = "정산은 언제 되나요? " * 20  # some 560 tokens
_TOKENS: Final = 60


@dataclass(slots=True)
class _Seen:
    """The fates of the readers, and the size of the server."""

    ends: Counter[str] = field(default_factory=Counter)
    first_s: list[float] = field(default_factory=list)
    refused: int = 0
    most_mb: int = 0
    most_files: int = 0


def main() -> None:
    """Start the server, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 16, 80, 500])
    streams = parser.parse_args().streams
    header()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny"
        _make(path)
        with _server(path) as (url, pid):
            rows = [asyncio.run(_measured(url, pid, count)) for count in streams]
    columns = ("streams", "whole", "left", "other", "refusals", "first word p50", "last first word")
    table("faqbot serve-model", (*columns, "all done", "MB", "files"), rows)


async def _measured(url: str, pid: int, count: int) -> tuple[str, ...]:
    seen, began = _Seen(), monotonic()
    watching = asyncio.create_task(_watch(pid, seen))
    timeout, connector = aiohttp.ClientTimeout(total=None), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        await asyncio.gather(*(_read(session, url, number, seen, began) for number in range(count)))
    took_s = monotonic() - began
    watching.cancel()
    first_s = sorted(seen.first_s)
    other = count - seen.ends["whole"] - seen.ends["left"]
    ends = (seen.ends["whole"], seen.ends["left"], other, seen.refused)
    times = (first_s[len(first_s) // 2], first_s[-1], took_s)
    size = (f"{seen.most_mb:,}", f"{seen.most_files:,}")
    return (f"{count}", *map(str, ends), *(f"{time:.1f} s" for time in times), *size)


async def _read(
    session: aiohttp.ClientSession, url: str, number: int, seen: _Seen, began: float
) -> None:
    messages = [{"role": "user", "content": f"{number} {_PROMPT}"}]
    body: dict[str, Any] = {"model": "tiny", "messages": messages, "stream": True}
    body |= {"max_tokens": _TOKENS, "seed": number}
    while True:
        async with session.post(f"{url}/chat/completions", json=body) as response:
            if response.status == 200:
                seen.ends[await _end(response, number, seen, began)] += 1
                return
            seen.refused += 1
            wait_s = float(response.headers["Retry-After"])
        await asyncio.sleep(wait_s)


async def _end(response: aiohttp.ClientResponse, number: int, seen: _Seen, began: float) -> str:
    words = 0
    async for line in response.content:
        if b'"content": ' in line and b'"content": ""' not in line:
            words += 1
            if words == 1:
                seen.first_s.append(monotonic() - began)
            if words == 3 and number % _LEAVES == 1:
                return "left"
        if b"[DONE]" in line:
            return "whole"
    return "cut"


async def _watch(pid: int, seen: _Seen) -> None:
    while True:
        megabytes, files = await asyncio.to_thread(_size, Path(f"/proc/{pid}"))
        seen.most_mb, seen.most_files = max(seen.most_mb, megabytes), max(seen.most_files, files)
        await asyncio.sleep(0.2)


def _size(process: Path) -> tuple[int, int]:
    """Return the megabytes and the open files of a process."""
    memory = (process / "status").read_text().partition("VmRSS:")[2]
    return int(memory.split()[0]) // 1024, sum(1 for _ in (process / "fd").iterdir())


@contextmanager
def _server(path: Path) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "bots.cli.app", "serve-model", str(path), "--port", "0"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "FAQBOT_DATA_DIR": str(path.parent)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            said = next(line for line in server.stdout or () if "OPENAI_BASE_URL=" in line)
            yield said.partition("=")[2].strip(), server.pid
        finally:
            server.terminate()


def _make(path: Path) -> None:
    """Write a random GPT-2 that reads bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    torch.manual_seed(1)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    byte_level = Tokenizer(models.BPE(vocab={c: n for n, c in enumerate(letters)}, merges=[]))
    byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    byte_level.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=byte_level, eos_token="<|endoftext|>")  # noqa: S106
    shape = {"n_positions": 8_192, "n_embd": 64, "n_layer": 2, "n_head": 2}
    GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), **shape)).save_pretrained(path)
    tokenizer.save_pretrained(path)


if __name__ == "__main__":
    main()
