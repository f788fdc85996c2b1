from arbwatch.config.errors import ArbwatchError as ArbwatchError
from arbwatch.library.stream import Stream as Stream
from arbwatch.library.stream import stream as stream
from arbwatch.library.watch import Watch as Watch
from arbwatch.library.watch import snapshot as snapshot

__version__: str
__all__ = ["ArbwatchError", "Stream", "Watch", "__version__", "snapshot", "stream"]
