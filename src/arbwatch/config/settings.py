"""Every setting: its section, default, meaning and limits. Durations are seconds unless the name says otherwise."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from arbwatch.config.values import AnyFile, ExistingFile, Names, ProxyUrl, RestUrl, UpperCase, WsUrl

Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "OFF"], UpperCase]


class Section(BaseModel):
    """A table of settings: frozen, and no key passes unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InstrumentFilter(Section):
    """Which symbols of a venue are watched."""

    allow: Names = Field(
        default=(),
        examples=[("BTC*", "ETH*")],
        description="Patterns of symbols to watch (`BTC*`); empty is all of them",
    )
    deny: Names = Field(
        default=(), examples=[("*USDC",)], description="Patterns of symbols to leave out, even where `allow` names them"
    )

    def wants(self, symbol: str) -> bool:
        """Tell whether a symbol is watched; patterns know `*`, `?` and `[abc]`, and no upper or lower case."""
        name = symbol.upper()
        if any(fnmatchcase(name, pattern.upper()) for pattern in self.deny):
            return False
        return not self.allow or any(fnmatchcase(name, pattern.upper()) for pattern in self.allow)


class MarketFees(Section):
    """Your own fee rates on one market."""

    maker: float | None = Field(
        default=None,
        examples=[0.0008],
        ge=-0.01,
        le=0.1,
        description="Maker fee as a fraction; unset is the venue's default",
    )
    taker: float | None = Field(
        default=None,
        examples=[0.001],
        ge=-0.01,
        le=0.1,
        description="Taker fee as a fraction; unset is the venue's default",
    )


class FeeRates(MarketFees):
    """Your own fee rates on a venue."""

    side: Literal["received", "quote", "third"] | None = Field(
        default=None,
        examples=["third"],
        description="In what fees are paid: in what a trade brings, in the quote currency, or in a third coin (BNB, "
        "KCS, GT) whose balance you keep; unset is the venue's own way",
    )
    symbols: dict[str, MarketFees] = Field(
        default={},
        examples=[{"BTCUSDT": {"maker": 0.0, "taker": 0.0}}],
        description="Your own rates on single markets, by the venue's spelling",
    )


class VenueSettings(Section):
    """One venue."""

    enabled: bool = Field(default=True, description="Whether this venue is watched")
    rest_url: RestUrl | None = Field(
        default=None,
        examples=["http://127.0.0.1:9000"],
        description="Another REST host: scheme, host and port; the venue's own paths are kept",
    )
    ws_url: WsUrl | None = Field(
        default=None,
        examples=["ws://127.0.0.1:9001"],
        description="Another WebSocket host: scheme, host and port; the venue's own paths are kept",
    )
    stale_after: float | None = Field(
        default=None,
        examples=[30.0],
        gt=0,
        description="Seconds unconfirmed after which a row is no leg; unset is `spreads.unconfirmed_s`",
    )
    batch_size: int | None = Field(
        default=None, examples=[50], ge=1, description="Streams per subscribe message; unset is the venue's limit"
    )
    streams_per_socket: int | None = Field(
        default=None, examples=[200], ge=1, description="Streams per socket; unset is the venue's limit"
    )
    ping_interval: float | None = Field(
        default=None, examples=[20.0], gt=0, description="Seconds between our pings; unset is the venue's own"
    )
    pong_timeout: float | None = Field(
        default=None,
        examples=[10.0],
        gt=0,
        description="Seconds without an answer after which a socket is dead; unset is the venue's own",
    )
    instruments: InstrumentFilter = InstrumentFilter()
    fees: FeeRates = FeeRates()


class Network(Section):
    """How the venues are reached."""

    proxy: ProxyUrl | None = Field(
        default=None,
        examples=["http://user:password@host:3128"],
        description="Proxy for REST and WebSocket, `http://user:password@host:port`; falls back to `HTTPS_PROXY`",
    )
    no_proxy: Names = Field(
        default=(), examples=[("localhost",)], description="Hosts reached without the proxy; falls back to `NO_PROXY`"
    )
    ca_file: ExistingFile | None = Field(
        default=None,
        examples=["ca.pem"],
        description="Certificates of a private authority (PEM); falls back to `SSL_CERT_FILE`",
    )
    connect_timeout: float = Field(default=8.0, gt=0, description="Seconds a connection may take")
    request_timeout: float = Field(default=15.0, gt=0, description="Seconds a REST answer may take")


class Board(Section):
    """The board in the terminal."""

    refresh_ms: int = Field(default=250, ge=50, le=60_000, description="Milliseconds between two pictures")
    columns: Names = Field(
        default=(),
        examples=[("asset", "venue", "bid", "ask")],
        description="Ids of the columns shown, in this order; empty is all, as many as there is room for",
    )


class SpreadRules(Section):
    """When a row may be a leg of a spread."""

    unconfirmed_s: float = Field(default=10.0, gt=0, description="Seconds since anything proved the price current")
    lag_s: float = Field(
        default=2.0, gt=0, description="Seconds a quote may be late, the venue's clock offset taken off"
    )
    identity_gap: float = Field(
        default=0.2,
        gt=0,
        description="Fraction two prices of one asset may differ before they count as two different coins",
    )
    proven_only: bool = Field(
        default=True, description="Whether a row counts only once its own data was seen to agree with itself"
    )
    polled: bool = Field(
        default=False, description="Whether a price that REST brings, because no stream does, may be a leg"
    )


class Overload(Section):
    """When the program falls behind."""

    drop: bool = Field(
        default=True, description="Whether the least traded markets are given up until the program keeps up"
    )


class Logging(Section):
    """Logs."""

    console_level: Level = Field(default="INFO", description="Least level on the console (standard error)")
    file_level: Level = Field(default="DEBUG", description="Least level in the log file")
    file: AnyFile | None = Field(
        default=None, examples=["arbwatch.log"], description="Log file; unset is `logs/arbwatch.log` in the data folder"
    )
    max_bytes: int = Field(default=10_000_000, ge=10_000, description="Size at which the log file is rotated")
    backups: int = Field(default=5, ge=0, le=1000, description="Rotated files kept")
    json_lines: bool | None = Field(
        default=None,
        examples=[True],
        alias="json",
        description="JSON lines everywhere or nowhere; unset is JSON except on a terminal",
    )
    config: ExistingFile | None = Field(
        default=None,
        examples=["logging.ini"],
        description="A standard Python logging configuration (INI, or JSON or TOML for dictConfig) instead",
    )


class Simulator(Section):
    """The simulated venues of `demo` and `simulate`."""

    seed: int = Field(default=1, ge=0, description="Seed of the simulated market: same seed, same market")
    rate: float = Field(default=1500.0, gt=0, description="Quote changes per second, all venues together")
    instruments: int = Field(default=430, ge=1, le=10_000, description="Instruments per venue")


class Settings(Section):
    """All settings."""

    venues: dict[str, VenueSettings] = Field(default_factory=dict)
    network: Network = Network()
    board: Board = Board()
    spreads: SpreadRules = SpreadRules()
    overload: Overload = Overload()
    logging: Logging = Logging()
    simulator: Simulator = Simulator()

    def venue(self, venue: str) -> VenueSettings:
        """Return the settings of a venue; the defaults where nothing was set."""
        return self.venues.get(venue) or VenueSettings()


class Leaf(NamedTuple):
    """One setting: `path` leads to it from the top, with `<id>` for any venue, `<symbol>` for any market of it."""

    path: tuple[str, ...]
    field: FieldInfo

    @property
    def key(self) -> str:
        """The setting's dotted name."""
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return variable(self.path)


def variable(path: tuple[str, ...]) -> str:
    """Name the environment variable that sets what a path leads to."""
    return "ARBWATCH_" + "__".join(path).upper()


def leaves(section: type[Section] = Settings, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Yield every setting below a section, in the order they are written."""
    for name, field in section.model_fields.items():
        here = (*path, field.alias or name)
        inner = field.annotation
        if get_origin(inner) is dict:
            yield from leaves(get_args(inner)[1], (*here, "<symbol>" if "<id>" in here else "<id>"))
        elif isinstance(inner, type) and issubclass(inner, Section):
            yield from leaves(inner, here)
        else:
            yield Leaf(here, field)
