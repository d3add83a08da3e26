-- Each incident's personal data is under a data key of its own, wrapped by a key-encryption key that is in no database.
create table data_key (
    incident_id text primary key,
    kek_id text not null,
    wrapped bytea not null
);
create index data_key_kek on data_key (kek_id, incident_id);

-- The keys of the house itself, which outlive every key-encryption key: of fingerprints and of likenesses.
create table house_key (
    name text primary key,
    kek_id text not null,
    wrapped bytea not null
);

-- What is under a data key has each field sealed by itself, and no key_id; what has one was written by an older program.
alter table vault
    alter column key_id drop not null,
    alter column nonce drop not null,
    alter column ciphertext drop not null,
    add column fields text[],
    add column sealed bytea[];
create index vault_older on vault (key_id, incident_id) where key_id is not null;
