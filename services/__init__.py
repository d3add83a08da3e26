"""The four services; they share nothing at run time but Kafka."""
