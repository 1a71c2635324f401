"""The stages before a method: versions, authentication, permissions, faults, the log."""

import re
from typing import Any

import pytest

from esxvirt.sim.log import CallLog, CallRecord
from esxvirt.sim.profiles import ALIASES, PROFILES, find
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Data, Fault, Ref
from tests.unit.sim.inside import Inside, filter_spec


def _fault(caught: "pytest.ExceptionInfo[Fault]") -> str:
    return caught.value.data.type_name


def test_a_wrong_password() -> None:
    inside = Inside()
    inside.session = None
    manager = inside.endpoint.managers["sessionManager"]
    for user, password in (("root", "wrong"), ("nobody", "secret"), ("", "")):
        with pytest.raises(Fault) as caught:
            inside.call("Login", manager, userName=user, password=password)
        assert _fault(caught) == "InvalidLogin"
    assert len(inside.endpoint.sessions) == 1


def test_a_second_login_in_one_session() -> None:
    inside = Inside()
    with pytest.raises(Fault) as caught:
        inside.call("Login", inside.endpoint.managers["sessionManager"], userName="root", password="secret")
    assert _fault(caught) == "InvalidLogin"


def test_without_a_session() -> None:
    inside = Inside()
    machine = inside.machine("web")
    inside.call("Logout", inside.endpoint.managers["sessionManager"])
    assert len(inside.endpoint.sessions) == 0
    inside.session = None
    about = inside.call("RetrieveServiceContent", Ref("ServiceInstance", "ServiceInstance")).about
    assert about.apiType == "HostAgent"
    assert "content" in inside.read(Ref("ServiceInstance", "ServiceInstance"), "content")
    for attempt in (
        lambda: inside.read(machine, "name"),
        lambda: inside.call("PowerOnVM_Task", machine),
        lambda: inside.call("FindByUuid", inside.endpoint.managers["searchIndex"], uuid="", vmSearch=True),
        lambda: inside.call("Fetch", machine, prop="name"),
    ):
        with pytest.raises(Fault) as caught:
            attempt()
        assert _fault(caught) == "NotAuthenticated"


def test_an_idle_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = Inside()
    inside.read(inside.machine("web"), "name")
    assert inside.session is not None
    monkeypatch.setattr(
        inside.session, "last_used", inside.session.last_used - inside.endpoint.sessions.idle_timeout - 1
    )
    with pytest.raises(Fault) as caught:
        inside.read(inside.machine("web"), "name")
    assert _fault(caught) == "NotAuthenticated"


def test_the_session_that_asks() -> None:
    inside = Inside()
    manager = inside.endpoint.managers["sessionManager"]
    assert inside.session is not None
    assert inside.session.key in inside.read(manager, "currentSession")
    assert inside.call("SessionIsActive", manager, sessionID=inside.session.key, userName="root") is True
    assert inside.call("SessionIsActive", manager, sessionID="x", userName="root") is False
    with pytest.raises(Fault) as caught:
        inside.call("TerminateSession", manager, sessionId=["x"])
    assert _fault(caught) == "NotFound"


@pytest.mark.parametrize(
    ("profile", "type_name", "method", "known"),
    [
        ("esx-3.5", "PropertyCollector", "RetrievePropertiesEx", False),
        ("esx-4.1", "PropertyCollector", "RetrievePropertiesEx", True),
        ("esx-3.5", "PropertyCollector", "WaitForUpdatesEx", False),
        ("esx-4.0", "PropertyCollector", "WaitForUpdatesEx", False),
        ("gsx-2.0", "VirtualMachine", "ReconfigVM_Task", True),
        ("esx-3.5", "VirtualMachine", "PutUsbScanCodes", False),
        ("esx-8.0", "VirtualMachine", "PutUsbScanCodes", True),
        ("esx-8.0", "VirtualMachine", "NoSuchMethod", False),
    ],
)
def test_methods_have_versions(profile: str, type_name: str, method: str, known: bool) -> None:
    inside = Inside(profile)
    target = (
        inside.machine("web").ref if type_name == "VirtualMachine" else inside.endpoint.managers["propertyCollector"]
    )
    inside.session = None
    with pytest.raises(Fault) as caught:
        inside.call(method, target)
    # Known methods come as far as the next stage, which asks for a session.
    assert _fault(caught) == ("NotAuthenticated" if known else "InvalidRequest")


def test_no_profile_knows_a_method_that_is_newer() -> None:
    refused = 0
    for name in PROFILES:
        inside = Inside(name)
        versions = inside.endpoint.encoder.versions
        for type_name in _MANAGED:
            for method in schema.managed_type(type_name).methods.values():
                if method.version in versions:
                    continue
                with pytest.raises(Fault) as caught:
                    inside.call(method.name, Ref(type_name, "x"))
                assert _fault(caught) in {"InvalidRequest", "MethodNotFound"}, (name, method.name)
                refused += 1
    assert refused > 100


_MANAGED = ("PropertyCollector", "VirtualMachine", "HostSystem", "SearchIndex", "Datastore", "ViewManager", "Folder")


def test_a_method_of_another_type() -> None:
    inside = Inside()
    with pytest.raises(Fault) as caught:
        inside.call("PowerOnVM_Task", inside.endpoint.ids.root_folder)
    assert _fault(caught) == "MethodNotFound"
    assert caught.value.data.method == "PowerOnVM_Task"
    with pytest.raises(Fault, match="NoSuchType"):
        inside.call("PowerOnVM_Task", Ref("NoSuchType", "x"))


def test_a_method_that_the_server_does_not_do() -> None:
    inside = Inside()
    with pytest.raises(Fault) as caught:
        inside.call("UpgradeVM_Task", inside.machine("archive"))
    assert _fault(caught) == "NotSupported"


def test_an_object_that_is_gone() -> None:
    inside = Inside()
    for moid in ("4711", "vm-2", "", "0", "-1", "99999999999999999999", "2 ", "\u0662"):
        with pytest.raises(Fault) as caught:
            inside.call("PowerOnVM_Task", Ref("VirtualMachine", moid))
        assert _fault(caught) == "ManagedObjectNotFound"


def test_a_reference_of_another_type() -> None:
    inside = Inside()
    with pytest.raises(Fault) as caught:
        inside.call("PowerOnVM_Task", Ref("VirtualMachine", inside.endpoint.ids.root_folder.value))
    assert _fault(caught) == "ManagedObjectNotFound"
    assert "web" in inside.read(Ref("ManagedEntity", inside.machine("web").ref.value), "name")


def test_roles() -> None:
    reader = Inside(username="readonly")
    machine = reader.machine("archive")
    assert "archive" in reader.read(machine, "name")
    with pytest.raises(Fault) as caught:
        reader.call("PowerOnVM_Task", machine)
    assert _fault(caught) == "NoPermission"
    assert caught.value.data.privilegeId == "VirtualMachine.Interact.PowerOn"
    assert caught.value.data.object == machine.ref
    operator = Inside(username="operator")
    operator.call("PowerOnVM_Task", operator.machine("archive"))
    assert operator.endpoint.site.find_machine("archive").running
    with pytest.raises(Fault) as caught:
        operator.call("UnregisterVM", operator.machine("archive"))
    assert _fault(caught) == "NoPermission"


def test_privileges_of_a_session() -> None:
    inside = Inside(username="readonly")
    assert inside.session is not None
    answer = inside.call(
        "HasPrivilegeOnEntities",
        inside.endpoint.managers["authorizationManager"],
        entity=[inside.endpoint.ids.root_folder],
        sessionId=inside.session.key,
        privId=["System.Read", "VirtualMachine.Interact.PowerOn"],
    )
    assert [item.isGranted for item in answer[0].privAvailability] == [True, False]


def test_faults_on_purpose() -> None:
    inside = Inside()
    machine = inside.machine("web")
    rule = inside.endpoint.faults.add(fault="NotAuthenticated", method="RetrieveProperties", count=2)
    for _ in range(2):
        with pytest.raises(Fault) as caught:
            inside.read(machine, "name")
        assert _fault(caught) == "NotAuthenticated"
    assert "web" in inside.read(machine, "name")
    assert rule.seen == 2
    inside.endpoint.faults.add(fault=Fault("SystemError", "Broken.", reason="disk"), object=machine.ref)
    with pytest.raises(Fault, match="Broken"):
        inside.call("PowerOffVM_Task", machine)
    inside.call("PowerOnVM_Task", inside.machine("archive"))
    inside.endpoint.faults.clear()
    inside.call("PowerOffVM_Task", machine)


def test_faults_by_chance_are_repeatable() -> None:
    def hits() -> list[bool]:
        inside = Inside()
        inside.endpoint.faults.add(fault="SystemError", method="CurrentTime", probability=0.3)
        found = []
        for _ in range(50):
            try:
                inside.call("CurrentTime", Ref("ServiceInstance", "ServiceInstance"))
                found.append(False)
            except Fault:
                found.append(True)
        return found

    first = hits()
    assert first == hits()
    assert 5 < sum(first) < 30


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"fault": "SystemError", "socket": "hang"},
        {"fault": "NoSuchFault"},
        {"fault": "VirtualMachineConfigInfo"},
        {"socket": "nonsense"},
        {"socket": "drip", "before_tls": True},
        {"socket": "hang", "before_tls": True, "method": "Login"},
        {"fault": "SystemError", "probability": 1.5},
        {"fault": "SystemError", "count": 0},
    ],
)
def test_faults_that_cannot_be(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Inside().endpoint.faults.add(**arguments)  # type: ignore[arg-type]  # that is the point


def test_the_log_of_calls() -> None:
    inside = Inside()
    inside.endpoint.calls.clear()
    machine = inside.machine("web")
    inside.read(machine, "name")
    with pytest.raises(Fault):
        inside.call("NoSuchMethod", machine)
    log = inside.endpoint.calls
    assert log.methods() == ["RetrieveProperties", "NoSuchMethod"]
    assert log[0].object == "PropertyCollector:ha-property-collector"
    assert inside.session is None or log[0].session == inside.session.key
    assert log[0].seconds > 0
    assert (log[0].fault, log[1].fault) == (None, "InvalidRequest")


def test_profiles() -> None:
    assert set(PROFILES) == {
        "esx-3.5", "esx-4.0", "esx-4.1", "esx-5.0", "esx-5.5", "esx-6.7", "esx-7.0", "esx-8.0", "gsx-2.0",
        "vcenter-2.5", "vcenter-4.0", "vcenter-5.0", "vcenter-6.7", "vcenter-7.0", "vcenter-8.0",
    }  # fmt: skip
    for name in ALIASES:
        assert find(name).name in PROFILES
    with pytest.raises(LookupError, match=r"esx-7\.0"):
        find("esx-9.9")


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_stands(name: str) -> None:
    inside = Inside(name, vms=2)
    about = inside.call("RetrieveServiceContent", Ref("ServiceInstance", "ServiceInstance")).about
    assert (about.apiType == "VirtualCenter") == name.startswith("vcenter")
    assert about.productLineId == {"gsx": "gsx", "vcenter": "vpx"}.get(
        name.partition("-")[0], "esx" if name in {"esx-3.5", "esx-4.0"} else "embeddedEsx"
    )
    assert (about.licenseProductName is None) == (find(name).release < (4, 0))
    guest_ids = schema.enum_type("VirtualMachineGuestOsIdentifier").values
    for machine in inside.endpoint.machines.values():
        assert machine.config.guest_id in guest_ids
        assert f">{machine.name}<" in inside.read(inside.endpoint.ids.of(machine), "name", "config", "summary")
    spec = filter_spec("HostSystem", None, inside.endpoint.ids.of(inside.endpoint.hosts[0]))
    assert re.search(r"<name>hardware</name>", inside.collect("RetrieveProperties", spec)[0].xml)


def test_counts_and_troubles_that_cannot_be() -> None:
    for arguments in ({"hosts": 2}, {"hosts": 0}, {"vms": -1}, {"troubled": ["nonsense"]}):
        with pytest.raises(ValueError, match=r"\w"):
            Inside("esx-7.0", **arguments)


def test_search() -> None:
    inside = Inside("vcenter-7.0", hosts=2, vms=3)
    index = inside.endpoint.managers["searchIndex"]
    web = inside.machine("web")
    host = inside.endpoint.ids.of(inside.endpoint.hosts[1])

    def call(method: str, **arguments: Any) -> Any:
        return inside.call(method, index, **arguments)

    uuid = web.getters["config.uuid"](web)
    assert call("FindByUuid", uuid=uuid.upper(), vmSearch=True) == web.ref
    assert call("FindByUuid", uuid=uuid, vmSearch=True, instanceUuid=True) is None
    assert call("FindAllByUuid", uuid=web.getters["config.instanceUuid"](web), vmSearch=True, instanceUuid=True) == [
        web.ref
    ]
    assert call("FindByUuid", uuid=inside.endpoint.hosts[1].uuid, vmSearch=False) == host
    assert call("FindByIp", ip=web.getters["guest.ipAddress"](web), vmSearch=True) == web.ref
    assert call("FindByIp", ip="10.0.0.4", vmSearch=True) is None
    assert call("FindByDnsName", dnsName="esx2.example.com", vmSearch=False) == host
    assert call("FindByDnsName", dnsName="web", vmSearch=True) == web.ref
    assert call("FindByInventoryPath", inventoryPath="dc1/vm/web") == web.ref
    assert call("FindByInventoryPath", inventoryPath="/dc1/host/esx2.example.com/esx2.example.com/") == host
    assert call("FindByInventoryPath", inventoryPath="dc1/vm/nobody") is None
    assert call("FindChild", entity=inside.vm_folder, name="web") == web.ref
    datacenter = inside.datacenter
    assert call("FindByDatastorePath", datacenter=datacenter, path="[local-storage] web/web.vmx") == web.ref
    assert call("FindByDatastorePath", datacenter=datacenter, path="[local-storage] web/nobody.vmx") is None
    with pytest.raises(Fault) as caught:
        call("FindByDatastorePath", datacenter=datacenter, path="web.vmx")
    assert _fault(caught) == "InvalidDatastorePath"


def test_performance_counters() -> None:
    inside = Inside()
    manager = inside.endpoint.managers["perfManager"]
    web, archive = inside.machine("web").ref, inside.machine("archive").ref
    numbers = [item.counterId for item in inside.call("QueryAvailablePerfMetric", manager, entity=web)]
    described = inside.call("QueryPerfCounter", manager, counterId=numbers)
    used = next(item.key for item in described if (item.groupInfo.key, item.nameInfo.key) == ("cpu", "used"))
    spec = Data("PerfQuerySpec", entity=web, maxSample=3, metricId=[Data("PerfMetricId", counterId=used, instance="")])
    (answer,) = inside.call("QueryPerf", manager, querySpec=[spec])
    assert len(answer.sampleInfo) == 3
    assert len(answer.value[0].value) == 3
    assert all(value > 0 for value in answer.value[0].value)
    assert inside.call("QueryAvailablePerfMetric", manager, entity=archive) == []
    with pytest.raises(Fault, match="no counters"):
        inside.call("QueryAvailablePerfMetric", manager, entity=inside.endpoint.ids.root_folder)
    with pytest.raises(Fault, match="no counter 9999"):
        inside.call("QueryPerfCounter", manager, counterId=[9999])


def test_a_long_log_forgets_its_beginning() -> None:
    log = CallLog(limit=100)
    for number in range(250):
        log.append(CallRecord(f"M{number}", "X:x", None, 0.0))
    assert len(log) <= 100
    assert log[len(log) - 1].method == "M249"
    assert "M249" in repr(log)
