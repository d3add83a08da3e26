"""What a vault holds, read with a ring of keys as a program would; and rows as programs before data keys wrote them."""

import json
import uuid

from services.intake.envelope import KeyMissing, Wrapped
from services.intake.unlocking import Unlocking
from services.intake.vault import Vault
from tests.services.intake.house import REPORT, House

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
TOLD = {"p1.name": "王小明", "p1.telephone": "13812341234", "description": "隔壁的水流进了院子"}


def a_request(**changes):
    """A report with something for the vault: as fields it is `TOLD`."""
    party = {"name": TOLD["p1.name"], "telephone": TOLD["p1.telephone"]}
    return {"parties": [party], "description": TOLD["description"], "source_number": None} | changes


async def asked(house, key=None, **changes):
    """A report over HTTP."""
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    answer = await house.http.post("/v1/reports", json=REPORT | a_request(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["incident_id"]


async def a_house(database, *keys):
    """Intake as it has started with this ring. Raises `CannotStart`."""
    house = House(database, *keys)
    async with database.connection() as connection:
        await Unlocking(house.vault).check(connection)
    return house


async def opened(database, *keys):
    """Incident → its fields, of all that this ring opens."""
    ring, found = Vault(*keys).ring, {}
    async with database.connection() as connection:
        rows = await connection.fetch("select * from vault join data_key using (incident_id)")
    for row in rows:
        about = row["incident_id"]
        try:
            key = ring.unwrap(about, Wrapped(row["kek_id"], row["wrapped"]))
        except KeyMissing:
            continue
        pairs = zip(row["fields"], row["sealed"], strict=True)
        found[about] = {name: key.open(name, sealed).decode() for name, sealed in pairs}
    return found


async def as_before(database, key, number=1):
    """Reports as a program before data keys left them; their ids."""
    vault, people = Vault(key), {"p1": {"name": TOLD["p1.name"], "telephone": TOLD["p1.telephone"]}}
    plain = json.dumps({"people": people, "description": TOLD["description"]}, ensure_ascii=False).encode()
    names = [str(uuid.uuid5(uuid.NAMESPACE_OID, f"before {at}")) for at in range(number)]
    async with database.transaction() as tx:
        await tx.executemany(
            "insert into report values ($1, '/http', '620522101203', 'category/1:land', 'channel/1:hotline',"
            " 'severity/1:ordinary', now(), now(), false)",
            [(one,) for one in names],
        )
        await tx.executemany(
            "insert into vault (incident_id, key_id, nonce, ciphertext) values ($1, $2, $3, $4)",
            [(one, vault.key_id, *vault.encrypt(one, plain)) for one in names],
        )
    return names
