-- A day in the life of that database: each table sees what it can.

INSERT INTO order_line VALUES (1000, 1, 0.0001, 'new'), (1000, 2, NULL, NULL);
UPDATE order_line SET price = price + 0.5 WHERE order_id % 10 = 0;
UPDATE order_line SET order_id = order_id + 5000 WHERE order_id BETWEEN 20 AND 29;
UPDATE order_line SET line = 4 - line WHERE order_id = 7 AND line = 4;
DELETE FROM order_line WHERE order_id BETWEEN 100 AND 120;

BEGIN;
DELETE FROM device WHERE name LIKE '%9';
INSERT INTO device SELECT md5(i::text)::uuid, 'again ' || i, NULL FROM generate_series(1, 300) i ON CONFLICT (id) DO UPDATE SET seen = NULL;
UPDATE device SET id = md5(name)::uuid WHERE name LIKE '%8';
COMMIT;

UPDATE country SET code = code || '!' WHERE name IS NOT NULL;
INSERT INTO country VALUES ('de', 'wieder da');
UPDATE country SET name = '' WHERE code = ' !';
DELETE FROM country WHERE name IS NULL;

UPDATE currency SET code = 'Y' WHERE code = 'X';
INSERT INTO currency VALUES ('X', 'c');
DELETE FROM currency WHERE code = '';

UPDATE tariff SET price = -price WHERE open;
UPDATE tariff SET valid_from = valid_from + interval '1 microsecond', mark = mark || '\x00' WHERE zone > 9;
UPDATE tariff SET mood = 'so ; so', open = NOT open WHERE zone < 1;
DELETE FROM tariff WHERE zone BETWEEN 4 AND 5;
INSERT INTO tariff VALUES ('0044-03-15 00:00+00 BC', -999.9, '5874897-12-31', false, 'sad''n''blue', '\x', '::/0', 'NaN');

UPDATE membership SET nick = nick || '!' WHERE club = 3;
UPDATE membership SET email = upper(email) WHERE club = 4;
UPDATE membership SET id = id + 1000 WHERE club = 5;
DELETE FROM membership WHERE club = 6;
INSERT INTO membership VALUES (7777, 'new@example.com', 6, NULL);

UPDATE article SET version = 2;
UPDATE article SET body = body || '.' WHERE id % 2 = 0;
DELETE FROM article WHERE id % 5 = 0;
UPDATE article SET id = DEFAULT WHERE id = 1;
INSERT INTO article (body, version) VALUES (NULL, 9);

UPDATE document SET title = title || '!';
UPDATE document SET id = id + 100 WHERE id <= 5;
UPDATE document SET id = id + 100 WHERE id BETWEEN 101 AND 103;
BEGIN;
UPDATE document SET id = -id WHERE id = 10;
UPDATE document SET title = 'turned', tags = NULL WHERE id = -10;
UPDATE document SET id = 10 WHERE id = -10;
COMMIT;
UPDATE document SET body = repeat('y', 5000) WHERE id % 7 = 0;
DELETE FROM document WHERE id = 20;
INSERT INTO document VALUES (20, 'again', repeat('z', 5000), NULL, '{}');

INSERT INTO reading_log SELECT 'd1', 1, 1, ARRAY[0, '-0', 'NaN']::real[], timestamp '2024-01-01' FROM generate_series(1, 10);
UPDATE reading_log SET value = 17 WHERE device = 'd2' AND value = 2;
DELETE FROM reading_log WHERE device = 'd3' AND ratio = 1;
DELETE FROM reading_log WHERE ctid = (SELECT min(ctid) FROM reading_log WHERE device = 'd1');
UPDATE reading_log SET value = '-0' WHERE device = 'd4' AND value = 0;
UPDATE reading_log SET at = '-infinity', values = '[0:1]={1,2}' WHERE ctid = (SELECT min(ctid) FROM reading_log WHERE at = 'infinity');
INSERT INTO reading_log (value) VALUES ('-0'), ('0'), ('NaN');

UPDATE deferred SET id = id + 1, v = v || '!';
DELETE FROM deferred WHERE id = 2;
INSERT INTO deferred VALUES (2, 'two!');

INSERT INTO measurement SELECT date '2025-06-01' + i, i, i FROM generate_series(1, 20) i;
UPDATE measurement SET value = value + 0.01 WHERE sensor = 3;
UPDATE measurement SET at = at + 365 WHERE at BETWEEN '2023-12-01' AND '2023-12-31';
DELETE FROM measurement WHERE at < '2023-01-10';
UPDATE measurement SET sensor = sensor + 1 WHERE at = '2024-03-03' AND sensor IN (0, 1, 2, 3, 4);

UPDATE event SET kind = 3 - kind WHERE what = 'what 4';
UPDATE event SET what = 'else' WHERE what = 'what 5';
DELETE FROM event WHERE what IN ('what 6', 'what 7');
INSERT INTO event VALUES (1, 'else'), (1, 'else'), (2, NULL);

UPDATE vehicle SET wheels = wheels + 1;
DELETE FROM vehicle WHERE id = 2;
INSERT INTO truck VALUES (1, 10, 30);

UPDATE invoice SET net = net + 1 WHERE id % 3 = 0;
UPDATE invoice SET id = -id WHERE id % 5 = 0;
DELETE FROM invoice WHERE id = 7;
INSERT INTO invoice (id, net) VALUES (999, NULL);

UPDATE wide SET c999 = '2000-02-29' WHERE id < 10;
UPDATE wide SET c998 = true, c1 = 'changed' WHERE id = 11;
UPDATE wide SET id = 1000 WHERE id = 12;
DELETE FROM wide WHERE id = 13;
INSERT INTO wide (id, c500) VALUES (14000, 5);

INSERT INTO nothing VALUES (1, 'something');
DELETE FROM nothing;
INSERT INTO nothing_at_all VALUES ('{a}', 1.0), ('{a}', 1.0), ('{a}', 1.00), (NULL, NULL);
DELETE FROM nothing_at_all WHERE n::text = '1.00';

UPDATE "Sales.EU"."Order Items" SET "select" = 'updated', "trailing " = NULL WHERE "?" < 5;
UPDATE "Sales.EU"."Order Items" SET "a.b" = 'b.a', "Größe in cm" = -1 WHERE "?" = 10;
UPDATE "Sales.EU"."Order Items" SET "back`tick" = 77 WHERE "?" = 11;
DELETE FROM "Sales.EU"."Order Items" WHERE "?" = 12;
INSERT INTO "Sales.EU"."Order Items" ("Größe in cm", "a.b", "back`tick", "100%") VALUES (0, '', 0, 'NaN');

UPDATE "order" SET "table" = 'x', "_new" = NULL WHERE "user" < 5;
UPDATE "order" SET "user" = "user" + 100 WHERE "user" BETWEEN 5 AND 9;
DELETE FROM "order" WHERE "user" = 10;
UPDATE "Kunde" SET "Name" = 'am größten' WHERE "ID" = 2;
UPDATE "Kunde" SET "ID" = 3 WHERE "ID" = 1;
DELETE FROM kunde WHERE id = 1;
INSERT INTO kunde VALUES (2, 'winzig');
UPDATE "grüße" SET v = 'neu' WHERE id = 1;
DELETE FROM "größe" WHERE id = 1;
INSERT INTO "größe" VALUES (2, 'dazu');
UPDATE "a/b: 50% of ""it"".csv" SET v = 'z' WHERE id = 1;
UPDATE "a/b: 50% of ""it"".csv" SET id = 3 WHERE id = 2;
UPDATE files SET history = 'changed' WHERE id = 1;
DELETE FROM files WHERE id = 2;
UPDATE snapshots SET id = 9 WHERE id = 1;

-- Every row of the types anew, now through the stream, then changed there and back.
INSERT INTO every_number SELECT (r).* FROM (SELECT every_number #= hstore('id', (id + 100)::text) AS r FROM every_number) n;
INSERT INTO every_text SELECT (r).* FROM (SELECT every_text #= hstore('id', (id + 100)::text) AS r FROM every_text) n;
INSERT INTO every_time SELECT (r).* FROM (SELECT every_time #= hstore('id', (id + 100)::text) AS r FROM every_time) n;
INSERT INTO every_array SELECT (r).* FROM (SELECT every_array #= hstore('id', (id + 100)::text) AS r FROM every_array) n;
INSERT INTO exotic SELECT (r).* FROM (SELECT exotic #= hstore('id', (id + 100)::text) AS r FROM exotic) n;
UPDATE every_number SET exact = 'NaN', scaled = 'NaN', single = 'NaN', money = -1 WHERE id = 1;
UPDATE every_number SET scaled = 5 WHERE id = 3;
UPDATE every_number SET id = id + 1000 WHERE id = 2;
DELETE FROM every_number WHERE id = 4;
UPDATE every_text SET free = NULL, bytes = '\xdead', fixed = 'new' WHERE id = 1;
UPDATE every_text SET name = 'kept long ones' WHERE id = 5;
UPDATE every_text SET id = 6 WHERE id = 5;
DELETE FROM every_text WHERE id = 2;
UPDATE every_time SET day = '2024-01-01', wall = '2024-01-01', instant = '2024-01-01' WHERE id = 2;
UPDATE every_time SET day = 'infinity', wall = '294276-12-31 23:59:59.999999', instant = '-infinity' WHERE id = 1;
UPDATE every_time SET id = 1003 WHERE id = 3;
DELETE FROM every_time WHERE id = 4;
UPDATE every_array SET numbers = '{{1},{2}}', days = '{-infinity}', texts = ARRAY['x'] WHERE id = 1;
UPDATE every_array SET numbers = '{3}' WHERE id = 4;
UPDATE every_array SET id = 1002 WHERE id = 2;
DELETE FROM every_array WHERE id = 3;
UPDATE exotic SET at = ROW('moved', 8), tags = tags || 'c=>3', numbers = '[7,8)' WHERE id = 1;
UPDATE exotic SET id = 1002 WHERE id = 2;
DELETE FROM exotic WHERE id = 4;

TRUNCATE author CASCADE;
INSERT INTO author VALUES (1, 'the first again');
INSERT INTO book VALUES (1, 1, 'anew');
BEGIN;
INSERT INTO shelf VALUES (1000, 'lost');
TRUNCATE shelf, event;
INSERT INTO shelf VALUES (1, 'kept');
COMMIT;
INSERT INTO event VALUES (2, 'after'), (2, 'after');

UPDATE person SET secret = 'other', age = age + 1 WHERE id % 2 = 0;
UPDATE person SET id = id + 1000 WHERE id % 3 = 0;
DELETE FROM person WHERE id % 7 = 0;
UPDATE ticket SET state = 'open' WHERE id BETWEEN 1 AND 20;
UPDATE ticket SET state = 'closed' WHERE id BETWEEN 15 AND 40;
DELETE FROM ticket WHERE id > 90;
INSERT INTO ticket VALUES (500, 'open'), (501, 'closed');
