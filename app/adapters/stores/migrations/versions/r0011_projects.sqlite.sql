CREATE INDEX entry_project ON entry (log, substr(model, 1, instr(model, '/') - 1), seq)
