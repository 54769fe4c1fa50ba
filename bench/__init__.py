"""Benchmarks (`python -m bench`) and the training of the models that ship with faqbot."""

import sys

from bots.bootstrap.processes.memory import keep_little
from config.resources import ROOT

# The local OpenAI, Slack and Discord that benchmarks talk to are those of the tests.
sys.path.append(str(ROOT / "tests"))
# What is measured runs as the bot does. NumPy reads this when it is imported.
keep_little()
