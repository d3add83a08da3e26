"""docs/operate/disk-full.md: a database has no room under load; nothing is accepted without being kept."""

import asyncio
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.system import invariants
from tests.system.operate.documents import agree
from tests.system.operate.load import refused, under_load
from tests.system.operate.server import NO_DISK

pytestmark = [pytest.mark.system, pytest.mark.long]
SIZE = "350m"
STEP = 1 << 12


@pytest.fixture
def disk():
    """A disk of its own, small; its place can be entered by every account, as the one of the database must."""
    place = Path(tempfile.mkdtemp(prefix="fengqiao-disk-"))
    place.chmod(0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "fengqiao-test", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        place.rmdir()
        pytest.skip(NO_DISK)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
    place.rmdir()


@pytest.fixture
def server(disk, new_server):
    """The server of routing's database, on that disk."""
    one = new_server(disk)
    one.set(min_wal_size="32MB", max_wal_size="48MB", shared_buffers="32MB")
    one.start()
    one.create("routing")
    yield one
    one.stop()


def filled(disk):
    """A file that takes all there is left."""
    file = disk / "filled"
    with file.open("wb", buffering=0) as out:
        try:
            while out.write(b"0" * STEP):
                pass
        except OSError:
            pass
    assert shutil.disk_usage(disk).free < STEP
    return file


@pytest.mark.timeout(500)
async def test_work_waits_while_the_disk_of_a_database_is_full_and_goes_on_when_there_is_room(
    world, village, server, disk, tmp_path
):
    async with under_load(world) as lives:
        await lives.more(15)
        file = await asyncio.to_thread(filled, disk)
        await world.until(lambda: waits(world), "routing says that it is not ready")
        await asyncio.sleep(5)
        file.unlink()
        server.start_again()
        await world.ready("village-routing")
        await lives.more(15)

    healed = await invariants.hold(world, world.promised, tiers=("village",))
    assert await refused(world) == {}
    assert await asyncio.to_thread(agree, village, tmp_path) == ""
    print(f"{lives.count} lifecycles; healed {healed:.1f} s after the last client")


async def waits(world):
    """Whether routing's probe says it is not ready."""
    probe = await world.probe("village-routing")
    return probe is not None and not probe["ready"]
