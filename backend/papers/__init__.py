"""Papers: receipts, monthly invoices and credit notes, written once, drawn as PDF, sent by e-mail."""
