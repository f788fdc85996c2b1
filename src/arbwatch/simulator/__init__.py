"""Venues that speak the real protocols on loopback: one market (the truth), one file per protocol, faults.

A second, independent reading of each protocol: shares no code with the venues it stands in for.
"""

from arbwatch.simulator.simulator import PROTOCOLS, Simulator, running

__all__ = ["PROTOCOLS", "Simulator", "running"]
