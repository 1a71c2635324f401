"""A simulator that stops leaves nothing open, whatever its clients do."""

import gc
import http.client
import ssl
import warnings

import pytest

from esxvirt.sim import Simulator


@pytest.mark.parametrize("transport", ["http", "https"])
def test_a_client_that_stays_connected_does_not_keep_a_stopped_simulator_open(transport: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Simulator("esx-7.0", transport=transport) as sim:
            if transport == "https":
                context = ssl.create_default_context(cafile=str(sim.cacert))
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                    sim.host, sim.port, context=context
                )
            else:
                connection = http.client.HTTPConnection(sim.host, sim.port)
            connection.request("GET", "/sdk/vimServiceVersions.xml")
            assert b"urn:vim25" in connection.getresponse().read()
        del sim
        gc.collect()  # what the server left open would complain here, and pytest fail the test for it
        connection.close()
