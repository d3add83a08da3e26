-- A door sees and touches only what lies in the area of whoever asks; who owns these tables sees everything. What is of
-- a revisit is where the revisit is.
alter table revisit enable row level security;
create policy house on revisit to current_user using (true);
create policy caller on revisit using (of_caller(area));
alter table deadline enable row level security;
create policy house on deadline to current_user using (true);
create policy caller on deadline using (exists (select from revisit r where r.incident_id = deadline.incident_id));

-- What programs insert, see messaging/rows.py.
create type revisit_row as (
    incident_id text, area text, status text, due_at timestamptz, resolved_at timestamptz, state text,
    updated_at timestamptz
);
