"""The tables of ERPNext 14 and 15, as far as sales are concerned, with the columns that Frappe makes of them."""

from __future__ import annotations

_HEAD = (
    "name varchar(140) NOT NULL PRIMARY KEY, creation datetime(6) DEFAULT '2024-01-01',"
    " modified datetime(6) DEFAULT '2024-03-31 10:00',"
    " owner varchar(140), docstatus tinyint NOT NULL DEFAULT 0, idx int NOT NULL DEFAULT 0"
)
_CHILD = f"{_HEAD}, parent varchar(140), parentfield varchar(140), parenttype varchar(140), KEY parent (parent)"
_MONEY, _FLOAT, _CHECK = (
    "decimal(21,9) NOT NULL DEFAULT 0",
    "decimal(21,9) NOT NULL DEFAULT 0",
    "tinyint NOT NULL DEFAULT 0",
)
_INVOICE = f"""{_HEAD}, customer varchar(140), company varchar(140), posting_date date, posting_time time(6),
  is_return {_CHECK},
  return_against varchar(140), is_pos {_CHECK}, pos_profile varchar(140), currency varchar(140),
    conversion_rate {_FLOAT},
  base_net_total {_MONEY}, base_grand_total {_MONEY}, status varchar(30), amended_from varchar(140)"""
_ITEM = f"""{_CHILD}, item_code varchar(140), item_name varchar(140), qty {_FLOAT}, stock_qty {_FLOAT},
  uom varchar(140),
  price_list_rate {_MONEY}, discount_percentage {_FLOAT}, discount_amount {_MONEY}, rate {_MONEY}, net_amount {_MONEY},
  base_net_amount {_MONEY}, is_free_item {_CHECK}"""
_TABLES = {
    "Installed Application": f"{_CHILD}, app_name varchar(140), app_version varchar(140), git_branch varchar(140)",
    "Company": f"{_HEAD}, default_currency varchar(140), parent_company varchar(140)",
    "Customer Group": f"{_HEAD}, parent_customer_group varchar(140), is_group {_CHECK}",
    "Territory": f"{_HEAD}, parent_territory varchar(140), is_group {_CHECK}",
    "Customer": f"""{_HEAD}, customer_name varchar(140), customer_type varchar(140), customer_group varchar(140),
      territory varchar(140), market_segment varchar(140), industry varchar(140), gender varchar(140),
        disabled {_CHECK},
      is_internal_customer {_CHECK}, represents_company varchar(140), tax_id varchar(140), mobile_no text,
        email_id text,
      account_manager varchar(140)""",
    "Item": f"""{_HEAD}, item_name varchar(140), item_group varchar(140), brand varchar(140),
      is_stock_item tinyint NOT NULL DEFAULT 1,
      disabled {_CHECK}""",
    "Product Bundle": f"{_HEAD}, new_item_code varchar(140)",
    "Account": f"{_HEAD}, account_type varchar(140)",
    "Sales Order": f"{_HEAD}, order_type varchar(140), customer varchar(140)",
    "Sales Team": f"{_CHILD}, sales_person varchar(140), allocated_percentage {_FLOAT}",
    "Sales Taxes and Charges": f"""{_CHILD}, charge_type varchar(140), account_head varchar(140),
      base_tax_amount_after_discount_amount {_MONEY}""",
    "Sales Invoice": f"""{_INVOICE}, is_consolidated {_CHECK}, is_debit_note {_CHECK}, is_opening varchar(4)
      DEFAULT 'No',
      is_internal_customer {_CHECK}, represents_company varchar(140)""",
    "Sales Invoice Item": f"""{_ITEM}, sales_order varchar(140), so_detail varchar(140), delivery_note varchar(140),
      dn_detail varchar(140), sales_invoice_item varchar(140)""",
    "POS Invoice": f"{_INVOICE}, consolidated_invoice varchar(140)",
    "POS Invoice Item": f"{_ITEM}, pos_invoice_item varchar(140)",
    "Delivery Note": f"""{_HEAD}, customer varchar(140), company varchar(140), posting_date date, posting_time time(6),
      is_return {_CHECK}, return_against varchar(140)""",
    "Delivery Note Item": f"""{_CHILD}, item_code varchar(140), qty {_FLOAT}, base_net_amount {_MONEY},
      against_sales_invoice varchar(140),
      si_detail varchar(140), dn_detail varchar(140)""",
    "Issue": f"""{_HEAD}, customer varchar(140), subject varchar(140), status varchar(140), issue_type varchar(140),
      opening_date date, opening_time time(6), company varchar(140)""",
    "Warranty Claim": f"""{_HEAD}, customer varchar(140), complaint_date date, complaint text, status varchar(140),
      item_code varchar(140),
      resolution_date datetime(6), company varchar(140)""",
    "Maintenance Visit": f"""{_HEAD}, customer varchar(140), mntc_date date, maintenance_type varchar(140),
      completion_status varchar(140),
      customer_feedback text, company varchar(140)""",
}
_BY_VERSION = {
    "14": "ALTER TABLE tabIssue ADD resolution_date datetime(6);",
    "15": "ALTER TABLE tabIssue ADD sla_resolution_date datetime(6);",
}
_BASE = """
INSERT INTO `tabInstalled Application` (name, app_name, app_version) VALUES ('a', 'frappe', '{version}.9.0'), ('b',
  'erpnext', '{version}.1.2');
INSERT INTO tabCompany (name, default_currency) VALUES ('华夏贸易', 'CNY');
INSERT INTO `tabCustomer Group` (name, parent_customer_group) VALUES ('经销商', 'All Customer Groups');
INSERT INTO tabTerritory (name, parent_territory) VALUES ('杭州', '浙江');
INSERT INTO tabCustomer (name, customer_name, customer_type, customer_group, territory, market_segment, industry,
  disabled,
  is_internal_customer, creation) VALUES
  ('CUST-1', '华东贸易', 'Company', '经销商', '杭州', 'Upper Income', 'Wholesale', 0, 0, '2023-06-01 09:30'),
  ('CUST-2', '张三', 'Individual', 'Individual', '杭州', NULL, NULL, 0, 0, '2024-01-01'),
  ('CUST-3', '停用客户', 'Individual', 'Individual', '杭州', NULL, NULL, 1, 0, '2022-01-01'),
  ('CUST-4', '集团内公司', 'Company', '经销商', '杭州', NULL, NULL, 0, 1, '2022-01-01'),
  ('Walk-in Customer', '散客', 'Individual', 'Individual', '杭州', NULL, NULL, 0, 0, '2022-01-01');
INSERT INTO tabItem (name, item_name, item_group, brand, is_stock_item, disabled) VALUES
  ('M-1', '机器', '机器类', '海尔', 1, 0), ('R-1', '维修', '服务类', NULL, 0, 0), ('F-1', '运费', '服务类', NULL, 0, 0),
  ('D-1', '折扣', '服务类', NULL, 0, 0), ('B-1', '套装', '机器类', NULL, 0, 1);
INSERT INTO `tabProduct Bundle` (name, new_item_code) VALUES ('B-1', 'B-1');
INSERT INTO tabAccount (name, account_type) VALUES ('VAT - H', 'Tax'), ('Freight - H', 'Chargeable');
"""


def erpnext(version: str, rows: str = "") -> str:
    """A database of one version with the base data and what a test puts into it."""
    tables = "".join(
        f"CREATE TABLE `tab{name}` ({columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;\n"
        for name, columns in _TABLES.items()
    )
    return tables + _BY_VERSION[version] + _BASE.format(version=version) + rows


def invoice(name: str, customer: str, *lines: str, kind: str = "Sales Invoice", **fields: object) -> str:
    """A submitted invoice of 5 March and its lines, each (name, item, quantity, net amount in yuan)."""
    values = {
        "name": name, "customer": customer, "company": "华夏贸易", "posting_date": "2024-03-05",
        "posting_time": "14:30:00",
        "docstatus": 1, "conversion_rate": 1, **fields,
    }  # fmt: skip
    parts = [tuple(part.strip() for part in line.split(",")) for line in lines]
    values["base_net_total"] = sum(float(part[3]) for part in parts)
    sql = f"INSERT INTO `tab{kind}` ({', '.join(values)}) VALUES ({', '.join(repr(v) for v in values.values())});\n"
    for part in parts:
        more = dict(field.split("=") for field in part[4:])
        line = {
            "name": part[0], "parent": name, "parenttype": kind, "docstatus": values["docstatus"], "item_code": part[1],
            "qty": part[2], "stock_qty": part[2], "base_net_amount": part[3], **more,
        }  # fmt: skip
        sql += (
            f"INSERT INTO `tab{kind} Item` ({', '.join(line)}) VALUES ({', '.join(repr(v) for v in line.values())});\n"
        )
    return sql
