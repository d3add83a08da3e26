-- Which refusals their senders were told, so that each is said once: keyed digests of who sent what and why not.
create table refusal (
    digest bytea primary key
);
