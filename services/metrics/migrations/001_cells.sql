-- Additive cells: this tier's own, and the other tiers' as they publish them. `counts` is measure → value.
create table cell (
    -- so that what is locked, written and published need be found by its five names only once
    id bigint generated always as identity primary key,
    version bigint not null,
    tier text not null,
    area text not null,
    day text not null,
    category text not null,
    channel text not null,
    -- kept as it was written: json is cheaper to store than jsonb, and is taken apart only by who asks for figures
    counts json not null,
    unique (area, day, category, channel, tier)
-- room for a new version of each row on its page, so that counting touches no index
) with (fillfactor = 50);

-- This tier's cells whose present counts have not been published, as of the version that is to be.
-- A table of its own: a flag on the cell would rewrite the whole cell, and an index, whenever it changes.
create table unpublished (
    cell bigint primary key,
    version bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- The sums of an area over all days, categories and channels, for the live stream.
create table total (
    tier text not null,
    area text not null,
    counts json not null,
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
