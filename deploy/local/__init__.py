"""The whole house on one machine: Kafka, PostgreSQL and the services, without root or Docker."""
