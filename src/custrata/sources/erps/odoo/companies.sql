SELECT c.id::text AS id, c.name::text AS name, y.name::text AS currency
FROM res_company c
LEFT JOIN res_currency y ON y.id = c.currency_id
ORDER BY c.id
