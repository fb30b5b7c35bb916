--% import "macros.sql" as m with context
-- Customers as commercial entities: a company, or a person who belongs to none; archived ones too. Contacts and
-- addresses of a company are part of it. A company below another one is a customer of its own, with a parent_id.
WITH buyers AS (
  SELECT partner_id FROM sale_order WHERE {{ m.ours('company_id') }}
--% if has.pos
  UNION SELECT partner_id FROM pos_order WHERE partner_id IS NOT NULL AND {{ m.ours('company_id') }}
--% endif
  UNION SELECT partner_id FROM account_move
  WHERE move_type IN ('out_invoice', 'out_refund', 'out_receipt') AND partner_id IS NOT NULL AND {{ m.ours('company_id') }}
  UNION SELECT id FROM res_partner WHERE customer_rank > 0 AND (company_id IS NULL OR {{ m.ours('company_id') }})
)
SELECT
  c.id AS customer_id,
  c.name,
  {{ m.local('c.create_date') }} AS joined_at,
  NULLIF(a.commercial_partner_id, c.id) AS parent_id,
  CASE WHEN c.is_company THEN 'company' ELSE 'person' END AS customer_type,
  {{ m.named('i.name') }} AS industry,
  y.code AS country,
  r.name AS state,
  c.city,
  c.zip,
  (
    SELECT STRING_AGG({{ m.named('t.name') }}, ', ' ORDER BY t.id)
    FROM res_partner_res_partner_category_rel b JOIN res_partner_category t ON t.id = b.category_id
    WHERE b.partner_id = c.id
  ) AS tags,
  u.name AS salesperson,
  c.ref AS code,
  c.vat AS tax_number,
  c.phone,
  c.email,
  c.lang AS language,
  NOT COALESCE(c.active, TRUE) AS archived
FROM res_partner c
LEFT JOIN res_partner a ON a.id = c.parent_id
LEFT JOIN res_partner_industry i ON i.id = c.industry_id
LEFT JOIN res_country y ON y.id = c.country_id
LEFT JOIN res_country_state r ON r.id = c.state_id
LEFT JOIN res_users w ON w.id = c.user_id
LEFT JOIN res_partner u ON u.id = w.partner_id
WHERE c.id IN (SELECT p.commercial_partner_id FROM res_partner p JOIN buyers b ON b.partner_id = p.id)
--% if walk_in
  AND c.id NOT IN {{ walk_in }}
--% endif
