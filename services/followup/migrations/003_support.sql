-- What the next date of an incident is about: a round of its revisit, or the end of a support plan.
alter table deadline add column step text not null default 'revisit';
