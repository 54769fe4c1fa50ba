"""Serve a local Bedrock until interrupted: `python -m devtools.bedrock`."""

import argparse
import asyncio
import contextlib

from devtools.bedrock.server import ACCESS_KEY, SECRET_KEY, BedrockServer


async def _forever(port: int, gap_s: float) -> None:
    async with BedrockServer(gap_s=gap_s).serve(port) as bedrock:
        print(
            f"a local Bedrock listens; in another terminal:\n"
            f"  export FAQBOT_MODEL=bedrock:amazon.nova-lite-v1:0 AWS_REGION=us-east-1\n"
            f"  export AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY}\n"
            f"  export FAQBOT_BEDROCK_URL={bedrock.url}",
            flush=True,
        )
        await asyncio.Event().wait()


def main() -> None:
    """Run the server until interrupted."""
    parser = argparse.ArgumentParser(description="A local Bedrock, to try AWS's models offline.")
    parser.add_argument("--port", type=int, default=8126)
    parser.add_argument("--gap-s", type=float, default=0.02, help="between two tokens")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_forever(given.port, given.gap_s))


if __name__ == "__main__":
    main()
