"""Questions and a simulator's end."""

from pathlib import Path

from pyVim.connect import Disconnect, SmartConnect

from esxvirt.sim import Simulator


def test_an_open_question_ends_with_the_run(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Simulator("esx-7.0", troubled=["moved"], state=state) as simulator:
        service = SmartConnect(
            host=simulator.host, port=simulator.port, user="root", pwd="secret", disableSslCertValidation=True
        )
        folder = service.content.rootFolder.childEntity[0].vmFolder
        machine = next(item for item in folder.childEntity if item.name == "moved")
        task = machine.PowerOn()
        asked = simulator.site.find_machine("moved")
        with simulator.site.changed:
            assert simulator.site.changed.wait_for(lambda: asked.question is not None, 30)
        question = machine.runtime.question
        assert question.id == machine.summary.runtime.question.id
        assert task.info.state == "running"
        assert task.info.cancelable
        Disconnect(service)
    with Simulator("esx-7.0", state=state) as simulator:
        service = SmartConnect(
            host=simulator.host, port=simulator.port, user="root", pwd="secret", disableSslCertValidation=True
        )
        folder = service.content.rootFolder.childEntity[0].vmFolder
        machine = next(item for item in folder.childEntity if item.name == "moved")
        assert not machine.runtime.question
        assert machine.runtime.powerState == "poweredOff"
        task = machine.PowerOn()
        asked = simulator.site.find_machine("moved")
        with simulator.site.changed:
            assert simulator.site.changed.wait_for(lambda: asked.question is not None and asked.question.open, 30)
        again = machine.runtime.question
        assert again is not None
        machine.Answer(again.id, "1")
        with simulator.site.changed:
            assert simulator.site.changed.wait_for(lambda: asked.running, 30)
        Disconnect(service)
