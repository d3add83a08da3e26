-- How many lines a history has beyond those its incident's state counts: what followup tells is appended without the state.
alter table incident add column told int not null default 0;
