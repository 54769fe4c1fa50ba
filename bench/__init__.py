"""Benchmarks (`python -m bench`) and the training of the models that ship with faqbot."""
