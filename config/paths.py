"""Where the files are that ship with the project."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ENCODER = ROOT / "config" / "models" / "encoder.npz"
GUARDRAIL = ROOT / "config" / "models" / "guardrail.npz"

SAMPLE_FAQ = ROOT / "data" / "sample_faq.jsonl"
QUESTION_PACKS = ROOT / "data" / "questions"
GUARDRAIL_EXAMPLES = ROOT / "data" / "guardrail.jsonl"
