"""Questions of machines, which block tasks until somebody answers (`VirtualMachineQuestionInfo`, `AnswerVM`)."""

from typing import Any

from esxvirt.records import record

__all__ = ["Question", "blocked", "read_question"]


@record(frozen=True)
class Question:
    """A question.

    Attributes:
        id: VMware's name of it, for `AnswerVM`.
        text: What is asked.
        choices: Key and label of each answer, in VMware's order.
        default: The key of the default answer, None if there is none.
        words: What each answer says to a person: newer hosts have names of buttons for labels.
    """

    id: str
    text: str
    choices: tuple[tuple[str, str], ...]
    default: str | None
    words: tuple[str, ...] = ()

    def keys_of(self, text: str) -> list[str]:
        """Return the keys of the answers that a text may mean: the key, or else the label or the words in any case."""
        if any(text == key for key, _ in self.choices):
            return [text]
        wanted = text.casefold()
        words = self.words or ("",) * len(self.choices)
        return [
            key
            for (key, label), said in zip(self.choices, words, strict=True)
            if wanted in {label.casefold(), said.casefold()}
        ]

    def answers(self) -> list[tuple[str, str]]:
        """Key and words of each answer, for a person."""
        if not self.words:
            return list(self.choices)
        return [(key, said or label) for (key, label), said in zip(self.choices, self.words, strict=True)]


def read_question(info: Any) -> Question:
    """Return the question in a `VirtualMachineQuestionInfo`, of pyVmomi or of `esxvirt.vsphere.decode`."""
    given = info.choice.choiceInfo or ()
    choices = tuple((choice.key, choice.label) for choice in given)
    words = tuple(choice.summary or choice.label for choice in given)
    index = info.choice.defaultIndex
    default = choices[index][0] if index is not None and 0 <= index < len(choices) else None
    return Question(info.id, info.text, choices, default, words)


def blocked(question: Question) -> str:
    """Return libvirt's words for a question that nobody answers (esxVI_HandleVirtualMachineQuestion)."""
    start = f"Pending question blocks virtual machine execution, question is '{question.text}', "
    if not question.choices:
        return start + "no possible answers"
    return f"{start}possible answers are " + ", ".join(f"'{label}'" for _, label in question.choices)
