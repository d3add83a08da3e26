-- Reports of late that new ones are compared with, until the policy's window has passed. What was told is in the sketch:
-- keyed, and encrypted as the vault is; null where nothing was told.
create table comparable (
    incident_id text not null,
    place text not null,
    area text not null,
    category text not null,
    channel text not null,
    reported_at timestamptz not null,
    recorded_at timestamptz not null,
    nonce bytea,
    sketch bytea
);
create index comparable_near on comparable (place, category, reported_at);

-- Since when a report of this tier is handled together with which lead: its reporter is told what becomes of that.
create table link (
    incident_id text not null,
    lead text not null,
    recorded_at timestamptz not null
);
create index link_incident on link (incident_id);
create index link_lead on link (lead);
