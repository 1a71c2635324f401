"""Every error that esxvirt raises on purpose, in one tree.

A message says what is wrong and what to do about it. It carries no prefix of libvirt's ("internal error: ",
"Domain not found: "): `esxvirt.libvirt` adds that when it turns an error into a `libvirtError` with libvirt's code,
domain and level. What each class becomes there stands in its docstring as ``VIR_ERR_*``.

    EsxvirtError                    VIR_ERR_INTERNAL_ERROR
    |-- InvalidArgumentError        VIR_ERR_INVALID_ARG
    |   `-- UriError                VIR_ERR_INVALID_ARG
    |       `-- UriServerError      VIR_ERR_INVALID_ARG
    |-- UriSyntaxError              VIR_ERR_INTERNAL_ERROR   (of libvirt's URI domain)
    |-- UnsupportedError            VIR_ERR_NO_SUPPORT
    |-- ArgumentUnsupportedError    VIR_ERR_ARGUMENT_UNSUPPORTED
    |-- ConfigUnsupportedError      VIR_ERR_CONFIG_UNSUPPORTED
    |-- XmlError                    VIR_ERR_XML_ERROR
    |   |-- XmlSchemaError          VIR_ERR_XML_INVALID_SCHEMA
    |   |-- XmlSyntaxError          VIR_ERR_XML_DETAIL       (libvirt adds no prefix to these five)
    |   |-- FirmwareError           VIR_ERR_XML_DETAIL
    |   |-- NoNameError             VIR_ERR_NO_NAME
    |   |-- NoSourceError           VIR_ERR_NO_SOURCE
    |   |-- NoTargetError           VIR_ERR_NO_TARGET
    |   `-- TooLargeError           VIR_ERR_OVERFLOW
    |-- NotFoundError
    |   |-- DomainNotFoundError     VIR_ERR_NO_DOMAIN
    |   |-- SnapshotNotFoundError   VIR_ERR_NO_DOMAIN_SNAPSHOT
    |   |-- NetworkNotFoundError    VIR_ERR_NO_NETWORK
    |   |-- InterfaceNotFoundError  VIR_ERR_NO_INTERFACE
    |   |-- NodeDeviceNotFoundError VIR_ERR_NO_NODE_DEVICE
    |   |-- PoolNotFoundError       VIR_ERR_NO_STORAGE_POOL
    |   |-- VolumeNotFoundError     VIR_ERR_NO_STORAGE_VOL
    |   |-- MetadataNotFoundError   VIR_ERR_NO_DOMAIN_METADATA
    |   `-- DeviceNotFoundError     VIR_ERR_DEVICE_MISSING
    |-- NetworkExistsError          VIR_ERR_NETWORK_EXIST
    |-- OperationInvalidError       VIR_ERR_OPERATION_INVALID
    |   `-- AmbiguousError          VIR_ERR_OPERATION_INVALID
    |-- OperationFailedError        VIR_ERR_OPERATION_FAILED
    |-- OperationUnsupportedError   VIR_ERR_OPERATION_UNSUPPORTED
    |-- ReadOnlyError               VIR_ERR_OPERATION_DENIED
    |-- AuthenticationError         VIR_ERR_AUTH_FAILED
    |   |-- AuthCancelledError      VIR_ERR_AUTH_CANCELLED
    |   |-- AuthFileError           VIR_ERR_CONF_SYNTAX
    |   |-- NoAnswerError           VIR_ERR_OPERATION_FAILED (the callback gave no password)
    |   |-- NoQuestionError         VIR_ERR_OPERATION_UNSUPPORTED (the callback cannot be asked for one)
    |   `-- NoCredentialsError      VIR_ERR_INVALID_ARG      (and there is no callback to ask)
    |-- TransportError              VIR_ERR_INTERNAL_ERROR   (the server was not reached, or broke off)
    |   |-- CertificateError        VIR_ERR_INTERNAL_ERROR
    |   |-- DeadlineError           VIR_ERR_OPERATION_TIMEOUT
    |   |   `-- TaskDeadlineError   VIR_ERR_OPERATION_TIMEOUT
    |   `-- BadAnswerError          VIR_ERR_INTERNAL_ERROR   (what the server sent is no SOAP, no VMX, ...)
    |       `-- TooLargeAnswerError VIR_ERR_INTERNAL_ERROR   (more than anything that was asked for)
    |-- QuestionError               VIR_ERR_INTERNAL_ERROR   (a question blocks a task, and nobody answers)
    |-- ServerFault                 by the table of faults   (the server understood and refused)
    |   |-- TaskCancelledError      VIR_ERR_OPERATION_ABORTED
    |   `-- MissingPrivilegeError   VIR_ERR_ACCESS_DENIED
    |-- VmxError                    VIR_ERR_INTERNAL_ERROR
    |   `-- VmxSyntaxError          VIR_ERR_CONF_SYNTAX
    `-- UnavailableError            VIR_ERR_NO_CONNECT
"""

__all__ = [
    "AmbiguousError",
    "ArgumentUnsupportedError",
    "AuthCancelledError",
    "AuthFileError",
    "AuthenticationError",
    "BadAnswerError",
    "CertificateError",
    "ConfigUnsupportedError",
    "DeadlineError",
    "DeviceNotFoundError",
    "DomainNotFoundError",
    "EsxvirtError",
    "FirmwareError",
    "InterfaceNotFoundError",
    "InvalidArgumentError",
    "MetadataNotFoundError",
    "MissingPrivilegeError",
    "NetworkExistsError",
    "NetworkNotFoundError",
    "NoAnswerError",
    "NoCredentialsError",
    "NoNameError",
    "NoQuestionError",
    "NoSourceError",
    "NoTargetError",
    "NodeDeviceNotFoundError",
    "NotFoundError",
    "OperationFailedError",
    "OperationInvalidError",
    "OperationUnsupportedError",
    "PoolNotFoundError",
    "QuestionError",
    "ReadOnlyError",
    "ServerFault",
    "SnapshotNotFoundError",
    "TaskCancelledError",
    "TaskDeadlineError",
    "TooLargeAnswerError",
    "TooLargeError",
    "TransportError",
    "UnavailableError",
    "UnsupportedError",
    "UriError",
    "UriServerError",
    "UriSyntaxError",
    "VmxError",
    "VmxSyntaxError",
    "VolumeNotFoundError",
    "XmlError",
    "XmlSchemaError",
    "XmlSyntaxError",
]


class EsxvirtError(Exception):
    """The root of the tree. Whatever has no better class is VIR_ERR_INTERNAL_ERROR."""


class InvalidArgumentError(EsxvirtError):
    """An argument has a value that cannot be meant: VIR_ERR_INVALID_ARG."""


class UriError(InvalidArgumentError):
    """A connection URI does not follow the manual's grammar: VIR_ERR_INVALID_ARG."""


class UriServerError(UriError):
    """A connection URI names no server: VIR_ERR_INVALID_ARG."""


class UriSyntaxError(EsxvirtError):
    """A connection URI is no URI at all: VIR_ERR_INTERNAL_ERROR, as libvirt's parser of URIs reports it."""


class UnsupportedError(EsxvirtError):
    """The driver has no such function; the message is libvirt's name of it: VIR_ERR_NO_SUPPORT."""


class ArgumentUnsupportedError(EsxvirtError):
    """The function exists, an argument or flag of it does not: VIR_ERR_ARGUMENT_UNSUPPORTED."""


class ConfigUnsupportedError(EsxvirtError):
    """The XML asks for what VMware, or this server, does not have: VIR_ERR_CONFIG_UNSUPPORTED."""


class XmlError(EsxvirtError):
    """XML that is not well formed or not libvirt's: VIR_ERR_XML_ERROR."""


class XmlSchemaError(XmlError):
    """XML that does not fit libvirt's schema, where that was to be checked: VIR_ERR_XML_INVALID_SCHEMA."""


class XmlSyntaxError(XmlError):
    """XML that is not well formed; the message has the place and a pointer to it: VIR_ERR_XML_DETAIL."""


class FirmwareError(XmlError):
    """Firmware, loader or variables that contradict each other: VIR_ERR_XML_DETAIL."""


class NoNameError(XmlError):
    """A description without a name: VIR_ERR_NO_NAME."""


class NoSourceError(XmlError):
    """A device without its source: VIR_ERR_NO_SOURCE."""


class NoTargetError(XmlError):
    """A device without its target: VIR_ERR_NO_TARGET."""


class TooLargeError(XmlError):
    """A size that libvirt's numbers cannot hold: VIR_ERR_OVERFLOW."""


class NotFoundError(EsxvirtError):
    """What was named is not there; raise the subclass that says what kind of thing it is."""


class DomainNotFoundError(NotFoundError):
    """No such domain: VIR_ERR_NO_DOMAIN."""


class SnapshotNotFoundError(NotFoundError):
    """No such snapshot of the domain: VIR_ERR_NO_DOMAIN_SNAPSHOT."""


class NetworkNotFoundError(NotFoundError):
    """No such virtual switch or network: VIR_ERR_NO_NETWORK."""


class NetworkExistsError(EsxvirtError):
    """Something of a network has this name already: VIR_ERR_NETWORK_EXIST."""


class InterfaceNotFoundError(NotFoundError):
    """No such physical network card: VIR_ERR_NO_INTERFACE."""


class NodeDeviceNotFoundError(NotFoundError):
    """No such device of the host: VIR_ERR_NO_NODE_DEVICE."""


class PoolNotFoundError(NotFoundError):
    """No such datastore or iSCSI target: VIR_ERR_NO_STORAGE_POOL."""


class VolumeNotFoundError(NotFoundError):
    """No such file in a datastore, or LUN: VIR_ERR_NO_STORAGE_VOL."""


class MetadataNotFoundError(NotFoundError):
    """The domain has no such description, title or metadata: VIR_ERR_NO_DOMAIN_METADATA."""


class DeviceNotFoundError(NotFoundError):
    """The domain has no such device: VIR_ERR_DEVICE_MISSING."""


class OperationInvalidError(EsxvirtError):
    """The object is not in a state that allows the operation: VIR_ERR_OPERATION_INVALID."""


class AmbiguousError(OperationInvalidError):
    """A name that several objects have; the message tells how to say which: VIR_ERR_OPERATION_INVALID."""


class OperationFailedError(EsxvirtError):
    """The operation was tried and did not succeed: VIR_ERR_OPERATION_FAILED."""


class OperationUnsupportedError(EsxvirtError):
    """VMware does not do this to such an object, or not in its state: VIR_ERR_OPERATION_UNSUPPORTED."""


class ReadOnlyError(EsxvirtError):
    """A write on a connection opened for reading: VIR_ERR_OPERATION_DENIED."""


class AuthenticationError(EsxvirtError):
    """No credentials, or wrong ones: VIR_ERR_AUTH_FAILED."""


class AuthCancelledError(AuthenticationError):
    """The callback, or the person, declined to give credentials: VIR_ERR_AUTH_CANCELLED."""


class AuthFileError(AuthenticationError):
    """A file of credentials that is malformed; the message names file and line: VIR_ERR_CONF_SYNTAX."""


class NoAnswerError(AuthenticationError):
    """The callback was asked for a password and gave none: VIR_ERR_OPERATION_FAILED."""


class NoQuestionError(AuthenticationError):
    """The callback knows no kind of question that is one for a password: VIR_ERR_OPERATION_UNSUPPORTED."""


class NoCredentialsError(AuthenticationError):
    """No file has the credentials, and there is no callback to ask for them: VIR_ERR_INVALID_ARG."""


class TransportError(EsxvirtError):
    """The server was not reached, or the connection broke: VIR_ERR_INTERNAL_ERROR, as libvirt reports libcurl's.

    Attributes:
        unsent: Whether it is certain that the server got nothing of the request: there was no connection to send it on.
    """

    unsent: bool = False


class CertificateError(TransportError):
    """The server's certificate is not trusted; the message names `cacert=`, `thumbprint=` and `no_verify=1`."""


class DeadlineError(TransportError):
    """An answer, or a task, took longer than allowed: VIR_ERR_OPERATION_TIMEOUT."""


class TaskDeadlineError(DeadlineError):
    """A task took longer than allowed; the message says what became of it: VIR_ERR_OPERATION_TIMEOUT."""


class BadAnswerError(TransportError):
    """The server answered something that cannot be read (HTML, half an answer, a file that is no VMX, ...)."""


class TooLargeAnswerError(BadAnswerError):
    """The server's answer is larger than any that fits what was asked for."""


class QuestionError(EsxvirtError):
    """A question of the machine blocks a task, and nobody answers it; `question` has it: VIR_ERR_INTERNAL_ERROR."""

    def __init__(self, message: str, question: object = None) -> None:
        super().__init__(message)
        self.question = question


class ServerFault(EsxvirtError):  # noqa: N818  SOAP's word for it
    """A vSphere fault. `name` is its type as on the wire, such as ``"InvalidPowerState"``; `detail` what it carried."""

    def __init__(self, message: str, *, name: str, detail: object = None) -> None:
        super().__init__(message)
        self.name = name
        self.detail = detail


class TaskCancelledError(ServerFault):
    """A task was cancelled, by us or by somebody else: VIR_ERR_OPERATION_ABORTED."""


class MissingPrivilegeError(ServerFault):
    """The account may not do this; the message names the privilege and the object: VIR_ERR_ACCESS_DENIED."""


class VmxError(EsxvirtError):
    """A VMX file that cannot be parsed or mapped: VIR_ERR_INTERNAL_ERROR.

    `key` is the VMX key at fault and `line` its line in the file, from 1; None where no single line is to blame.
    The message names both, except under `strict`, where it is libvirt's, word for word.
    """

    def __init__(self, message: str, *, key: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.line = line


class VmxSyntaxError(VmxError):
    """A line that libvirt's reader of VMX files does not take; raised under `strict` only: VIR_ERR_CONF_SYNTAX."""


class UnavailableError(EsxvirtError):
    """No connection of this kind can be made here: VIR_ERR_NO_CONNECT."""
