"""Reads: session first, keyword-only filters, both clocks always, plain values out."""
