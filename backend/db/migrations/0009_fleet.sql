-- Commands that wait, templates, and roll-outs to many stations.
SELECT 1;
