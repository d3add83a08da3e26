-- A door sees only what lies in the area of whoever asks; who owns these tables sees everything.
alter table cell enable row level security;
create policy house on cell to current_user using (true);
create policy caller on cell using (of_caller(area));
alter table total enable row level security;
create policy house on total to current_user using (true);
create policy caller on total using (of_caller(area));
alter table restatement enable row level security;
create policy house on restatement to current_user using (true);
create policy caller on restatement using (of_caller(area));
alter table evidence enable row level security;
create policy house on evidence to current_user using (true);
create policy caller on evidence using (of_caller(area));
alter table unusual enable row level security;
create policy house on unusual to current_user using (true);
create policy caller on unusual using (of_caller(area));
