-- Answers already given, so that a client that asks again gets the same one.
create table answered (
    key text primary key,
    digest bytea not null,
    status int not null,
    body jsonb not null,
    at timestamptz not null default now()
);
