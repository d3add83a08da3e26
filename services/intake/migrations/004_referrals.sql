-- What other bodies offered at this tier (诉调, 访调, 警调), under their own numbers, and what they were answered.
create table offer (
    incident_id text primary key,
    source text not null,
    number text,
    area text not null,
    -- of the offer, in the time zone of the settings: 2026-09
    month text not null,
    offered_at timestamptz not null,
    backfill boolean not null,
    accepted boolean not null default false,
    answer text,
    -- the number of the answer, so that they may come in any order
    answers int not null default 0,
    answered_at timestamptz
);
-- A source's own number names one matter for ever.
create unique index offer_number on offer (source, number) where number is not null;
create index offer_month on offer (source, month);

-- What sources declared: every version stays, the highest counts; a null count withdraws.
create table eligible (
    source text not null,
    month text not null,
    area text not null,
    version int not null,
    count int,
    actor_role text not null,
    actor_ref text not null,
    declared_at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (source, month, area, version)
);
