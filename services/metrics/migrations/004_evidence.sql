-- Which incidents of this tier stand behind a figure that may be flagged: ids and times, nothing of any person.
create table evidence (
    kind text not null,
    day text not null,
    area text not null,
    incident_id uuid not null,
    since timestamptz not null,
    until timestamptz not null,
    primary key (kind, day, area, incident_id, until)
);
