-- What was let in at this tier. No personal data here: that is in the vault.
create table report (
    incident_id text primary key,
    source text not null,
    area text not null,
    category text not null,
    channel text not null,
    severity text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    backfill boolean not null
);

-- What other systems sent: the same (source, id) takes effect once, for ever.
create table submission (
    source text not null,
    id text not null,
    digest bytea not null,
    primary key (source, id)
);

-- Personal data, encrypted. The only place in the product where it is.
create table vault (
    incident_id text primary key,
    key_id text not null,
    nonce bytea not null,
    ciphertext bytea not null,
    recorded_at timestamptz not null default now()
);

-- What became of each report, at whichever tier it was.
create table timeline (
    incident_id text not null,
    topic text not null,
    seq bigint not null,
    type text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (incident_id, topic, seq)
);
