"""Questions that a machine asks before it goes on."""

from esxvirt.records import field, record
from esxvirt.sim.state.task import Task

__all__ = ["Choice", "Question"]


@record(frozen=True)
class Choice:
    """An answer: its key, its label as the product calls it, and its words."""

    key: str
    label: str
    words: str


@record(eq=False)
class Question:
    """A question of the `kind` ("msg.uuid.altered") that blocks `task`; `default` is an index, None for none.

    `answer` is the key of the choice that was made. What was asked in an earlier run has no task, and is over.
    """

    number: int
    kind: str
    text: str
    choices: tuple[Choice, ...]
    default: int | None
    task: Task | None
    arguments: tuple[str, ...] = field(default=())
    answer: str | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answer is None and self.task is not None and not self.task.done

    @property
    def key(self) -> str:
        """What the API calls it."""
        return str(self.number)
