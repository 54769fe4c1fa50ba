"""The first start of a process beside whoever else ingests."""

import asyncio
from contextlib import ExitStack

import pytest

from bots.bootstrap.index import first_index
from bots.bootstrap.processes.members import Members
from bots.bootstrap.stores import open_index, open_stores
from config.profiles import profile_of
from config.settings import Settings
from ingest.sync import single_ingest


@pytest.mark.parametrize("names_source", [True, False])
async def test_a_first_start_waits_for_an_ingest_beside_it(tmp_path, monkeypatch, names_source):
    """Such as `faqbot ingest`, or the ingest of a process that was killed; then it ingests."""
    source = tmp_path / "faq.csv"
    source.write_text("question,answer\nHow do I pay?,By card.\n", encoding="utf-8")
    more = {"source": str(source)} if names_source else {}
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", **more)
    beside, tries = ExitStack(), []
    beside.enter_context(single_ingest(settings.data_dir))

    async def here(work, given):
        """Work in this process, which is sooner."""
        tries.append(work)
        if len(tries) == 2:
            beside.close()
        return await asyncio.to_thread(work, given)

    monkeypatch.setattr(first_index, "apart", here)
    monkeypatch.setattr(first_index, "_LOOK_S", 0.0)
    async with open_stores(settings) as stores:
        members = Members(stores.cluster, "one")
        await first_index.ensure_index(settings, profile_of(settings), members, say=print)
    assert len(tries) == 2
    assert open_index(settings).serving() is not None
