-- The incidents this tier holds or has held; the columns beside `state` are what lists are filtered and sorted by.
create table incident (
    incident_id text primary key,
    area text not null,
    category text not null,
    channel text not null,
    severity text not null,
    status text not null,
    owner text not null,
    reported_at timestamptz not null,
    state jsonb not null,
    updated_at timestamptz not null
) with (fillfactor = 80);
create index incident_newest on incident (reported_at desc, incident_id desc);
create index incident_status on incident (status, reported_at desc, incident_id desc) where status in ('open', 'accepted');
create index incident_area on incident (area text_pattern_ops, reported_at desc, incident_id desc);

-- The next deadline of each incident that has one: fired by the clock of this database.
create table deadline (
    incident_id text primary key,
    step text not null,
    due_at timestamptz not null,
    try_at timestamptz not null
);
create index deadline_due on deadline (try_at);
