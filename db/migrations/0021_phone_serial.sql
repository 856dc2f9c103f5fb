-- A failed log-in of a phone names the phones that its serial number may mean, of whatever tenant.
CREATE INDEX phone_serial ON phone (serial);
