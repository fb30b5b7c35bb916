"""What a small company does in a real Tryton: run by the Python of Tryton's own environment, `story.py DATABASE`.

Everything is done as Tryton's users do it, through proteus: workflows, wizards and all.
"""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

from proteus import Model, Wizard, config
from trytond import __version__
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.res.user import Warning_

SOLD, BILLED, BACK = date(2024, 3, 5), date(2024, 3, 6), date(2024, 3, 12)


def currency(code: str, *rates: tuple[date, str]) -> Model:
    made = Model.get("currency.currency")(name=code, code=code, numeric_code=None, symbol=code)
    for day, rate in rates:
        made.rates.new(date=day, rate=Decimal(rate))
    made.save()
    return made


def party(name: str, **values: object) -> Model:
    made = Model.get("party.party")(name=name, **values)
    made.save()
    return made


def product(name: str, kind: str, price: str, category: Model, groups: tuple[Model, ...] = ()) -> Model:
    (unit,) = Model.get("product.uom").find([("name", "=", "Unit")])
    template = Model.get("product.template")(name=name, type=kind, salable=True, default_uom=unit)
    template.list_price, template.account_category = Decimal(price), category
    for group in groups:
        template.categories.append(Model.get("product.category")(group.id))
    template.save()
    (made,) = template.products
    return made


def sale(
    who: Model, *lines: tuple[Model, float, str | None], money: Model | None = None, to: str = "confirm",
    carrier: Model | None = None,
) -> Model:  # fmt: skip
    """A sale on 5 March, taken as far as `to`; a carrier is paid by the customer."""
    made = Model.get("sale.sale")(party=who, sale_date=SOLD, invoice_method="order")
    made.payment_term = TERM
    made.shipment_cost_method, made.carrier = ("order", carrier) if carrier else (None, None)
    if money is not None:
        made.currency = money
    for what, quantity, price in lines:
        line = made.lines.new()
        line.product, line.quantity = what, quantity
        if price is not None:
            line.unit_price = Decimal(price)
    remark = made.lines.new()
    remark.type, remark.description = "comment", "备注"
    made.save()
    for step in {"draft": (), "quote": ("quote",), "cancel": ("cancel",), "confirm": ("quote", "confirm")}[to]:
        made.click(step)
    made.reload()
    return made


def post(invoice: Model, day: date = BILLED) -> Model:
    invoice.invoice_date = day
    invoice.save()
    invoice.click("post")
    return invoice


def returned(of: Model) -> Model:
    """The return of a sale as the wizard makes it, still a draft."""
    Wizard("sale.return_sale", [of]).execute("return_")
    made = Model.get("sale.sale").find([("origin", "=", f"sale.sale,{of.id}")], order=[("id", "DESC")], limit=1)[0]
    made.sale_date = BACK
    made.save()
    return made


def complaint(who: Model, kind: str, origin: Model | None, day: date, text: str) -> Model:
    (model,) = Model.get("ir.model").find([("name" if NEW else "model", "=", kind)])
    types = Model.get("sale.complaint.type")
    found = types.find([("origin", "=", model.id)]) or [types(name=f"投诉 {kind}", origin=model)]
    found[0].save()
    made = Model.get("sale.complaint")(customer=who, type=found[0], date=day, description=text)
    made.origin = origin
    return made


def settle(made: Model) -> Model:
    """Takes a complaint to its end; gives what came of its first action."""
    made.save()
    made.click("wait")
    made.click("approve")
    made.reload()
    return made.actions[0].result


def main() -> None:
    global TERM, NEW
    # From 7.2 on ir.model calls `name` what it called `model`.
    NEW = tuple(map(int, __version__.split(".")[:2])) >= (7, 2)
    config.set_trytond(sys.argv[1])
    # Nobody is there to be warned of dates in the past.
    Warning_.check = classmethod(lambda *_: False)
    yuan = currency("CNY", (date(2024, 1, 1), "1"))
    dollar = currency("USD", (date(2024, 1, 1), "0.14"), (date(2024, 3, 20), "0.125"))
    create_company(party=party("华夏贸易"), currency=yuan)
    company = get_company()
    create_chart(company)
    year = create_fiscalyear(company)
    year.start_date, year.end_date, year.name = date(2024, 1, 1), date(2024, 12, 31), "2024"
    set_fiscalyear_invoice_sequences(year).click("create_period")
    accounts = get_accounts(company)
    TERM = Model.get("account.invoice.payment_term")(name="Direct")
    TERM.lines.new(type="remainder")
    TERM.save()

    tax = create_tax(Decimal(".13"), company)
    tax.save()
    category = Model.get("product.category")
    untaxed = category(name="Untaxed", accounting=True)
    untaxed.account_expense, untaxed.account_revenue = accounts["expense"], accounts["revenue"]
    untaxed.save()
    (taxed,) = untaxed.duplicate()
    taxed.name = "Taxed"
    taxed.customer_taxes.append(Model.get("account.tax")(tax.id))
    taxed.save()
    machines = category(name="机器类")
    machines.save()
    machine = product("机器", "goods", "100", taxed, (machines,))
    repair = product("维修", "service", "60", untaxed)
    rebate = product("折扣", "service", "-20", untaxed)

    group = Model.get("party.category")(name="经销商")
    group.save()
    trader = party("华东贸易", code="HD")
    trader.categories.append(group)
    (address,) = trader.addresses
    address.city, address.postal_code = "杭州", "310000"
    trader.save()
    zhang, retired, asked, angry, old = map(party, ("张三", "停用客户", "报价客户", "投诉客户", "张三（旧）"))

    van = Model.get("carrier")(party=party("快递"), carrier_product=product("运费", "service", "15", untaxed))
    van.save()

    big = sale(trader, (machine, 5, None), (repair, 1, None), (rebate, 1, "-20"), carrier=van)
    bill = post(big.invoices[0])
    sale(asked, (machine, 7, None), to="draft")
    sale(asked, (machine, 8, None), to="quote")
    sale(asked, (machine, 9, None), to="cancel")
    sale(zhang, (repair, 2, "14"), money=dollar)
    paid = sale(retired, (repair, 1, None))
    pay(post(paid.invoices[0]), accounts["cash"])
    retired.active = False
    retired.save()
    credited = sale(zhang, (repair, 3, None))
    refunded = sale(zhang, (repair, 2, None))
    annulled = sale(zhang, (repair, 1, "45"))
    sale(zhang, (machine, 2, None), (machine, -1, None))
    sale(old, (repair, 1, "30"))

    bills = [post(made.invoices[0]) for made in (credited, refunded, annulled)]
    direct = Model.get("account.invoice")(type="out", party=zhang)
    direct.payment_term = TERM
    line = direct.lines.new()
    line.product, line.quantity, line.unit_price, line.account = repair, 1, Decimal("50"), accounts["revenue"]
    post(direct)

    one = returned(big)
    for line in list(one.lines):
        if line.product == machine:
            line.quantity = -1
        else:
            one.lines.remove(line)
    one.save()
    one.click("quote")
    one.click("confirm")
    returned(big)

    (line,) = [x for x in big.lines if x.product == repair]
    sent_back = complaint(trader, "sale.line", line, date(2024, 3, 8), "没修好")
    sent_back.actions.new(action="sale_return")
    back = settle(sent_back)
    back.sale_date = BACK
    back.save()
    back.click("quote")
    back.click("confirm")

    (line,) = [x for x in bill.lines if x.product == machine]
    dearer = complaint(trader, "account.invoice.line", line, date(2024, 3, 9), "太贵")
    dearer.actions.new(action="credit_note", quantity=1.0, unit_price=Decimal("40"))
    post(settle(dearer), BACK)

    complaint(angry, "sale.sale", None, date(2024, 3, 10), "没人理").save()

    credit(bills[0], refund=False)
    credit(bills[1], refund=True)
    company.cancel_invoice_out = True
    company.save()
    bills[2].click("cancel")

    replacing = Wizard("party.replace", [old])
    replacing.form.destination = zhang
    replacing.execute("replace")


def credit(invoice: Model, refund: bool) -> None:
    wizard = Wizard("account.invoice.credit", [invoice])
    wizard.form.with_refund = refund
    wizard.form.invoice_date = BACK
    wizard.execute("credit")
    if not refund:
        made = Model.get("account.invoice").find([], order=[("id", "DESC")], limit=1)[0]
        post(made, BACK)


def pay(invoice: Model, cash: Model) -> None:
    (journal,) = Model.get("account.journal").find([("type", "=", "cash")])
    method = Model.get("account.invoice.payment.method")(name="现金", journal=journal)
    method.credit_account = method.debit_account = cash
    method.save()
    wizard = invoice.click("pay")
    wizard.form.payment_method = method
    wizard.form.date = BACK
    wizard.execute("choice")


if __name__ == "__main__":
    main()
