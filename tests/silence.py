"""Topics on which nothing was said: a service whose database is new starts on no others."""

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from messaging.tails import Tails
from schemas.topics import TOPICS


async def silenced(bootstrap):
    """Takes all records from the numbered topics, whichever test has put them there."""
    async with Tails(bootstrap) as tails:
        places = await tails.places(*(one.name for one in TOPICS.values() if one.sequenced))
        ends = {one: end for one, (begin, end) in (await tails.spans(places)).items() if begin < end}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_records({one: RecordsToDelete(end) for one, end in ends.items()})
    finally:
        await admin.close()
