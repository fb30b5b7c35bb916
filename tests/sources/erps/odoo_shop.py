"""The tables of Odoo 16, 17 and 18, as far as sales are concerned, with the column types that Odoo's fields make."""

from __future__ import annotations

STAMPS = "create_date timestamp DEFAULT '2024-01-01', write_date timestamp DEFAULT '2024-03-31 10:00'"
_CORE = f"""
CREATE TABLE ir_module_module (id serial PRIMARY KEY, name varchar NOT NULL, state varchar, latest_version varchar);
CREATE TABLE res_currency (id serial PRIMARY KEY, name varchar NOT NULL, rounding numeric);
CREATE TABLE res_company (id serial PRIMARY KEY, name varchar NOT NULL, currency_id int NOT NULL, partner_id int);
CREATE TABLE res_country (id serial PRIMARY KEY, name jsonb NOT NULL, code varchar(2));
CREATE TABLE res_country_state (id serial PRIMARY KEY, name varchar NOT NULL, code varchar, country_id int);
CREATE TABLE res_partner_industry (id serial PRIMARY KEY, name jsonb, active boolean);
CREATE TABLE res_partner_category (id serial PRIMARY KEY, name jsonb NOT NULL, active boolean);
CREATE TABLE res_partner_res_partner_category_rel (category_id int NOT NULL, partner_id int NOT NULL);
CREATE TABLE res_partner (
  id serial PRIMARY KEY, name varchar, parent_id int, commercial_partner_id int, is_company boolean, type varchar,
  active boolean DEFAULT true, customer_rank int DEFAULT 0, supplier_rank int DEFAULT 0, company_id int, country_id int,
  state_id int, city varchar, zip varchar, email varchar, phone varchar, vat varchar, ref varchar, lang varchar,
  industry_id int, user_id int, {STAMPS});
CREATE TABLE res_users (id serial PRIMARY KEY, partner_id int NOT NULL, login varchar, active boolean);
CREATE TABLE crm_team (id serial PRIMARY KEY, name jsonb NOT NULL, active boolean);
CREATE TABLE product_category (id serial PRIMARY KEY, name varchar, complete_name varchar, parent_id int, {STAMPS});
CREATE TABLE product_template (
  id serial PRIMARY KEY, name jsonb NOT NULL, categ_id int NOT NULL, type varchar NOT NULL, list_price numeric,
  active boolean DEFAULT true, {STAMPS});
CREATE TABLE product_product (
  id serial PRIMARY KEY, product_tmpl_id int NOT NULL, default_code varchar, barcode varchar,
    active boolean DEFAULT true,
  {STAMPS});
CREATE TABLE sale_order (
  id serial PRIMARY KEY, name varchar NOT NULL, partner_id int NOT NULL, partner_invoice_id int,
    date_order timestamp NOT NULL,
  state varchar, company_id int NOT NULL, currency_id int, currency_rate numeric, user_id int, team_id int, {STAMPS});
CREATE TABLE sale_order_line (
  id serial PRIMARY KEY, order_id int NOT NULL, product_id int, name text, display_type varchar,
    product_uom_qty numeric,
  qty_delivered numeric, price_unit numeric, discount numeric, price_subtotal numeric, price_total numeric,
    price_tax float8,
  is_downpayment boolean, is_expense boolean, {STAMPS});
CREATE TABLE sale_order_line_invoice_rel (invoice_line_id int NOT NULL, order_line_id int NOT NULL);
CREATE TABLE account_move (
  id serial PRIMARY KEY, name varchar, move_type varchar NOT NULL, state varchar NOT NULL, partner_id int,
    invoice_date date,
  date date NOT NULL, company_id int, currency_id int, reversed_entry_id int, invoice_user_id int,
    payment_state varchar,
  {STAMPS});
CREATE TABLE account_move_line (
  id serial PRIMARY KEY, move_id int NOT NULL, display_type varchar NOT NULL, product_id int, quantity numeric,
    price_unit numeric,
  discount numeric, balance numeric, amount_currency numeric, price_subtotal numeric, price_total numeric, {STAMPS});
"""
#: What the modules delivery, website_sale, account_debit_note, point_of_sale, pos_sale, sale_stock and crm add, and the
#: tickets of Odoo Enterprise.
_MODULES = f"""
ALTER TABLE sale_order_line ADD is_delivery boolean;
ALTER TABLE sale_order ADD website_id int;
ALTER TABLE account_move ADD debit_origin_id int;
CREATE TABLE pos_config (id serial PRIMARY KEY, name varchar NOT NULL);
CREATE TABLE pos_session (id serial PRIMARY KEY, config_id int NOT NULL, name varchar);
CREATE TABLE pos_order (
  id serial PRIMARY KEY, name varchar NOT NULL, partner_id int, date_order timestamp, state varchar,
    company_id int NOT NULL,
  session_id int, user_id int, account_move int, currency_rate numeric, {STAMPS});
CREATE TABLE pos_order_line (
  id serial PRIMARY KEY, order_id int NOT NULL, product_id int NOT NULL, qty numeric, price_unit numeric,
    discount numeric,
  price_subtotal numeric, price_subtotal_incl numeric, refunded_orderline_id int, sale_order_line_id int, {STAMPS});
CREATE TABLE stock_location (id serial PRIMARY KEY, usage varchar NOT NULL);
CREATE TABLE stock_move (
  id serial PRIMARY KEY, sale_line_id int, origin_returned_move_id int, to_refund boolean, state varchar,
    product_uom_qty numeric,
  location_id int NOT NULL, location_dest_id int NOT NULL, date timestamp NOT NULL, {STAMPS});
CREATE TABLE helpdesk_team (id serial PRIMARY KEY, name jsonb NOT NULL);
CREATE TABLE helpdesk_stage (id serial PRIMARY KEY, name jsonb NOT NULL);
CREATE TABLE helpdesk_ticket (
  id serial PRIMARY KEY, name varchar NOT NULL, partner_id int, company_id int, team_id int, stage_id int,
    sale_order_id int,
  close_date timestamp, {STAMPS});
CREATE TABLE rating_rating (
  id serial PRIMARY KEY, partner_id int, res_model varchar, res_id int, rating float8, feedback text,
    consumed boolean, {STAMPS});
CREATE TABLE crm_lead (
  id serial PRIMARY KEY, name varchar NOT NULL, partner_id int, company_id int, active boolean, probability float8,
  date_closed timestamp, {STAMPS});
"""
_BY_VERSION = {
    "16.0": "",
    # Branches and locked orders came with 17, and the state `done` of orders went; stock moves say what was done.
    "17.0": """
ALTER TABLE res_company ADD parent_id int, ADD parent_path varchar;
ALTER TABLE sale_order ADD locked boolean DEFAULT false;
ALTER TABLE stock_move ADD quantity numeric;
""",
}
_BY_VERSION["18.0"] = _BY_VERSION["17.0"] + "ALTER TABLE product_template ADD is_storable boolean;\n"

_BASE = """
INSERT INTO ir_module_module (name, state, latest_version) VALUES ('base', 'installed', '{version}.1.3');
INSERT INTO res_currency VALUES (1, 'CNY', 0.01), (2, 'USD', 0.01);
INSERT INTO res_company (id, name, currency_id) VALUES (1, '华夏贸易', 1);
INSERT INTO res_country VALUES (1, '{{"en_US": "China", "zh_CN": "中国"}}', 'CN');
INSERT INTO res_country_state VALUES (1, '浙江', 'ZJ', 1);
INSERT INTO res_partner_industry VALUES (1, '{{"en_US": "Wholesale", "zh_CN": "批发"}}', true);
INSERT INTO res_partner_category VALUES (1, '{{"en_US": "Key account", "zh_CN": "大客户"}}', true);
INSERT INTO res_partner (id, name, parent_id, commercial_partner_id, is_company, active, customer_rank, country_id,
  state_id, city,
  industry_id, user_id, create_date) VALUES
  (1, '华夏贸易', NULL, 1, true, true, 0, 1, 1, NULL, NULL, NULL, '2023-01-01'),
  (10, '华东贸易', NULL, 10, true, true, 5, 1, 1, '杭州', 1, 5, '2023-05-31 17:00'),
  (11, '李采购', 10, 10, false, true, 0, 1, 1, NULL, NULL, NULL, '2023-06-01'),
  (12, '华东贸易 收票处', 10, 10, false, true, 0, 1, 1, NULL, NULL, NULL, '2023-06-01'),
  (13, '华东贸易 宁波分公司', 10, 13, true, true, 1, 1, 1, '宁波', NULL, NULL, '2023-06-02'),
  (20, '张三', NULL, 20, false, true, 1, 1, NULL, NULL, NULL, NULL, '2024-01-01'),
  (21, '已归档', NULL, 21, false, false, 1, NULL, NULL, NULL, NULL, NULL, '2022-01-01'),
  (22, '报价客户', NULL, 22, false, true, 0, NULL, NULL, NULL, NULL, NULL, '2024-02-01'),
  (30, '供应商', NULL, 30, true, true, 0, NULL, NULL, NULL, NULL, NULL, '2022-01-01'),
  (50, '散客', NULL, 50, false, true, 9, NULL, NULL, NULL, NULL, NULL, '2022-01-01'),
  (60, '王销售', NULL, 60, false, true, 0, NULL, NULL, NULL, NULL, NULL, '2022-01-01');
INSERT INTO res_partner_res_partner_category_rel VALUES (1, 10);
INSERT INTO res_users VALUES (5, 60, 'wang', true);
INSERT INTO crm_team VALUES (1, '{{"en_US": "Sales", "zh_CN": "销售部"}}', true);
INSERT INTO product_category (id, name, complete_name) VALUES (1, '机器', 'All / 机器'), (2, '服务', 'All / 服务');
INSERT INTO product_template (id, name, categ_id, type, list_price) VALUES
  (1, '{{"en_US": "Machine", "zh_CN": "机器"}}', 1, 'consu', 100), (2, '{{"en_US": "Repair"}}', 2, 'service', 60),
  (3, '{{"en_US": "Delivery"}}', 2, 'service', 0), (4, '{{"en_US": "Discount"}}', 2, 'service', 0);
INSERT INTO product_product (id, product_tmpl_id, default_code) VALUES (101, 1, 'M-1'), (102, 2, 'R-1'), (103, 3,
  NULL), (104, 4, NULL);
"""


def odoo(version: str, rows: str = "", modules: bool = True) -> str:
    """A database of one version with the base data and what a test puts into it."""
    extra = _BY_VERSION[version]
    if not modules:
        extra = "\n".join(line for line in extra.splitlines() if "stock_move" not in line)
    return _CORE + (_MODULES if modules else "") + extra + _BASE.format(version=version) + rows


def order(
    key: int, partner: int, *lines: str, state: str = "sale", at: str = "2024-03-04 03:00", rate: float = 1,
    more: str = "", values: str = "",
) -> str:  # fmt: skip
    """A sales order S0000<key> and its lines, each written as the values behind (id, order_id)."""
    return (
        "INSERT INTO sale_order (id, name, partner_id, date_order, state, company_id, currency_rate, user_id,"
        f" team_id{more})"
        f" VALUES ({key}, 'S{key:05}', {partner}, '{at}', '{state}', 1, {rate}, 5, 1{values});\n"
        + "".join(
            "INSERT INTO sale_order_line (order_id, id, product_id, product_uom_qty, price_unit, discount,"
            f" price_subtotal, price_total) VALUES ({key}, {line});\n"
            for line in lines
        )
    )


def invoice(
    key: int, kind: str, partner: int, *lines: str, state: str = "posted", more: str = "", values: str = ""
) -> str:
    """An invoice or a credit note of 10 March; lines are (id, product, quantity, subtotal, total, order line)."""
    sign = -1 if kind == "out_invoice" else 1
    name, day = f"{'INV' if sign < 0 else 'RINV'}/{key}", "2024-03-10"
    sql = (
        f"INSERT INTO account_move (id, name, move_type, state, partner_id, invoice_date, date, company_id{more})"
        f" VALUES ({key}, '{name}', '{kind}', '{state}', {partner}, '{day}', '{day}', 1{values});\n"
    )
    for line in lines:
        number, product, quantity, subtotal, total, order_line = (part.strip() for part in line.split(","))
        sql += (
            "INSERT INTO account_move_line (id, move_id, display_type, product_id, quantity, balance, price_subtotal,"
            f" price_total) VALUES ({number}, {key}, 'product', {product}, {quantity}, {sign} * {subtotal}, {subtotal},"
            f" {total});\n"
        )
        if order_line != "NULL":
            sql += f"INSERT INTO sale_order_line_invoice_rel VALUES ({number}, {order_line});\n"
    return sql + (
        "INSERT INTO account_move_line (id, move_id, display_type, balance) VALUES"
        f" ({1000 + key}, {key}, 'payment_term', 1), ({2000 + key}, {key}, 'tax', 13);\n"
    )
