-- Unusual days as they were judged: this tier's, and the other tiers' as they publish them. A row never changes.
create table unusual (
    id bigint generated always as identity unique,
    day text,
    area text,
    category text,
    tier text,
    rule text,
    kind text not null check (kind in ('spike', 'silence')),
    seen bigint not null,
    expected text not null,
    season text not null,
    score text not null,
    as_of timestamptz not null,
    unpublished boolean not null,
    primary key (day, area, category, tier, rule)
);
create index unusual_unpublished on unusual (id) where unpublished;

-- Which days this tier has judged, by which rule; most of them have no unusual area.
create table judged (
    rule text,
    day text,
    primary key (rule, day)
);
