"""Calls with simple arguments, and the two parsers."""

from typing import Any

import pytest

from esxvirt.errors import BadAnswerError
from esxvirt.vsphere import soap
from esxvirt.vsphere.calls import read_result, write_call
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.faults import SoapFault

NEW, OLD = "vim.version.v8_0_2_0", "vim.version.version2"
MACHINE = Ref("VirtualMachine", "vm-<1>")


def arguments(method: str, *given: Any, version: str = NEW) -> str | None:
    request = write_call(version, MACHINE, method, given)
    if request is None:
        return None
    text = request.decode()
    start = '<_this type="VirtualMachine">vm-&lt;1&gt;</_this>'
    return text[text.index(start) + len(start) : text.index(f"</{method}>")]


def test_simple_arguments() -> None:
    assert arguments("PowerOffVM_Task") == ""
    assert arguments("PowerOnVM_Task", None) == ""
    assert arguments("PowerOnVM_Task", Ref("HostSystem", "h")) == '<host type="HostSystem">h</host>'
    assert (
        arguments("AnswerVM", "1", 'a "b"') == "<questionId>1</questionId><answerChoice>a &quot;b&quot;</answerChoice>"
    )
    assert (
        arguments("CreateSnapshot_Task", "n", "", True, False)
        == "<name>n</name><description></description><memory>true</memory><quiesce>false</quiesce>"
    )
    assert arguments("CreateContainerView", Ref("Folder", "f"), ["A", "B"], True) == (
        '<container type="Folder">f</container><type>A</type><type>B</type><recursive>true</recursive>'
    )


def test_what_needs_the_serialiser() -> None:
    assert arguments("ReconfigVM_Task", object()) is None
    assert arguments("NoSuchMethod") is None
    assert arguments("AnswerVM", 1, 2) is None


def test_what_a_version_does_not_have() -> None:
    with pytest.raises(SoapFault) as caught:
        arguments("CreateScreenshot_Task", version=OLD)
    assert caught.value.name == "MethodNotFound"
    extended = arguments("ExtendVirtualDisk_Task", "p", None, 5, True)
    assert extended is not None
    assert "eagerZero" in extended
    assert "eagerZero" not in (arguments("ExtendVirtualDisk_Task", "p", None, 5, True, version=OLD) or "")


def result(method: str, inside: str) -> Any:
    return read_result(soap.parse(f'<{method}Response xmlns="urn:vim25">{inside}</{method}Response>'.encode()), method)


def test_results() -> None:
    assert result("PowerOnVM_Task", '<returnval type="Task">task-1</returnval>') == Ref("Task", "task-1")
    assert result("FindByIp", "") is None
    assert result("FindAllByUuid", "") == []
    assert result("FindAllByUuid", '<returnval type="A">1</returnval>' * 2) == [Ref("A", "1")] * 2
    assert result("CurrentTime", "<returnval>2026-01-02T03:04:05Z</returnval>").year == 2026
    with pytest.raises(ValueError, match="isoformat"):
        result("CurrentTime", "<returnval>soon</returnval>")
    with pytest.raises(ValueError, match="NoneType"):
        result("CurrentTime", "<returnval/>")


@pytest.mark.parametrize("size", [0, 2 << 20])
def test_large_answers_read_as_small_ones(size: int) -> None:
    padding = f"<!--{'x' * size}-->"
    start = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    body = f'{start}<CurrentTimeResponse xmlns="urn:vim25">{padding}<returnval>a</returnval></CurrentTimeResponse>'
    whole = f"{body}</e:Body></e:Envelope>".encode()
    found = soap.read_answer(whole, "CurrentTime", "server")
    assert [(child.tag, child.text) for child in found] == [(soap.VIM + "returnval", "a")]
    with pytest.raises(BadAnswerError, match="is not whole SOAP"):
        soap.read_answer(whole[:-9], "CurrentTime", "server")
    with pytest.raises(BadAnswerError, match="document type"):
        soap.read_answer(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + whole, "CurrentTime", "server")
