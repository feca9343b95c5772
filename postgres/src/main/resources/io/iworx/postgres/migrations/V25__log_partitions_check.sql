-- The rows are checked for the bound of the first partition. One pass over the table; readers and writers go on.
ALTER TABLE domain_events VALIDATE CONSTRAINT domain_events_bound;
