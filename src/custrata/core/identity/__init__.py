"""Who is who: one spelling for names, phones and addresses, rules that say when two customers are one, and the
ledger."""
