"""Checks the signature of a request (version 4) by signing it again with the secret that it needs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/"
    r"aws4_request, SignedHeaders=(?P<headers>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def refusal(
    method: str, url: str, headers: Mapping[str, str], body: bytes, secrets: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return the code and the message with which AWS refuses a request; None if it is signed well.

    `secrets` are the secret keys by access key.
    """
    match = _AUTHORIZATION.match(headers.get("Authorization", ""))
    if match is None:
        return "MissingAuthenticationTokenException", "Missing Authentication Token"
    if match["key"] not in secrets:
        told = "The security token included in the request is invalid."
        return "UnrecognizedClientException", told
    if headers.get("X-Amz-Security-Token") == "expired":
        return "ExpiredTokenException", "The security token included in the request is expired"
    signed = {name: headers[name] for name in match["headers"].split(";")}
    request = AWSRequest(method, url, headers=signed, data=body)
    request.context["timestamp"] = headers["X-Amz-Date"]
    credentials = Credentials(match["key"], secrets[match["key"]])
    auth = SigV4Auth(credentials, match["service"], match["region"])
    text = auth.string_to_sign(request, auth.canonical_request(request))
    if auth.signature(text, request) != match["signature"]:
        told = "The request signature we calculated does not match the signature you provided."
        return "InvalidSignatureException", told
    return None
