"""The shipped list of networks: every word means one thing."""

import tomllib
from collections import Counter

from arbwatch.config.networks import FILE, shipped_chains


def test_no_word_stands_for_two_networks() -> None:
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    words = Counter(
        word
        for id_, table in tables.items()
        for word in {"".join(c for c in each.upper() if c.isalnum()) for each in (id_, table["name"], *table["words"])}
    )
    assert [word for word, times in words.items() if times > 1] == []


def test_the_usual_words_are_known() -> None:
    chains = shipped_chains()
    for words in (("TRC20", "TRX", "Tron"), ("ERC20", "ETH"), ("BEP20", "BSC", "BEP20(BSC)"), ("C-Chain", "AVAXC")):
        found = {chains.find("any", word) for word in words}
        assert len(found) == 1 and None not in found, words
