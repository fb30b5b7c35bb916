--% import "macros.sql" as m with context
-- Parties that were ever quoted, sold or invoiced something, or complained; those put out of use too. A party that was
-- replaced by another is that other one.
WITH buyers AS (
  SELECT party FROM sale_sale WHERE {{ m.ours('company') }}
  UNION SELECT party FROM account_invoice WHERE type = 'out' AND {{ m.ours('company') }}
--% if has.complaints
  UNION SELECT customer FROM sale_complaint WHERE {{ m.ours('company') }}
--% endif
)
SELECT
  p.id AS customer_id,
  p.name,
  {{ m.local('p.create_date') }} AS joined_at,
  p.code,
--% if has.categories or has.categories_before_8
  (
    SELECT STRING_AGG(g.name, ', ' ORDER BY g.name)
    FROM {{ '"party_party-party_category"' if has.categories else 'party_category_rel' }} r
    JOIN party_category g ON g.id = r.category
    WHERE r.party = p.id
  ) AS party_category,
--% endif
  y.code AS country,
  d.name AS state,
  a.city,
  a.postal_code AS zip,
  NOT COALESCE(p.active, TRUE) AS archived
FROM party_party p
LEFT JOIN LATERAL (
  SELECT x.city, x.postal_code, x.country, x.subdivision
  FROM party_address x
  WHERE x.party = p.id AND COALESCE(x.active, TRUE)
  ORDER BY x.sequence NULLS FIRST, x.id
  LIMIT 1
) a ON TRUE
LEFT JOIN country_country y ON y.id = a.country
LEFT JOIN country_subdivision d ON d.id = a.subdivision
WHERE p.id IN (SELECT COALESCE(o.replaced_by, o.id) FROM buyers b JOIN party_party o ON o.id = b.party)
--% if walk_in
  AND p.id NOT IN {{ walk_in }}
--% endif
