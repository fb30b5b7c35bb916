-- jshERP does not say which version it is.
SELECT CAST(NULL AS CHAR) AS version
