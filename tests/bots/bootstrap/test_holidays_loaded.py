"""The holidays of the world take 15 MB, and are loaded for those alone who are told of them."""

import pytest
from fakes import forks
from fakes.command_line import environment

SCRIPT = """
import asyncio, sys
from bots.bootstrap.assistant import open_teachable_assistant
from config.settings import read_settings

async def main():
    sys.modules.pop("holidays")  # as every fork has it
    async with open_teachable_assistant(read_settings()):
        print("holidays" in sys.modules)

asyncio.run(main())
"""


@pytest.mark.parametrize("key", ["", "sk-test"])
def test_a_bot_without_models_and_skills_loads_no_holidays(own, key):
    done = forks.run(script=SCRIPT, env=environment(own.data, OPENAI_API_KEY=key))
    assert (done.stdout, done.stderr) == (f"{bool(key)}\n", "")
