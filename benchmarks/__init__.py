"""Measure what the budgets promise: peers and a reference in the same run, on the same bytes.

Run `python -m benchmarks`, or `python -m benchmarks B1 --rounds 3 --json figures.json`.
"""
