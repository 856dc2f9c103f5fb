-- What a token remembers of its account lasts; the tokens themselves, failed log-ins and nonces have a file of their own.
ALTER TABLE administrator ADD COLUMN credential INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN credential INTEGER NOT NULL DEFAULT 0;
ALTER TABLE extension_settings ADD COLUMN credential INTEGER NOT NULL DEFAULT 0;
UPDATE administrator SET credential = random();
UPDATE tenant SET credential = random();
UPDATE extension_settings SET credential = random();

DROP TABLE token;
DROP TABLE login_failure;
DROP TABLE digest_nonce;
