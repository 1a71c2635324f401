"""libvirtaio: libvirt's event loop on asyncio. Each test runs in a process: a loop is registered once for all."""

import subprocess
import sys

import pytest

HEAD = """
import asyncio, os, threading
from esxvirt import libvirt, libvirtaio
from esxvirt.libvirt import *
"""


def run(program: str) -> str:
    command = [sys.executable, "-W", "error", "-c", HEAD + program]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (answer.returncode, answer.stderr) == (0, "")
    return answer.stdout


def test_descriptors_and_timers() -> None:
    assert (
        run("""
async def main():
    assert libvirtaio.getCurrentImpl() is None
    impl = libvirtaio.virEventRegisterAsyncIOImpl()
    assert libvirtaio.getCurrentImpl() is impl and impl.is_idle() and impl.loop is asyncio.get_running_loop()
    reader, writer = os.pipe()
    done = asyncio.Event()
    def ready(watch, fd, events, opaque):
        print("ready", watch == number, fd == reader, events, opaque, os.read(fd, 10))
        virEventUpdateHandle(watch, 0)
    def tick(timer, opaque):
        print("tick", timer == other, opaque)
        opaque.append(len(opaque))
        if len(opaque) == 3:
            done.set()
    number = virEventAddHandle(reader, VIR_EVENT_HANDLE_READABLE, ready, "mine")
    other = virEventAddTimeout(-1, tick, [])
    assert not impl.is_idle()
    os.write(writer, b"x")
    virEventUpdateTimeout(other, 5)
    await done.wait()
    assert virEventRemoveTimeout(other) == 0 and virEventRemoveHandle(number) == 0
    for remove in (virEventRemoveTimeout, virEventRemoveHandle):
        try:
            remove(other)
        except libvirtError as error:
            print(error)
    assert not impl.callbacks and not impl.descriptors and not impl.is_idle()
    await impl.drain()
    assert impl.is_idle()
    await impl.drain()
import logging; logging.disable()
asyncio.run(main())
""")
        == "ready True True 1 mine b'x'\ntick True []\ntick True [0]\ntick True [0, 1]\n"
        "virEventRemoveTimeout() failed\nvirEventRemoveHandle() failed\n"
    )


def test_other_threads_register() -> None:
    assert (
        run("""
async def main():
    impl = libvirtaio.virEventRegisterAsyncIOImpl()
    done, main_thread, seen = asyncio.Event(), threading.get_ident(), []
    def tick(timer, opaque):
        if not seen:
            threading.Thread(target=virEventRemoveTimeout, args=(timer,)).start()
            done.set()
        seen.append((threading.get_ident() == main_thread, opaque))
    threading.Thread(target=virEventAddTimeout, args=(1, tick, "mine")).start()
    await done.wait()
    await impl.drain()
    print(set(seen), impl.is_idle())
asyncio.run(main())
""")
        == "{(True, 'mine')} True\n"
    )


def test_a_timer_of_no_interval_and_two_callbacks_of_a_descriptor() -> None:
    assert (
        run("""
async def main():
    impl = libvirtaio.virEventRegisterAsyncIOImpl()
    reader, writer = os.pipe()
    count, seen = [], []
    def tick(timer, opaque):
        count.append(timer)
        if len(count) == 5:
            virEventUpdateTimeout(timer, -1)
    virEventAddTimeout(0, tick, None)
    watches = [virEventAddHandle(writer, VIR_EVENT_HANDLE_WRITABLE, lambda *a: seen.append(a), n) for n in (1, 2)]
    while len(count) < 5 or len(seen) < 2:
        await asyncio.sleep(0)
    both = impl.descriptors[writer].callbacks.keys()
    print(len(impl.descriptors), sorted({a[3] for a in seen}), both == set(watches))
    virEventRemoveHandle(watches[0])
    print(len(impl.descriptors), repr(impl.callbacks[watches[1]]).startswith("<FDCallback iden="))
asyncio.run(main())
""")
        == "1 [1, 2] True\n1 True\n"
    )


def test_a_loop_of_ones_own_and_events_that_asyncio_has_not() -> None:
    assert (
        run("""
import warnings
loop = asyncio.new_event_loop()
impl = libvirtaio.virEventRegisterAsyncIOImpl(loop=loop)
assert impl.loop is loop
virEventAddTimeout(1, lambda timer, opaque: (print("tick"), virEventRemoveTimeout(timer), loop.stop()), None)
loop.run_forever()
loop.run_until_complete(impl.drain())
reader, writer = os.pipe()
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    virEventRemoveHandle(virEventAddHandle(reader, VIR_EVENT_HANDLE_READABLE | VIR_EVENT_HANDLE_ERROR, print, None))
print([str(one.message).split()[0] for one in told])
loop.close()
""")
        == "tick\n['The']\n"
    )


@pytest.mark.parametrize("name", ["Callback", "Descriptor", "DescriptorDict", "FDCallback", "TimeoutCallback"])
def test_the_parts_have_names(name: str) -> None:
    assert run(f"print(libvirtaio.{name}.__name__)") == f"{name}\n"
