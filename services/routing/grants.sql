-- What routing's door does: it shows incidents and acts on them, and keeps the registry of contacts.
grant select, update (area, category, severity, status, live, owner, state, updated_at, proposed, told) on incident
    to "door";
grant select, insert on history to "door";
grant select, insert, update, delete on deadline, assigned to "door";
grant select, insert, update on supervised, derived to "door";
grant select, insert, update (kind, valid_until, capacity, name, changed_at) on contact to "door";
grant execute on function known_contacts, in_hand to "door";
