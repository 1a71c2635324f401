"""What a command raises when it did not do what was asked."""

__all__ = ["Failed"]


class Failed(Exception):  # noqa: N818  it names the outcome, and is no fault of the program
    """The command failed; each message becomes one ``error: `` line on standard error.

    A libvirtError given as `cause` is printed after the messages, as virsh does with the library's last error.
    """

    def __init__(self, *messages: str, cause: BaseException | None = None) -> None:
        super().__init__(*messages)
        self.messages = messages
        self.cause = cause
