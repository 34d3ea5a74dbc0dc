-- A database of somebody else: whatever PostgreSQL allows and people do.

CREATE EXTENSION hstore;
CREATE EXTENSION citext;

CREATE SCHEMA "Sales.EU";
CREATE SCHEMA archive;

CREATE TYPE mood AS ENUM ('so ; so', 'glad', 'sad''n''blue');
CREATE TYPE place AS (street text, number int);
CREATE DOMAIN positive AS numeric(8, 3) CHECK (VALUE > 0);
CREATE DOMAIN small_positive AS positive CHECK (VALUE < 1000);
CREATE DOMAIN email AS citext;
CREATE DOMAIN counts AS int[];

-- Keys ----------------------------------------------------------------------------------------

CREATE TABLE order_line (
  order_id bigint,
  line smallint,
  price numeric(12, 4),
  note text,
  PRIMARY KEY (order_id, line)
);
INSERT INTO order_line
SELECT o, l, o * 1.25 + l, CASE l WHEN 1 THEN '' WHEN 2 THEN 'note ' || o END
FROM generate_series(1, 300) o, generate_series(1, 3) l;

CREATE TABLE device (id uuid PRIMARY KEY, name text, seen timestamptz);
INSERT INTO device
SELECT md5(i::text)::uuid, 'device ' || i, timestamptz '2024-01-01 00:00+05' + i * interval '1 hour'
FROM generate_series(1, 200) i;

CREATE TABLE country (code text PRIMARY KEY, name varchar(40));
INSERT INTO country VALUES ('de', 'Deutschland'), ('pk', 'پاکستان'), ('', 'nowhere'), (' ', 'blank'),
  ('O''Neill\', 'quoted'), (E'two\nlines', NULL);

CREATE TABLE currency (code char(3), kind char, PRIMARY KEY (code, kind));
INSERT INTO currency VALUES ('EUR', 'a'), ('X', 'b'), ('', '');

CREATE TABLE tariff (
  valid_from timestamptz,
  zone numeric(4, 1),
  day date,
  open boolean,
  mood mood,
  mark bytea,
  net inet,
  price double precision,
  PRIMARY KEY (valid_from, zone, day, open, mood, mark, net)
);
INSERT INTO tariff
SELECT timestamptz '2020-01-01 00:00:00.000001+00' + i * interval '1 day', i / 10.0, date '0044-03-15 BC' + i,
  i % 2 = 0, 'glad', decode(lpad(to_hex(i), 4, '0'), 'hex'), ('10.0.0.' || i)::inet, i / 3.0
FROM generate_series(0, 99) i;

-- The key of the log is another than the primary one, which is deferrable.
CREATE TABLE membership (
  id int PRIMARY KEY DEFERRABLE,
  email text NOT NULL,
  club int NOT NULL,
  nick text
);
CREATE UNIQUE INDEX membership_log ON membership (club, email);
ALTER TABLE membership REPLICA IDENTITY USING INDEX membership_log;
INSERT INTO membership SELECT i, 'm' || i || '@example.com', i % 7, 'nick ' || i FROM generate_series(1, 100) i;

-- The whole row is logged, and there is a key all the same.
CREATE TABLE article (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, version int);
ALTER TABLE article ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE article REPLICA IDENTITY FULL;
INSERT INTO article (body, version) SELECT repeat('b' || i, 3000), 1 FROM generate_series(1, 20) i;

-- Values that lie beside the row, and are left out of the log where they do not change.
CREATE TABLE document (id int PRIMARY KEY, title text, body text, scan bytea, tags text[]);
ALTER TABLE document ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE document ALTER COLUMN scan SET STORAGE EXTERNAL;
ALTER TABLE document ALTER COLUMN tags SET STORAGE EXTERNAL;
INSERT INTO document
SELECT i, 'title ' || i, repeat('x' || i, 2500), decode(repeat('00ff', 3000), 'hex'), array_fill('tag'::text, ARRAY[1500])
FROM generate_series(1, 30) i;

-- No key --------------------------------------------------------------------------------------

CREATE TABLE reading_log (device text, value double precision, ratio real, values real[], at timestamp);
ALTER TABLE reading_log REPLICA IDENTITY FULL;
INSERT INTO reading_log
SELECT 'd' || i % 5, i % 4, i % 3, ARRAY[0, '-0', 'NaN']::real[], timestamp '2024-01-01' FROM generate_series(1, 500) i;
INSERT INTO reading_log
SELECT NULL, v, v, ARRAY[v], NULL
FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity', '0', '-0', '0', NULL, NULL]::real[]) v;
INSERT INTO reading_log VALUES ('forever', 1, 1, '{{1,2},{3,4}}', 'infinity'), ('forever', 1, 1, '{{1,2},{3,4}}', 'infinity');

CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, v text);
ALTER TABLE deferred REPLICA IDENTITY FULL;
INSERT INTO deferred VALUES (1, 'one'), (2, 'two');

-- Partitions ----------------------------------------------------------------------------------

CREATE TABLE measurement (at date, sensor int, value numeric(10, 2), PRIMARY KEY (at, sensor))
PARTITION BY RANGE (at);
CREATE TABLE measurement_2023 PARTITION OF measurement FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE measurement_2024 PARTITION OF measurement FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
PARTITION BY LIST (sensor);
CREATE TABLE archive."2024 even" PARTITION OF measurement_2024 FOR VALUES IN (0, 2, 4);
CREATE TABLE archive."2024 odd" PARTITION OF measurement_2024 FOR VALUES IN (1, 3, 5);
CREATE TABLE measurement_rest (value numeric(10, 2), gone text, sensor int NOT NULL, at date NOT NULL);
ALTER TABLE measurement_rest DROP COLUMN gone;
ALTER TABLE measurement ATTACH PARTITION measurement_rest DEFAULT;
INSERT INTO measurement
SELECT date '2022-12-01' + i, i % 6, i FROM generate_series(1, 900) i;

CREATE TABLE event (kind int, what text) PARTITION BY LIST (kind);
CREATE TABLE event_1 PARTITION OF event FOR VALUES IN (1);
CREATE TABLE event_2 PARTITION OF event FOR VALUES IN (2);
ALTER TABLE event REPLICA IDENTITY FULL;
ALTER TABLE event_1 REPLICA IDENTITY FULL;
ALTER TABLE event_2 REPLICA IDENTITY FULL;
INSERT INTO event SELECT 1 + i % 2, 'what ' || i % 10 FROM generate_series(1, 100) i;

-- Plain inheritance: parent and child are tables of their own.
CREATE TABLE vehicle (id int PRIMARY KEY, wheels int);
CREATE TABLE truck (load int, PRIMARY KEY (id)) INHERITS (vehicle);
INSERT INTO vehicle VALUES (1, 2), (2, 4);
INSERT INTO truck VALUES (2, 6, 10), (3, 8, 20);

-- Columns -------------------------------------------------------------------------------------

CREATE TABLE invoice (
  id int PRIMARY KEY,
  net numeric(10, 2),
  gross numeric(10, 2) GENERATED ALWAYS AS (net * 1.19) STORED,
  paid boolean DEFAULT false
);
INSERT INTO invoice (id, net) SELECT i, i * 10 FROM generate_series(1, 50) i;
ALTER TABLE invoice ADD COLUMN reminded int DEFAULT 7;
ALTER TABLE invoice DROP COLUMN paid;

DO $$
BEGIN
  EXECUTE (
    SELECT 'CREATE TABLE wide (id int PRIMARY KEY, ' || string_agg(format('c%s %s', i,
      (ARRAY['int', 'text', 'numeric(9,2)', 'boolean', 'date'])[1 + i % 5]), ', ' ORDER BY i) || ')'
    FROM generate_series(1, 999) i);
END $$;
INSERT INTO wide (id, c1, c2, c3, c4, c5, c995, c999) SELECT i, 'a', i, true, '2024-01-01', i, i, '2024-02-29' FROM generate_series(1, 20) i;

CREATE TABLE nothing (id int PRIMARY KEY, v text);
CREATE TABLE nothing_at_all (v text[], n numeric);
ALTER TABLE nothing_at_all REPLICA IDENTITY FULL;

-- Names ---------------------------------------------------------------------------------------

CREATE TABLE "Sales.EU"."Order Items" (
  "Größe in cm" int,
  "select" text,
  "a.b" text,
  "back`tick" int,
  "quote""d" text,
  "100%" numeric(5, 2),
  "{brace}" text,
  "日本語" text,
  "MixedCase" text,
  "trailing " text,
  "$dollar" text,
  "semi;colon" text,
  "slash/" text,
  "back\slash" text,
  "it's" text,
  "?" int,
  "_" double precision,
  "1st" text,
  "with-dash" text[],
  PRIMARY KEY ("Größe in cm", "a.b", "back`tick")
);
INSERT INTO "Sales.EU"."Order Items"
SELECT i, 's' || i, 'ab', i, 'q', i, '{}', '日本', 'M', 't', '$', ';', '/', '\', '''', i, 'NaN', '1', ARRAY['a', NULL, '']
FROM generate_series(1, 30) i;

CREATE TABLE "order" ("user" int PRIMARY KEY, "table" text, "from" text, "_row" int, "_new" int, "value" int, "key" text);
INSERT INTO "order" SELECT i, 't' || i, 'f', i, i, i, 'k' FROM generate_series(1, 30) i;
CREATE TABLE "Kunde" ("ID" int PRIMARY KEY, "Name" text);
CREATE TABLE kunde (id int PRIMARY KEY, name text);
INSERT INTO "Kunde" VALUES (1, 'groß'), (2, 'größer');
INSERT INTO kunde VALUES (1, 'klein'), (3, 'kleiner');
CREATE TABLE "grüße" (id int PRIMARY KEY, v text);
CREATE TABLE "größe" (id int PRIMARY KEY, v text);
INSERT INTO "grüße" VALUES (1, 'ü'), (2, 'üü');
INSERT INTO "größe" VALUES (1, 'ö'), (3, 'öö');
CREATE TABLE "a/b: 50% of ""it"".csv" (id int PRIMARY KEY, v text);
INSERT INTO "a/b: 50% of ""it"".csv" VALUES (1, 'x'), (2, 'y');
CREATE TABLE files (id int PRIMARY KEY, history text);
INSERT INTO files VALUES (1, 'x'), (2, 'y');
CREATE TABLE snapshots (id int PRIMARY KEY, refs text);
INSERT INTO snapshots VALUES (1, 'x'), (2, 'y');

-- Types ---------------------------------------------------------------------------------------

CREATE TABLE every_number (
  id int PRIMARY KEY,
  flag boolean,
  small smallint,
  normal integer,
  big bigint,
  exact numeric,
  scaled numeric(10, 2),
  fine numeric(38, 18),
  huge numeric(60, 20),
  coarse numeric(5, -2),
  little numeric(2, 4),
  single real,
  twice double precision,
  money money,
  checked positive,
  checked_again small_positive,
  object oid
);
INSERT INTO every_number VALUES
  (1, true, 32767, 2147483647, 9223372036854775807, 1e131071, 99999999.99, 12345678901234567890.123456789012345678,
    1234567890123456789012345678901234567890.12345678901234567890, 1234500, 0.0012, 3.4028235e38,
    1.7976931348623157e308, 92233720368547758.07, 99999.999, 999.999, 4294967295),
  (2, false, -32768, -2147483648, -9223372036854775808, -1e-16383, -99999999.99, -0.000000000000000001,
    -0.00000000000000000001, -100, -0.0099, 1e-45, 5e-324, -92233720368547758.08, 0.001, 0.001, 0),
  (3, NULL, NULL, NULL, NULL, 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', NULL, 'NaN', NULL, NULL),
  (4, NULL, 0, 0, 0, 'Infinity', 0, 0, 0, 0, 0, 'Infinity', '-Infinity', 0, 1, 1, 1),
  (5, NULL, 1, 1, 1, '-Infinity', 1.5, 1, 1, 100, 0.0001, '-0', '-0', 1, 1.5, 1.5, 2),
  (6, NULL, 1, 1, 1, 1.10, 1.1, 1.1, 1.1, 49, 0.005, 0.1, 0.1, 1234.5, 1.1, 1.1, 3),
  (7, NULL, 1, 1, 1, 1.1, 1.1, 1.1, 1.1, 151, 0.005, 1e10, 1e22, 0.01, 1.1, 1.1, 3);

CREATE TABLE every_text (
  id int PRIMARY KEY,
  fixed char(5),
  one char,
  inner_one "char",
  limited varchar(5),
  free text,
  name name,
  folded citext,
  mail email,
  bytes bytea,
  key uuid,
  state mood,
  json json,
  jsonb jsonb,
  xml xml
);
INSERT INTO every_text VALUES
  (1, 'ab', 'x', 'y', 'ab ', 'with ''quotes'', "these" and \backslash', 'n', 'Case', 'Me@Example.com', '\x00ff7e', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    'so ; so', '{"b" : 1, "b":2}', '{"b":1,"a":[null,1.50,"\u00e9"]}', '<a b="c">&lt;</a>'),
  (2, '', '', '', '', '', '', '', '', '\x', '00000000-0000-0000-0000-000000000000', 'glad', '[]', '"x"', ''),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'ß', 'ß', '\200', 'äöüß', U&'\+01F600 \200B بجلی' || E'\t\r\n', 'größe', 'GRÖSSE', 'Ü@x', '\x5c78', gen_random_uuid(), 'sad''n''blue', 'null', 'null', '<?xml version="1.0"?><x/>'),
  (5, '     ', ' ', ' ', ' ', repeat('long ', 50000), 'NULL', 'null', '~', decode(repeat('ab', 100000), 'hex'), NULL, NULL, '""', '{}', 'text');

CREATE TABLE every_time (
  id int PRIMARY KEY,
  day date,
  clock time,
  seconds time(0),
  zoned_clock timetz,
  wall timestamp,
  wall_millis timestamp(3),
  instant timestamptz,
  span interval,
  months interval year to month
);
INSERT INTO every_time VALUES
  (1, '2024-02-29', '23:59:59.999999', '12:00', '12:00:00.5+05:30', '2024-02-29 12:00:00.123456', '2024-02-29 12:00:00.123', '2024-02-29 12:00:00.123456+05', '1 year 2 days -03:00', '1 year 2 months'),
  (2, 'infinity', '24:00', '24:00', '24:00-15:59:59', 'infinity', 'infinity', 'infinity', '-1 year +2 days', '0'),
  (3, '-infinity', '00:00', '00:00', '00:00+00', '-infinity', '-infinity', '-infinity', '0', '-1 month'),
  (4, '4713-01-01 BC', '00:00:00.000001', '00:00:01', '00:00:00.000001+14', '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00.001 BC', '4713-01-01 00:00:00+00 BC', '-178000000 years', '1 year'),
  (5, '5874897-12-31', '01:02:03', '01:02:03', '01:02:03-08', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999', '294276-12-31 23:59:59.999999+00', '178000000 years', NULL),
  (6, '0001-01-01', '01:00', '01:00', '01:00Z', '294247-01-10 04:00:54.775807', '0001-01-01 00:00:00', '294247-01-10 04:00:54.775808+00', '1 microsecond', NULL),
  (7, '0001-12-31 BC', NULL, NULL, NULL, '1582-10-10 00:00:00', '1969-12-31 23:59:59.999', '1969-12-31 23:59:59.999999+00', '2562047788:00:54.775807', NULL),
  (8, '1900-01-01', NULL, NULL, NULL, '0044-03-15 10:00:00.000001 BC', '1883-11-18 12:03:58', '1883-11-18 12:03:58-04:56:02', NULL, NULL);

CREATE TABLE every_array (
  id int PRIMARY KEY,
  flags boolean[],
  numbers int[],
  bigs bigint[],
  scaled numeric(6, 2)[],
  exact numeric[],
  floats double precision[],
  texts text[],
  fixed char(3)[],
  bytes bytea[],
  keys uuid[],
  states mood[],
  days date[],
  walls timestamp[],
  instants timestamptz[],
  spans interval[],
  documents jsonb[],
  nets inet[],
  amounts money[],
  checked positive[],
  counted counts,
  places place[],
  boxes box[],
  ranges int4range[]
);
INSERT INTO every_array VALUES
  (1, '{t,f,NULL}', '{1,NULL,-2}', '{9223372036854775807}', '{1.5,0,NULL}', '{1.50,1e30,NaN}', '{0.1,NaN,-0,Infinity}',
    ARRAY['', NULL, 'NULL', 'a,b', '{x}', '"', '\', ' blank ', E'tab\t', 'größe'], '{a,bc,def}', ARRAY['\x00ff', '\x']::bytea[],
    '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', '{glad,"so ; so"}', '{2024-01-01,0044-03-15 BC}', '{2024-01-01 00:00:00.000001}', '{2024-01-01 00:00+05}',
    '{1 day,-01:00}', ARRAY['{"a": 1}', 'null', NULL]::jsonb[], '{10.0.0.1,::1/64}', '{1,1000}', '{1.5}', '{1,2}', ARRAY[ROW('a b', 1), ROW(NULL, NULL), NULL]::place[],
    '{(1,1),(0,0);(2,2),(1,1)}', '{"[1,5)",empty}'),
  (2, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, '{{t,f},{f,t}}', '[0:2]={1,2,3}', '{{{1}}}', '{NaN,1}', '{{1.0,2}}', '{{1,2}}', '{{a,"b c"},{NULL,""}}', '{{a}}', '{{"\\x00"}}', '{{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}}',
    '{{glad}}', '{infinity,2024-01-01}', '{-infinity}', '{infinity}', '{{1 day}}', ARRAY[ARRAY['{}'::jsonb]], '{{10.0.0.1}}', '{{1,2}}', '{NaN}', '[5:6]={5,6}', ARRAY[ARRAY[ROW('x', 1)]]::place[], '{{(1,1),(0,0)}}', '{{"[1,2)"}}');

CREATE TABLE exotic (
  id int PRIMARY KEY,
  net inet,
  block cidr,
  mac macaddr,
  mac8 macaddr8,
  bits bit(5),
  more_bits varbit,
  numbers int4range,
  instants tstzrange,
  many int8multirange,
  dot point,
  way path,
  round circle,
  area polygon,
  straight line,
  part lseg,
  corner box,
  words tsvector,
  asked tsquery,
  at place,
  tags hstore,
  log pg_lsn,
  transaction xid8,
  vector int2vector,
  table_name regclass,
  "path" jsonpath
);
INSERT INTO exotic VALUES
  (1, '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', B'10101', B'1', '[1,5)', '[2024-01-01 00:00+05,)', '{[1,3),[5,9)}', '(1,2)', '((0,0),(1,1))', '<(0,0),1.5>',
    '((0,0),(1,1),(1,0))', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', 'a:1 b:2A', 'a & !b', ROW('a "b", c', 7), 'a=>1, b=>NULL', '16/B374D848', '12345678901', '1 2 3', 'order', '$.a[*] ? (@ > 1)'),
  (2, '::ffff:1.2.3.4/96', '2001:db8::/32', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00', B'00000', B'', 'empty', 'empty', '{}', '(NaN,Infinity)', '[(0,0),(1,1)]', '<(0,0),0>',
    '((0,0))', '{0,1,0}', '[(0,0),(0,0)]', '(0,0),(0,0)', '', '', ROW(NULL, NULL), '', '0/0', '0', '', NULL, '$'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, '192.168.1.5/24', '::/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', B'11111', B'1010101010101', '(,)', '(,)', '{(,)}', '(0.1,1e300)', '((0,0),(1,1),(2,0))', '<(1e-10,2),3>',
    '((0,0),(1,1),(1,0),(0.5,0.5))', '{1,-1,0}', '[(1e10,1),(2,3)]', '(1e10,1),(0,0)', '''a b'':3C', '''x'' <-> ''y''', ROW('', 0), '"k v"=>"a\"b"', 'FFFFFFFF/FFFFFFFF', '18446744073709551615', '-1', 'country', '$."größe"');

-- Truncation ----------------------------------------------------------------------------------

CREATE TABLE author (id int PRIMARY KEY, name text);
CREATE TABLE book (id int PRIMARY KEY, author int REFERENCES author, title text);
CREATE TABLE loan (book int REFERENCES book, day date, PRIMARY KEY (book, day));
CREATE TABLE shelf (id int PRIMARY KEY, v text);
INSERT INTO author SELECT i, 'author ' || i FROM generate_series(1, 10) i;
INSERT INTO book SELECT i, 1 + i % 10, 'book ' || i FROM generate_series(1, 50) i;
INSERT INTO loan SELECT i, date '2024-01-01' + i FROM generate_series(1, 50) i;
INSERT INTO shelf SELECT i, 's' FROM generate_series(1, 50) i;

-- What of some tables is sent -----------------------------------------------------------------

CREATE TABLE person (id int PRIMARY KEY, name text, secret text, age int);
INSERT INTO person SELECT i, 'p' || i, 'secret', i FROM generate_series(1, 100) i;
CREATE TABLE ticket (id int, state text, PRIMARY KEY (id, state));
INSERT INTO ticket SELECT i, CASE WHEN i % 2 = 0 THEN 'open' ELSE 'closed' END FROM generate_series(1, 100) i;

DO $$
BEGIN
  EXECUTE (
    SELECT 'CREATE PUBLICATION lake FOR TABLE '
      || string_agg(c.oid::regclass::text
        || CASE c.relname WHEN 'person' THEN ' (id, name, age)' WHEN 'ticket' THEN ' WHERE (state = ''open'')' ELSE '' END, ', ')
      || ' WITH (publish_via_partition_root = true)'
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'Sales.EU', 'archive') AND c.relkind IN ('r', 'p') AND NOT c.relispartition);
END $$;

CREATE ROLE lake_stranger LOGIN REPLICATION PASSWORD 'a stranger''s password';
GRANT USAGE ON SCHEMA public, "Sales.EU", archive TO lake_stranger;
GRANT SELECT ON ALL TABLES IN SCHEMA public, "Sales.EU", archive TO lake_stranger;
