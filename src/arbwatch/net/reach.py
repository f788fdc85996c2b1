"""Which way leads to a venue (proxy, certificates), and what went wrong on it, in words."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from time import time_ns
from urllib.parse import urlsplit

import aiohttp
import msgspec
from picows import WSError, WSHandshakeError
from python_socks import ProxyError

from arbwatch.net.options import Connect, State

SECOND = 1_000_000_000


class TrustError(OSError):
    """The file with the private certificate authority is of no use; the sentence says why."""


class Trouble(msgspec.Struct, frozen=True):
    """Say why a venue is not answering; `retry_at` (UTC ns) where the venue named a time."""

    state: State
    words: str
    """What `state` alone does not tell: screens show both, so the words do not begin with it."""
    retry_at: int | None = None
    elsewhere: bool = False
    """Another host of the venue may do better: this one is not there. Never set where the venue refuses to serve."""


def tls(options: Connect) -> ssl.SSLContext:
    """Return the system's trust, with the private authority beside it where one is named. Raises TrustError."""
    return _trust(options.ca_file)


@cache
def _trust(ca_file: str | None) -> ssl.SSLContext:
    # Reading the system's certificates takes 20 ms: all venues share what was read.
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as problem:
            why = problem.strerror or str(problem)
            raise TrustError(f"the certificates in {ca_file} cannot be read ({why}); check SSL_CERT_FILE") from problem
    return context


def proxy_for(options: Connect, url: str) -> str | None:
    """Return the proxy that leads to `url`, None where it is reached directly."""
    if options.proxy is None:
        return None
    host = (urlsplit(url).hostname or "").lower()
    return None if any(_spared(host, entry.strip().lower()) for entry in options.no_proxy) else options.proxy


def _spared(host: str, entry: str) -> bool:
    if entry == "*":
        return True
    if not entry:
        return False
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        name = entry.lstrip("*").lstrip(".")
        return host == name or host.endswith("." + name)


def masked(url: str) -> str:
    """Return the address without its user and password."""
    parts = urlsplit(url)
    if parts.username is None and parts.password is None:
        return url
    return parts._replace(netloc="***@" + parts.netloc.rpartition("@")[2]).geturl()


def retry_after(headers: Mapping[str, str], now: int) -> int | None:
    """Read `Retry-After`, seconds or a date (RFC 9110 section 10.2.3), as UTC ns."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        return now + max(0, round(float(value) * SECOND))
    except (ValueError, OverflowError):
        pass
    try:
        return max(now, round(parsedate_to_datetime(value).timestamp() * SECOND))
    except (ValueError, OverflowError, TypeError):
        return None


def refusal(status: int, headers: Mapping[str, str], host: str) -> Trouble | None:
    """Put an HTTP status into words; None where the status is an answer like any other."""
    retry_at = retry_after(headers, time_ns())
    if status == 451:
        return Trouble(
            "blocked",
            "the venue refuses this place (HTTP 451); use a permitted network or another venue",
            retry_at,
        )
    if status == 403:
        words = f"the firewall of {host} refuses us (HTTP 403); slow down, or use another network"
        return Trouble("forbidden", words, retry_at)
    if status == 418:
        return Trouble("banned", f"{host} shut us out for asking too much (HTTP 418)", retry_at)
    if status == 429:
        return Trouble("throttled", f"{host} asks us to slow down (HTTP 429)", retry_at)
    if status == 407:
        return Trouble("unreachable", "the proxy wants a user and password (HTTP 407); write them into its address")
    if status >= 500:
        return Trouble("failing", f"{host} has trouble of its own (HTTP {status}); trying again", retry_at, True)
    if 300 <= status < 400:
        return Trouble("failing", f"{host} points elsewhere (HTTP {status}); check the venue's address")
    return None


def trouble(problem: BaseException, url: str, options: Connect) -> Trouble:
    """Put a failed connection into words: what, where, what to do."""
    parts = urlsplit(url)
    host = parts.hostname or url
    proxy = proxy_for(options, url)
    way = f"the proxy {masked(proxy)}" if proxy else host
    cause = _cause(problem)
    if isinstance(cause, WSHandshakeError) and cause.response is not None:
        status = int(cause.response.status)
        known = refusal(status, cause.response.headers, host)
        return known or Trouble("failing", f"{host} does not open a WebSocket at this path (HTTP {status})")
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return refusal(407, {}, host) if cause.status == 407 else _proxy_says_no(way, f"HTTP {cause.status}")  # type: ignore[return-value] # 407 always has words
    if isinstance(cause, ProxyError):
        return _proxy_says_no(way, str(cause))
    if isinstance(cause, TrustError):
        return Trouble("unreachable", str(cause))
    if isinstance(cause, ssl.SSLCertVerificationError):
        words = f"the certificate of {host} is not trusted ({cause.verify_message.rstrip('.')})"
        words += "; where the network has an authority of its own, name it as SSL_CERT_FILE"
        return Trouble("unreachable", words, elsewhere=True)
    if isinstance(cause, ssl.SSLError):
        words = f"no TLS with {host} ({cause.reason or cause}); check the address"
        return Trouble("unreachable", words, elsewhere=True)
    return _plain(cause, way, host)


def _plain(cause: BaseException, way: str, host: str) -> Trouble:
    # All hosts of a venue share the proxy: where that is the trouble, none does better.
    elsewhere = way == host
    if isinstance(cause, socket.gaierror):
        words = f"the name of {way} cannot be looked up (DNS); check the network and the address"
    elif isinstance(cause, ConnectionRefusedError):
        words = f"{way} refuses connections; check the address and the network"
    elif isinstance(cause, TimeoutError | asyncio.TimeoutError):
        words = f"no answer from {way} in time; check the network, or set a proxy"
    elif isinstance(cause, ConnectionError | aiohttp.ServerDisconnectedError):
        words = f"{way} closed the connection before it was usable; trying again"
        return Trouble("failing", words, elsewhere=elsewhere)
    elif isinstance(cause, WSError | aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
        return Trouble("failing", f"{host} gave an answer that cannot be read ({cause}); check the address")
    elif isinstance(cause, OSError):
        words = f"no way to {way} ({cause.strerror or cause}); check the network"
    else:
        return Trouble("failing", f"{host}: {type(cause).__name__}: {cause}")
    return Trouble("unreachable", words, elsewhere=elsewhere)


def _proxy_says_no(way: str, why: str) -> Trouble:
    return Trouble("unreachable", f"{way} does not let us through ({why}); check the proxy's settings")


def _cause(problem: BaseException) -> BaseException:
    if isinstance(problem, aiohttp.ClientConnectorCertificateError):
        return problem.certificate_error
    if isinstance(problem, aiohttp.ClientConnectorError):
        known = isinstance(problem.os_error, socket.gaierror) or not isinstance(
            problem, aiohttp.ClientConnectorDNSError
        )
        return problem.os_error if known else socket.gaierror(str(problem.os_error))
    return problem
