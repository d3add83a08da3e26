-- Who is there for an area in a role, from when until when; both days count. People are opaque references, bodies may
-- have a public name. An entry is corrected, never deleted: what was valid once can be looked up.
create table contact (
    id bigint generated always as identity primary key,
    reference text not null,
    kind text not null check (kind in ('person', 'body')),
    role text not null,
    area text not null,
    valid_from date not null,
    valid_until date,
    capacity int,
    name text check (name is null or kind = 'body'),
    changed_at timestamptz not null default now(),
    unique (reference, role, area, valid_from)
);
create index contact_area on contact (area text_pattern_ops, role);

-- Who has which open incident in hand.
create table assigned (
    incident_id text primary key,
    reference text not null
);
create index assigned_reference on assigned (reference);
insert into assigned
    select incident_id, state::json ->> 'assignee' from incident where live and state::json ->> 'assignee' is not null;
