"""Sixteen clients at once, each with a session of its own: nothing is lost, nothing hangs, no answer is an accident."""

import base64
import http.client
import itertools
import os
import random
import re
import threading
import time
from typing import Any

from esxvirt.sim import Simulator
from tests.sim.test_http import _CALL

_CLIENTS = 16
_ROUNDS = 25
# Nothing here depends on time: with more seconds there are more rounds (see `make soak`).
_SECONDS = float(os.environ.get("ESXVIRT_SOAK_SECONDS", "0"))
_MACHINES = 6
_OPTIONS = '<spec><extraConfig><key>{}</key><value xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:xsi=\
"http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:string">{}</value></extraConfig></spec>'


class Client:
    """One of them: `done` counts what it was told had been done, `wrong` keeps what no server should say."""

    def __init__(self, simulator: Simulator, number: int) -> None:
        self.number = number
        self.done = {"on": 0, "off": 0}
        self.wrong: list[Any] = []
        self.settings = 0
        self.rounds = 0
        self._simulator = simulator
        self._connection = http.client.HTTPConnection(simulator.host, simulator.port, timeout=120)
        self._chance = random.Random(number)
        self._cookie = ""

    def call(self, method: str, kind: str, moid: str, arguments: str = "") -> tuple[int, bytes]:
        body = _CALL.format(method, kind, moid, arguments).encode()
        headers = {"Cookie": self._cookie, "SOAPAction": '"urn:vim25/7.0"'}
        self._connection.request("POST", "/sdk", body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status == 500 and b"<faultcode>ServerFaultCode" not in text:
            self.wrong.append(text)
        elif answer.status not in {200, 500} or b"SystemError" in text:
            self.wrong.append((answer.status, text))
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self._cookie = cookie.partition(";")[0]
        return answer.status, text

    def task(self, method: str, moid: str, arguments: str = "") -> bool:
        """Run a task to its end; whether it has done its work. Faults of the state are right answers."""
        status, text = self.call(method, "VirtualMachine", moid, arguments)
        if status != 200:
            assert b"TaskInProgress" in text or b"InvalidPowerState" in text, text
            return False
        found = re.search(rb'<returnval type="Task">([^<]+)', text)
        assert found is not None
        task = found[1].decode()
        spec = (
            "<specSet><propSet><type>Task</type><pathSet>info.state</pathSet><pathSet>info.error</pathSet></propSet>"
            f'<objectSet><obj type="Task">{task}</obj></objectSet></specSet>'
        )
        while True:
            _, text = self.call("RetrieveProperties", "PropertyCollector", "ha-property-collector", spec)
            if b">success<" in text:
                return True
            if b">error<" in text:
                assert b"InvalidPowerState" in text, text
                return False

    def run(self) -> None:
        try:
            self._run()
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must hear of it
            self.wrong.append(error)
        finally:
            self._connection.close()

    def _run(self) -> None:
        login = "<userName>root</userName><password>secret</password>"
        assert self.call("Login", "SessionManager", "ha-sessionmgr", login)[0] == 200
        end = time.monotonic() + _SECONDS
        for turn in itertools.count():
            if turn >= _ROUNDS and time.monotonic() >= end:
                break
            self.rounds = turn + 1
            what = self._chance.randrange(5)
            moid = str(self._chance.randrange(6, 6 + _MACHINES))
            if what == 0:
                self.done["on"] += self.task("PowerOnVM_Task", moid)
            elif what == 1:
                self.done["off"] += self.task("PowerOffVM_Task", moid)
            elif what == 2:
                # Everybody writes to the same machine, each a setting of its own.
                if self.task("ReconfigVM_Task", "2", _OPTIONS.format(f"client{self.number}.turn{turn}", turn)):
                    self.settings += 1
            elif what == 3:
                self._put(turn)
            else:
                spec = (
                    "<specSet><propSet><type>VirtualMachine</type><pathSet>config</pathSet></propSet>"
                    f'<objectSet><obj type="VirtualMachine">{moid}</obj></objectSet></specSet>'
                )
                self.call("RetrieveProperties", "PropertyCollector", "ha-property-collector", spec)
        assert self.call("Logout", "SessionManager", "ha-sessionmgr")[0] == 200

    def _put(self, turn: int) -> None:
        path = f"/folder/iso/client{self.number}-{turn}?dcPath=ha-datacenter&dsName=local-storage"
        root = {"Authorization": "Basic " + base64.b64encode(b"root:secret").decode()}
        self._connection.request("PUT", path, b"x" * (turn + 1), root)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 201:
            self.wrong.append(answer.status)


def test_sixteen_at_once() -> None:
    with Simulator("esx-8.0", "http", vms=_MACHINES) as simulator:
        simulator.tasks.seconds = 0.002
        machines = simulator.site.machines
        for number in range(6, 6 + _MACHINES):
            machines[number].power = "poweredOff"
        before = sum(machine.running for machine in machines.values())
        clients = [Client(simulator, number) for number in range(_CLIENTS)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300 + _SECONDS)
        assert not any(thread.is_alive() for thread in threads)
        assert [client.wrong for client in clients] == [[]] * _CLIENTS
        assert all(client.rounds >= _ROUNDS for client in clients)
        # Every switch that was told has happened, and no other: on and off take turns on each machine.
        gained = sum(client.done["on"] - client.done["off"] for client in clients)
        assert sum(machine.running for machine in machines.values()) - before == gained
        assert sum(client.done["on"] for client in clients) > 0
        # No setting of anybody's is lost, and each file is whole.
        text = machines[2].text()
        assert len(re.findall(r"(?m)^client\d+\.turn\d+ = ", text)) == sum(client.settings for client in clients) > 0
        store = simulator.site.datastores[0]
        for name, _ in store.names("iso"):
            if name.startswith("client"):
                file = store.find(f"iso/{name}")
                assert file is not None
                assert file.size == int(name.rpartition("-")[2]) + 1
        assert simulator.sessions == []
