SELECT c.id::text AS id, COALESCE(p.name, c.id::text) AS name, y.code::text AS currency
FROM company_company c
LEFT JOIN party_party p ON p.id = c.party
LEFT JOIN currency_currency y ON y.id = c.currency
ORDER BY c.id
