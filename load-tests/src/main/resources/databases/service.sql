-- Database `service`: what consumers complain about and who wants to be connected. Free text in English and Urdu.
-- Money is Pakistani rupees. Ids of billing and network are plain columns.
-- Run once, in one transaction, by the owner; the role lake_service exists already.

CREATE TABLE complaint (
  complaint_id uuid PRIMARY KEY,
  consumer_id bigint,
  interruption_id bigint,
  category text NOT NULL CHECK (category IN ('no_supply', 'voltage', 'billing', 'meter', 'safety')),
  channel text NOT NULL CHECK (channel IN ('call_centre', 'app', 'walk_in', 'sms')),
  caller_name text NOT NULL,
  cnic text CHECK (cnic ~ '^\d{5}-\d{7}-\d$'),
  phone text NOT NULL,
  description text NOT NULL,
  details jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'responded', 'closed')),
  opened_at timestamptz NOT NULL,
  responded_at timestamptz,
  restored_at timestamptz,
  closed_at timestamptz,
  response_limit_minutes integer NOT NULL CHECK (response_limit_minutes > 0),
  restoration_limit_minutes integer NOT NULL CHECK (restoration_limit_minutes > 0),
  updated_at timestamptz NOT NULL,
  CHECK (responded_at >= opened_at),
  CHECK (restored_at >= opened_at),
  CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX complaint_consumer ON complaint (consumer_id);
CREATE INDEX complaint_interruption ON complaint (interruption_id);
COMMENT ON TABLE complaint IS 'A complaint from opening to close. Personal data: caller_name, cnic, phone';
COMMENT ON COLUMN complaint.consumer_id IS 'billing.consumer; null: the caller is no consumer';
COMMENT ON COLUMN complaint.interruption_id IS 'network.interruption that explains it; null: none';
COMMENT ON COLUMN complaint.cnic IS 'National identity number, as in billing.consumer; null: not asked';
COMMENT ON COLUMN complaint.details IS '{"language": "en"|"ur", "attempts": number, "tags": [text]} and, of some, "transcript": long text';
COMMENT ON COLUMN complaint.response_limit_minutes IS 'Minutes from opened_at within which responded_at is due';
COMMENT ON COLUMN complaint.restoration_limit_minutes IS 'Minutes from opened_at within which restored_at is due';
COMMENT ON COLUMN complaint.restored_at IS 'When the complained fault was mended';

CREATE TABLE new_connection (
  application_id bigint PRIMARY KEY,
  ibc_id integer NOT NULL,
  applicant_name text NOT NULL,
  cnic text NOT NULL CHECK (cnic ~ '^\d{5}-\d{7}-\d$'),
  phone text NOT NULL,
  address text NOT NULL,
  requested_load_kw numeric(10,2) NOT NULL CHECK (requested_load_kw > 0),
  tariff_code text NOT NULL,
  status text NOT NULL CHECK (status IN ('applied', 'surveyed', 'demand_note', 'connected')),
  demand_note_rs numeric(14,2) CHECK (demand_note_rs > 0),
  applied_on date NOT NULL,
  connected_on date,
  consumer_id bigint,
  updated_at timestamptz NOT NULL,
  CHECK (connected_on >= applied_on),
  CHECK ((status = 'connected') = (connected_on IS NOT NULL)),
  CHECK ((status = 'connected') = (consumer_id IS NOT NULL))
);
CREATE INDEX new_connection_cnic ON new_connection (cnic);
COMMENT ON TABLE new_connection IS 'An application for supply; a withdrawn one is deleted. Personal data: applicant_name, cnic, phone, address';
COMMENT ON COLUMN new_connection.ibc_id IS 'billing.ibc';
COMMENT ON COLUMN new_connection.demand_note_rs IS 'Rs to pay before the connection is made';
COMMENT ON COLUMN new_connection.consumer_id IS 'billing.consumer that came of it; null: not connected yet';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE service TO lake_service;
GRANT USAGE ON SCHEMA public TO lake_service;
GRANT SELECT ON complaint, new_connection TO lake_service;
CREATE PUBLICATION lake FOR TABLE complaint, new_connection;
