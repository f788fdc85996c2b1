"""Tidepool, an invented exchange, as a venue of arbwatch."""

from arbwatch_tidepool.venue import TidepoolSpot

__all__ = ["TidepoolSpot"]
