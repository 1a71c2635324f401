"""The benchmark of conversions: that both programs make the same of the same texts. No rate is looked at."""

import pytest

from benchmarks.conversions import measure, table
from tests.tools import require


def test_both_convert_the_same_texts_to_the_same() -> None:
    require("libvirt-python")
    rates = measure(0.01)
    assert len(rates) == 4
    assert [rate.same for rate in rates] == [True] * 4
    assert all(rate.esxvirt > 0 and rate.libvirt for rate in rates)
    assert len(table(rates).splitlines()) == 6


def test_without_libvirt_there_is_our_rate_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.conversions.system_python", lambda: None)
    rates = measure(0.0)
    assert {rate.libvirt for rate in rates} == {None}
    assert all(rate.esxvirt > 0 for rate in rates)
    assert "|  |  |" in table(rates)
