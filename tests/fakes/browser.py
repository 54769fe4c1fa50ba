"""Stories that Node tells in Chromium, about the bot at an address."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "browser"
STORY_S = 240
PICTURES = (
    Path(os.environ["FAQBOT_PICTURES"]).resolve() if "FAQBOT_PICTURES" in os.environ else None
)
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

NEEDED = [
    pytest.mark.skipif(not NODE, reason="Node.js is not here: apt-get install nodejs"),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not here: apt-get install chromium"),
    pytest.mark.skipif(
        not (HERE / "node_modules" / "playwright-core").is_dir(),
        reason="playwright-core is not here: npm ci --prefix tests/browser",
    ),
]


async def told(file: str, story: str, address: str, **more: str) -> None:
    """Let Node tell one story of a file; pictures are kept if FAQBOT_PICTURES names a folder."""
    environment = {"ADDRESS": address, "CHROMIUM": str(CHROMIUM), **more}
    if PICTURES:
        environment["PICTURES"] = str(PICTURES)
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(HERE / file),
        story,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(STORY_S):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, out.decode()
