"""Conformance kits: what a source must do, asked of its recorded samples, offline.

A venue's test file is this:

    from pathlib import Path
    from arbwatch.testing import conformance
    from my_venue import MyVenue

    test_my_venue = conformance(MyVenue, Path(__file__).parent)

The folder holds `frames.jsonl` (samples, see `arbwatch.testing.samples`), `events.jsonl` (what they must turn into;
written by `python -m arbwatch.testing`) and `SOURCE.md` (where each sample comes from).
"""

from arbwatch.testing.samples import ConformanceError, Samples
from arbwatch.testing.suite import CHECKS, conformance

__all__ = ["CHECKS", "ConformanceError", "Samples", "conformance"]
