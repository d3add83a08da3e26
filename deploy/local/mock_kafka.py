"""A Kafka cluster in memory, by librdkafka: ``python -m deploy.local.mock_kafka ADDRESS_FILE``."""

import signal
import sys
from pathlib import Path

from confluent_kafka import Producer


def main(address_file: Path) -> None:
    """Serve until told to stop; the address goes to the file, because the mock chooses its port itself."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    owner = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1})
    brokers = owner.list_topics(timeout=10).brokers.values()
    fresh = address_file.with_suffix(".new")
    fresh.write_text(",".join(f"{broker.host}:{broker.port}" for broker in brokers))
    fresh.replace(address_file)
    sys.stdout.write("MOCK KAFKA: memory only, nothing survives this process\n")
    sys.stdout.flush()
    signal.pause()  # the cluster lives as long as this client


if __name__ == "__main__":
    main(Path(sys.argv[1]))
