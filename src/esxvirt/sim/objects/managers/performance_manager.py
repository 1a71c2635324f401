"""Performance counters."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.objects.host.host_system import HostSystem
from esxvirt.sim.objects.machine.parts import cpu_usage, guest_memory
from esxvirt.sim.objects.machine.virtual_machine import VirtualMachine
from esxvirt.sim.wire.values import Data, Fault, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["PerformanceManager"]

# number, group, name, unit, roll-up, kind, what people call it.
_COUNTERS = (
    (2, "cpu", "usage", "percent", "average", "rate", "CPU usage as a percentage"),
    (6, "cpu", "usagemhz", "megaHertz", "average", "rate", "CPU usage in MHz"),
    (12, "cpu", "used", "millisecond", "summation", "delta", "Time accounted to the machine"),
    (24, "mem", "usage", "percent", "average", "absolute", "Memory usage as a percentage"),
    (33, "mem", "active", "kiloBytes", "average", "absolute", "Memory that the guest works with"),
    (98, "mem", "consumed", "kiloBytes", "average", "absolute", "Host memory that the machine takes"),
    (143, "net", "usage", "kiloBytesPerSecond", "average", "rate", "Network usage"),
    (155, "sys", "uptime", "second", "latest", "absolute", "Time since the last start"),
)
_BY_NUMBER = {counter[0]: counter for counter in _COUNTERS}
# Hosts and vCenters keep what happens now in steps of 20 seconds, for an hour.
_INTERVAL = 20
_SAMPLES = 180


class PerformanceManager(ManagedObject):
    """The counters of an endpoint's hosts and machines."""

    __slots__ = ()

    wsdl = "PerformanceManager"

    @provides("perfCounter")
    def _get_perf_counter(self) -> list[Data]:
        return [_describe(number) for number in _BY_NUMBER]

    @provides("description")
    def _get_description(self) -> Data:
        return Data("PerformanceDescription", counterType=[], statsType=[])

    @provides("historicalInterval")
    def _get_historical_interval(self) -> list[Data]:
        if self.endpoint.host is not None:
            return []
        names = ((300, "Past day", 86_400), (1800, "Past week", 604_800), (7200, "Past month", 2_592_000))
        return [
            Data("PerfInterval", key=key, samplingPeriod=period, name=name, length=length, level=1, enabled=True)
            for key, (period, name, length) in enumerate(names, start=1)
        ]

    def QueryPerfCounter(self, call: "Call", counterId: list[int]) -> list[Data]:
        """Describe counters by their numbers."""
        del call
        unknown = [number for number in counterId if number not in _BY_NUMBER]
        if unknown:
            raise Fault("InvalidArgument", f"There is no counter {unknown[0]}.", invalidProperty="counterId")
        return [_describe(number) for number in counterId]

    def QueryPerfProviderSummary(self, call: "Call", entity: Ref) -> Data:
        """Tell that an entity's counters are kept as they happen."""
        self._provider(call, entity)
        return Data(
            "PerfProviderSummary", entity=entity, currentSupported=True, summarySupported=False, refreshRate=_INTERVAL
        )

    def QueryAvailablePerfMetric(
        self,
        call: "Call",
        entity: Ref,
        beginTime: datetime | None = None,
        endTime: datetime | None = None,
        intervalId: int | None = None,
    ) -> list[Data]:
        """List the counters of an entity: none for a machine that is off."""
        del beginTime, endTime, intervalId
        provider = self._provider(call, entity)
        if isinstance(provider, VirtualMachine) and not provider.machine.running:
            return []
        return [Data("PerfMetricId", counterId=number, instance="") for number in _BY_NUMBER]

    def QueryPerf(self, call: "Call", querySpec: list[Data]) -> list[Data]:
        """Return samples of the last hour."""
        return [self._query(call, spec) for spec in querySpec]

    def _provider(self, call: "Call", entity: Ref) -> VirtualMachine | HostSystem:
        target = call.endpoint.find(entity, call.session)
        if not isinstance(target, VirtualMachine | HostSystem):
            raise Fault("InvalidArgument", f"{entity} has no counters.", invalidProperty="entity")
        return target

    def _query(self, call: "Call", spec: Data) -> Data:
        provider = self._provider(call, spec.entity)
        end = (spec.endTime or datetime.now(UTC)).replace(microsecond=0)
        count = min(spec.maxSample or _SAMPLES, _SAMPLES)
        times = [end - timedelta(seconds=_INTERVAL * step) for step in reversed(range(count))]
        if spec.startTime is not None:
            times = [time for time in times if time > spec.startTime]
        wanted = [item.counterId for item in spec.metricId or ()] or list(_BY_NUMBER)
        off = isinstance(provider, VirtualMachine) and not provider.machine.running
        series = [] if off else [(number, [_value(provider, number, time) for time in times]) for number in wanted]
        if spec.format == "csv":
            text = ",".join(itertools.chain.from_iterable((str(_INTERVAL), time.isoformat()) for time in times))
            values = [
                Data("PerfMetricSeriesCSV", id=_metric(number), value=",".join(map(str, found)))
                for number, found in series
            ]
            return Data("PerfEntityMetricCSV", entity=spec.entity, sampleInfoCSV=text, value=values)
        info = [Data("PerfSampleInfo", timestamp=time, interval=_INTERVAL) for time in times]
        samples = [Data("PerfMetricIntSeries", id=_metric(number), value=found) for number, found in series]
        return Data("PerfEntityMetric", entity=spec.entity, sampleInfo=info, value=samples)


def _metric(number: int) -> Data:
    return Data("PerfMetricId", counterId=number, instance="")


def _describe(number: int) -> Data:
    _, group, name, unit, rollup, kind, text = _BY_NUMBER[number]

    def element(key: str, label: str) -> Data:
        return Data("ElementDescription", key=key, label=label, summary=label)

    return Data(
        "PerfCounterInfo",
        key=number,
        nameInfo=element(name, text),
        groupInfo=element(group, group.upper()),
        unitInfo=element(unit, unit),
        rollupType=rollup,
        statsType=kind,
        level=1,
        perDeviceLevel=3,
    )


def _value(provider: VirtualMachine | HostSystem, number: int, time: datetime) -> int:
    """Return one sample: what the entity's summary says now, with a little wave over time."""
    wave = int(time.timestamp()) // _INTERVAL % 7
    if isinstance(provider, VirtualMachine):
        machine = provider.machine
        mhz, memory = cpu_usage(machine) or 0, guest_memory(machine) or 0
        most = machine.host.mhz * machine.config.cpus
        uptime = (time - machine.boot_time).total_seconds() if machine.boot_time else 0
        whole = machine.config.memory_mb
    else:
        host = provider.host
        mhz, memory = 300, provider.endpoint.site.memory_used(host) >> 20
        most, whole = host.mhz * host.cores, host.memory >> 20
        uptime = (time - host.boot_time).total_seconds()
    values: dict[int, Any] = {
        2: (mhz + wave) * 10000 // most,
        6: mhz + wave,
        12: (mhz + wave) * _INTERVAL * 1000 // (most or 1),
        24: memory * 10000 // whole,
        33: memory << 10,
        98: (memory << 10) + wave,
        143: wave,
        155: max(0, int(uptime)),
    }
    if number not in values:
        raise Fault("InvalidArgument", f"There is no counter {number}.", invalidProperty="querySpec.metricId")
    return long(values[number])
