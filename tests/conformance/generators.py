"""VMX files and domain XML at random: every key and device, mostly as VMware or a user writes them, some wrong."""

import random
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from esxvirt.vmx.encodings import python_codec

if TYPE_CHECKING:
    from collections.abc import Callable

DATASTORE = "498076b2-02796c1a-ef5b-000ae484a6a3"
BOOLEANS = ["true", "TRUE", "false", "FALSE", "True"]
ENCODINGS = {
    "UTF-8": "é Ж 機 ☃",
    "windows-1252": "café €",
    "windows-1251": "Москва",
    "GBK": "虚拟机",
    "Shift_JIS": "仮想マシン",
    "Big5": "虛擬機",
    "ISO-8859-1": "café",
    "ISO-8859-15": "café €",
    "US-ASCII": "plain",
}
FILES = [f"/vmfs/volumes/{DATASTORE}/a b/x", "x", "/data/x", "x&<y>'", f"/vmfs/volumes/{DATASTORE}/x"]
MACS = ["00:0c:29:01:02:03", "00:50:56:11:22:33", "00:50:56:9A:9C:7A", "52:54:00:aa:bb:cc", "0:50:56:1:2:3"]


class VmxGenerator:
    """Writes one file a call; `wrong` is how likely a value is one that libvirt refuses."""

    def __init__(self, seed: int, wrong: float = 0.02) -> None:
        self.chance = random.Random(seed)
        self.wrong = wrong
        self.lines: list[tuple[str, str]] = []

    def pick(self, *good: str, bad: tuple[str, ...] = ()) -> str:
        return self.chance.choice(bad if bad and self.chance.random() < self.wrong else good)

    def often(self, likelihood: float = 0.5) -> bool:
        return self.chance.random() < likelihood

    def put(self, key: str, value: str, likelihood: float = 1.0) -> None:
        if self.often(likelihood):
            self.lines.append((key, value))

    def file(self) -> bytes:
        self.lines = []
        encoding = self.chance.choice(list(ENCODINGS))
        sample = ENCODINGS[encoding]
        self.machine(sample)
        self.disks(sample if encoding == "UTF-8" else "x")
        self.cards()
        self.ports()
        self.rest()
        # Order means nothing, but of duplicates the first counts.
        self.chance.shuffle(self.lines)
        if self.often(0.05):
            self.lines.append(self.chance.choice(self.lines))
        return self.text(encoding).encode(python_codec(encoding) or "")

    def text(self, encoding: str) -> str:
        styles: list[Callable[[str], str]] = [str, str.lower, str.upper, str]
        style = self.chance.choice(styles)
        end = self.chance.choice(["\n", "\n", "\r\n"])
        lines = [".encoding = " + f'"{encoding}"'] if encoding != "UTF-8" or self.often() else []
        for key, value in self.lines:
            equals = self.chance.choice([" = ", "=", " =  ", "\t= "])
            after = self.chance.choice(["", "", "", " ", " # comment"])
            quote = "'" if "'" not in value and self.often(0.05) else '"'
            lines.append(f"{style(key)}{equals}{quote}{value}{quote}{after}")
            if self.often(0.05):
                lines.append(self.chance.choice(["", "# comment", "  # x = y", "\t"]))
        if self.often(0.01):
            lines.insert(0, self.chance.choice(["stray line", "x = 3", "x = ", '= "y"', 'x = "y', "x = [1]"]))
        return end.join(lines) + end

    def machine(self, sample: str) -> None:
        self.put("config.version", self.pick("8", bad=("7", "x", "")), 0.99)
        self.put("virtualHW.version", self.pick("4", "7", "8", "13", "22", bad=("3", "x")), 0.99)
        self.put("displayName", self.pick("m", sample, "a%20b|41", "a/b <&>'", bad=("a|4", "100%")), 0.9)
        self.put("annotation", self.pick("note", sample, "say |22hi|22|0Athere", "", bad=("|zz",)), 0.4)
        uuid = "56 4d b5 06 a2 bd fb eb-ae 86 f7 d8 49 27 d0 c4"
        self.put("uuid.bios", self.pick(uuid, uuid.upper(), uuid.replace(" ", ""), bad=("x", "56 4d")), 0.7)
        self.put("vm.genid", str(self.chance.randrange(-(2**63), 2**63)), 0.2)
        self.put("vm.genidX", str(self.chance.randrange(-(2**63), 2**63)), 0.2)
        self.put("memsize", self.pick("4", "512", "1024", "262144", bad=("0", "5", "-4", "x", "")), 0.8)
        self.put("sched.mem.max", self.pick("4", "256", "unlimited", "0", "-1", bad=("x",)), 0.3)
        self.put("sched.mem.minsize", self.pick("0", "128", "4096", bad=("x",)), 0.3)
        self.put("numvcpus", self.pick("1", "2", "3", "4", "8", bad=("0", "-1", "x")), 0.6)
        self.put("cpuid.coresPerSocket", self.pick("1", "2", "0", bad=("64", "x")), 0.3)
        affinity = self.pick("all", "0,1,2,3,4,5,6,7", "7,6,5,4,3,2,1,0", bad=("0", "x", "0-3", "20000", ""))
        self.put("sched.cpu.affinity", affinity, 0.2)
        self.put("sched.cpu.shares", self.pick("low", "Normal", "high", "700", "0", bad=("x", "")), 0.4)
        self.put("guestOS", self.pick("other", "rhel7-64", "winXPPro-64", "OTHER-64", "darwin", ""), 0.8)
        self.put("smbios.reflecthost", self.pick(*BOOLEANS, bad=("yes", "1")), 0.2)
        self.put("firmware", self.pick("efi", bad=("bios", "EFI", "")), 0.2)

    def disks(self, sample: str) -> None:
        for bus, count, units in (("scsi", 4, 16), ("sata", 4, 30)):
            for controller in range(count):
                if not self.often(0.25):
                    continue
                name = f"{bus}{controller}"
                self.put(f"{name}.present", self.pick(*BOOLEANS, bad=("x",)), 0.95)
                if bus == "scsi":
                    models = self.pick("buslogic", "LsiLogic", "lsisas1068", "pvscsi", bad=("vmpvscsi", "x", ""))
                    self.put(f"scsi{controller}.virtualDev", models, 0.7)
                for _ in range(self.chance.randint(0, 3)):
                    self.disk(f"{name}:{self.chance.randrange(units)}", bus, sample)
        for controller in range(2):
            for unit in range(2):
                if self.often(0.2):
                    self.disk(f"ide{controller}:{unit}", "ide", sample)
        for unit in range(2):
            if self.often(0.2):
                self.put(f"floppy{unit}.present", self.pick(*BOOLEANS))
                self.put(f"floppy{unit}.fileType", self.pick("file", "device", "FILE", bad=("x",)), 0.97)
                self.put(f"floppy{unit}.fileName", self.pick("/dev/fd0", "x.flp", "/data/x"), 0.9)
                self.put(f"floppy{unit}.clientDevice", self.pick(*BOOLEANS), 0.2)

    def disk(self, name: str, bus: str, sample: str) -> None:
        if any(key == f"{name}.present" for key, _value in self.lines):
            return
        self.put(f"{name}.present", self.pick("true", "TRUE", "true", *BOOLEANS, bad=("x",)))
        self.put(f"{name}.startConnected", self.pick(*BOOLEANS), 0.2)
        self.put(f"{name}.clientDevice", self.pick(*BOOLEANS), 0.05)
        self.put(f"{name}.writeThrough", self.pick(*BOOLEANS, bad=("x",)), 0.1)
        self.put(
            f"{name}.mode", self.pick("persistent", "independent-nonpersistent", "independent-persistent", "x"), 0.2
        )
        kinds = {
            "disk": ({"scsi": "scsi-hardDisk", "ide": "ata-hardDisk", "sata": "disk"}[bus], "x.vmdk"),
            "untold": ("", "x.vmdk"),
            "image": ("cdrom-image", "x.iso"),
            "untold image": ("", "x.ISO"),
            "empty": ("cdrom-image", "emptyBackingString"),
            "drive": ("atapi-cdrom", "/dev/scd0"),
            "raw": ("cdrom-raw", "Auto Detect"),
            "passed": ("scsi-passthru" if bus == "scsi" else "cdrom-raw", "/vmfs/devices/cdrom/mpx.vmhba32:C0:T0:L0"),
        }
        kind, file_name = kinds[self.chance.choice(list(kinds))]
        if file_name.endswith((".vmdk", ".iso", ".ISO")):
            folder = self.pick(
                "", f"/vmfs/volumes/{DATASTORE}/a b/", "/data/", bad=("../", "/vmfs/volumes/none/", "x/")
            )
            file_name = folder + self.pick("", sample) + file_name
        if kind:
            self.put(f"{name}.deviceType", self.pick(kind, kind.upper(), bad=("x", "cdrom-image", "disk")), 0.97)
        self.put(f"{name}.fileName", self.pick(file_name, bad=("x", "", "auto detect")), 0.97)

    def cards(self) -> None:
        for number in self.chance.sample(range(12), self.chance.randint(0, 4)):
            name = f"ethernet{number}"
            self.put(f"{name}.present", self.pick("true", "TRUE", *BOOLEANS, bad=("x",)))
            self.put(f"{name}.networkName", self.pick("VM Network", "a&b", "netz"), 0.9)
            self.put(f"{name}.connectionType", self.pick("bridged", "nat", "Custom", bad=("hostonly", "pvn", "")), 0.6)
            self.put(f"{name}.vnet", self.pick("vmnet7", "/dev/vmnet1"), 0.9)
            models = self.pick("vlance", "vmxnet", "VMXNET3", "e1000", "e1000e", bad=("x", "vmxnet2"))
            self.put(f"{name}.virtualDev", models, 0.7)
            self.put(f"{name}.features", self.pick("15", "1", bad=("x",)), 0.2)
            self.put(f"{name}.addressType", self.pick("static", "generated", "vpx", "VPX", bad=("x", "")), 0.8)
            self.put(f"{name}.address", self.pick(*MACS, bad=("x", "")), 0.6)
            self.put(f"{name}.generatedAddress", self.pick(*MACS, bad=("x", "")), 0.6)
            self.put(f"{name}.checkMACAddress", self.pick(*BOOLEANS, "x"), 0.2)
            if self.often(0.2):
                self.put(
                    f"{name}.dvs.switchId", self.pick("50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40", bad=("x",))
                )
                self.put(f"{name}.dvs.portId", self.pick("5", "-1", bad=("x",)), 0.98)
                self.put(f"{name}.dvs.portgroupId", "dvportgroup-1285", 0.98)
                self.put(f"{name}.dvs.connectionId", "408217997", 0.98)

    def ports(self) -> None:
        for number in range(6):
            if self.often(0.15):
                name = f"serial{number}"
                kind = self.pick("file", "device", "pipe", "network", "Network", bad=("thinprint", ""))
                good = "tcp://h:5" if kind.lower() == "network" else "/data/x"
                uris = ("telnets://[::1]:7?a#b", "ssl://1.2.3.4:5", "tcp4://h:6", "telnet://h:8")
                self.put(f"{name}.present", self.pick("true", *BOOLEANS))
                self.put(f"{name}.fileType", kind)
                # libvirt crashes without a file name.
                names = uris if kind.lower() == "network" else FILES
                self.put(f"{name}.fileName", self.pick(good, *names, bad=("udp://h:1", "tcp://h")))
                self.put(f"{name}.network.endPoint", self.pick("server", "client", "Client", bad=("x",)), 0.5)
                self.put(f"{name}.startConnected", self.pick(*BOOLEANS), 0.3)
            if self.often(0.1):
                name = f"parallel{number}"
                self.put(f"{name}.present", self.pick("true", *BOOLEANS))
                self.put(f"{name}.fileType", self.pick("file", "device", bad=("x", "")), 0.98)
                self.put(f"{name}.fileName", self.pick(*FILES), 0.98)

    def rest(self) -> None:
        self.put("RemoteDisplay.vnc.enabled", self.pick(*BOOLEANS, bad=("x",)), 0.3)
        self.put("RemoteDisplay.vnc.port", self.pick("5901", "-1", "0", "70000", bad=("x",)), 0.2)
        self.put("RemoteDisplay.vnc.ip", "1.2.3.4", 0.1)
        self.put("RemoteDisplay.vnc.keymap", "de", 0.1)
        self.put("RemoteDisplay.vnc.password", "<'p&", 0.1)
        self.put("svga.vramSize", self.pick("4194304", "8388608", "1", "0", "-1", bad=("x",)), 0.3)
        if self.often(0.3):
            self.put("isolation.tools.hgfs.disable", self.pick("false", "FALSE", *BOOLEANS, bad=("x",)))
            self.put("sharedFolder.maxNum", self.pick("1", "2", "0", "-1", bad=("x",)))
            for number in range(2):
                name = f"sharedFolder{number}"
                self.put(f"{name}.present", self.pick(*BOOLEANS))
                self.put(f"{name}.enabled", self.pick(*BOOLEANS))
                self.put(f"{name}.hostPath", self.pick("/path/to", "C:/x y"), 0.97)
                self.put(f"{name}.guestName", self.pick("shared", "|41%20"), 0.97)
                self.put(f"{name}.writeAccess", self.pick(*BOOLEANS), 0.8)
        for key in ("usb.present", "sound.present", "tools.syncTime", "nvram", "vmci0.present", "x.y:z-1"):
            self.put(key, self.pick(*BOOLEANS), 0.2)


class XmlGenerator:
    """Writes one domain a call; `wrong` is how likely a value is one that libvirt refuses."""

    def __init__(self, seed: int, wrong: float = 0.015) -> None:
        self.chance = random.Random(seed)
        self.wrong = wrong

    def pick(self, *good: str, bad: tuple[str, ...] = ()) -> str:
        return self.chance.choice(bad if bad and self.chance.random() < self.wrong else good)

    def maybe(self, text: str, likelihood: float = 0.5) -> str:
        return text if self.chance.random() < likelihood else ""

    def attribute(self, name: str, value: str, likelihood: float = 1.0) -> str:
        return self.maybe(f" {name}={quoteattr(value)}", likelihood)

    def domain(self) -> str:
        kind = self.pick("vmware", bad=("kvm", "x"))
        head = f"<domain type='{kind}'>\n{self.machine()}"
        devices = [*self.disks(), *self.cards(), *self.ports(), *self.rest()]
        self.chance.shuffle(devices)
        return f"{head}<devices>\n{''.join(device + chr(10) for device in devices)}</devices>\n</domain>\n"

    def machine(self) -> str:
        vcpus = self.pick("1", "2", "3", "4", "8", bad=("x",))
        sockets = self.pick("1", "2")
        cores = self.pick(str(-(-int(vcpus) // int(sockets))) if vcpus.isdigit() else "1", bad=("7",))
        memory_unit = self.attribute("unit", self.pick("KiB", "MiB", "M", "KB", "bytes", bad=("x",)), 0.5)
        memory = self.pick("1048576", "4097", "8192", bad=("x", "0"))
        cpuset = self.attribute("cpuset", self.pick("0-7", "1-9,^3", bad=("1", "x")), 0.3)
        shares = self.pick("500", "1000", "2000", "777", "0", bad=("1", "x"))
        parts = [
            self.maybe(f"<name>{self.pick('m', 'é Ж', 'a/b|c%', '&lt;&amp;&gt;')}</name>", 0.99),
            f"<uuid>{self.pick('56 4d b5 06 a2 bd fb eb ae 86 f7 d8 49 27 d0 c4', '0' * 32, bad=('x',))}</uuid>",
            self.maybe(f"<description>{self.pick('note', 'é&lt;|' + chr(39), 'a/b%')}</description>", 0.3),
            self.maybe("<title>t</title>", 0.1),
            self.maybe(f"<memory{memory_unit}>{memory}</memory>", 0.99),
            self.maybe(f"<currentMemory>{self.pick('4096', '2000', '1048576')}</currentMemory>"),
            self.maybe("<memtune><min_guarantee>5000</min_guarantee></memtune>", 0.2),
            f"<vcpu{cpuset}>{vcpus}</vcpu>",
            self.maybe(f"<cputune><shares>{shares}</shares></cputune>", 0.4),
            self.os(),
            self.maybe(f"<cpu><topology sockets='{sockets}' cores='{cores}' threads='1'/></cpu>", 0.3),
            self.maybe("<features><acpi/></features>", 0.2),
            self.maybe("<clock offset='utc'/>", 0.5),
            self.maybe(f"<on_crash>{self.pick('destroy', 'restart', bad=('x',))}</on_crash>", 0.2),
        ]
        return "".join(part + "\n" for part in parts if part)

    def os(self) -> str:
        firmware = self.attribute("firmware", self.pick("efi", "bios", bad=("x",)), 0.2)
        arch = self.attribute("arch", self.pick("i686", "x86_64", bad=("aarch64", "x")), 0.7)
        boot = self.maybe("<boot dev='hd'/>", 0.2)
        smbios = self.maybe(f"<smbios mode='{self.pick('host', 'emulate', bad=('sysinfo', 'x'))}'/>", 0.2)
        return f"<os{firmware}><type{arch}>{self.pick('hvm', bad=('xen',))}</type>{boot}{smbios}</os>"

    def source(self, suffix: str) -> str:
        return self.pick("[local-storage] a b/x", "/data/x", "[local-storage] é/x", bad=("x", "[none] x")) + suffix

    def disks(self) -> list[str]:
        found = []
        targets = [("sda", "scsi"), ("sdb", "scsi"), ("sdh", "scsi"), ("sdp", "scsi"), ("sdbh", "scsi"), ("hda", "ide"),
                   ("hdb", "ide"), ("hdc", "ide"), ("hdd", "ide")]  # fmt: skip
        for name, bus in self.chance.sample(targets, self.chance.randint(0, 4)):
            target = f"<target dev='{name}'{self.attribute('bus', self.pick(bus, bad=('sata', 'virtio')), 0.9)}/>"
            found.append(self.disk(target))
        for name in self.chance.sample(["fda", "fdb"], self.chance.randint(0, 2) if self.chance.random() < 0.3 else 0):
            kind, attribute = self.chance.choice([("file", "file"), ("block", "dev")])
            source = self.maybe(f"<source {attribute}={quoteattr('/dev/fd0')}/>", 0.9)
            found.append(f"<disk type='{kind}' device='floppy'>{source}<target dev='{name}' bus='fdc'/></disk>")
        for index in range(4):
            if self.chance.random() < 0.2:
                model = self.pick("buslogic", "lsilogic", "lsisas1068", "vmpvscsi", bad=("virtio-scsi", "x"))
                found.append(f"<controller type='scsi' index='{index}'{self.attribute('model', model, 0.9)}/>")
        return found

    def disk(self, target: str) -> str:
        kind = self.chance.choice(["disk", "disk", "image", "empty", "drive", "raw", "auto", "passed"])
        more = self.maybe("<transient/>", 0.1) + self.maybe("<readonly/>", 0.1)
        cache = self.pick("writethrough", "default", bad=("none", "x"))
        driver = self.maybe(f"<driver{self.attribute('cache', cache, 0.8)}/>", 0.2)
        if kind == "disk":
            source = self.source(self.pick(".vmdk", ".VMDK", bad=(".img", ".iso")))
            return f"<disk type='file' device='disk'>{driver}<source file={quoteattr(source)}/>{target}{more}</disk>"
        if kind == "image":
            source = self.source(self.pick(".iso", ".ISO", bad=(".vmdk",)))
            return f"<disk type='file' device='cdrom'>{driver}<source file={quoteattr(source)}/>{target}{more}</disk>"
        if kind == "empty":
            return f"<disk type='{self.pick('file', 'block')}' device='cdrom'>{target}</disk>"
        device = "cdrom" if kind == "drive" else "lun"
        if kind == "auto":
            return f"<disk type='block' device='{device}'><source startupPolicy='optional'/>{target}</disk>"
        path = "/vmfs/devices/cdrom/x" if kind == "passed" else "/dev/scd0"
        return f"<disk type='block' device='{device}'><source dev='{path}'/>{target}{more}</disk>"

    def cards(self) -> list[str]:
        found = []
        for _ in range(self.chance.randint(0, 3)):
            kind = self.pick("bridge", "bridge", "user", "null", "vds", bad=("network", "ethernet", "x"))
            mac = (
                f"<mac address='{self.pick(*MACS, bad=('x', '01:00:00:00:00:00'))}'"
                + self.attribute("type", self.pick("static", "generated", bad=("x",)), 0.3)
                + self.attribute("check", self.pick("yes", "no", bad=("x",)), 0.2)
                + "/>"
            )
            source = {
                "bridge": f"<source bridge={quoteattr(self.pick('VM Network', 'a&b', 'ü'))}/>",
                "vds": "<source switchid='503426b2-94e9-3b16-1d68-87bfff4a5440' portid='5' portgroupid='g' "
                       "connectionid='-4'/>",
                "network": "<source network='n'/>",
            }.get(kind, "")  # fmt: skip
            models = self.pick("vlance", "vmxnet", "vmxnet2", "Vmxnet3", "e1000", "e1000e", bad=("virtio", "x"))
            model = self.maybe(f"<model type='{models}'/>", 0.6)
            target = self.maybe("<target dev='vmnet7'/>", 0.2)
            found.append(f"<interface type='{kind}'>{mac}{self.maybe(source, 0.995)}{target}{model}</interface>")
        return found

    def ports(self) -> list[str]:
        found = []
        for kind, count in (("serial", 4), ("parallel", 3)):
            for number in range(count + 1):
                if self.chance.random() > (0.12 if number < count else 0.005):
                    continue
                types = ("dev", "file", "pipe", "tcp") if kind == "serial" else ("dev", "file")
                type_ = self.pick(*types, bad=("pty", "null", "x"))
                source = f"<source path={quoteattr(self.source(''))}/>"
                if type_ == "tcp":
                    source = (
                        f"<source mode='{self.pick('bind', 'connect', bad=('x',))}' host='h' service='5'/>"
                        + self.maybe(
                            f"<protocol type='{self.pick('raw', 'telnet', 'telnets', 'tls', bad=('x',))}'/>", 0.8
                        )
                    )
                found.append(f"<{kind} type='{type_}'>{source}<target port='{number}'/></{kind}>")
        if self.chance.random() < 0.1:
            found.append("<console type='file'><source path='/data/c'/><target type='serial' port='0'/></console>")
        return found

    def rest(self) -> list[str]:
        port = self.attribute("port", self.pick("5901", "-1", "0", bad=("x",)), 0.7)
        graphics = (
            f"<graphics type='{self.pick('vnc', bad=('spice', 'x'))}'{port}"
            + self.attribute("autoport", self.pick("yes", "no", bad=("x",)), 0.2)
            + self.attribute("listen", "1.2.3.4", 0.2)
            + self.attribute("passwd", "a|b&<", 0.2)
            + "/>"
        )
        video = (
            f"<video><model type='{self.pick('vmvga', bad=('vga', 'x'))}'"
            + self.attribute("vram", self.pick("4096", "1000", "8192", "0", bad=("x",)), 0.7)
            + self.attribute("heads", self.pick("1", bad=("2",)), 0.2)
            + "/></video>"
        )
        folder = f"<filesystem type='{self.pick('mount', bad=('file',))}'><source dir='/p &amp; q'/><target dir='t'/>"
        return [
            *([graphics] if self.chance.random() < 0.3 else []),
            *([video] if self.chance.random() < 0.3 else []),
            *([folder + self.maybe("<readonly/>") + "</filesystem>"] if self.chance.random() < 0.2 else []),
            *(["<memballoon model='none'/>"] if self.chance.random() < 0.2 else []),
            *(["<input type='mouse' bus='ps2'/>"] if self.chance.random() < 0.2 else []),
            *(["<sound model='ich6'/>"] if self.chance.random() < 0.1 else []),
        ]
