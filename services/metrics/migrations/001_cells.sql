-- Additive cells: this tier's own, and the other tiers' as they publish them. `counts` is measure → value.
create table cell (
    tier text not null,
    area text not null,
    day text not null,
    category text not null,
    channel text not null,
    counts jsonb not null,
    version bigint not null,
    unpublished boolean not null,
    primary key (tier, area, day, category, channel)
) with (fillfactor = 80);
create index cell_unpublished on cell (tier) where unpublished;

-- The sums of an area over all days, categories and channels, for the live stream.
create table total (
    tier text not null,
    area text not null,
    counts jsonb not null,
    version bigint not null,
    changed_at timestamptz not null,
    primary key (tier, area)
) with (fillfactor = 50);
create index total_changed on total (changed_at);

-- As of when each tier's figures are current.
create table tier_state (
    tier text primary key,
    as_of timestamptz not null
);
