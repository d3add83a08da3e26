-- What a reader has applied: one row per incident and topic. A lower sequence number is a duplicate.
create table guard (
    topic text not null,
    key text not null,
    last_seq bigint not null,
    -- whether held events or an open dead letter belong to the stream
    waiting boolean not null default false,
    primary key (topic, key)
) with (fillfactor = 80);

-- Events that came before their predecessor, or behind a dead letter: applied when their turn comes.
create table held (
    topic text not null,
    key text not null,
    seq bigint not null,
    record text not null,
    value bytea,
    held_at timestamptz not null default now(),
    primary key (topic, key, seq)
);

create table dead_letter (
    id bigint generated always as identity primary key,
    identity text not null,
    topic text not null,
    key text not null,
    seq bigint,
    kind text not null check (kind in ('rejected', 'bug', 'gap')),
    reason text not null,
    detail text not null,
    record text,
    value bytea,
    sealed boolean not null default false,
    seen int not null default 1,
    status text not null default 'open' check (status in ('open', 'redrive', 'discard', 'applied', 'discarded')),
    first_at timestamptz not null default now(),
    last_at timestamptz not null default now()
);
create unique index dead_letter_identity on dead_letter (identity) where status in ('open', 'redrive', 'discard');
create index dead_letter_wanted on dead_letter (id) where status in ('redrive', 'discard');
create index dead_letter_stream on dead_letter (topic, key, seq) where status = 'open';

-- Who asked for what to be done with dead letters, and why.
create table dead_letter_audit (
    id bigint generated always as identity primary key,
    dead_letter bigint not null references dead_letter,
    action text not null,
    reason text not null,
    actor text not null,
    at timestamptz not null default now()
);

-- The last sequence number drawn per incident and topic written. Its row lock keeps numbers dense and in order.
create table sequence (
    topic text not null,
    key text not null,
    last_seq bigint not null,
    primary key (topic, key)
) with (fillfactor = 80);

-- Events to be sent, and for a week the events sent.
create table outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    key text not null,
    seq bigint not null,
    type text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    traceparent text,
    data bytea not null,
    sent_at timestamptz
);
create index outbox_unsent on outbox (id) where sent_at is null;
create index outbox_recorded on outbox using brin (recorded_at);
