-- What an installation of the first release holds, in every table of metrics: written by its own programs.

insert into answered (key, digest, status, body, at) overriding system value values
('first-key', E'\\x230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5', '201', '{"incident_id": "x"}', '2026-11-22 04:59:57.51037+00');

insert into cell (tier, area, day, category, channel, counts, version, unpublished) overriding system value values
('town', '620522101', '2024-05-06', 'first-release-0', 'channel/1:court', '{"received": 4}', '3', 'false'),
('village', '620522101203', '2024-05-06', 'first-release-5', 'channel/1:patrol', '{"accepted": 1, "received": 6}', '1', 'true'),
('village', '620522101203', '2024-05-06', 'first-release-1', 'channel/1:patrol', '{"accepted": 1, "received": 2}', '1', 'false'),
('village', '620522101203', '2024-05-06', 'first-release-4', 'channel/1:patrol', '{"accepted": 1, "received": 5}', '1', 'true'),
('village', '620522101203', '2024-05-06', 'first-release-3', 'channel/1:patrol', '{"accepted": 1, "received": 4}', '1', 'false'),
('village', '620522101203', '2024-05-06', 'first-release-0', 'channel/1:patrol', '{"accepted": 1, "received": 11}', '2', 'true'),
('village', '620522101203', '2024-05-06', 'first-release-2', 'channel/1:patrol', '{"accepted": 1, "received": 3}', '1', 'false');

insert into dead_letter (id, identity, topic, key, seq, kind, reason, detail, record, value, sealed, seen, status, first_at, last_at) overriding system value values
('1', 'abc', 'village.routing', 'x-w', '1', 'gap', 'sequence-gap', 'number 1 never came', NULL, NULL, 'false', '1', 'open', '2026-11-22 04:59:57.502266+00', '2026-11-22 04:59:57.502266+00');
select setval('dead_letter_id_seq', 1);

insert into guard (topic, key, last_seq, waiting) overriding system value values
('village.routing', 'x', '3', 'false'),
('village.routing', 'x-w', '0', 'true');

insert into held (topic, key, seq, record, value, held_at) overriding system value values
('village.routing', 'x-w', '2', '{}', E'\\x78', '2026-11-22 04:59:57.502266+00');

insert into outbox (id, topic, key, seq, type, occurred_at, recorded_at, traceparent, data, sent_at) overriding system value values
('1', 'village.metrics', 'x', '1', 'incident.reported.v1', '2024-05-06 01:20:00+00', '2024-05-06 01:20:00+00', NULL, E'\\x7b22696e636964656e745f6964223a2231313131313131312d323232322d343333332d383434342d353535353535353535353535222c2261726561223a22363230353232313031323033222c2263617465676f7279223a2263617465676f72792f313a6c616e64222c226368616e6e656c223a226368616e6e656c2f313a706174726f6c222c227365766572697479223a2273657665726974792f313a6f7264696e617279222c227265706f727465645f6174223a22323032342d30352d30365430313a32303a30305a222c226261636b66696c6c223a66616c73652c2274696572223a2276696c6c616765222c22736f75726365223a222f68747470222c226f636375727265645f6174223a22323032342d30352d30365430313a32303a30305a222c2270617274696573223a5b7b22726566223a227031222c22726f6c65223a2270617274792d726f6c652f313a6170706c6963616e74227d2c7b22726566223a227032222c22726f6c65223a2270617274792d726f6c652f313a726573706f6e64656e74227d5d2c227461726765745f6174223a6e756c6c7d', '2026-11-22 04:59:57.494768+00'),
('2', 'village.metrics', 'x', '2', 'incident.reported.v1', '2024-05-06 01:20:00+00', '2024-05-06 01:20:00+00', NULL, E'\\x7b22696e636964656e745f6964223a2231313131313131312d323232322d343333332d383434342d353535353535353535353535222c2261726561223a22363230353232313031323033222c2263617465676f7279223a2263617465676f72792f313a6c616e64222c226368616e6e656c223a226368616e6e656c2f313a706174726f6c222c227365766572697479223a2273657665726974792f313a6f7264696e617279222c227265706f727465645f6174223a22323032342d30352d30365430313a32303a30305a222c226261636b66696c6c223a66616c73652c2274696572223a2276696c6c616765222c22736f75726365223a222f68747470222c226f636375727265645f6174223a22323032342d30352d30365430313a32303a30305a222c2270617274696573223a5b7b22726566223a227031222c22726f6c65223a2270617274792d726f6c652f313a6170706c6963616e74227d2c7b22726566223a227032222c22726f6c65223a2270617274792d726f6c652f313a726573706f6e64656e74227d5d2c227461726765745f6174223a6e756c6c7d', NULL);
select setval('outbox_id_seq', 2);

insert into sequence (topic, key, last_seq) overriding system value values
('village.metrics', 'x', '2');

insert into tier_state (tier, as_of) overriding system value values
('town', '2024-05-06 01:20:00+00');

insert into total (tier, area, counts, version, changed_at) overriding system value values
('town', '620522101', '{"received": 4}', '1', '2026-11-22 04:59:57.475336+00'),
('village', '620522101203', '{"accepted": 6, "received": 31}', '2', '2026-11-22 04:59:57.466712+00');

insert into dead_letter_audit (id, dead_letter, action, reason, actor, at) overriding system value values
('1', '1', 'redrive', 'r', 'operator', '2026-11-22 04:59:57.502266+00');
select setval('dead_letter_audit_id_seq', 1);
