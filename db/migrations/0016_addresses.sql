-- An e-mail address belongs to nobody: several extensions may have one, in whatever tenant. A log-in by it goes from
-- tenant to tenant, to the oldest extensions of each that can log in.
DROP INDEX extension_email;
CREATE INDEX extension_email ON extension (email_key, tenant_id, id) WHERE email_key <> '' AND enabled;
