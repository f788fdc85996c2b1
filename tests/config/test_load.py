"""Settings are laid over each other in order, and a wrong one is named with what would be right."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import arbwatch
from arbwatch.config.errors import ConfigError
from arbwatch.config.load import Loaded, load
from arbwatch.config.settings import InstrumentFilter, Leaf, leaves
from arbwatch.config.values import masked

VENUES = ("some_spot", "some_perp")
Load = Callable[..., Loaded]


@pytest.fixture
def read(tmp_path: Path) -> Load:
    """Load from a folder of its own: `read(toml=, dotenv=, env=, flags=)`."""

    def _read(
        toml: str = "",
        dotenv: str = "",
        env: Mapping[str, str] | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> Loaded:
        (tmp_path / "arbwatch.toml").write_text(toml, encoding="utf-8")
        (tmp_path / ".env").write_text(dotenv, encoding="utf-8")
        return load(flags=flags, variables=env or {}, folder=tmp_path, known_venues=VENUES)

    return _read


def test_each_place_wins_over_the_one_before(read: Load) -> None:
    toml, dotenv = "[board]\nrefresh_ms = 100\n", "ARBWATCH_BOARD__REFRESH_MS=200\n"
    env, flags = {"ARBWATCH_BOARD__REFRESH_MS": "300"}, {"board.refresh_ms": 400}
    key = ("board", "refresh_ms")
    assert read().settings.board.refresh_ms == 250
    steps = [
        (read(toml), 100, "arbwatch.toml"),
        (read(toml, dotenv), 200, ".env: ARBWATCH_BOARD__REFRESH_MS"),
        (read(toml, dotenv, env), 300, "environment variable ARBWATCH_BOARD__REFRESH_MS"),
        (read(toml, dotenv, env, flags), 400, "the command line"),
    ]
    for loaded, value, origin in steps:
        assert loaded.settings.board.refresh_ms == value
        assert loaded.origins[key].endswith(origin)


def test_a_flag_that_was_not_given_sets_nothing(read: Load) -> None:
    assert read("[board]\nrefresh_ms = 100", flags={"board.refresh_ms": None}).settings.board.refresh_ms == 100


def test_an_empty_variable_sets_nothing(read: Load) -> None:
    assert read("[board]\nrefresh_ms = 90", env={"ARBWATCH_BOARD__REFRESH_MS": ""}).settings.board.refresh_ms == 90


def test_well_known_variables_count_only_where_nothing_else_is_set(read: Load, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    env = {"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "localhost, 10.0.0.1", "SSL_CERT_FILE": str(authority)}
    network = read(env=env).settings.network
    assert network.proxy is not None
    assert network.proxy.get_secret_value() == "http://proxy:3128"
    assert network.no_proxy == ("localhost", "10.0.0.1")
    assert network.ca_file == authority
    own = read("[network]\nproxy = 'http://other:1'", env=env).settings.network
    assert own.proxy is not None
    assert own.proxy.get_secret_value() == "http://other:1"


def test_lists_are_written_as_lists_or_with_commas(read: Load) -> None:
    toml = "[venues.some_spot.instruments]\nallow = ['BTC*', 'ETH*']"
    assert read(toml).settings.venue("some_spot").instruments.allow == ("BTC*", "ETH*")
    env = {"ARBWATCH_VENUES__SOME_SPOT__INSTRUMENTS__ALLOW": "BTC*, ETH*"}
    assert read(env=env).settings.venue("some_spot").instruments.allow == ("BTC*", "ETH*")


def test_a_venue_without_settings_has_the_defaults(read: Load) -> None:
    assert read().settings.venue("some_perp").enabled


WRONG = [
    ("[bord]\nrefresh_ms = 3", {}, r"bord\.refresh_ms = '3' is no setting; did you mean board\.refresh_ms\?"),
    ("[board]\nrefresh = 3", {}, r"board\.refresh = '3' is no setting; did you mean board\.refresh_ms\?"),
    ("[bord]", {}, r"bord = .* did you mean board\?"),
    ("zzz = 1", {}, r"zzz = '1' is no setting \(from .*arbwatch\.toml\)"),
    (
        "[venues.some_spot]\nwsurl = 'wss://h'",
        {},
        r"some_spot\.wsurl = 'wss://h' is no setting; did you mean venues\.some_spot\.ws_url",
    ),
    (
        "",
        {"ARBWATCH_BOARD__REFRESH": "9"},
        r"ARBWATCH_BOARD__REFRESH = '9' is no setting; did you mean ARBWATCH_BOARD__REFRESH_MS\?",
    ),
    (
        "",
        {"ARBWATCH_BORD": "9"},
        r"environment variable ARBWATCH_BORD = '9' is no setting; did you mean ARBWATCH_BOARD",
    ),
    ("[board]\nrefresh_ms = 'fast'", {}, r"board\.refresh_ms = 'fast' is wrong: expected a whole number"),
    ("[board]\nrefresh_ms = 1", {}, r"refresh_ms = '1' is wrong: expected at least 50"),
    ("[board]\nrefresh_ms = 1\nsorted = 2", {}, r"\(1 more like it\)"),
    ("board = 3", {}, r"board = '3' is wrong: expected a table of settings"),
    ("[board]\ncolumns = [1]", {}, r"board\.columns = '1' is wrong: expected a text"),
    ("[board]\ncolumns = ['bit']", {}, r"board\.columns has 'bit', which is no column; did you mean bid\? .*known are"),
    ("[spreads]\nlag_s = inf", {}, r"spreads\.lag_s = 'inf' is wrong: expected a finite number"),
    ("[logging]\njson = 'perhaps'", {}, r"logging\.json = 'perhaps' is wrong: expected true or false"),
    ("[logging]\nconsole_level = 'debgu'", {}, r"expected one of DEBUG, .*, OFF; did you mean DEBUG\?"),
    ("[logging]\nconfig = 'none.ini'", {}, r"logging\.config = 'none\.ini' is wrong: expected a file that exists"),
    ("[venues.some_sopt]\nenabled = false", {}, r"venues\.some_sopt is no venue; did you mean some_spot\?"),
    ("[venues]\nsome_spot = 3", {}, r"venues\.some_spot = '3' is wrong: expected a table"),
    ("[venues.some_spot]\nws_url = 'wss://h:1/ws'", {}, r"leave out '/ws', the venue's own paths are added"),
    ("[venues.some_spot]\nws_url = 'https://h'", {}, r"expected scheme, host and port only.*the scheme is ws or wss"),
    ("[venues.some_spot]\nrest_url = 'h:80'", {}, r"the scheme is http or https"),
    ("[venues.some_spot]\nrest_url = 'http://h:99999'", {}, r"the port is not a number"),
    ("[venues.some_spot]\nrest_url = 'http://u:geheim@h'", {}, r"no user name or password"),
    ("[network]\nproxy = 'socks5://u:geheim@h:1'", {}, r"expected a proxy that speaks CONNECT"),
    ("", {"HTTPS_PROXY": "ftp://u:geheim@h"}, r"network\.proxy = 'ftp://u:\*\*\*\*@h' is wrong.*\(from HTTPS_PROXY\)"),
    ("[network]\nproxi = 'http://u:geheim@h'", {}, r"network\.proxi = .* did you mean network\.proxy"),
    ("[board\n", {}, r"arbwatch\.toml is not valid TOML"),
]


@pytest.mark.parametrize(("toml", "env", "words"), WRONG)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_right(
    read: Load, toml: str, env: Mapping[str, str], words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(toml, env=env)
    sentence = str(caught.value)
    assert re.search(words, sentence), sentence
    assert "\n" not in sentence
    assert "geheim" not in sentence
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ws://127.0.0.1:9001", "ws://127.0.0.1:9001"),
        ("wss://stream.example.org/", "wss://stream.example.org"),
        ("ws://[::1]:9001", "ws://[::1]:9001"),
    ],
)
def test_an_endpoint_is_kept_as_scheme_host_and_port(read: Load, written: str, kept: str) -> None:
    env = {"ARBWATCH_VENUES__SOME_PERP__WS_URL": written}
    assert read(env=env).settings.venue("some_perp").ws_url == kept


def test_the_settings_file_is_the_one_that_is_named(tmp_path: Path) -> None:
    named = tmp_path / "elsewhere.toml"
    named.write_text("[board]\nrefresh_ms = 777")
    by_flag = load(named, variables={}, folder=tmp_path, known_venues=())
    by_variable = load(variables={"ARBWATCH_CONFIG": str(named)}, folder=tmp_path, known_venues=())
    assert by_flag.settings.board.refresh_ms == by_variable.settings.board.refresh_ms == 777
    assert by_flag.file == by_variable.file == named
    with pytest.raises(ConfigError, match=r"ARBWATCH_CONFIG names .*gone.toml, which is not a file"):
        load(variables={"ARBWATCH_CONFIG": str(tmp_path / "gone.toml")}, folder=tmp_path)


def test_the_data_folder_can_be_moved(tmp_path: Path) -> None:
    moved = load(variables={"ARBWATCH_DATA_DIR": str(tmp_path / "d")}, folder=tmp_path, known_venues=())
    assert moved.data_dir == tmp_path / "d"
    assert load(variables={}, folder=tmp_path, known_venues=()).data_dir.name == "arbwatch"


def test_secrets_show_neither_in_the_settings_nor_in_words(read: Load) -> None:
    settings = read("[network]\nproxy = 'http://user:geheim@host:1'").settings
    assert "geheim" not in repr(settings) + str(settings) + str(settings.model_dump())
    assert settings.network.proxy is not None
    assert masked(settings.network.proxy) == "http://user:****@host:1"


@given(st.text("abcABC*?[]", min_size=1, max_size=8))
def test_a_denied_symbol_is_never_wanted(symbol: str) -> None:
    assert not InstrumentFilter(allow=("*",), deny=("*",)).wants(symbol)
    assert InstrumentFilter().wants(symbol)


@pytest.mark.parametrize(
    ("allow", "deny", "symbol", "wanted"),
    [
        ((), (), "BTCUSDT", True),
        (("BTC*",), (), "btcusdt", True),
        (("BTC*",), (), "ETHUSDT", False),
        (("*USDT",), ("BTC*",), "BTCUSDT", False),
        ((), ("*USDC",), "ETHUSDC", False),
    ],
)
def test_patterns_choose_symbols(allow: tuple[str, ...], deny: tuple[str, ...], symbol: str, wanted: bool) -> None:
    assert InstrumentFilter(allow=allow, deny=deny).wants(symbol) is wanted


@pytest.mark.parametrize("leaf", list(leaves()), ids=lambda leaf: leaf.key)
def test_every_setting_says_what_it_means_and_can_be_set_by_a_variable(read: Load, tmp_path: Path, leaf: Leaf) -> None:
    assert leaf.field.description
    default = leaf.field.default
    value = leaf.field.examples[0] if leaf.field.examples else default
    if isinstance(value, tuple):
        value = ",".join(value)
    if leaf.path[-1] in ("ca_file", "config"):
        value = tmp_path / "file"
        value.touch()
    name = leaf.variable.replace("<ID>", VENUES[0].upper())
    loaded = read(env={name: str(value)})
    found = loaded.settings.model_dump(by_alias=True)
    for part in leaf.path:
        found = found[part.replace("<id>", VENUES[0])]
    assert str(masked(found)) in (str(masked(value)), str(tuple(str(value).split(","))), "**********")


HOLDERS = r"\b(settings|own|network|board|spreads|logging|simulator|fees|self)"


@pytest.mark.parametrize("leaf", list(leaves()), ids=lambda leaf: leaf.key)
def test_every_setting_has_a_reader(leaf: Leaf) -> None:
    source = Path(arbwatch.__file__).parent
    attribute = "json_lines" if leaf.path[-1] == "json" else leaf.path[-1]
    read = re.compile(rf"{HOLDERS}\.{attribute}\b")
    assert any(read.search(path.read_text(encoding="utf-8")) for path in source.rglob("*.py"))
