-- A door sees and touches only what lies in the area of whoever asks; who owns these tables sees everything.
alter table report enable row level security;
create policy house on report to current_user using (true);
create policy caller on report using (of_caller(area));
alter table activity enable row level security;
create policy house on activity to current_user using (true);
create policy caller on activity using (of_caller(area));
alter table offer enable row level security;
create policy house on offer to current_user using (true);
create policy caller on offer using (of_caller(area));
alter table comparable enable row level security;
create policy house on comparable to current_user using (true);
create policy caller on comparable using (of_caller(area));

-- Nobody declares for an area what was declared for one around it: so that is seen, too.
alter table eligible enable row level security;
create policy house on eligible to current_user using (true);
create policy caller on eligible using (of_caller(area));
create policy caller_around on eligible for select using (around_caller(area));

-- What is of a report or an activity is where that is; what became of a lead is told to whoever may follow a report that
-- was linked to it.
alter table link enable row level security;
create policy house on link to current_user using (true);
create policy caller on link using (exists (select from report r where r.incident_id = link.incident_id));
alter table timeline enable row level security;
create policy house on timeline to current_user using (true);
create policy caller on timeline using (
    exists (select from report r where r.incident_id = timeline.incident_id)
    or exists (select from link l where l.lead = timeline.incident_id)
);
alter table vault enable row level security;
create policy house on vault to current_user using (true);
create policy caller on vault using (
    exists (select from report r where r.incident_id = vault.incident_id)
    or exists (select from activity a where a.activity_id = vault.incident_id)
);
alter table data_key enable row level security;
create policy house on data_key to current_user using (true);
create policy caller on data_key using (
    exists (select from report r where r.incident_id = data_key.incident_id)
    or exists (select from activity a where a.activity_id = data_key.incident_id)
);
alter table erasure enable row level security;
create policy house on erasure to current_user using (true);
create policy caller on erasure using (
    exists (select from report r where r.incident_id = erasure.incident_id)
    or exists (select from activity a where a.activity_id = erasure.incident_id)
);

-- A device belongs to the area of whoever sends for it, which its name says first.
alter table item enable row level security;
create policy house on item to current_user using (true);
create policy caller on item using (of_caller(split_part(split_part(source, '/devices/', 2), '/', 1)));
alter table batch enable row level security;
create policy house on batch to current_user using (true);
create policy caller on batch using (of_caller(split_part(split_part(source, '/devices/', 2), '/', 1)));

-- What must be known of everybody, whoever asks: which numbers of a source are taken, and what may be the same matter.
create function taken_numbers(sources text[], names text[])
    returns table (source text, number text, incident_id text, area text)
    stable security definer set search_path = public, pg_temp language sql
    as $$
        select o.source, o.number, o.incident_id, o.area
        from offer o join unnest(sources, names) as given (source, number) using (source, number)
    $$;
create function compared_with(
    places text[], categories text[], sinces timestamptz[], untils timestamptz[], tolds boolean[], most int
)
    returns table (
        incident_id text, area text, category text, channel text, reported_at timestamptz, nonce bytea, sketch bytea,
        kek_id text, wrapped bytea
    )
    stable security definer set search_path = public, pg_temp language sql
    as $$
        select c.*, k.kek_id, k.wrapped
        from unnest(places, categories, sinces, untils, tolds) as a (place, category, since, until, told)
        cross join lateral (
            select e.incident_id, e.area, e.category, e.channel, e.reported_at,
                case when a.told then e.nonce end as nonce, case when a.told then e.sketch end as sketch
            from comparable e
            where e.place = a.place and e.category = a.category and e.reported_at between a.since and a.until
            order by e.reported_at desc limit most
        ) as c
        left join data_key k on c.sketch is not null and k.incident_id = c.incident_id
    $$;
revoke execute on function taken_numbers, compared_with from public;

-- What programs insert, see messaging/rows.py.
create type report_row as (
    incident_id text, source text, area text, category text, channel text, severity text, occurred_at timestamptz,
    backfill boolean, recorded_at timestamptz
);
create type timeline_row as (
    incident_id text, topic text, seq bigint, type text, occurred_at timestamptz, recorded_at timestamptz
);
create type activity_row as (
    activity_id text, source text, activity text, area text, role text, actor_role text, actor_ref text,
    occurred_at timestamptz, minutes int, attendance int, raised int, adopted int, recorded_at timestamptz
);
create type item_row as (
    source text, id text, digest bytea, kind text, about text, state text, recorded_at timestamptz
);
create type offer_row as (
    incident_id text, source text, number text, area text, month text, offered_at timestamptz, backfill boolean
);
create type eligible_row as (
    source text, month text, area text, version int, count int, actor_role text, actor_ref text,
    declared_at timestamptz, recorded_at timestamptz
);
create type vault_row as (incident_id text, fields text[], sealed bytea[]);
create type data_key_row as (incident_id text, kek_id text, wrapped bytea);
