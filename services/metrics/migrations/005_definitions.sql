-- Which definitions stand on this tier's topic, so that one that is gone is retired there, by whoever publishes then.
create table published_definition (
    name text primary key,
    unpublished boolean not null
);
