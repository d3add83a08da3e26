-- The state is kept as it was written: text is cheaper to store than jsonb, and nobody looks into it here. Half of each
-- page stays free for new versions of its rows.
alter table revisit set (fillfactor = 50);
alter table revisit alter column state type text;
