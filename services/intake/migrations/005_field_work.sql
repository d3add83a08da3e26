-- What was done in an area and is no incident. Who did it stays here: figures and other services know the role only.
create table activity (
    activity_id text primary key,
    source text not null,
    activity text not null,
    area text not null,
    role text not null,
    actor_role text not null,
    actor_ref text not null,
    occurred_at timestamptz not null,
    minutes int not null,
    attendance int not null,
    raised int not null,
    adopted int not null,
    recorded_at timestamptz not null
);

-- What devices recorded without a network: the same (source, id) takes effect once, for ever, and keeps its answer.
create table item (
    source text not null,
    id text not null,
    digest bytea not null,
    kind text not null,
    -- the incident, or the activity itself
    about text not null,
    -- accepted; an action becomes done, refused or conflict when who owns the incident has decided
    state text not null,
    reason text,
    conflicts jsonb,
    recorded_at timestamptz not null,
    settled_at timestamptz,
    primary key (id, source)
);

-- Which items a device sent together, and what was wrong with those that were not let in.
create table batch (
    batch_id text primary key,
    source text not null,
    lines jsonb not null,
    received_at timestamptz not null
);
