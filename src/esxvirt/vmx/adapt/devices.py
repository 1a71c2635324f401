"""Devices other than disks and network cards: what VMware has like them, and what is left out."""

from typing import TYPE_CHECKING

from esxvirt.vmx.adapt.target import Target

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["adapt_devices"]

_LOCAL = "127.0.0.1"
_ADAPTER = "vmvga"
_SOUNDS = {"sb16": "sb16", "es1370": "es1370", "ac97": "es1370", "pcspk": "", "usb": ""}
# The kinds of USB controllers that VMware has, by the beginning of the models of others.
_USB = (
    ("nec-xhci", "nec-xhci"),
    ("qemu-xhci", "nec-xhci"),
    ("ich9-ehci", "ehci"),
    ("ehci", "ehci"),
    ("ich9-uhci", "piix3-uhci"),
    ("piix", "piix3-uhci"),
    ("vt82c686b", "piix3-uhci"),
)
_XHCI_SINCE = 8
_TPM_SINCE = 14
_PORTS_OF_PATHS = frozenset({"dev", "file", "pipe"})


def adapt_devices(devices: "_Element", target: Target, *, efi: bool) -> None:
    """Adapt what is no disk and no network card."""
    _adapt_videos(devices, target)
    _adapt_sounds(devices, target)
    if not target.is_foreign:
        return
    _adapt_graphics(devices, target)
    _adapt_usb(devices, target)
    _adapt_tpms(devices, target, efi=efi)
    for kind in ("serial", "parallel", "console"):
        for port in devices.findall(kind):
            _adapt_port(port, target)
    for device in devices.findall("hostdev"):
        text = (
            f"a device of another host, of type '{device.get('type')}', is left out: give the machine one of its host's"
        )
        target.drop(device, "devices/hostdev", text)
    for folder in devices.findall("filesystem"):
        source = folder.find("source")
        path = "" if source is None else next(iter(source.attrib.values()), "")
        text = f"'{path}', a folder of another host, is left out: machines on ESX share none with it"
        target.drop(folder, "devices/filesystem", text)


def _adapt_graphics(devices: "_Element", target: Target) -> None:
    path = "devices/graphics"
    kept = False
    for display in devices.findall("graphics"):
        kind = display.get("type")
        listen = display.find("listen")
        if kind != "vnc":
            target.drop(
                display, path, f"a display by '{kind}' is left out: VMware shows the console by its own clients"
            )
            continue
        if kept or display.get("socket") or (listen is not None and listen.get("type") in {"socket", "none"}):
            target.drop(display, path, "a display that VMware has no place for is left out")
            continue
        kept = True
        address = display.get("listen") or (None if listen is None else listen.get("address"))
        if listen is not None and listen.get("type") == "network":
            target.note(listen, f"{path}/listen", f"the address of the network '{listen.get('network')}' is not known")
            display.remove(listen)
        if not address:
            # Where libvirt listens, if it is not told; ESX would listen everywhere.
            target.note(display, f"{path}/@listen", f"no address to listen on is said; it is {_LOCAL}, as with libvirt")
            if listen is not None and listen.getparent() is not None:
                display.remove(listen)
            display.set("listen", _LOCAL)


def _adapt_videos(devices: "_Element", target: Target) -> None:
    path = "devices/video"
    videos = devices.findall("video")
    first = next((video for video in videos if _primary(video)), videos[0] if videos else None)
    for video in videos:
        model = video.find("model")
        kind = _ADAPTER if model is None else model.get("type") or _ADAPTER
        if video is not first:
            target.drop(video, path, f"the display adapter '{kind}' is left out: a machine of VMware's has one")
            continue
        if kind == "none":
            target.drop(video, path, "a machine of VMware's always has a display adapter")
            continue
        heads = "1" if model is None else model.get("heads") or "1"
        if kind == _ADAPTER and heads == "1":
            continue
        what = f"the display adapter '{kind}'" if kind != _ADAPTER else f"a display adapter of {heads} heads"
        target.note(video, path, f"{what} becomes VMware's '{_ADAPTER}'")
        _reset(video)


def _primary(video: "_Element") -> bool:
    model = video.find("model")
    return model is not None and model.get("primary") == "yes"


def _reset(video: "_Element") -> None:
    """Leave of a display adapter that it is VMware's: the rest is another adapter's."""
    for child in list(video):
        if child.tag in {"model", "driver"}:
            video.remove(child)
    video.append(video.makeelement("model", {"type": _ADAPTER}))


def _adapt_sounds(devices: "_Element", target: Target) -> None:
    for sound in devices.findall("sound"):
        model = sound.get("model") or ""
        chosen = _SOUNDS.get(model, "ich6")
        if not chosen:
            target.drop(sound, "devices/sound", f"the sound card '{model}' is left out: VMware has none like it")
        elif chosen != model:
            target.note(sound, "devices/sound", f"the sound card '{model}' becomes '{chosen}'")
            sound.set("model", chosen)


def _adapt_usb(devices: "_Element", target: Target) -> None:
    """Have one USB controller of each kind: VMware has no companions, and numbers none."""
    found: dict[str, _Element] = {}
    for controller in devices.findall("controller"):
        if controller.get("type") != "usb":
            continue
        model = controller.get("model") or ""
        if model == "none":
            devices.remove(controller)
            continue
        kind = next((kind for begin, kind in _USB if model.startswith(begin)), "piix3-uhci")
        if kind == "nec-xhci" and target.hardware_version < _XHCI_SINCE:
            kind = "ehci"
        path = "devices/controller"
        if kind in found:
            target.drop(controller, path, f"the USB controller '{model}' is left out: VMware has one of the kind")
            continue
        if model != kind:
            target.note(controller, path, f"the USB controller '{model or 'default'}' becomes '{kind}'")
        found[kind] = controller
        controller.set("model", kind)
        controller.attrib.pop("ports", None)
        for child in list(controller):
            controller.remove(child)
    for index, controller in enumerate(found.values()):
        controller.set("index", str(index))


def _adapt_tpms(devices: "_Element", target: Target, *, efi: bool) -> None:
    for tpm in devices.findall("tpm"):
        backend = tpm.find("backend")
        kind = "emulator" if backend is None else backend.get("type") or "emulator"
        if kind != "emulator":
            target.drop(tpm, "devices/tpm", f"a TPM of the type '{kind}' is left out: it is another host's")
        elif target.hardware_version < _TPM_SINCE or not efi:
            text = f"the TPM is left out: VMware's needs EFI and virtual hardware of version {_TPM_SINCE} or newer"
            target.drop(tpm, "devices/tpm", text)
        else:
            target.note(tpm, "devices/tpm", "the TPM begins empty: what the other host keeps of it stays there")
            for child in list(tpm):
                tpm.remove(child)
            tpm.set("model", "tpm-crb")


def _adapt_port(port: "_Element", target: Target) -> None:
    """Leave out ports to paths of another host; for what VMware has not, the conversion has a note."""
    source = port.find("source")
    path = "" if source is None else source.get("path") or ""
    if port.get("type") in _PORTS_OF_PATHS and not path.startswith("["):
        text = f"a {port.tag!s} port to '{path}', a path of another host, is left out"
        target.drop(port, f"devices/{port.tag!s}", text)
