-- What happened to each incident, line by line: appended with the batch that decided it, never changed.
create table history (
    incident_id text not null,
    number int not null,
    event text not null,
    tier text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    role text not null,
    ref text not null,
    detail text,
    rule text,
    primary key (incident_id, number)
);

-- Until now they were part of the incident's state, which was read and written whole with every change.
insert into history (incident_id, number, event, tier, occurred_at, recorded_at, role, ref, detail)
select i.incident_id, line.number, line.value->>'event', line.value->>'tier',
    (line.value->>'occurred_at')::timestamptz, (line.value->>'recorded_at')::timestamptz,
    line.value->'actor'->>'role', line.value->'actor'->>'ref', line.value->>'detail'
from incident i, json_array_elements(i.state::json->'history') with ordinality as line (value, number);

-- The state keeps how many lines each tier wrote, village first.
update incident i
set state = (
    i.state::jsonb - 'history' || jsonb_build_object('lines', (
        select jsonb_build_array(
            count(*) filter (where h.tier = 'village'), count(*) filter (where h.tier = 'town'),
            count(*) filter (where h.tier = 'county')
        )
        from history h where h.incident_id = i.incident_id
    ))
)::text;
