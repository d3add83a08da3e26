-- Who asked for personal data, when, which, for what, and what was answered: each entry in the hash of the next.
create table audit (
    number bigint primary key,
    -- JSON as it was hashed; nothing personal in it
    entry text not null,
    hash bytea not null
);
-- The end of the chain, with a keyed digest: who cannot open the vault cannot make another end.
create table audit_head (
    one boolean primary key default true check (one),
    number bigint not null,
    hash bytea not null,
    mac bytea not null
);
insert into audit_head (number, hash, mac) values (0, '', '');

create function audit_stays() returns trigger language plpgsql as $$
begin
    raise exception 'the audit is append-only';
end $$;
create trigger audit_stays before update or delete on audit for each row execute function audit_stays();
create trigger audit_stays_whole before truncate on audit for each statement execute function audit_stays();
create trigger audit_head_goes_on before update on audit_head for each row when (new.number <= old.number)
    execute function audit_stays();
create trigger audit_head_stays before delete on audit_head for each row execute function audit_stays();
create trigger audit_head_stays_whole before truncate on audit_head for each statement execute function audit_stays();

-- What was erased, and under which key of the ring it was: copies open as long as that key is anywhere.
create table erasure (
    incident_id text primary key,
    erased_for text not null,
    kek_id text not null,
    erased_at timestamptz not null
);
create index erasure_kek on erasure (kek_id);
-- What may be due is found among the oldest.
create index vault_recorded on vault (recorded_at);
