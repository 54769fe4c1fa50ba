"""The servers that the suites of this folder run on."""

from fakes.mongo_fixtures import server, uri  # noqa: F401 - fixtures
