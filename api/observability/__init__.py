"""Logs, metrics and traces, all made from the record of one request."""
