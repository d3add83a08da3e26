-- The restatement log: which event changed the counts of a day that was over when the event was recorded. This tier's
-- rows, and the other tiers' as they publish them. A row never changes. The primary key is led by the time, so that it
-- grows at its end, and the log is read from there; the number is for the queue.
create table restatement (
    id bigint generated always as identity unique,
    recorded_at timestamptz,
    event text,
    area text,
    day text,
    category text,
    channel text,
    tier text not null,
    source text not null,
    type text not null,
    kind text not null check (kind in ('late', 'matured')),
    occurred_at timestamptz not null,
    changes json not null,
    primary key (recorded_at, event, area, day, category, channel)
);
create index restatement_day on restatement (day);

-- This tier's rows that have not been published.
create table unpublished_restatement (
    id bigint primary key
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
