"""The words arbwatch speaks, as frozen values. Imports nothing else of arbwatch."""

from arbwatch.model.events import (
    Book,
    Down,
    Event,
    Funding,
    FundingStatus,
    IntervalSource,
    Level,
    Quote,
    Ticker,
    Trade,
    Up,
)
from arbwatch.model.instrument import Class, Instrument, Market, Status
from arbwatch.model.network import Network

__all__ = [
    "Book",
    "Class",
    "Down",
    "Event",
    "Funding",
    "FundingStatus",
    "Instrument",
    "IntervalSource",
    "Level",
    "Market",
    "Network",
    "Quote",
    "Status",
    "Ticker",
    "Trade",
    "Up",
]
