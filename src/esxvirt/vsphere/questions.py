"""Questions of machines, which block tasks until somebody answers (`VirtualMachineQuestionInfo`, `AnswerVM`)."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Question", "blocked", "read_question"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    Attributes:
        id: VMware's name of it, for `AnswerVM`.
        text: What is asked.
        choices: Key and label of each answer, in VMware's order.
        default: The key of the default answer, None if there is none.
    """

    id: str
    text: str
    choices: tuple[tuple[str, str], ...]
    default: str | None

    def label(self, key: str | None) -> str | None:
        """The label of an answer, None if there is no such answer."""
        return dict(self.choices).get(key or "")


def read_question(info: Any) -> Question:
    """The question in a `VirtualMachineQuestionInfo`, of pyVmomi or of `esxvirt.vsphere.decode`."""
    choices = tuple((choice.key, choice.label) for choice in info.choice.choiceInfo or ())
    index = info.choice.defaultIndex
    default = choices[index][0] if index is not None and 0 <= index < len(choices) else None
    return Question(info.id, info.text, choices, default)


def blocked(question: Question) -> str:
    """Libvirt's words for a question that nobody answers (esxVI_HandleVirtualMachineQuestion)."""
    start = f"Pending question blocks virtual machine execution, question is '{question.text}', "
    if not question.choices:
        return start + "no possible answers"
    answers = ", ".join(
        f"'{label}'" + (" (default)" if key == question.default else "") for key, label in question.choices
    )
    return f"{start}possible answers are {answers}"
