import pytest

from esxvirt import libvirt
from esxvirt.cli.states import reason_text, state_text
from esxvirt.cli.units import pretty_capacity


def test_every_state_of_libvirt_has_a_name() -> None:
    names = {
        "NOSTATE": "no state",
        "RUNNING": "running",
        "BLOCKED": "idle",
        "PAUSED": "paused",
        "SHUTDOWN": "in shutdown",
        "SHUTOFF": "shut off",
        "CRASHED": "crashed",
        "PMSUSPENDED": "pmsuspended",
    }
    for constant, name in names.items():
        assert state_text(getattr(libvirt, f"VIR_DOMAIN_{constant}")) == name


@pytest.mark.parametrize("state", ["RUNNING", "PAUSED", "SHUTOFF", "CRASHED"])
def test_every_reason_of_libvirt_has_a_name_of_its_own(state: str) -> None:
    number = getattr(libvirt, f"VIR_DOMAIN_{state}")
    reasons = [
        value
        for name, value in vars(libvirt).items()
        if name.startswith(f"VIR_DOMAIN_{state}_") and isinstance(value, int) and not name.endswith("_LAST")
    ]
    texts = [reason_text(number, reason) for reason in sorted(reasons)]
    assert reasons
    assert texts[0] == "unknown"
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("state", "reason", "text"),
    [(1, 1, "booted"), (1, 5, "unpaused"), (3, 1, "user"), (5, 1, "shutdown"), (5, 2, "destroyed"), (6, 1, "panicked")],
)
def test_reasons_are_virshs_words(state: int, reason: int, text: str) -> None:
    assert reason_text(state, reason) == text


def test_what_libvirt_does_not_know_is_no_state_for_an_unknown_reason() -> None:
    assert state_text(99) == state_text(-1) == "no state"
    assert reason_text(99, 0) == reason_text(1, 99) == reason_text(1, -1) == "unknown"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0.000 B"),
        (1023, "1023.000 B"),
        (1024, "1.000 KiB"),
        (1099506450432, "1023.995 GiB"),
        (2**40, "1.000 TiB"),
        (2**63, "8.000 EiB"),
    ],
)
def test_sizes_for_people_have_the_largest_unit_below_them(size: int, text: str) -> None:
    value, unit = pretty_capacity(size)
    assert f"{value:.3f} {unit}" == text
