"""Faults as SOAP has them: one way for all calls, and pyVmomi's classes for whoever calls through it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pyVmomi import vim, vmodl

from esxvirt.errors import BadAnswerError, MissingPrivilegeError, ServerFault, TaskCancelledError
from esxvirt.sim import Simulator
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.faults import SoapFault, decode_fault, describe, describe_task_error
from esxvirt.vsphere.session import Session

MACHINE = Ref("VirtualMachine", "no-such-vm")


def answer(detail: str = "", text: str = "it went wrong", code: str = "ServerFaultCode") -> bytes:
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>'
        f"<faultcode>{code}</faultcode><faultstring>{text}</faultstring>{detail}"
        "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    ).encode()


def detail(kind: str, inside: str = "") -> str:
    return f'<detail><{kind}Fault xmlns="urn:vim25" xsi:type="{kind}">{inside}</{kind}Fault></detail>'


LACKING = detail(
    "NoPermission",
    '<object type="VirtualMachine">vm-1</object><privilegeId>VirtualMachine.Interact.PowerOn</privilegeId>',
)


def test_a_fault_has_its_name_and_fields() -> None:
    body = answer(detail("InvalidPowerState", "<existingState>poweredOn</existingState>"))
    fault = decode_fault(body, "PowerOnVM_Task")
    assert (fault.name, fault.code, fault.text, fault.body) == (
        "InvalidPowerState",
        "ServerFaultCode",
        "it went wrong",
        body,
    )
    assert fault.detail is not None
    assert fault.detail.existingState == "poweredOn"
    assert fault.is_a("InvalidState")
    error = describe(fault, "PowerOnVM_Task")
    assert type(error) is ServerFault
    assert error.name == "InvalidPowerState"
    assert str(error) == "HTTP response code 500 for call to 'PowerOnVM_Task'. Fault: ServerFaultCode - it went wrong"


@pytest.mark.parametrize(
    ("body", "name", "told"),
    [
        (answer(), "RuntimeFault", "it went wrong"),
        (answer("<detail/>", text=""), "RuntimeFault", "RuntimeFault"),
        (answer(detail("FaultOfTheFuture")), "MethodFault", "it went wrong"),
        (answer("<detail><foo/></detail>"), "MethodFault", "it went wrong"),
        (answer('<detail><NotFoundFault xmlns="urn:vim25"/></detail>'), "NotFound", "it went wrong"),
        (answer(detail("ResourceInUse", "<type>no type of pyVmomi's</type>")), "ResourceInUse", "it went wrong"),
    ],
    ids=["no detail", "empty", "unknown", "nonsense", "by its tag", "strange value"],
)
def test_faults_that_say_little(body: bytes, name: str, told: str) -> None:
    fault = decode_fault(body, "X")
    assert fault.name == name
    assert str(describe(fault, "X")).endswith(f" - {told}")


@pytest.mark.parametrize(
    "body", [b"", b"Envelope", answer()[:-20], b"<a>Envelope</a>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]
)
def test_what_is_no_fault(body: bytes) -> None:
    with pytest.raises(BadAnswerError, match="the server answered 'X' with"):
        decode_fault(body, "X")


def test_a_missing_privilege_is_named() -> None:
    error = describe(decode_fault(answer(LACKING), "X"), "X")
    assert isinstance(error, MissingPrivilegeError)
    assert str(error).endswith("; the account lacks the privilege 'VirtualMachine.Interact.PowerOn' on 'vm-1'")
    assert type(describe(decode_fault(answer(detail("NotAuthenticated")), "X"), "X")) is ServerFault


def task_error(kind: str, text: str | None, **fields: object) -> Data:
    return Data("LocalizedMethodFault", {"fault": Data(kind, dict(fields)), "localizedMessage": text})


def test_what_tasks_fail_with() -> None:
    assert str(describe_task_error(None)) == "An unknown error occurred"
    assert str(describe_task_error(task_error("FileNotFound", "gone"))) == "FileNotFound - gone"
    assert str(describe_task_error(task_error("FileNotFound", None))) == "FileNotFound"
    assert isinstance(describe_task_error(task_error("RequestCanceled", "")), TaskCancelledError)
    error = describe_task_error(
        task_error("NoPermission", "no", object=Ref("HostSystem", "host-1"), privilegeId="Host.Config")
    )
    assert isinstance(error, MissingPrivilegeError)
    assert str(error) == "NoPermission - no; the account lacks the privilege 'Host.Config' on 'host-1'"


@pytest.fixture
def session() -> Iterator[Session]:
    with Simulator("esx-7.0", transport="http") as simulator:
        session = Session.connect(Endpoint(simulator.host, simulator.port, None))
        session.login(simulator.username, lambda: simulator.password)
        yield session
        session.close()


def test_the_same_fault_by_both_ways(session: Session) -> None:
    with pytest.raises(vmodl.fault.ManagedObjectNotFound) as typed:
        session.typed(MACHINE).PowerOnVM_Task()
    with pytest.raises(ServerFault) as plain:
        session.call(MACHINE, "PowerOnVM_Task", None)
    with pytest.raises(ServerFault) as spec:
        session.call(MACHINE, "ReconfigVM_Task", vim.vm.ConfigSpec(name="a"))
    assert plain.value.name == spec.value.name == "ManagedObjectNotFound"
    assert str(plain.value).replace("PowerOnVM_Task", "ReconfigVM_Task") == str(spec.value)
    fault: Any = typed.value
    assert fault.msg in str(plain.value)
    assert isinstance(plain.value.detail, Data)
    assert plain.value.detail.obj == MACHINE


def test_a_method_that_the_version_does_not_have() -> None:
    with Simulator("esx-3.5", transport="http") as simulator:
        session = Session.connect(Endpoint(simulator.host, simulator.port, None))
        session.login(simulator.username, lambda: simulator.password)
        simulator.calls.clear()
        with pytest.raises(ServerFault) as plain:
            session.call(MACHINE, "CreateScreenshot_Task")
        with pytest.raises(ServerFault) as spec:
            session.call(MACHINE, "PutUsbScanCodes", vim.vm.UsbScanCodeSpec())
        assert plain.value.name == spec.value.name == "MethodNotFound"
        assert len(simulator.calls) == 0
        session.close()


def test_a_fault_that_pyvmomi_cannot_read_is_of_its_class(session: Session) -> None:
    stub = session.vim._stub
    body = answer(detail("ResourceInUse", "<type>no type of pyVmomi's</type>"))
    made: Any = stub._class_of(decode_fault(body, "X"))
    assert made.msg == "it went wrong"
    assert isinstance(made, vim.fault.ResourceInUse)
    assert isinstance(stub._class_of(SoapFault("MethodFault", "c", "t")), vmodl.MethodFault)
