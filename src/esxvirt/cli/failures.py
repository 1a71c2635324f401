"""What a command raises when it did not do what was asked, or is not to go on."""

__all__ = ["Failed", "Terminated"]


class Failed(Exception):  # noqa: N818  it names the outcome, and is no fault of the program
    """The command failed; each message becomes one ``error: `` line on standard error.

    A libvirtError given as `cause` is printed after the messages, as virsh does with the library's last error.
    """

    def __init__(self, *messages: str, cause: BaseException | None = None) -> None:
        super().__init__(*messages)
        self.messages = messages
        self.cause = cause


class Terminated(KeyboardInterrupt):
    """A signal asks the process to end: what is under way is ended as with Ctrl-C, and no prompt goes on after it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
