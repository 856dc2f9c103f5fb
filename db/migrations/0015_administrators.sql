-- An administrator who is disabled cannot log in; the command line sees to it that one is left who can.
ALTER TABLE administrator ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
