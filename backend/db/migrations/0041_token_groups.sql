-- What an operator says of a group of cards: that it is the master pass, which stops every session and starts none.

CREATE TABLE token_group (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name varchar(36) NOT NULL,
    master_pass boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX token_group_name ON token_group (tenant, lower(name));
CREATE UNIQUE INDEX token_group_master ON token_group (tenant) WHERE master_pass;
CREATE INDEX id_token_parent ON id_token (tenant, lower(parent)) WHERE parent <> '';
