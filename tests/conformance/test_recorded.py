"""Ours with `strict` against what the real libvirt 11.3.0 was seen to say, word for word: `recorded.jsonl`."""

import pytest

from esxvirt.errors import EsxvirtError
from esxvirt.libvirt import VIR_FROM_NONE
from esxvirt.libvirt._errors import translate
from tests.conformance.oracle import Oracle, convert_vmx, convert_xml, serve
from tests.conformance.record import Case, ask, plain, read, shorten, whole

CASES = list(read())
# What the simulator's host would be asked for.
VERSION = 8


def ours(kind: str, given: str) -> list[str] | str:
    def convert(text: str) -> str:
        return convert_vmx(text.encode()) if kind == "vmx" else convert_xml(text, VERSION)

    try:
        answer = convert(whole(kind, given))
    except EsxvirtError as error:
        return str(translate(error, VIR_FROM_NONE).get_error_message())
    return shorten(answer, convert(plain(kind)), given)


@pytest.mark.parametrize("part", range(16))
def test_it_says_what_libvirt_said(part: int) -> None:
    wrong = []
    for kind, given, answer in CASES[part::16]:
        said = ours(kind, given)
        if said != answer:
            wrong.append(f"{kind}: {given}\nlibvirt: {answer}\nours:    {said}\n")
    assert not wrong, "\n".join(wrong)


def test_there_are_as_many_cases_of_each_kind_as_there_were() -> None:
    kinds = [(kind, isinstance(answer, str)) for kind, _given, answer in CASES]
    for kind in ("vmx", "xml"):
        assert kinds.count((kind, False)) > 200
        assert kinds.count((kind, True)) > 150


def test_libvirt_still_says_what_is_on_record() -> None:
    def answers(oracle: Oracle) -> list[Case]:
        bases = {"vmx": oracle.ask("from", plain("vmx").encode())[1], "xml": oracle.ask("to", plain("xml").encode())[1]}
        return [(kind, given, ask(oracle, kind, given, bases[kind])) for kind, given, _answer in CASES[::7]]

    with serve() as oracle:
        assert answers(oracle) == CASES[::7]
