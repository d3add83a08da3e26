-- The state is kept as it was written (text is cheaper to store than jsonb, and nobody looks into it here), and whether
-- somebody has to work on an incident is a column of its own, so that only becoming and ceasing to be touches the
-- indexes. Rows are written once; indexes are built and constraints are named when the table has its name.
create table incident_after (
    incident_id text,
    area text,
    category text,
    channel text,
    severity text,
    status text,
    -- open or accepted
    live boolean,
    owner text,
    reported_at timestamptz,
    state text,
    updated_at timestamptz
) with (fillfactor = 50);
insert into incident_after
select incident_id, area, category, channel, severity, status, status in ('open', 'accepted'), owner, reported_at,
    state::text, updated_at
from incident;
drop table incident;
alter table incident_after rename to incident;
alter table incident
    add primary key (incident_id),
    alter area set not null,
    alter category set not null,
    alter channel set not null,
    alter severity set not null,
    alter status set not null,
    alter live set not null,
    alter owner set not null,
    alter reported_at set not null,
    alter state set not null,
    alter updated_at set not null;
create index incident_newest on incident (reported_at desc, incident_id desc);
create index incident_live on incident (reported_at desc, incident_id desc) where live;
create index incident_area on incident (area text_pattern_ops, reported_at desc, incident_id desc);
analyze incident;
