"""docker-compose.yml: what each service may do is bounded; Docker itself runs in no test."""

import re

import pytest
import yaml

from config.resources import ROOT

SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_few_rights_and_bounds(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    assert service["healthcheck"]


def test_neither_database_is_published_and_several_bots_can_run():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["bot"]
    (port,) = SERVICES["bot"]["ports"]
    assert port.startswith("127.0.0.1:${PUBLISHED_PORT:-}:")
    assert "container_name" not in SERVICES["bot"]


def test_mongodb_is_a_release_without_cve_2025_14847():
    version = re.fullmatch(
        r"mongo:(\d+)\.(\d+)\.(\d+)(@sha256:[0-9a-f]{64})?", SERVICES["mongodb"]["image"]
    )
    assert version
    assert tuple(map(int, version.groups()[:3])) >= (8, 0, 17)


def test_every_image_is_named_by_version_and_digest():
    """What runs is what was chosen, whatever a registry calls by that version later."""
    built_on = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    images = [service["image"] for service in SERVICES.values() if "image" in service]
    for image in (*images, *built_on):
        assert re.fullmatch(r"[\w/]+:\d[\w.-]+@sha256:[0-9a-f]{64}", image), image


def test_everything_in_the_image_is_from_the_lock_by_its_hash():
    """An isolated build would fetch another setuptools than the lock names."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    installs = re.findall(r"pip install ([^&\n]*)", text)
    assert len(installs) == 3
    build, locked, own = installs
    assert build.startswith("--require-hashes -r")
    assert locked.startswith("--require-hashes --no-build-isolation -r")
    assert own.startswith("--no-deps --no-build-isolation")
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert re.search(r"^setuptools==\S+ \\\n\s+--hash=sha256:", lock, re.MULTILINE)
