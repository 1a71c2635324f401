"""What starting a machine can meet: questions, reservations, licences, roles; consoles, tools, and autostart."""

import zlib
from typing import Any

import pytest

from esxvirt.sim.state.machine.screen import HEIGHT, WIDTH, picture
from esxvirt.sim.state.machine.troubles import cause
from esxvirt.sim.wire.values import Data, Fault, Ref
from tests.unit.sim.inside import Inside


@pytest.fixture
def esx() -> Inside:
    return Inside("esx-7.0")


def info_of(task: Any) -> Data:
    info = task.getters["info"](task)
    assert isinstance(info, Data)
    return info


def state_of(esx: Inside, name: str = "archive") -> Any:
    return esx.endpoint.site.find_machine(name)


def start(esx: Inside, name: str = "archive") -> Any:
    return esx.call("PowerOnVM_Task", esx.machine(name))


def question_of(esx: Inside, name: str = "archive") -> Any:
    machine = esx.machine(name)
    return machine.getters["runtime.question"](machine)


def refused(esx: Inside, method: str, this: Any, /, **arguments: Any) -> Data:
    with pytest.raises(Fault) as caught:
        esx.call(method, this, **arguments)
    return caught.value.data


class TestQuestions:
    @pytest.mark.parametrize("profile", ["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
    @pytest.mark.parametrize("answer", ["1", "2"])
    def test_moved_or_copied(self, profile: str, answer: str) -> None:
        esx = Inside(profile)
        machine = state_of(esx)
        cause(machine, "moved")
        uuid, location, mac = machine.config.uuid, machine.config.location_uuid, machine.config.nics[0].mac
        task = start(esx)
        assert (info_of(task).state, info_of(task).progress, machine.power) == ("running", 95, "poweredOff")
        question = question_of(esx)
        assert question.text.startswith("msg.uuid.altered:")
        labels = [choice.label for choice in question.choice.choiceInfo]
        assert labels[1] == ("I _moved it" if profile in {"esx-3.5", "gsx-2.0"} else "button.uuid.movedTheVM")
        assert question.choice.defaultIndex == 2
        esx.call("AnswerVM", esx.machine("archive"), questionId=question.id, answerChoice=answer)
        assert info_of(task).state == "success"
        assert question_of(esx) is None
        assert machine.config.location_uuid != location
        assert (machine.config.uuid == uuid, machine.config.nics[0].mac == mac) == (answer == "1", answer == "1")
        esx.call("PowerOffVM_Task", esx.machine("archive"))
        assert info_of(start(esx)).state == "success"

    def test_giving_up(self, esx: Inside) -> None:
        cause(state_of(esx), "moved")
        task = start(esx)
        esx.call("AnswerVM", esx.machine("archive"), questionId=question_of(esx).id, answerChoice="0")
        assert info_of(task).error.fault.type_name == "GenericVmConfigFault"
        assert not state_of(esx).running
        assert info_of(start(esx)).state == "running"

    def test_cancelling(self, esx: Inside) -> None:
        cause(state_of(esx), "moved")
        task = start(esx)
        assert refused(esx, "PowerOffVM_Task", esx.machine("archive")).type_name == "TaskInProgress"
        esx.call("CancelTask", task)
        assert info_of(task).error.fault.type_name == "RequestCanceled"
        assert question_of(esx) is None
        assert state_of(esx).busy is None
        assert refused(esx, "CancelTask", task).type_name == "NotSupported"

    def test_wrong_answers(self, esx: Inside) -> None:
        cause(state_of(esx), "full")
        this = esx.machine("archive")
        assert refused(esx, "AnswerVM", this, questionId="1", answerChoice="0").type_name == "InvalidArgument"
        task = start(esx)
        question = question_of(esx)
        assert question.choice.defaultIndex is None
        assert refused(esx, "AnswerVM", this, questionId="none", answerChoice="0").invalidProperty == "questionId"
        wrong = refused(esx, "AnswerVM", this, questionId=question.id, answerChoice="9")
        assert wrong.invalidProperty == "answerChoice"
        assert info_of(task).state == "running"
        esx.call("CancelTask", task)
        assert refused(esx, "AnswerVM", this, questionId=question.id, answerChoice="0").type_name == "ConcurrentAccess"

    @pytest.mark.parametrize(("answer", "again"), [("0", True), ("1", False)])
    def test_a_missing_image(self, esx: Inside, answer: str, again: bool) -> None:
        cause(state_of(esx), "cdrom")
        this = esx.machine("archive")
        task = start(esx)
        question = question_of(esx)
        assert "ide1:0" in question.text
        assert [item.value for item in question.message[0].argument] == ["ide1:0"]
        esx.call("AnswerVM", this, questionId=question.id, answerChoice=answer)
        assert info_of(task).state == "success"
        esx.call("PowerOffVM_Task", this)
        start(esx)
        assert (question_of(esx) is not None) == again

    def test_two_questions(self, esx: Inside) -> None:
        for trouble in ("moved", "cdrom"):
            cause(state_of(esx), trouble)
        task = start(esx)
        first = question_of(esx)
        esx.call("AnswerVM", esx.machine("archive"), questionId=first.id, answerChoice="1")
        second = question_of(esx)
        assert second.id != first.id
        assert info_of(task).state == "running"
        esx.call("AnswerVM", esx.machine("archive"), questionId=second.id, answerChoice="0")
        assert info_of(task).state == "success"

    @pytest.mark.parametrize("action", ["keep", "create"])
    def test_a_machine_that_knows_the_answer(self, esx: Inside, action: str) -> None:
        machine = state_of(esx)
        machine.set_values({"uuid.action": action})
        cause(machine, "moved")
        uuid = machine.config.uuid
        assert info_of(start(esx)).state == "success"
        assert (machine.config.uuid == uuid) == (action == "keep")


class TestStarting:
    def test_processor_time_is_reserved(self, esx: Inside) -> None:
        machine, host = state_of(esx), esx.endpoint.site.hosts[0]
        machine.set_values({"sched.cpu.min": str(host.mhz * host.cores)})
        fault = info_of(start(esx)).error.fault
        assert fault.type_name == "InsufficientCpuResourcesFault"
        assert (fault.requested, fault.unreserved) == (host.mhz * host.cores, host.mhz * host.cores - 400)
        machine.set_values({"sched.cpu.min": str(host.mhz * host.cores - 400)})
        assert info_of(start(esx)).state == "success"
        web = Data("ResourceAllocationInfo", reservation=1)
        task = esx.call("ReconfigVM_Task", esx.machine("web"), spec=Data("VirtualMachineConfigSpec", cpuAllocation=web))
        assert info_of(task).error.fault.type_name == "InsufficientCpuResourcesFault"

    def test_the_pool_tells_what_is_left(self, esx: Inside) -> None:
        pool = esx.pool
        before = esx.read(pool, "runtime.cpu.unreservedForVm")
        state_of(esx).set_values({"sched.cpu.min": "1000"})
        assert esx.read(pool, "runtime.cpu.unreservedForVm") == before
        start(esx)
        assert ">1000<" in esx.read(pool, "runtime.cpu.reservationUsed")

    def test_memory_is_reserved(self, esx: Inside) -> None:
        state_of(esx).set_values({"sched.mem.min": str(1 << 20)})
        fault = info_of(start(esx)).error.fault
        assert fault.type_name == "InsufficientMemoryResourcesFault"
        assert fault.requested > 1 << 40 > fault.unreserved

    def test_without_its_disk(self, esx: Inside) -> None:
        machine = state_of(esx)
        machine.materialise()
        machine.datastore.delete("archive/archive.vmdk")
        fault = info_of(start(esx)).error.fault
        assert (fault.type_name, fault.file) == ("FileNotFound", "[local-storage] archive/archive.vmdk")


class TestGuests:
    @pytest.mark.parametrize("trouble", ["notools", "deadtools"])
    def test_without_tools(self, esx: Inside, trouble: str) -> None:
        machine = state_of(esx, "web")
        cause(machine, trouble)
        this = esx.machine("web")
        for method in ("ShutdownGuest", "RebootGuest", "StandbyGuest"):
            assert refused(esx, method, this).type_name == "ToolsUnavailable"
        assert machine.running
        guest = this.getters["guest"](this)
        assert (guest.hostName, guest.net, guest.toolsRunningStatus) == (None, [], "guestToolsNotRunning")

    def test_old_tools_do(self, esx: Inside) -> None:
        cause(state_of(esx, "web"), "oldtools")
        this = esx.machine("web")
        assert this.getters["guest.toolsStatus"](this) == "toolsOld"
        esx.call("ShutdownGuest", this)
        assert not state_of(esx, "web").running
        assert refused(esx, "ShutdownGuest", this).type_name == "InvalidPowerState"

    def test_each_card_has_an_address(self, esx: Inside) -> None:
        values = {"present": "TRUE", "networkName": "VM Network", "generatedAddress": "00:0c:29:00:00:99"}
        machine = state_of(esx, "web")
        machine.set_values({f"ethernet1.{key}": value for key, value in values.items()})
        this = esx.machine("web")
        first, second = this.getters["guest"](this).net
        assert first.ipAddress == [machine.address]
        assert second.ipAddress != first.ipAddress
        assert second.macAddress == "00:0c:29:00:00:99"


class TestConsoles:
    def test_keys(self, esx: Inside) -> None:
        held = Data("UsbScanCodeSpecModifierType", leftShift=True, leftAlt=False)
        events = [Data("UsbScanCodeSpecKeyEvent", usbHidCode=0x00040007, modifiers=held),
                  Data("UsbScanCodeSpecKeyEvent", usbHidCode=0x00280007)]  # fmt: skip
        web = esx.machine("web")
        assert esx.call("PutUsbScanCodes", web, spec=Data("UsbScanCodeSpec", keyEvents=events)) == 2
        assert state_of(esx, "web").scan_codes == [(4, frozenset({"leftShift"})), (40, frozenset())]
        wrong = Data("UsbScanCodeSpec", keyEvents=[Data("UsbScanCodeSpecKeyEvent", usbHidCode=4)])
        assert refused(esx, "PutUsbScanCodes", web, spec=wrong).type_name == "InvalidArgument"
        off = refused(esx, "PutUsbScanCodes", esx.machine("archive"), spec=Data("UsbScanCodeSpec", keyEvents=events))
        assert off.type_name == "InvalidPowerState"
        old = Inside("esx-5.0")
        assert refused(old, "PutUsbScanCodes", old.machine("web"), spec=Data("UsbScanCodeSpec")).type_name in {
            "InvalidRequest", "MethodNotFound",
        }  # fmt: skip

    def test_tickets(self, esx: Inside) -> None:
        web = esx.machine("web")
        one, two = (esx.call("AcquireTicket", web, ticketType="webmks") for _ in range(2))
        assert one.ticket != two.ticket
        assert one.url.endswith(one.ticket)
        assert refused(esx, "AcquireTicket", web, ticketType="coffee").type_name == "InvalidArgument"
        assert refused(esx, "AcquireTicket", esx.machine("archive"), ticketType="mks").type_name == "InvalidPowerState"
        assert esx.call("AcquireMksTicket", web).port == 902

    def test_pictures(self, esx: Inside) -> None:
        paths = [info_of(esx.call("CreateScreenshot_Task", esx.machine("web"))).result for _ in range(2)]
        assert paths == ["[local-storage] web/web-1.png", "[local-storage] web/web-2.png"]
        file = state_of(esx, "web").datastore.find("web/web-1.png")
        assert file is not None
        content = file.read()
        assert content == picture(state_of(esx, "web")) != picture(state_of(esx, "builder"))
        assert content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
        data = content[content.index(b"IDAT") + 4 : content.index(b"IEND") - 8]
        assert len(zlib.decompress(data)) == HEIGHT * (WIDTH + 1)
        off = info_of(esx.call("CreateScreenshot_Task", esx.machine("archive")))
        assert off.error.fault.type_name == "InvalidPowerState"


class TestRoles:
    def refusal(self, username: str, method: str, name: str = "archive", **arguments: Any) -> str | None:
        inside = Inside("esx-7.0", username=username)
        machine = inside.machine(name)
        try:
            inside.call(method, machine, **arguments)
        except Fault as fault:
            data = fault.data
        else:
            return None
        assert data.type_name == "NoPermission"
        assert data.object == machine.ref
        return str(data.privilegeId)

    @pytest.mark.parametrize(
        ("username", "method", "arguments", "privilege"),
        [
            ("readonly", "PowerOnVM_Task", {}, "VirtualMachine.Interact.PowerOn"),
            ("vmuser", "PowerOnVM_Task", {}, None),
            ("vmuser", "UnregisterVM", {}, "VirtualMachine.Inventory.Unregister"),
            ("vmuser", "Destroy_Task", {}, "VirtualMachine.Inventory.Delete"),
            ("vmuser", "Rename_Task", {"newName": "x"}, "VirtualMachine.Config.Rename"),
            ("vmadmin", "UnregisterVM", {}, None),
            ("vmadmin", "Destroy_Task", {}, None),
            ("operator", "CreateScreenshot_Task", {}, "VirtualMachine.Interact.CreateScreenshot"),
        ],
    )
    def test_methods(self, username: str, method: str, arguments: dict[str, Any], privilege: str | None) -> None:
        assert self.refusal(username, method, **arguments) == privilege

    @pytest.mark.parametrize(
        ("fields", "privilege"),
        [
            ({"memoryMB": 512}, "Memory"),
            ({"numCPUs": 1}, "CPUCount"),
            ({"name": "x"}, "Rename"),
            ({"annotation": "x"}, "Settings"),
            ({"cpuAllocation": Data("ResourceAllocationInfo", limit=5)}, "Resource"),
            ({"extraConfig": [Data("OptionValue", key="a", value="b")]}, "AdvancedConfig"),
            ({"deviceChange": [Data("VirtualDeviceConfigSpec", operation="add", fileOperation="create",
                                    device=Data("VirtualDisk", key=-1, capacityInKB=1))]}, "AddNewDisk"),
            ({"deviceChange": [Data("VirtualDeviceConfigSpec", operation="remove",
                                    device=Data("VirtualE1000", key=4000))]}, "AddRemoveDevice"),
        ],
    )  # fmt: skip
    def test_each_change_takes_a_privilege(self, fields: dict[str, Any], privilege: str) -> None:
        spec = Data("VirtualMachineConfigSpec", **fields)
        assert self.refusal("operator", "ReconfigVM_Task", spec=spec) == f"VirtualMachine.Config.{privilege}"

    def test_registering(self) -> None:
        inside = Inside("esx-7.0", username="vmuser")
        fault = refused(inside, "RegisterVM_Task", inside.vm_folder, path="[local-storage] a/a.vmx",
                        asTemplate=False, pool=inside.pool)  # fmt: skip
        assert (fault.type_name, fault.privilegeId) == ("NoPermission", "VirtualMachine.Inventory.Register")

    def test_no_access_reads_nothing(self) -> None:
        inside = Inside("esx-7.0", username="noaccess")
        fault = refused(inside, "Fetch", inside.machine("web"), prop="runtime")
        assert (fault.type_name, fault.privilegeId) == ("NoPermission", "System.Read")

    def test_a_role_of_ones_own(self, esx: Inside) -> None:
        manager = esx.endpoint.managers["authorizationManager"]
        number = esx.call("AddAuthorizationRole", manager, name="Starter", privIds=["VirtualMachine.Interact.PowerOn"])
        archive, web = esx.machine("archive"), esx.machine("web")
        given = Data("Permission", principal="readonly", group=False, roleId=number, propagate=True)
        esx.call("SetEntityPermissions", manager, entity=archive.ref, permission=[given])
        assert [item.principal for item in esx.call("RetrieveRolePermissions", manager, roleId=number)] == ["readonly"]
        esx.login("readonly")
        assert info_of(start(esx)).state == "success"
        assert refused(esx, "ResetVM_Task", archive).privilegeId == "VirtualMachine.Interact.Reset"
        assert refused(esx, "PowerOnVM_Task", web).type_name == "NoPermission"
        assert refused(esx, "SetEntityPermissions", manager, entity=archive.ref, permission=[]).privilegeId == (
            "Authorization.ModifyPermissions"
        )
        esx.login("root")
        assert refused(esx, "RemoveAuthorizationRole", manager, roleId=number, failIfUsed=True).type_name == (
            "RemoveFailed"
        )
        esx.call("UpdateAuthorizationRole", manager, roleId=number, newName="Resetter",
                 privIds=["VirtualMachine.Interact.Reset"])  # fmt: skip
        esx.login("readonly")
        assert info_of(esx.call("ResetVM_Task", archive)).state == "success"
        esx.login("root")
        esx.call("RemoveEntityPermission", manager, entity=archive.ref, user="readonly", isGroup=False)
        esx.call("RemoveAuthorizationRole", manager, roleId=number, failIfUsed=True)
        nobody = Data("Permission", principal="nobody", group=False, roleId=-1, propagate=True)
        fault = refused(esx, "SetEntityPermissions", manager, entity=archive.ref, permission=[nobody])
        assert fault.type_name == "UserNotFound"
        assert refused(esx, "AddAuthorizationRole", manager, name="Admin").type_name == "AlreadyExists"
        assert refused(esx, "RemoveAuthorizationRole", manager, roleId=-1, failIfUsed=False).type_name == (
            "InvalidArgument"
        )


class TestLicences:
    def test_the_free_one_only_reads(self, esx: Inside) -> None:
        esx.endpoint.access.restricted = True
        archive = esx.machine("archive")
        for method, arguments in (
            ("PowerOnVM_Task", {}), ("UnregisterVM", {}), ("Destroy_Task", {}),
            ("ReconfigVM_Task", {"spec": Data("VirtualMachineConfigSpec")}),
        ):  # fmt: skip
            assert refused(esx, method, archive, **arguments).type_name == "RestrictedVersion"
        manager = Ref("HostAutoStartManager", "ha-autostartmanager")
        spec = Data("HostAutoStartManagerConfig")
        assert refused(esx, "ReconfigureAutostart", manager, spec=spec).type_name == "RestrictedVersion"
        assert "archive" in esx.read(archive, "name")
        licences = esx.endpoint.find(esx.endpoint.managers["licenseManager"], esx.session)
        assert licences is not None
        assert licences.getters["licenses"](licences)[0].name == "VMware vSphere Hypervisor"


class TestAutostart:
    manager = Ref("HostAutoStartManager", "ha-autostartmanager")

    def info(self, machine: Ref, **fields: Any) -> Data:
        values = {"startOrder": -1, "startDelay": -1, "waitForHeartbeat": "systemDefault", "startAction": "powerOn",
                  "stopDelay": -1, "stopAction": "none", **fields}  # fmt: skip
        return Data("AutoStartPowerInfo", key=machine, **values)

    def change(self, esx: Inside, *infos: Data, **defaults: Any) -> None:
        spec = Data("HostAutoStartManagerConfig", powerInfo=list(infos), defaults=Data("AutoStartDefaults", **defaults))
        esx.call("ReconfigureAutostart", self.manager, spec=spec)

    def test_machines_start_in_their_order(self, esx: Inside) -> None:
        archive, fedora = esx.machine("archive").ref, esx.machine("Fedora11").ref
        self.change(esx, self.info(archive, startOrder=2), self.info(fedora, startOrder=1))
        esx.call("AutoStartPowerOn", self.manager)
        assert not state_of(esx).running
        self.change(esx, enabled=True, startDelay=5)
        assert "<startDelay>5</startDelay>" in esx.read(self.manager, "config.defaults")
        esx.call("AutoStartPowerOn", self.manager)
        assert [task.entity for task in esx.endpoint.tasks.recent[-2:]] == [fedora, archive]
        assert state_of(esx).running

    def test_what_goes_is_forgotten(self, esx: Inside) -> None:
        self.change(esx, self.info(esx.machine("archive").ref), self.info(esx.machine("web").ref))
        assert len(esx.endpoint.site.hosts[0].autostart.machines) == 2
        self.change(esx, self.info(esx.machine("web").ref, startAction="none"))
        esx.call("UnregisterVM", esx.machine("archive"))
        assert esx.endpoint.site.hosts[0].autostart.machines == {}

    def test_what_cannot_be(self, esx: Inside) -> None:
        web = esx.machine("web").ref
        for info in (
            self.info(Ref("VirtualMachine", "99")), self.info(web, startAction="jump"), self.info(web, startDelay=-2),
            self.info(web, stopAction="jump"), self.info(web, startOrder=-5),
        ):  # fmt: skip
            with pytest.raises(Fault, match="A specified parameter was not correct"):
                self.change(esx, info, enabled=True)
        assert not esx.endpoint.site.hosts[0].autostart.enabled
