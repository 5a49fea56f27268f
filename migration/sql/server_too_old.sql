-- Row-level security was repaired in 15.14, 16.10 and 17.6; 18 has the repairs from its start.
select format('PostgreSQL %s lacks fixes to row-level security: use at least 15.14, 16.10, 17.6 or 18', current_setting('server_version')) as problem
where case
  when current_setting('server_version_num')::int < 160000 then current_setting('server_version_num')::int < 150014
  when current_setting('server_version_num')::int < 170000 then current_setting('server_version_num')::int < 160010
  when current_setting('server_version_num')::int < 180000 then current_setting('server_version_num')::int < 170006
  else false
end
