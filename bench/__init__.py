"""Benchmarks (`python -m bench`) and the training of the models that ship with faqbot."""

import sys

from config.resources import ROOT

# The local OpenAI, Slack and Discord that benchmarks talk to are those of the tests.
sys.path.append(str(ROOT / "tests"))
