"""How a venue is reached: values only, read by every part of the rim."""

from typing import Literal

import msgspec

from arbwatch.net.tap import Tap

State = Literal["ok", "throttled", "banned", "forbidden", "blocked", "failing", "unreachable"]
"""How it stands with reaching a venue."""


class Connect(msgspec.Struct, frozen=True):
    """Say how one venue is reached, and what the user overrides of its facts. Times are seconds."""

    rest_url: str
    """Scheme, host and port only; the venue's own paths are appended."""
    ws_url: str
    rest_mirrors: tuple[str, ...] = ()
    """Tried in turn while `rest_url` cannot be reached."""
    ws_mirrors: tuple[str, ...] = ()
    proxy: str | None = None
    """`http://user:pass@host:port`, asked to CONNECT for REST and WebSocket alike."""
    no_proxy: tuple[str, ...] = ()
    """Hosts, `.domains`, networks or `*` that are reached without the proxy."""
    ca_file: str | None = None
    """A private certificate authority, trusted beside the system's."""
    topics_per_frame: int | None = None
    streams_per_socket: int | None = None
    ping_interval_s: float | None = None
    pong_timeout_s: float | None = None
    lifetime_s: float | None = None
    connect_timeout_s: float = 8.0
    request_timeout_s: float = 15.0
    backoff_first_s: float = 0.5
    backoff_max_s: float = 60.0
    stable_s: float = 60.0
    """A socket that lived this long starts its back-off anew."""
    ack_timeout_s: float = 10.0
    """A subscription without an answer after this long is sent again."""
    first_data_s: float = 2.0
    """How long a replacement socket may be silent, once acknowledged, before it takes over."""
    blocked_retry_s: float = 600.0
    """Pause after a refusal that patience alone rarely cures (HTTP 403 and 451)."""
    retry_s: float = 0.5
    """First pause before a failed REST request is tried again; doubles, jittered."""
    body_limit: int = 64 * 1024 * 1024
    """Largest REST body read, bytes after decompression."""
    tap: Tap | None = None
    """Listens in on every frame and body."""
