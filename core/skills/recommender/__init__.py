"""Recommends products by what a person is like: a small network, trained on purchases.

Recommending needs NumPy alone. Training needs torch, which is imported in `training` alone.
"""
