-- What followup's door does: it shows revisits and records what was done with the parties.
grant select, update (status, due_at, resolved_at, state, updated_at) on revisit to "door";
grant select, insert, update, delete on deadline to "door";
