"""Serve a local OpenAI until interrupted: `python -m devtools.openai`."""

import argparse
import asyncio
import contextlib

from devtools.openai.server import OpenAIServer, Pace
from devtools.openai.ways import WAYS


async def _forever(server: OpenAIServer, port: int) -> None:
    async with server.serve(port):
        print(
            f"a local OpenAI listens; in another terminal:\n"
            f"  export OPENAI_API_KEY=sk-local OPENAI_BASE_URL={server.url}",
            flush=True,
        )
        await asyncio.Event().wait()


def main() -> None:
    """Run the server until interrupted."""
    parser = argparse.ArgumentParser(description="A local OpenAI, to try the models without a key.")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--first-token-s", type=float, default=0.3)
    parser.add_argument("--tokens-per-s", type=float, default=50.0)
    parser.add_argument("--embedding-s", type=float, default=0.15)
    parser.add_argument("--answer-tokens", type=int, default=0)
    parser.add_argument("--way", choices=sorted(WAYS), default="openai")
    given = vars(parser.parse_args())
    port, way = given.pop("port"), WAYS[given.pop("way")]
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - it may be missing

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_forever(OpenAIServer(pace=Pace(**given), way=way), port))


if __name__ == "__main__":
    main()
