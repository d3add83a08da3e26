-- A door sees and touches only what lies in the area of whoever asks; who owns these tables sees everything. What is of
-- an incident is where the incident is. Beside theirs, a door reaches incidents that are tied to the one acted on, and
-- names: what happens to a lead happens to its duplicates, wherever they lie.
alter table incident enable row level security;
create policy house on incident to current_user using (true);
create policy caller on incident using (
    of_caller(area) or incident_id = any (string_to_array(current_setting('fengqiao.beside', true), ','))
);

alter table history enable row level security;
create policy house on history to current_user using (true);
create policy caller on history using (exists (select from incident i where i.incident_id = history.incident_id));
alter table deadline enable row level security;
create policy house on deadline to current_user using (true);
create policy caller on deadline using (exists (select from incident i where i.incident_id = deadline.incident_id));
alter table assigned enable row level security;
create policy house on assigned to current_user using (true);
create policy caller on assigned using (exists (select from incident i where i.incident_id = assigned.incident_id));
alter table supervised enable row level security;
create policy house on supervised to current_user using (true);
create policy caller on supervised
    using (exists (select from incident i where i.incident_id = supervised.incident_id));
alter table derived enable row level security;
create policy house on derived to current_user using (true);
create policy caller on derived using (exists (select from incident i where i.incident_id = derived.incident_id));

-- Who is there for an area is there for all below it: they see those too, and change them not.
alter table contact enable row level security;
create policy house on contact to current_user using (true);
create policy caller on contact using (of_caller(area));
create policy caller_around on contact for select using (around_caller(area));

-- What decisions have to know of everybody, whoever asks: who a reference is, and how much each has in hand.
create function known_contacts(areas text[], refs text[]) returns setof contact
    stable security definer set search_path = public, pg_temp language sql
    as $$ select * from contact where area = any (areas) or reference = any (refs) $$;
create function in_hand(refs text[]) returns table (reference text, number bigint)
    stable security definer set search_path = public, pg_temp language sql
    as $$ select a.reference, count(*) from assigned a where a.reference = any (refs) group by a.reference $$;
revoke execute on function known_contacts, in_hand from public;

-- What programs insert, see messaging/rows.py.
create type incident_row as (
    incident_id text, area text, category text, channel text, severity text, status text, live boolean, owner text,
    reported_at timestamptz, state text, updated_at timestamptz, proposed boolean
);
create type history_row as (
    incident_id text, number int, event text, tier text, occurred_at timestamptz, recorded_at timestamptz, role text,
    ref text, detail text, rule text
);
