-- The present revisit of each incident this tier resolved.
create table revisit (
    incident_id text primary key,
    area text not null,
    status text not null,
    due_at timestamptz,
    resolved_at timestamptz not null,
    state jsonb not null,
    updated_at timestamptz not null
) with (fillfactor = 80);
create index revisit_pending on revisit (resolved_at, incident_id) where status = 'due';

-- Revisits whose date has not passed yet: fired by the clock of this database.
create table deadline (
    incident_id text primary key,
    due_at timestamptz not null,
    try_at timestamptz not null
);
create index deadline_due on deadline (try_at);
