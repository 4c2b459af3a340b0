CREATE INDEX entry_project ON entry (log, split_part(model, '/', 1), seq)
