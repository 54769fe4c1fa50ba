"""A local Bedrock for the real boto3: signatures, event streams with checksums, failures on cue.

    async with BedrockServer().serve() as bedrock:
        client = session.client("bedrock-runtime", endpoint_url=bedrock.url)

What it refuses, and in which words, follows
https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html.
"""

from devtools.bedrock.server import ACCESS_KEY, SECRET_KEY, BedrockFault, BedrockServer

__all__ = ["ACCESS_KEY", "SECRET_KEY", "BedrockFault", "BedrockServer"]
