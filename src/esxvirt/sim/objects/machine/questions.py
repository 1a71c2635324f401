"""Questions that a machine asks when it is powered on, and their answers.

A machine asks whether it was moved or copied when its VMX file bears the UUID of another place; whether a CD-ROM drive
whose image is missing shall be connected another time; and what to do about a full datastore, if it has that trouble.
"""

import itertools
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.machine.mac_addresses import generated_address
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.state.host.paths import has_image
from esxvirt.sim.state.machine.machine import new_uuid
from esxvirt.sim.state.machine.questions import Choice, Question
from esxvirt.sim.state.task import Blocked, Task
from esxvirt.sim.wire.values import Data, Fault, Typed
from esxvirt.uuids import spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.machine.vmxtext import Cdrom

__all__ = ["QuestionMethods"]

_NUMBERS = itertools.count(1)
_MOVED_TEXT = (
    "This virtual machine might have been moved or copied.\n\nIn order to configure certain management and networking "
    "features, VMware ESX needs to know if this virtual machine was moved or copied.\n\n"
    'If you don\'t know, answer "I copied it".'
)
_CDROM_TEXT = (
    "Cannot connect the virtual device {0} because no corresponding device is available on the host.\n\n"
    "Do you want to try to connect this virtual device every time you power on the virtual machine?"
)
_SPACE_TEXT = (
    "There is no more space for virtual disk {0}. You might be able to continue this session by freeing disk space on "
    "the relevant volume, and clicking Retry. Click Cancel to terminate this session."
)
_YES_NO = (Choice("0", "button.yes", "Yes"), Choice("1", "button.no", "No"))
_RETRY_CANCEL = (Choice("0", "button.retry", "Retry"), Choice("1", "button.abort", "Cancel"))


class QuestionMethods(ManagedEntity):
    """What of ``VirtualMachine`` has to do with questions."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    @provides("runtime.question", "summary.runtime.question")
    def _get_question(self) -> Data | None:
        return describe(self.machine)

    def AnswerVM(self, call: "Call", questionId: str, answerChoice: str) -> None:
        """Answer the question that the machine waits with; the task that it blocks goes on."""
        question = self.machine.question
        if question is None or question.key != questionId:
            text = "A specified parameter was not correct: questionId"
            raise Fault("InvalidArgument", text, invalidProperty="questionId")
        if not question.open or question.task is None:
            raise Fault("ConcurrentAccess", "The question has been answered already.")
        if answerChoice not in {choice.key for choice in question.choices}:
            text = "A specified parameter was not correct: answerChoice"
            raise Fault("InvalidArgument", text, invalidProperty="answerChoice")
        question.answer = answerChoice
        self.endpoint.site.touch()
        call.endpoint.tasks.resume(question.task)

    def _ask_questions(self, task: Task) -> None:
        """Ask what there is to ask before the machine starts; `Blocked` until all is answered."""
        question = self.machine.question
        if question is not None and question.task is task and question.answer is not None:
            self._act(question)
        for asked in self._questions(task):
            self.machine.question = asked
            self.endpoint.site.touch()
            raise Blocked
        self.machine.question = None

    def _questions(self, task: Task) -> "Iterator[Question]":
        machine = self.machine
        if "moved" in machine.troubles:
            if machine.config.uuid_action in {"keep", "create"}:
                self._note_moved("2" if machine.config.uuid_action == "create" else "1")
            else:
                yield self._make(task, "msg.uuid.altered", _MOVED_TEXT, self._moved_choices(), 2)
        for cdrom in self._missing_cdroms():
            device = f"{cdrom.bus}{cdrom.controller}:{cdrom.unit}"
            if device not in machine.accepted:
                yield self._make(task, "msg.device.startdisconnected", _CDROM_TEXT, _YES_NO, 0, device)
        if "full" in machine.troubles:
            disk = machine.config.disks[0].file if machine.config.disks else machine.vmx_name
            yield self._make(task, "msg.hbacommon.outofspace", _SPACE_TEXT, _RETRY_CANCEL, None, disk)

    def _moved_choices(self) -> tuple[Choice, ...]:
        # Hosts before 5.0 have words where later ones have names of buttons.
        named = self.machine.host.profile.release >= (5, 0)
        labels = ("button.uuid.cancel", "button.uuid.movedTheVM", "button.uuid.copiedTheVM")
        texts = ("Cancel", "I _moved it", "I _copied it")
        words = ("Cancel", "I moved it", "I copied it")
        return tuple(
            Choice(str(index), name if named else text, word)
            for index, (name, text, word) in enumerate(zip(labels, texts, words, strict=True))
        )

    @staticmethod
    def _make(
        task: Task, kind: str, text: str, choices: tuple[Choice, ...], default: int | None, *arguments: str
    ) -> Question:
        return Question(next(_NUMBERS), kind, text.format(*arguments), choices, default, task, arguments)

    def _missing_cdroms(self) -> "list[Cdrom]":
        machine = self.machine
        return [
            cdrom
            for cdrom in machine.config.cdroms
            if cdrom.kind == "image"
            and cdrom.connected
            and cdrom.file
            and not cdrom.client
            and not has_image(machine.host, machine.file_path(cdrom.file))
        ]

    def _act(self, question: Question) -> None:
        """Do what an answer asks for; a ``GenericVmConfigFault`` where it is to give up."""
        machine = self.machine
        machine.question = None
        if question.kind == "msg.uuid.altered":
            if question.answer == "0":
                raise _given_up("The virtual machine was not powered on: nobody said whether it was moved or copied.")
            self._note_moved(question.answer or "")
        elif question.kind == "msg.device.startdisconnected":
            if question.answer == "1":
                machine.set_values({f"{question.arguments[0]}.startConnected": "FALSE"})
            else:
                machine.accepted.add(question.arguments[0])
        elif question.answer == "1":
            raise _given_up("The virtual machine was not powered on: there is no more space for its disk.")
        else:
            machine.troubles.discard("full")

    def _note_moved(self, answer: str) -> None:
        """Note that the machine was moved ("1"), or copied ("2") and needs identities of its own."""
        machine = self.machine
        machine.troubles.discard("moved")
        location = new_uuid()
        values = {"uuid.location": spaced(location)}
        if answer == "2":
            bios = new_uuid()
            values["uuid.bios"] = spaced(bios)
            for nic in machine.config.nics:
                if nic.address_type != "manual":
                    values[f"ethernet{nic.index}.generatedAddress"] = generated_address(bios, nic.index)
        machine.set_values(values)
        site = self.endpoint.site
        site.locations[location] = machine.vmx_path
        site.reindex()


def _given_up(text: str) -> Fault:
    return Fault("GenericVmConfigFault", text, reason=text)


def describe(machine: "Machine") -> Data | None:
    """Return the question that a machine waits with as the API shows it, or None."""
    question = machine.question
    if question is None or not question.open:
        return None
    choices = [
        Data("ElementDescription", key=choice.key, label=choice.label, summary=choice.words)
        for choice in question.choices
    ]
    arguments = [Typed("xsd:string", argument) for argument in question.arguments]
    return Data(
        "VirtualMachineQuestionInfo",
        id=question.key,
        text=f"{question.kind}:{question.text}",
        choice=Data("ChoiceOption", choiceInfo=choices, defaultIndex=question.default),
        message=[Data("VirtualMachineMessage", id=question.kind, argument=arguments, text=question.text)],
    )
