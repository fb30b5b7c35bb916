-- Customers of other companies of the group are left out; disabled ones are not.
SELECT
  c.name AS customer_id,
  c.customer_name AS name,
  c.creation AS joined_at,
  c.customer_type,
  c.customer_group,
  g.parent_customer_group,
  c.territory,
  t.parent_territory,
--% if has.market
  c.market_segment,
  c.industry,
--% endif
  c.gender,
  c.account_manager,
  c.tax_id AS tax_number,
  c.mobile_no AS phone,
  c.email_id AS email,
  c.disabled = 1 AS archived
FROM tabCustomer c
LEFT JOIN `tabCustomer Group` g ON g.name = c.customer_group
LEFT JOIN tabTerritory t ON t.name = c.territory
WHERE COALESCE(c.is_internal_customer, 0) = 0
--% if walk_in
  AND c.name NOT IN {{ walk_in }}
--% endif
