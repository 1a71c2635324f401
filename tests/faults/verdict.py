"""What is wrong after a trial: a statement that is false, something lost, something left over, a task twice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from esxvirt.sim import Simulator
from tests.faults.operation import Operation
from tests.faults.stage import Attempt
from tests.faults.world import MachineView, Path, World, differing, shown

__all__ = ["DONE", "HALF", "UNKNOWN", "Clean", "Complaint", "is_named", "judge", "judge_both", "of_file"]

# What a message says that leaves it open, and that something is to be looked at.
UNKNOWN = re.compile(r"not known|so far|may (?:still|yet)\b|may not be\b|look whether", re.IGNORECASE)
NOT_DONE = re.compile(
    r"(?:was|were|is|has|had) not (?:done|begun|sent|made|changed|migrated|defined)|nothing (?:was|is) (?:done|begun)"
    r"|was not sent again|is where it was|is still defined|not begun",
    re.IGNORECASE,
)
DONE = re.compile(
    r"was (?:made|defined|migrated|taken|done),? but|but (?:the \w+ is|it was) .*(?:now|done)"
    r"|had done its work already|had been done already",
    re.IGNORECASE,
)
# What a message says that tells of a part that was done.
HALF = re.compile(r"\b(?:are|is|was|were) (?:deleted|removed|made|changed|added)\b.*\blook\b", re.DOTALL)
ADVICE = re.compile(
    r"left behind|look|damaged|check it|remove it|delete it|upload it again|' stays|define the domain again"
    r"|already exists",
    re.IGNORECASE,
)
# Machines whose VMX files never were as they should be.
BROKEN = {"broken"}
# A VMX file is renamed to its place, and away from there again where it cannot be registered.
_ONCE = re.compile(
    r"(?!Search|MoveDatastoreFile).*_Task|UnregisterVM|ShutdownGuest|RebootGuest|StandbyGuest|PutUsbScanCodes|AnswerVM|RenameSnapshot"
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong: `kind` is "false", "lost", "left", "twice" or "session"."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


@dataclass(frozen=True, slots=True)
class Clean:
    """What an operation does where nothing goes wrong.

    Attributes:
        before: The server before.
        after: The server afterwards.
        twice: The server when it was done again.
        calls: The methods called.
    """

    before: World
    after: World
    twice: World
    calls: tuple[str, ...]

    @property
    def changed(self) -> set[Path]:
        """The files that it changes."""
        return differing(self.before, self.after)


def judge(
    operation: Operation, clean: Clean, before: World, simulator: Simulator, attempt: Attempt
) -> Iterator[Complaint]:
    """Say what is wrong after one attempt, when all that it has begun has ended."""
    after = World.of(simulator)
    done = operation.is_done(simulator)
    yield from _statements(attempt, done=done)
    yield from _claims(attempt, before, after, simulator)
    yield from _remains(operation, clean, before, after, (attempt,), done=bool(done))
    taken = [call.method for call in simulator.calls if call.fault is None and _ONCE.fullmatch(call.method)]
    for method in sorted(set(taken)):
        if taken.count(method) > max(1, clean.calls.count(method)):
            yield Complaint("twice", f"{method} {taken.count(method)} times")


def judge_both(
    operation: Operation, clean: Clean, before: World, simulator: Simulator, attempts: Sequence[Attempt]
) -> Iterator[Complaint]:
    """Say what is wrong after the same was tried again, on a healthy server: the last of the attempts."""
    done = operation.is_done(simulator)
    after, last = World.of(simulator), attempts[-1]
    if last.error is None and done is False:
        yield Complaint("false", "given again: no error, and not done")
    if UNKNOWN.search(last.text):
        yield Complaint("false", "given again: not known, on a healthy server")
    twice = replace(clean, after=clean.twice)  # some things leave other traces when they are done again
    found = min(
        (list(_remains(operation, one, before, after, attempts, done=bool(done))) for one in (clean, twice)), key=len
    )
    for complaint in found:
        yield Complaint(complaint.kind, f"given again: {complaint.text}")


def _statements(attempt: Attempt, *, done: bool | None) -> Iterator[Complaint]:
    """Whether what was said of the end is so."""
    text, error = attempt.text, attempt.error
    unknown = bool(UNKNOWN.search(text))
    if error is None:
        if done is False:
            yield Complaint("false", "no error, and not done")
        return
    if unknown and NOT_DONE.search(text):
        yield Complaint("false", "not known, and yet not done")
    if unknown and not re.search(r"\b(?:look|check|again)\b", text):
        yield Complaint("false", "not known, and not where to look")
    if unknown or done is None:
        return
    if DONE.search(text):
        if not done:
            yield Complaint("false", "said to be done, and it is not")
    elif done:
        words = "said not to be done" if NOT_DONE.search(text) else "an error that does not say so"
        yield Complaint("false", f"{words}, and it is done")


def _claims(attempt: Attempt, before: World, after: World, simulator: Simulator) -> Iterator[Complaint]:
    """Whether what was said of tasks and files is so."""
    text = attempt.text
    ends = [task.error.data.type_name for task in simulator.tasks.recent if task.error is not None]
    if "finished with an error" in text and not ends:
        yield Complaint("false", "no task finished with an error")
    if re.search(r"task was cancelled", text) and "RequestCanceled" not in ends:
        yield Complaint("false", "no task was cancelled")
    for path in before.files.keys() | after.files.keys():
        name = re.escape(shown(path))
        if re.search(rf"'?{name}'? may be damaged", text) and before.content(path) == after.content(path):
            yield Complaint("false", f"{shown(path)} is not damaged")
        if re.search(rf"'?{name}'? is left behind", text) and path not in after.files:
            yield Complaint("false", f"{shown(path)} is not left behind")
        if re.search(rf"'?{name}'? holds a part of", text) and not _is_part(before, after, path):
            yield Complaint("false", f"{shown(path)} holds no part")


def _is_part(before: World, after: World, path: Path) -> bool:
    """Whether a file holds neither what it did nor what it should: here, all that is sent is one letter."""
    now = after.content(path)
    old, new = before.files.get(path), after.files.get(path)
    return now is not None and now != before.content(path) and (old is None or new is None or old.size != new.size)


def _remains(
    operation: Operation, clean: Clean, before: World, after: World, attempts: Sequence[Attempt], *, done: bool
) -> Iterator[Complaint]:
    """What is lost, and what is left over, and not named."""
    text = "\n".join(attempt.text for attempt in attempts)
    expected = clean.changed if done else set()
    for path in sorted(differing(before, after) ^ expected):
        if is_named(path, text):
            continue
        if path in expected:
            # It is done, and this is as it was before.
            if path not in clean.after.files or path not in clean.before.files:
                yield Complaint("lost", f"{shown(path)} did not come or go")
        elif path not in before.files:
            yield Complaint("left", shown(path))
        elif path in clean.changed and path not in _own_files(before):
            if not (HALF.search(text) or UNKNOWN.search(text)):
                yield Complaint("false", f"not done, but half: {shown(path)}")
        else:
            yield Complaint("lost", f"{shown(path)}, which {'is another' if path in after.files else 'is gone'}")
    yield from _of_machines(operation, clean, before, after, text, done=done)
    yield from _of_hosts(clean, before, after, text, done=done)


def _own_files(world: World) -> set[Path]:
    """The files that machines cannot do without."""
    return {found.vmx for found in world.machines.values()}


def is_named(path: Path, text: str) -> bool:
    """Whether a message names a file, or a folder that it is in, and says what to do."""
    if not ADVICE.search(text):
        return False
    whole = path[1].rstrip("/").replace("-flat.vmdk", ".vmdk")
    parts = whole.split("/")
    names = [re.escape(f"[{path[0]}] {'/'.join(parts[:depth])}") for depth in range(1, len(parts) + 1)]
    if path[1].endswith("/") and re.search(f"{names[-1]}/", text):
        return True  # something in the folder is named
    return any(re.search(rf"{name}(?![/\w-])", text) for name in names)


def _of_machines(
    operation: Operation, clean: Clean, before: World, after: World, text: str, *, done: bool
) -> Iterator[Complaint]:
    gone, made = before.machines.keys() - after.machines.keys(), after.machines.keys() - before.machines.keys()
    may_go = clean.before.machines.keys() - clean.after.machines.keys() if done else set()
    for number in sorted(gone - may_go):
        yield Complaint("lost", f"the machine '{before.machines[number].name}'")
    names = [found.name for number, found in clean.after.machines.items() if number not in clean.before.machines]
    for number in sorted(made):
        name = after.machines[number].name
        if not done and _is_told(name, text):
            continue  # half of what was to be done
        if not done or name not in names:
            yield Complaint("left", f"the machine '{name}'")
        else:
            names.remove(name)
    for number, found in sorted(after.machines.items()):
        old = before.machines.get(number)
        if old is not None and old != found:
            subject = old.name == operation.machine
            parts = [] if subject and done else _parts(old, found)
            half = subject and set(parts) <= _changed(clean, number)
            if parts and not (subject and UNKNOWN.search(text)) and not (half and HALF.search(text)):
                yield Complaint(
                    "false" if half else "lost",
                    f"{'not done, but half: ' * half}of the machine '{old.name}': {', '.join(parts)} changed",
                )
        yield from of_file(found, after, text)


def _is_told(name: str, text: str) -> bool:
    """Whether a message names a machine that is there, though it was to be more than that."""
    told = rf"the domain '{re.escape(name)}' (?:stays defined|is defined before|and its VMX file .* may be left behind)"
    return re.search(told, text) is not None


def _changed(clean: Clean, number: int) -> set[str]:
    """What of a machine the operation changes."""
    new = clean.after.machines.get(number)
    return set(_parts(clean.before.machines[number], new)) if new is not None else set()


def _parts(old: MachineView, new: MachineView) -> list[str]:
    return [name for name in MachineView.__slots__ if getattr(old, name) != getattr(new, name)]


def of_file(found: MachineView, world: World, text: str) -> Iterator[Complaint]:
    """Whether a machine has its VMX file, and the server has in mind what that says; or a message names the file."""
    if found.name in BROKEN or is_named(found.vmx, text):
        return
    content = world.content(found.vmx)
    if content is None:
        yield Complaint("lost", f"the VMX file of '{found.name}'")
    elif content.decode() != found.text:
        yield Complaint("lost", f"the server has something else in mind for '{found.name}' than its VMX file says")


def _of_hosts(clean: Clean, before: World, after: World, text: str, *, done: bool) -> Iterator[Complaint]:
    wanted = clean.after if done else before
    for host, kind, name in sorted(wanted.networks.keys() | after.networks.keys()):
        key = host, kind, name
        if wanted.networks.get(key) == after.networks.get(key) or (ADVICE.search(text) and f"'{name}'" in text):
            continue
        what = f"the {kind} '{name}' of {host}"
        if key not in wanted.networks:
            yield Complaint("left", what)
        elif clean.after.networks.get(key) == after.networks.get(key):
            if not (HALF.search(text) or UNKNOWN.search(text)):
                yield Complaint("false", f"not done, but half: {what}")
        else:
            yield Complaint("lost", f"{what} {'is another' if key in after.networks else 'is gone'}")
    if after.starting != wanted.starting:
        yield Complaint("left", f"hosts start machines: {after.starting}")
